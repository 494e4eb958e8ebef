"""The report: one page from the result files of the study, and how to cite it."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from pathlib import Path

    from recurseq.report.page import build_report, write_text

    output = snakemake.output
    report = build_report(Path(output.html).parents[1], snakemake.params.config)
    write_text(report.bibtex, output.bibtex)
    write_text(report.citation, output.citation)
    write_text(report.page, output.html)
