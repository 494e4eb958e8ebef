"""Trees and strata of risk models."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_tables
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.figures.drawing import draw_named
    from recurseq.figures.risk_groups import FIGURES
    from recurseq.risk.settings import risk_settings

    sections, names = snakemake.params.sections, snakemake.params.names
    settings, risks = clinical_settings(sections), risk_settings(sections)
    tables, simulated = read_tables(snakemake.input, names), snakemake.params.simulated
    draw_named(
        FIGURES,
        names,
        snakemake.output,
        lambda draw, name: draw(settings, risks[name], tables, simulated),
    )
