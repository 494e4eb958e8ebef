"""Count the patients at each step of the exclusions, and in each cohort."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_table
    from recurseq.clinical.cohorts import trace
    from recurseq.clinical.patients import read_typed
    from recurseq.clinical.read_settings import clinical_settings

    settings = clinical_settings(snakemake.params.sections)
    frame = read_typed(snakemake.input.patients, "clinical_table", settings)
    write_table(trace(settings, frame)[1], snakemake.output.flow, "clinical_flow")
