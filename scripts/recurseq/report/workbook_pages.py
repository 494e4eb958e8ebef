"""First and last sheet of the workbook: the study in short, and what every column means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from recurseq.base.tables import describe
from recurseq.report.results import Results
from recurseq.report.workbook_sheets import Sheet

SUMMARY, LEGEND = "Summary", "Legend"
SIMULATED = "SIMULATED DATA: no patient is behind these numbers"
ROUNDED = (
    "Numbers have four significant digits here and their full precision in the TSV files. "
    "A grey NA is a missing value; columns that hold nothing else are left out."
)
# Of the table `contrast_summary`.
IN_SHORT = (
    *("contrast", "numerator", "denominator", "n_numerator", "n_denominator", "rule"),
    *("tested", "called_up", "called_down", "confirmed", "carried_by_few", "verdict"),
)
# Nobody reads a sheet that is wider; the distances of 2,000 samples alone would take 40 MB.
MOST_COLUMNS = 200
TOO_WIDE = "Not in this workbook: {columns:,} columns are more than anybody reads; see {file}."


@dataclass(frozen=True)
class InShort:
    """What the first sheet says of the study.

    Attributes
    ----------
    title
        Title of the study.
    facts
        Samples, design, patients: a sentence each.
    contrasts
        Table ``contrast_summary``; None for a study without contrasts.
    simulated
        Whether the data are simulated, which is then said first.
    """

    title: str
    facts: Sequence[str] = ()
    contrasts: pd.DataFrame | None = None
    simulated: bool = False


@dataclass(frozen=True)
class Written:
    """A sheet under the name it got, with what the legend says of rows and columns left out."""

    name: str
    sheet: Sheet
    remark: str


def in_short(results: Results) -> InShort:
    """Gather what the first sheet says of a study."""
    study, facts = results.study, []
    if study.has_counts:
        facts.append(f"{len(results.samples)} samples; design {study.formula}.")
    missing = results.table("clinical_missing")
    if missing is not None and len(missing):
        facts.append(f"{missing['n'].iloc[0] + missing['missing'].iloc[0]:,} patients.")
    summary = results.table("contrast_summary") if study.has_counts else None
    return InShort(study.title, facts, summary, study.simulated)


def write_summary(page, short: InShort, named: Sequence[tuple[str, Sheet]], cells) -> None:
    """Write the study in short, its contrasts, and a link to every sheet.

    Parameters
    ----------
    page
        The worksheet.
    short
        What it says.
    named
        Every other sheet and its name, in order.
    cells
        Formats by name, and ``write`` for a typed cell.
    """
    formats = cells.formats
    page.hide_gridlines(2)
    for column, width in enumerate((30, 30, 30, *[13] * (len(IN_SHORT) - 3))):
        page.set_column(column, column, width)
    row = _title(page, short, formats)
    for text in (*short.facts, ROUNDED):
        page.write_string(row, 0, text)
        row += 1
    _link(page, row, LEGEND, "What every sheet and column means: Legend")
    row += 2
    if short.contrasts is not None:
        row = _contrasts(page, row, short.contrasts, cells) + 1
    for column, text in enumerate(("Sheet", "What it holds")):
        page.write_string(row, column, text, formats["header"])
    for name, sheet in named:
        row += 1
        _link(page, row, name, name)
        page.write_string(row, 1, sheet.table.title)


def _title(page, short: InShort, formats: dict) -> int:
    page.write_string(0, 0, short.title, formats["title"])
    if not short.simulated:
        return 1
    for column, text in enumerate((SIMULATED, "", "")):
        page.write_string(1, column, text, formats["banner"])
    return 2


def _contrasts(page, row: int, summary: pd.DataFrame, cells) -> int:
    """Write the row of each contrast; return the row after the last."""
    kinds = describe("contrast_summary").kinds
    columns = [name for name in IN_SHORT if name in summary and summary[name].notna().any()]
    for column, name in enumerate(columns):
        page.write_string(row, column, name, cells.formats["header"])
    for values in summary[columns].itertuples(index=False):
        row += 1
        for column, (name, value) in enumerate(zip(columns, values, strict=True)):
            cells.write(page, row, column, kinds[name], None if pd.isna(value) else value)
    return row + 1


def _link(page, row: int, sheet: str, text: str) -> None:
    target = sheet.replace("'", "''")
    page.write_url(row, 0, f"internal:'{target}'!A1", string=text)


def write_legend(
    page, short: InShort, written: Sequence[Written], wide: Sequence[Sheet], formats: dict
) -> None:
    """Write what each sheet holds, which tables have none, and what each column means."""
    for column, width in enumerate((34, 30, 110)):
        page.set_column(column, column, width)
    page.hide_gridlines(2)
    row = _title(page, short, formats)
    page.write_string(row, 0, ROUNDED)
    row = _sheet_list(page, written, row + 2, formats)
    for sheet in wide:
        remark = TOO_WIDE.format(columns=sheet.width, file=sheet.lies_in)
        page.write_string(row, 1, sheet.table.title, formats["wrap"])
        page.write_string(row, 2, f"{sheet.table.description} {remark}", formats["wrap"])
        row += 1
    _columns(page, written, row + 1, formats)


def _sheet_list(page, written: Sequence[Written], row: int, formats: dict) -> int:
    for column, text in enumerate(("Sheet", "Table", "What it holds")):
        page.write_string(row, column, text, formats["header"])
    for one in written:
        row += 1
        table = one.sheet.table
        _link(page, row, one.name, one.name)
        page.write_string(row, 1, table.title, formats["wrap"])
        holds = [table.description, one.sheet.facts, one.remark, f"File: {one.sheet.lies_in}."]
        page.write_string(row, 2, " ".join(filter(None, holds)), formats["wrap"])
    return row + 1


def _columns(page, written: Sequence[Written], row: int, formats: dict) -> None:
    for column, text in enumerate(("Table", "Column", "Meaning")):
        page.write_string(row, column, text, formats["header"])
    for table in {one.sheet.table.name: one.sheet.table for one in written}.values():
        for described in table.columns:
            row += 1
            page.write_string(row, 0, table.title, formats["wrap"])
            page.write_string(row, 1, described.name, formats["bold"])
            page.write_string(row, 2, described.description, formats["wrap"])
