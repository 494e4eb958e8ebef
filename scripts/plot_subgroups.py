"""Hazard ratios in subgroups."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table
    from recurseq.clinical import words
    from recurseq.clinical.settings import clinical_settings
    from recurseq.figures.ratios import subgroup_forest_figure
    from recurseq.figures.style import save
    from recurseq.figures.survival import facts_of

    settings = clinical_settings(snakemake.params.sections)
    survival = settings.survival[snakemake.wildcards.subgroups]
    cautions = read_table(snakemake.input.cautions, "survival_cautions")
    figure = subgroup_forest_figure(
        read_table(snakemake.input.groups, "survival_groups"),
        read_table(snakemake.input.tests, "survival_tests"),
        f"{words.title_of(survival)} in subgroups",
        facts_of(("the test of interaction decides", words.warnings_of(cautions))),
        snakemake.params.simulated,
    )
    save(figure, snakemake.output.subgroup_forest_svg, snakemake.output.subgroup_forest_png)
