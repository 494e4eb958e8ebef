"""Simulate the counts of the demo study and write the truth beside them."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import write_table
    from recurseq.cohort.genes.annotation import load_annotation
    from recurseq.demo.simulate import simulate, write_counts
    from recurseq.io.sheets import read_sheet

    samples = read_sheet(snakemake.input.samples)
    simulated = simulate(samples, snakemake.params.seed, load_annotation("builtin"))
    write_counts(simulated.counts, snakemake.output.counts)
    write_table(simulated.genes, snakemake.output.truth, "demo_truth")
    write_table(simulated.samples, snakemake.output.samples, "demo_samples")
