"""Forest, balance and curves of treatments compared within strata of risk."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_tables
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.figures.benefit import draw_benefits

    settings = clinical_settings(snakemake.params.sections)
    tables = read_tables(snakemake.input, snakemake.params.names)
    names, simulated = snakemake.params.names, snakemake.params.simulated
    draw_benefits(settings, tables, names, snakemake.output, simulated)
