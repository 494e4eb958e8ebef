"""Cumulative incidence of competing states."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table
    from recurseq.clinical import words
    from recurseq.clinical.settings import clinical_settings
    from recurseq.figures.style import save
    from recurseq.figures.survival import facts_of, incidence_figure

    settings = clinical_settings(snakemake.params.sections)
    survival = settings.survival[snakemake.wildcards.competing]
    tests = read_table(snakemake.input.tests, "competing_tests")
    cautions = read_table(snakemake.input.cautions, "competing_cautions")
    gray = words.gray_text(tests, cautions)
    figure = incidence_figure(
        read_table(snakemake.input.curve, "competing_curve"),
        f"{words.title_of(survival)}: cumulative incidence",
        words.time_axis(settings, survival),
        facts_of((gray, words.warnings_of(cautions), "Aalen-Johansen, 95 % intervals")),
        gray,
        snakemake.params.simulated,
    )
    save(
        figure, snakemake.output.cumulative_incidence_svg, snakemake.output.cumulative_incidence_png
    )
