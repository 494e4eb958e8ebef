"""The report: one page from the result files of the study, and how to cite it."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from pathlib import Path

    from recurseq.base.whole_file import write_whole
    from recurseq.report.page import build_report

    output = snakemake.output
    report = build_report(Path(output.html).parents[1], snakemake.params.config)
    write_whole(report.bibtex, output.bibtex)
    write_whole(report.citation, output.citation)
    write_whole(report.page, output.html)
