"""Read counts and samples into one cohort, checked against each other."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import write_h5ad
    from recurseq.cohort.importing import import_cohort
    from recurseq.study import load_study, read_samples

    study = load_study(snakemake.params.config)
    write_h5ad(import_cohort(study, read_samples(study)), snakemake.output.cohort)
