"""The files behind the page: what each holds, and the way to it."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.report.results import BIBTEX, CITATION, WORKBOOK, Results
from recurseq.study import Study

TITLE = "Data files"
# Files beside the page: title, and what they hold.
BESIDE = {
    WORKBOOK: (
        "All tables as one workbook",
        "Summary, called genes, one sheet per table and a legend; four significant digits.",
    ),
    BIBTEX: ("References", "What the methods cite, as BibTeX for reference managers."),
    CITATION: (
        "Citation of the run",
        "The run, its software and its methods in the Citation File Format; name the authors of "
        "the study in it before you publish it.",
    ),
}


@dataclass(frozen=True)
class DataFiles:
    """Files of one kind: link from the page and name below the results folder, what they hold."""

    files: list[tuple[str, str]]
    title: str
    description: str


def collect(results: Results, study: Study) -> list[DataFiles]:
    """List what lies beside the page, and every table that exists, those of one kind together."""
    kinds = {file.table.name: file.table for file in results.files()}
    links = {
        name: [
            (results.link(results.folder / file.path), file.path)
            for file in results.files()
            if file.table.name == name
        ]
        for name in kinds
    }
    return [
        *(DataFiles([(path.name, path.name)], *text) for path, text in BESIDE.items()),
        *(DataFiles(links[name], kind.title, kind.description) for name, kind in kinds.items()),
    ]
