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


@dataclass(frozen=True)
class FileFacts:
    """What lies beside the page, and the tables that exist, by their folder."""

    beside: list[DataFiles]
    tables: dict[str, list[DataFiles]]


def collect(results: Results, study: Study) -> FileFacts:
    """List what lies beside the page, and every table that exists, those of one kind together."""
    kinds: dict[str, DataFiles] = {}
    folders: dict[str, list[DataFiles]] = {}
    for file in results.files():
        if file.table.name not in kinds:
            one = DataFiles([], file.table.title, file.table.description)
            kinds[file.table.name] = one
            folders.setdefault(file.path.partition("/")[0], []).append(one)
        link = results.link(results.folder / file.path)
        kinds[file.table.name].files.append((link, file.path))
    beside = [DataFiles([(path.name, path.name)], *text) for path, text in BESIDE.items()]
    return FileFacts(beside, folders)
