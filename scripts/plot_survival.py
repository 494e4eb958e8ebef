"""Curves with the numbers at risk, subgroups, competing states, and cut-offs that were tried."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_tables
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.figures.clinical import FIGURES
    from recurseq.figures.drawing import draw_named

    settings = clinical_settings(snakemake.params.sections)
    names, simulated = snakemake.params.names, snakemake.params.simulated
    tables = read_tables(snakemake.input, names)
    draw_named(
        FIGURES,
        names,
        snakemake.output,
        lambda draw, name: draw(settings, name, tables, simulated),
    )
