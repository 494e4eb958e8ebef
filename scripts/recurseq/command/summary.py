"""What a run left behind, in a few lines: calls, flags, remarks, and where the report is."""

from __future__ import annotations

from pathlib import Path

from recurseq.base.h5ad import open_h5ad
from recurseq.command.folder import StudyFolder
from recurseq.command.terminal import heading, say, say_whole, show_table
from recurseq.report.results import PAGE, WORKBOOK, Results
from recurseq.study import Study


def called_genes(results: Results) -> list[list[object]]:
    """Return name, calls, their support and rule of every contrast, as in their summary."""
    summary = results.table("contrast_summary")
    columns = ["contrast", "called_up", "called_down", "confirmed", "carried_by_few"]
    columns += ["tested", "rule"]
    return [] if summary is None else summary[columns].to_numpy().tolist()


def import_messages(results: Path) -> list[str]:
    """Return what the import wanted the user to know."""
    path = results / "cohort.h5ad"
    if not path.is_file():
        return []
    return list(open_h5ad(path).uns["messages"])


def show_summary(study: Study, notes: list[str], folder: StudyFolder) -> None:
    """Print the end of a run."""
    results = Results(folder.results, study)
    heading("Called genes")
    header = ["contrast", "up", "down", "confirmed", "carried by few", "tested", "rule"]
    show_table(header, called_genes(results))
    flags = results.table("qc_flags")
    if flags is not None and len(flags):
        heading(
            f"Quality flags: {flags['sample_id'].nunique()} samples stand out; none was dropped"
        )
        columns = ["sample_id", "flag", "reason"]
        show_table(columns, flags[columns].to_numpy().tolist())
    elif flags is not None:
        say()
        say("Quality flags: none.")
    remarks = [*import_messages(folder.results), *notes]
    if remarks:
        heading("Notes")
        for remark in remarks:
            say(f"- {remark}")
    say()
    _show_files(folder.results)


def _show_files(results: Path) -> None:
    if not (results / PAGE).is_file():
        say("The report was not made: not everything has run.")
        return
    say_whole(f"Report:   {results / PAGE}", "bold")
    say_whole(f"Workbook: {results / WORKBOOK}")
