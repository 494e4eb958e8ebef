"""Test the contrast in the demo's second cohort, as a study of its own would."""

from recurseq.jobs.log import logged

with logged(snakemake):
    import pandas as pd

    from recurseq.base.tables import write_table
    from recurseq.cohort.genes.annotation import load_annotation
    from recurseq.demo.second_fit import fit_second
    from recurseq.design.contrast import Contrast
    from recurseq.io.sheets import read_sheet

    counts = pd.read_csv(snakemake.input.counts, sep="\t", index_col="gene_id")
    known = load_annotation("builtin").drop_duplicates("gene_id").set_index("gene_id")["gene_name"]
    table = fit_second(
        counts,
        read_sheet(snakemake.input.samples),
        Contrast.from_dict(snakemake.params.contrast),
        known,
        snakemake.params.alpha,
    )
    write_table(table, snakemake.output.table, "demo_second")
