"""What a run left behind, in a few lines: calls, flags, remarks, and where the report is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recurseq.base.h5ad import open_h5ad
from recurseq.base.tables import read_table
from recurseq.command.folder import StudyFolder
from recurseq.command.terminal import heading, say, say_whole, show_table
from recurseq.report.contrast_facts import short_rule
from recurseq.study import Study


@dataclass(frozen=True)
class Calls:
    """Genes of one contrast: those with the adjusted p-value of the rule, and those called."""

    contrast: str
    rule: str
    tested: int
    up: int
    down: int


def called_genes(study: Study, results: Path) -> list[Calls]:
    """Count the called genes of every contrast that has a table."""
    found = []
    for name, contrast in study.contrasts.items():
        path = results / "contrasts" / name / "genes.tsv"
        if path.is_file():
            decisive = "padjThreshold" if contrast.lfc_threshold > 0 else "padj"
            genes = pd.read_csv(path, sep="\t", usecols=["direction", decisive], quoting=3)
            counts = genes["direction"].value_counts()
            rule = short_rule(study.testing.alpha, contrast.lfc_threshold, contrast.min_abs_lfc)
            tested = int(genes[decisive].notna().sum())
            found.append(
                Calls(name, rule, tested, *(int(counts.get(d, 0)) for d in ("up", "down")))
            )
    return found


def quality_flags(results: Path) -> pd.DataFrame | None:
    """Return the flags of quality control, or None when it has not run."""
    path = results / "qc" / "flags.tsv"
    return read_table(path, "qc_flags") if path.is_file() else None


def import_messages(results: Path) -> list[str]:
    """Return what the import wanted the user to know."""
    path = results / "cohort.h5ad"
    if not path.is_file():
        return []
    return list(open_h5ad(path).uns["messages"])


def show_summary(study: Study, notes: list[str], folder: StudyFolder) -> None:
    """Print the end of a run."""
    heading("Called genes")
    calls = called_genes(study, folder.results)
    show_table(
        ["contrast", "up", "down", "tested", "rule"],
        [[c.contrast, c.up, c.down, c.tested, c.rule] for c in calls],
    )
    flags = quality_flags(folder.results)
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
    _show_files(folder.results / "report")


def _show_files(report: Path) -> None:
    if not (report / "report.html").is_file():
        say("The report was not made: not everything has run.")
        return
    say_whole(f"Report:   {report / 'report.html'}", "bold")
    say_whole(f"Workbook: {report / 'tables.xlsx'}")
