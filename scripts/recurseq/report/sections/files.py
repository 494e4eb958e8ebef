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
class DataFile:
    """One file: the link from the page, its name below the results folder, what it holds."""

    link: str
    name: str
    title: str
    description: str


@dataclass(frozen=True)
class FileFacts:
    """What lies beside the page, and the tables that exist, by their folder."""

    beside: list[DataFile]
    tables: dict[str, list[DataFile]]


def collect(results: Results, study: Study) -> FileFacts:
    """List what lies beside the page, and every table that exists."""
    tables: dict[str, list[DataFile]] = {}
    for file in results.files():
        link = results.link(results.folder / file.path)
        one = DataFile(link, file.path, file.table.title, file.table.description)
        tables.setdefault(file.path.partition("/")[0], []).append(one)
    return FileFacts(
        [DataFile(path.name, path.name, *text) for path, text in BESIDE.items()], tables
    )
