"""Read the clinical table: dates, numbers, levels, and who belongs to which cohort."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.errors import raise_if_any
    from recurseq.clinical.cohorts import flags
    from recurseq.clinical.patients import write_patients
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.clinical.table import read_table

    settings = clinical_settings(snakemake.params.sections)
    table, problems = read_table(settings)
    raise_if_any(problems)
    frame = table.frame.join(flags(settings, table.frame))
    write_patients(frame, snakemake.output.patients, "clinical_table")
