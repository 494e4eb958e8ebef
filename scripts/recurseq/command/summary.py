"""What a run left behind, in a few lines: calls, flags, remarks, and where the report is."""

from __future__ import annotations

from pathlib import Path

from recurseq.base.h5ad import open_h5ad
from recurseq.base.tables import MISSING
from recurseq.clinical.cautions import SEVERITIES
from recurseq.clinical.words import headline, size_text
from recurseq.command.folder import StudyFolder
from recurseq.command.terminal import heading, say, say_whole, show_table
from recurseq.evidence.verdict import IN_WORDS as VERDICTS
from recurseq.replication.codes import IN_WORDS as REPLICATION
from recurseq.report.results import PAGE, WORKBOOK, Results
from recurseq.study import Study

_COLUMNS = {
    "contrast": "contrast",
    "called_up": "up",
    "called_down": "down",
    "confirmed": "confirmed",
    "carried_by_few": "carried by few",
    "permuted_median": "shuffled labels",
    "verdict": "verdict",
    "tested": "tested",
    "rule": "rule",
}


def called_genes(results: Results) -> list[list[object]]:
    """Return name, calls, their support, what chance calls, and rule of every contrast."""
    summary = results.table("contrast_summary")
    if summary is None:
        return []
    shown = summary.assign(
        permuted_median=summary["permuted_median"].map("{:,.6g}".format).replace("nan", MISSING),
        verdict=summary["verdict"].map(VERDICTS).fillna(MISSING),
    )
    return shown[list(_COLUMNS)].to_numpy().tolist()


def import_messages(results: Path) -> list[str]:
    """Return what the import wanted the user to know."""
    path = results / "cohort.h5ad"
    if not path.is_file():
        return []
    return list(open_h5ad(path).uns["messages"])


def show_summary(study: Study, notes: list[str], folder: StudyFolder) -> None:
    """Print the end of a run."""
    results = Results(folder.results, study)
    if study.has_counts:
        heading("Called genes")
        show_table(list(_COLUMNS.values()), called_genes(results))
    _show_replication(results)
    _show_survival(results)
    flags = results.table("qc_flags")
    if flags is not None and len(flags):
        number = flags["sample_id"].nunique()
        out = "1 sample stands out" if number == 1 else f"{number} samples stand out"
        heading(f"Quality flags: {out}; none was dropped")
        columns = ["sample_id", "flag", "reason"]
        show_table(columns, flags[columns].to_numpy().tolist())
    elif flags is not None:
        say()
        say("Quality flags: none.")
    remarks = dict.fromkeys([*import_messages(folder.results), *notes])  # each of them once
    if remarks:
        heading("Notes")
        for remark in remarks:
            say(f"- {remark}")
    say()
    _show_files(folder.results)


def _show_replication(results: Results) -> None:
    """Show how the calls do in other studies, beside what chance makes."""
    summary = results.table("replication_summary")
    if summary is None or summary.empty:
        return
    heading("Called genes in other studies")
    by_chance = summary["same_direction_by_chance"].map("{:,.6g}".format).replace("nan", MISSING)
    shown = summary.assign(by_chance=by_chance, verdict=summary["verdict"].map(REPLICATION))
    columns = ["study", "contrast", "found", "same_direction", "by_chance", "replicated"]
    titles = [name.replace("_", " ") for name in columns]
    counts = shown[columns].astype(object).where(shown[columns].notna(), MISSING)
    rows = counts.assign(verdict=shown["verdict"]).to_numpy().tolist()
    show_table([*titles, "verdict"], rows)


def _show_survival(results: Results) -> None:
    """Show how groups compare, and how many cautions stand beside that."""
    rows = []
    for name in results.study.wildcards["survival"]:
        read = [
            results.table(f"survival_{part}", survival=name)
            for part in ("groups", "tests", "cautions")
        ]
        if all(table is not None for table in read):
            rows.append([name, size_text(read[0]), headline(*read)])
    if rows:
        heading("Survival")
        show_table(["analysis", "patients", "comparison"], rows)
    cautions = results.table("clinical_cautions")
    if cautions is not None and len(cautions):
        counts = cautions["severity"].value_counts()
        told = ", ".join(f"{counts[name]} {name}" for name in SEVERITIES if name in counts)
        say()
        say(f"Cautions beside the clinical numbers: {told}; see clinical/cautions.tsv.")


def _show_files(results: Path) -> None:
    if not (results / PAGE).is_file():
        say("The report was not made: not everything has run.")
        return
    say_whole(f"Report:   {results / PAGE}", "bold")
    say_whole(f"Workbook: {results / WORKBOOK}")
