"""Find cut-offs, and say what each is worth."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_tables
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.cutoffs import find
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.read_settings import clinical_settings

    settings = clinical_settings(snakemake.params.sections)
    patients = read_patients(snakemake.input.patients, settings)
    for number, cutoff in enumerate(settings.cutoffs.values()):
        found = find(cutoff, patients, snakemake.params.seed)
        tables = {
            "clinical_cutoff": found.cutoff,
            "clinical_scan": found.scan,
            "cutoff_cautions": as_table(found.cautions),
        }
        write_tables(tables, snakemake.output, number)
