"""Judge risk models: in their own patients without the optimism of that, and in others."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.risk.performance import validate_risk
    from recurseq.risk.recipe import Recipe
    from recurseq.risk.settings import risk_settings

    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    risks = risk_settings(snakemake.params.sections)
    seed, models = snakemake.params.seed, settings.models
    recipes = {
        name: Recipe(risk, models[risk.model], patients, seed) for name, risk in risks.items()
    }
    for number, name in enumerate(recipes):
        found = validate_risk(name, recipes, seed)
        tables = found.tables | {"performance_cautions": as_table(found.cautions)}
        chosen = tables.pop("risk_selection", None)
        write_tables(tables, snakemake.output, number)
        if chosen is not None:
            place = snakemake.params.selected.index(name)
            write_tables({"risk_selection": chosen}, snakemake.output, place)
