"""The visible pages of an xlsx workbook, as text by row."""

from __future__ import annotations

import io

from recurseq.base.errors import InputError
from recurseq.io.bytes import fail
from recurseq.io.cells import TABLE_KINDS, cell_text
from recurseq.io.sheet_rows import Rows
from recurseq.io.xlsx import _BROKEN_SPREADSHEET, _refuse_swelling

MOST_CELLS = 20_000_000  # of a page, empty ones too


def visible_pages(where: str, data: bytes) -> dict[str, Rows]:
    """Read every page that is not hidden.

    Parameters
    ----------
    where
        The file, for messages.
    data
        Its bytes.

    Returns
    -------
    dict
        Title of the page to its rows, by number, padded to equal length; empty rows are left out.

    Raises
    ------
    InputError
        When the file is broken, swells when it is unpacked, or has a page that is nearly endless.
    """
    from openpyxl import load_workbook  # most sheets are text
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _refuse_swelling(where, data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        visible = [page for page in book.worksheets if page.sheet_state == "visible"]
        return {page.title: _rows(where, page) for page in visible or book.worksheets[:1]}
    except InputError:
        raise
    except (InvalidFileException, *_BROKEN_SPREADSHEET) as error:
        raise fail(where, f"not a readable xlsx file ({error})", TABLE_KINDS) from None


def _rows(where: str, page) -> Rows:
    kept: Rows = {}
    cells = 0
    for number, row in enumerate(page.iter_rows(values_only=True), start=1):
        cells += len(row)
        if cells > MOST_CELLS:
            found, fix = "a sheet that is nearly endless", "remove the cells far from the table"
            raise fail(where, found, f"at most {MOST_CELLS:,} cells", fix)
        if row.count(None) < len(row):
            kept[number] = [cell_text(cell) for cell in row]
    width = max(map(len, kept.values()), default=0)
    return {number: row + [""] * (width - len(row)) for number, row in kept.items()}
