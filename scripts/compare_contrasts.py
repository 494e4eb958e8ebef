"""Contrasts beside each other: calls at other limits, shared calls, agreement of change."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, write_table
    from recurseq.contrasts.across import agreement, overlaps, threshold_counts
    from recurseq.design.contrast import Contrast

    output = snakemake.output
    contrasts = [Contrast.from_dict(one) for one in snakemake.params.contrasts]
    read = [read_table(path, "contrast_genes") for path in snakemake.input.genes]
    tables = {one.name: table for one, table in zip(contrasts, read, strict=True)}
    counts = threshold_counts(contrasts, tables)
    write_table(counts, output.thresholds, "contrast_thresholds")
    if len(contrasts) > 1:
        write_table(overlaps(tables), output.overlaps[0], "contrast_overlaps")
        found = agreement(contrasts, tables)
        write_table(found, output.agreement[0], "contrast_agreement")
