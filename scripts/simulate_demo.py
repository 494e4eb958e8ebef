"""Simulate the counts of a cohort and write the truth beside them."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_table
    from recurseq.cohort.genes.annotation import load_annotation
    from recurseq.demo.cohort import COHORTS
    from recurseq.demo.simulate import simulate, write_counts
    from recurseq.io.sheets import read_sheet

    given, params = read_sheet(snakemake.input.samples), snakemake.params
    simulated = simulate(given, params.seed, load_annotation("builtin"), COHORTS[params.cohort])
    write_counts(simulated.counts, snakemake.output.counts)
    write_table(simulated.genes, snakemake.output.truth, "demo_truth")
    write_table(simulated.samples, snakemake.output.samples, "demo_samples")
