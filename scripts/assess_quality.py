"""Depth, components, distances, sex and flags of every sample, before any model."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.h5ad import open_h5ad
    from recurseq.base.tables import write_table
    from recurseq.cohort.lengths import normalization_values
    from recurseq.qc.assess import assess_quality

    cohort = open_h5ad(snakemake.input.cohort)
    values = normalization_values(
        cohort, snakemake.params.normalization, snakemake.input.get("lengths") or None
    )
    for table, frame in assess_quality(cohort, values, snakemake.params.adjusted_for).items():
        write_table(frame, snakemake.output[table.removeprefix("qc_")], table)
