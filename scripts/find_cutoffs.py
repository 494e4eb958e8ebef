"""Find a cut-off, and say what it is worth."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_table
    from recurseq.clinical.cautions import as_table
    from recurseq.clinical.cutoffs import find
    from recurseq.clinical.patients import read_patients
    from recurseq.clinical.settings import clinical_settings

    settings = clinical_settings(snakemake.params.sections)
    patients = read_patients(snakemake.input.patients, settings)
    found = find(settings.cutoffs[snakemake.wildcards.cutoff], patients, snakemake.params.seed)
    write_table(found.cutoff, snakemake.output.cutoff, "clinical_cutoff")
    write_table(found.scan, snakemake.output.scan, "clinical_scan")
    write_table(as_table(found.cautions), snakemake.output.cautions, "cutoff_cautions")
