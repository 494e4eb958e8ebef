"""The first sheet of an xlsx workbook."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import date
from xml.etree.ElementTree import ParseError

import pandas as pd

from recurseq.base.text import few
from recurseq.io.bytes import amount, fail, largest_unpacked
from recurseq.io.cells import TABLE_KINDS, cell_text, numbers_or_text

_BROKEN_SPREADSHEET = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ParseError, NotImplementedError),
    *(KeyError, ValueError, IndexError, TypeError, AttributeError),  # openpyxl, at what it expected
)
MOST_CELLS = 200_000_000  # of a sheet, empty ones too


def read_xlsx(where: str, data: bytes) -> tuple[tuple[tuple, ...], tuple[str, ...]]:
    """Read the first sheet of a workbook.

    Returns
    -------
    (tuple of rows, tuple of str)
        Cells of equal rows, which keep their type, and what was decided on the way.

    Raises
    ------
    InputError
        When the file is broken, swells when it is unpacked, or has an empty first sheet.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _refuse_swelling(where, data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = _filled_rows(where, sheet.iter_rows(values_only=True))
    except (InvalidFileException, *_BROKEN_SPREADSHEET) as error:
        raise fail(where, f"not a readable xlsx file ({error})", TABLE_KINDS) from None
    if not rows:
        raise fail(f"{where}, sheet {sheet.title!r}", "the sheet is empty", "a header and rows")
    width = max(map(len, rows))
    rows = [row + (None,) * (width - len(row)) for row in rows]
    others = [other.title for other in book.worksheets[1:]]
    messages = (f"{where}: sheet {sheet.title!r} was read, not {few(others)}",) if others else ()
    return tuple(rows), messages


def _filled_rows(where: str, rows: Iterable[tuple]) -> list[tuple]:
    """Leave out empty rows; one cell in the last corner of a sheet makes a million of them."""
    kept, cells = [], 0
    for row in rows:
        cells += len(row)
        if cells > MOST_CELLS:
            found, fix = "a sheet that is nearly endless", "remove the cells far from the table"
            raise fail(where, found, f"at most {MOST_CELLS:,} cells", fix)
        if row.count(None) < len(row):
            kept.append(row)
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
