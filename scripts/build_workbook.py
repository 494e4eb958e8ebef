"""The workbook: a legend and every result table."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from pathlib import Path

    from recurseq.report.results import Results
    from recurseq.report.workbook import study_sheets, write_workbook
    from recurseq.study import load_study

    output = Path(snakemake.output.workbook)
    study = load_study(snakemake.params.config)
    sheets = study_sheets(Results(output.parents[1], study))
    write_workbook(sheets, output, title=study.title, simulated=study.simulated)
