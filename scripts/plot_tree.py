"""Trees and strata of risk models."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_tables
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.figures.risk_groups import FIGURES
    from recurseq.figures.risks import draw_risks
    from recurseq.risk.settings import risk_settings

    sections, names = snakemake.params.sections, snakemake.params.names
    tables = read_tables(snakemake.input, names)
    draw_risks(
        FIGURES,
        clinical_settings(sections),
        risk_settings(sections),
        tables,
        names,
        snakemake.output,
        snakemake.params.simulated,
    )
