"""Read counts and samples into one cohort, checked against each other."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import write_h5ad
    from recurseq.cohort.importing import import_cohort
    from recurseq.study import CohortSettings, read_samples

    settings = CohortSettings.from_dict(snakemake.params.settings)
    write_h5ad(import_cohort(settings, read_samples(settings)), snakemake.output.cohort)
