"""Forest plot of a model, and its effects over time."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table
    from recurseq.clinical import words
    from recurseq.clinical.settings import clinical_settings
    from recurseq.figures.hazards import schoenfeld_figure
    from recurseq.figures.ratios import model_forest_figure
    from recurseq.figures.style import save
    from recurseq.figures.survival import facts_of

    settings = clinical_settings(snakemake.params.sections)
    model = settings.models[snakemake.wildcards.outcome_model]
    parts = ("terms", "summary", "proportionality", "residuals")
    read = {name: read_table(snakemake.input[name], f"model_{name}") for name in parts}
    cautions = read_table(snakemake.input.cautions, "model_cautions")
    simulated = snakemake.params.simulated
    facts = (words.model_size_text(read["summary"]), words.warnings_of(cautions))
    ratio = "subdistribution hazard ratio" if model.kind == "finegray" else "hazard ratio"
    title = f"{words.plain(model.endpoint)}: model {words.plain(model.name)}"
    figure = model_forest_figure(read["terms"], title, ratio, facts_of(facts), simulated)
    save(figure, snakemake.output.model_forest_svg, snakemake.output.model_forest_png)
    facts = (words.hazards_text(read["proportionality"]), "line: running mean; dashed: mean")
    tests = read["proportionality"]
    figure = schoenfeld_figure(
        read["residuals"], tests, f"{title}, effects over time", facts_of(facts), simulated
    )
    save(figure, snakemake.output.schoenfeld_svg, snakemake.output.schoenfeld_png)
