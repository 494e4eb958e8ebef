"""Compare patients between groups in each variable."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_table
    from recurseq.clinical.associations import associate
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.settings import clinical_settings

    settings = clinical_settings(snakemake.params.sections)
    cutoffs = dict(zip(snakemake.params.cutoffs, snakemake.input.cutoffs, strict=True))
    patients = read_patients(snakemake.input.patients, settings, cutoffs)
    entry = settings.associations[snakemake.wildcards.association]
    found = associate(entry, patients, snakemake.params.seed)
    write_table(found.table, snakemake.output.association, "clinical_association")
    write_table(as_table(found.cautions), snakemake.output.cautions, "association_cautions")
