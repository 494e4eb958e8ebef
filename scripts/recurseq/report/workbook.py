"""The result tables as one workbook that a spreadsheet program opens without changing a value."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import xlsxwriter

from recurseq.base.tables import ANY, MISSING
from recurseq.base.whole_file import whole_file
from recurseq.report.sheet_names import sheet_names
from recurseq.report.workbook_pages import (
    LEGEND,
    MOST_COLUMNS,
    SUMMARY,
    InShort,
    Written,
    write_legend,
    write_summary,
)
from recurseq.report.workbook_sheets import Sheet

EXCEL_TEXT = 32_767
DIGITS = 4  # significant ones of a number; all of them are in the TSV file
# A fixed date keeps the file byte-identical from run to run.
CREATED = datetime.datetime(2016, 9, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
FORMATS = {
    "text": {"num_format": "@"},  # stays text when somebody edits the cell
    "integer": {"num_format": "#,##0"},
    "number": {},
    "pvalue": {"num_format": "0.000E+00"},
    "missing": {"font_color": "#8A8F98", "align": "right"},
    "header": {"bold": True, "bg_color": "#E6ECF2", "bottom": 1},
    "title": {"bold": True, "font_size": 16},
    "banner": {"bold": True, "font_color": "#7A2E00", "bg_color": "#FFE3C2"},
    "bold": {"bold": True},
    "wrap": {"text_wrap": True, "valign": "top"},
}
MEASURED_ROWS = 300


def write_workbook(sheets: Sequence[Sheet], path: str | Path, short: InShort) -> None:
    """Write the study in short, one sheet per table, and a legend.

    Genes and all other texts are written as texts, so that no program reads ``SEPT1`` as a date
    or ``=A1`` as a formula; a missing value is a grey ``NA``. Numbers have four significant digits.
    The same tables give the same bytes.

    Parameters
    ----------
    sheets
        The tables, in the order of the workbook.
    path
        The ``.xlsx`` file; it appears under its name only when complete.
    short
        What the first sheet says of the study.
    """
    narrow = [sheet for sheet in sheets if sheet.width <= MOST_COLUMNS]
    wide = [sheet for sheet in sheets if sheet.width > MOST_COLUMNS]
    first, last, *names = sheet_names([SUMMARY, LEGEND, *(sheet.title for sheet in narrow)])
    named = list(zip(names, narrow, strict=True))
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with whole_file(path) as partial, xlsxwriter.Workbook(str(partial), options) as book:
        book.set_properties({"title": short.title, "author": "recurseq", "created": CREATED})
        cells = Cells({name: book.add_format(look) for name, look in FORMATS.items()})
        write_summary(book.add_worksheet(first), short, named, cells)
        written = [
            Written(name, sheet, _write_sheet(book.add_worksheet(name), sheet, cells))
            for name, sheet in named
        ]
        write_legend(book.add_worksheet(last), short, written, wide, cells.formats)


@dataclass(frozen=True)
class Cells:
    """Writes typed values in the formats of a workbook."""

    formats: dict[str, xlsxwriter.format.Format]

    def write(self, page, row: int, column: int, kind: str, value: object) -> None:
        """Write one value; None is missing."""
        if value is None:
            page.write_string(row, column, MISSING, self.formats["missing"])
        elif isinstance(value, str):
            page.write_string(row, column, _fitting(value), self.formats["text"])
        elif kind == "boolean":
            page.write_boolean(row, column, bool(value))
        elif kind == "integer":
            page.write_number(row, column, int(value), self.formats["integer"])
        elif math.isfinite(value):
            page.write_number(row, column, rounded(value), self.formats[kind])
        else:
            page.write_string(row, column, f"{value:g}", self.formats["missing"])


def rounded(value: float) -> float:
    """Return a number with four significant digits."""
    return float(f"{value:.{DIGITS}g}")


def _write_sheet(page, sheet: Sheet, cells: Cells) -> str:
    """Write one table; return what the legend has to say about what is not in it."""
    frame, remark = sheet.shown()
    kinds = [_kind(frame[name], sheet.table.kind(str(name))) for name in frame]
    for column, width in enumerate(_widths(frame, kinds)):
        page.set_column(column, column, width)
    page.freeze_panes(1, min(2, len(frame.columns) - 1))
    page.autofilter(0, 0, len(frame), len(frame.columns) - 1)
    for column, name in enumerate(frame.columns):
        page.write_string(0, column, str(name), cells.formats["header"])
    values = (_plain(frame[name], kind) for name, kind in zip(frame, kinds, strict=True))
    for row, line in enumerate(zip(*values, strict=True), start=1):
        for column, value in enumerate(line):
            cells.write(page, row, column, kinds[column], value)
    return remark


def _kind(values: pd.Series, kind: str) -> str:
    if kind == ANY:
        return "number" if pd.api.types.is_float_dtype(values) else "text"
    return "text" if kind == "list" else kind


def _plain(values: pd.Series, kind: str) -> list:
    """Return Python values, None for missing; pandas' own scalars are slow to test one by one."""
    if kind == "text":
        values = values.where(values.isna(), values.astype(str))
    return values.astype(object).where(values.notna(), None).tolist()


def _widths(frame: pd.DataFrame, kinds: list[str]) -> list[float]:
    """Width in characters: room for the header and its filter arrow; texts up to 44."""
    widths = []
    for name, kind in zip(frame.columns, kinds, strict=True):
        longest = 8
        if kind == "text":
            texts = frame[name].head(MEASURED_ROWS).dropna().astype(str)
            longest = min(44, int(texts.str.len().max())) if len(texts) else 4
        widths.append(max(longest, len(str(name)) + 3) + 1)
    return widths


def _fitting(text: str) -> str:
    """Cut a text at what a cell can hold, and say so in the cell."""
    if len(text) <= EXCEL_TEXT:
        return text
    ending = " … (cut; whole in the TSV file)"
    return text[: EXCEL_TEXT - len(ending)] + ending
