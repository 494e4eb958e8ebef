"""Report, workbook, tables and figures as one file that can be sent."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from pathlib import Path

    from recurseq.report.package import write_package
    from recurseq.report.results import Results
    from recurseq.study import load_study

    output = Path(snakemake.output.package)
    study = load_study(snakemake.params.config)
    write_package(Results(output.parents[1], study), output)
