"""One row for each contrast of the study."""

from recurseq.jobs.log import logged

with logged(snakemake):
    import pandas as pd

    from recurseq.base.tables import read_table, write_table

    rows = [read_table(path, "contrast_summary_row") for path in snakemake.input.rows]
    write_table(pd.concat(rows), snakemake.output.summary, "contrast_summary")
