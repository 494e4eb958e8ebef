"""Draw the flow of patients, and when early events occur and how patients are at them."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, read_tables
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.figures.cohort import draw_cohort

    settings = clinical_settings(snakemake.params.sections)
    given = {name: files for name, files in snakemake.input.items() if name != "flow"}
    names = {"description": list(settings.descriptions)}
    flow = [read_table(path, "clinical_flow") for path in snakemake.input.flow]
    draw_cohort(
        settings,
        flow[0] if flow else None,
        read_tables(given, names),
        snakemake.params.split,
        snakemake.output,
        snakemake.params.simulated,
    )
