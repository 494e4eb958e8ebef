"""The workbook: the study in short, its called genes, every result table and a legend."""

from recurseq.jobs.log import logged

with logged(snakemake):
    from pathlib import Path

    from recurseq.report.results import Results
    from recurseq.report.workbook import write_workbook
    from recurseq.report.workbook_pages import in_short
    from recurseq.report.workbook_sheets import study_sheets
    from recurseq.study import load_study

    output = Path(snakemake.output.workbook)
    results = Results(output.parents[1], load_study(snakemake.params.config))
    write_workbook(study_sheets(results), output, in_short(results))
