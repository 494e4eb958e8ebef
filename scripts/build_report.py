"""The report: one page from the result files of the study."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from pathlib import Path

    from recurseq.report.page import build_page, write_page

    output = Path(snakemake.output.html)
    write_page(build_page(output.parents[1], snakemake.params.config), output)
