"""Compare patients between groups in each variable."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_tables
    from recurseq.clinical.associations import associate
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.read_settings import clinical_settings

    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    for number, entry in enumerate(settings.associations.values()):
        found = associate(entry, patients, snakemake.params.seed)
        tables = {
            "clinical_association": found.table,
            "association_cautions": as_table(found.cautions),
        }
        write_tables(tables, snakemake.output, number)
