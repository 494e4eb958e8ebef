"""One row for each contrast of the study."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from recurseq.base.tables import read_table, write_table
    from recurseq.evidence.summary import summarise

    rows = [read_table(path, "contrast_summary_row") for path in snakemake.input.rows]
    evidence = [read_table(path, "contrast_evidence") for path in snakemake.input.evidence]
    shuffles = [read_table(path, "contrast_permutations") for path in snakemake.input.permutations]
    write_table(summarise(rows, evidence, shuffles), snakemake.output.summary, "contrast_summary")
