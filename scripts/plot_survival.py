"""Kaplan-Meier curves with the numbers at risk."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table
    from recurseq.clinical import words
    from recurseq.clinical.settings import clinical_settings
    from recurseq.figures.style import save
    from recurseq.figures.survival import facts_of, kaplan_meier_figure

    settings = clinical_settings(snakemake.params.sections)
    survival = settings.survival[snakemake.wildcards.survival]
    parts = ("groups", "tests", "curve", "at_risk")
    read = {name: read_table(snakemake.input[name], f"survival_{name}") for name in parts}
    cautions = read_table(snakemake.input.cautions, "survival_cautions")
    headline = words.headline(read["groups"], read["tests"], cautions)
    facts = (words.size_text(read["groups"]), headline, words.warnings_of(cautions))
    figure = kaplan_meier_figure(
        read["curve"],
        read["at_risk"],
        words.title_of(survival),
        words.time_axis(settings, survival),
        facts_of((*facts, f"95 % {survival.interval} intervals; pale below 10 at risk")),
        headline,
        snakemake.params.simulated,
    )
    save(figure, snakemake.output.kaplan_meier_svg, snakemake.output.kaplan_meier_png)
