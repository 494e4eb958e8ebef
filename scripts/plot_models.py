"""Forest plots of models, and effects over time."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_tables
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.figures.clinical import draw_all

    settings = clinical_settings(snakemake.params.sections)
    tables = read_tables(snakemake.input, snakemake.params.names)
    draw_all(settings, tables, snakemake.params.names, snakemake.output, snakemake.params.simulated)
