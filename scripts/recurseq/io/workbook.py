"""The visible pages of an xlsx workbook, as text by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recurseq.io.cells import cell_text
from recurseq.io.sheet_rows import Rows
from recurseq.io.xlsx import filled_rows, opened, visible

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

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
    with opened(where, data) as sheets:
        return {page.title: _as_text(where, page) for page in visible(sheets)}


def _as_text(where: str, page: ReadOnlyWorksheet) -> Rows:
    kept = filled_rows(where, page, MOST_CELLS)
    width = max(map(len, kept.values()), default=0)
    return {
        number: [*map(cell_text, row), *[""] * (width - len(row))] for number, row in kept.items()
    }
