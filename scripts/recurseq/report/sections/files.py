"""The files behind the page: what each holds, and the way to it."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.report.results import WORKBOOK, Results
from recurseq.study import Study

TITLE = "Data files"


@dataclass(frozen=True)
class DataFile:
    """One file: the link from the page, its name below the results folder, what it holds."""

    link: str
    name: str
    title: str
    description: str


def collect(results: Results, study: Study) -> list[DataFile]:
    """List the workbook and every table that exists."""
    workbook = DataFile(
        results.link(results.folder / WORKBOOK),
        WORKBOOK.name,
        "All tables as one workbook",
        "Summary, called genes, one sheet per table and a legend; four significant digits.",
    )
    return [
        workbook,
        *(
            DataFile(
                results.link(results.folder / file.path),
                file.path,
                file.table.title,
                file.table.description,
            )
            for file in results.files()
        ),
    ]
