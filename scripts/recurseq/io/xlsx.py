"""One sheet of an xlsx workbook: the first that is visible, or the one that is named."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

import pandas as pd

from recurseq.base.text import few, suggest
from recurseq.io.bytes import amount, fail, largest_unpacked
from recurseq.io.cells import TABLE_KINDS, cell_text, numbers_or_text

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

_BROKEN_SPREADSHEET = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ParseError, NotImplementedError),
    *(KeyError, ValueError, IndexError, TypeError, AttributeError),  # openpyxl, at what it expected
)
MOST_CELLS = 200_000_000  # of a sheet, empty ones too


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook.

    Attributes
    ----------
    name
        Its name.
    others
        Names of the other visible sheets.
    rows
        Cells of equal rows, which keep their type; empty rows are left out.
    numbers
        The number of each row in the sheet, from 1.
    """

    name: str
    others: tuple[str, ...]
    rows: tuple[tuple, ...]
    numbers: tuple[int, ...]

    def message(self, where: str) -> str:
        """Say which sheet was read; empty when there is only one."""
        return f"{where}: sheet {self.name!r} was read, not {few(self.others)}" * bool(self.others)


def read_xlsx(where: str, data: bytes, wanted: str | int | None = None) -> Sheet:
    """Read one sheet of a workbook.

    Parameters
    ----------
    where
        The file, for messages.
    data
        Its bytes.
    wanted
        Name of the sheet, or its number from 1; None is the first that is not hidden.

    Raises
    ------
    InputError
        When the file is broken, swells when it is unpacked, has no such sheet, or an empty one.
    """
    with opened(where, data) as sheets:
        sheet = _chosen(where, sheets, wanted)
        kept = filled_rows(where, sheet, MOST_CELLS)
        others = tuple(one.title for one in visible(sheets) if one.title != sheet.title)
    if not kept:
        found = (
            f"the sheet is empty; the others are {few(others)}" if others else "the sheet is empty"
        )
        fix = "say which to read by counts.sheet, or put the table first" if others else ""
        raise fail(f"{where}, sheet {sheet.title!r}", found, "a header and rows", fix)
    width = max(len(row) for row in kept.values())
    rows = tuple(row + (None,) * (width - len(row)) for row in kept.values())
    return Sheet(sheet.title, others, rows, tuple(kept))


@contextmanager
def opened(where: str, data: bytes) -> Iterator[Sequence[ReadOnlyWorksheet]]:
    """Open a workbook for reading; it yields the sheets.

    Raises
    ------
    InputError
        When the file swells when it is unpacked, or is broken where it is read.
    """
    from openpyxl import load_workbook  # most files are text
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _refuse_swelling(where, data)
        yield load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets
    except (InvalidFileException, *_BROKEN_SPREADSHEET) as error:
        raise fail(where, f"not a readable xlsx file ({error})", TABLE_KINDS) from None


def visible(sheets: Sequence) -> list:
    """Return the sheets that are not hidden; all where every one is."""
    return [sheet for sheet in sheets if sheet.sheet_state == "visible"] or list(sheets)


def _chosen(where: str, sheets: Sequence, wanted: str | int | None) -> ReadOnlyWorksheet:
    if wanted is None:
        return visible(sheets)[0]
    names = {sheet.title: sheet for sheet in sheets}
    if (found := names.get(str(wanted))) is not None:
        return found
    if str(wanted).isdecimal() and 1 <= int(wanted) <= len(sheets):
        return sheets[int(wanted) - 1]
    allowed = f"one of {few(names, 20)}, or a number from 1 to {len(sheets)}"
    raise fail(f"{where}, sheet {wanted!r}", "no such sheet", allowed, suggest(str(wanted), names))


def filled_rows(where: str, sheet: ReadOnlyWorksheet, most_cells: int) -> dict[int, tuple]:
    """Return rows by number, without empty ones; a cell in the last corner makes a million of them.

    Raises
    ------
    InputError
        When the sheet has more cells than `most_cells`, empty ones too.
    """
    kept, cells = {}, 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells += len(row)
        if cells > most_cells:
            found, fix = "a sheet that is nearly endless", "remove the cells far from the table"
            raise fail(where, found, f"at most {most_cells:,} cells", fix)
        if row.count(None) < len(row):
            kept[number] = row
    return kept


def _refuse_swelling(where: str, data: bytes) -> None:
    """Look at the parts of a workbook: it is a zip file, and a small one can hold gigabytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(part.file_size for part in archive.infolist())
    if size > largest_unpacked(len(data)):
        found = f"{amount(len(data))} of zip decompress to {amount(size)}"
        raise fail(where, found, TABLE_KINDS, "no table is so regular; find out what the file is")


def xlsx_columns(
    where: str, rows: Sequence[tuple], width: int, text_columns: set[int]
) -> pd.DataFrame:
    """Return the columns by position; see `recurseq.io.files.read_columns`."""
    columns = {}
    for position in range(width):
        cells = [row[position] for row in rows]
        if position in text_columns:
            _refuse_dates(f"{where}, column {position + 1}", cells)
            columns[position] = pd.Series([cell_text(cell) for cell in cells], dtype=object)
        else:
            columns[position] = numbers_or_text(cells)
    return pd.DataFrame(columns)


def _refuse_dates(where: str, cells: list) -> None:
    found = [
        f"row {number}: {cell:%Y-%m-%d}"
        for number, cell in enumerate(cells, start=2)
        if isinstance(cell, date)  # and datetime, which is a date too
    ]
    if found:
        raise fail(
            where,
            f"Excel turned gene names into dates ({few(found, 3)})",
            "gene identifiers and names as text",
            "import the original text file, or format the column as text before pasting; where it "
            "is not to be had, genes.excel_dates: drop leaves these rows out",
        )
