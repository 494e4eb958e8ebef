"""Describe early events: when they occur, and how patients are at them."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.descriptions import describe_event
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.read_settings import clinical_settings

    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    for number, entry in enumerate(settings.descriptions.values()):
        found = describe_event(entry, patients)
        tables = {
            "description_occurrence": found.occurrence,
            "description_shares": found.shares,
            "description_cohorts": found.cohorts,
            "description_cautions": as_table(found.cautions),
        }
        write_tables(tables, snakemake.output, number)
