"""From a file on disk to rows of cells, whatever its compression, separator or line endings.

Count matrices, annotation tables and the small sheets that people write all come in here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from recurseq.io.bytes import LARGEST_MATRIX, fail, read_bytes
from recurseq.io.cells import TABLE_KINDS, cell_text
from recurseq.io.delimited import delimited_columns, read_delimited, without_lines
from recurseq.io.xlsx import Sheet, read_xlsx, xlsx_columns

if TYPE_CHECKING:
    import pyarrow

_KINDS_NOT_READ = {
    b"\x1f\x8b": "compressed twice",
    b"BZh": "compressed twice",
    b"\xfd7zXZ\x00": "compressed twice",
    b"\x28\xb5\x2f\xfd": "zstd-compressed",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"RDX": "an R data file",
}


@dataclass(frozen=True)
class Content:
    """A file in memory: `lines` are its first rows, split into cells; comment lines are apart.

    Attributes
    ----------
    kind
        ``text``, ``xlsx``, ``parquet`` or ``hdf5``.
    data
        Bytes after decompression, with unix line endings and no byte-order mark (text only).
    separator
        Between cells (text only).
    comments
        Number of comment lines before the first row.
    lines
        The first rows; all rows of a spreadsheet, whose cells keep their type; the names of the
        columns of a Parquet file.
    messages
        What was decided on the way.
    columns
        What a Parquet file holds.
    sheet
        Of a spreadsheet, the sheet that was read.
    """

    path: str
    kind: str
    data: bytes = b""
    separator: str = "\t"
    comments: int = 0
    lines: tuple[tuple, ...] = ()
    messages: tuple[str, ...] = ()
    columns: pyarrow.Table | None = None
    sheet: Sheet | None = None


def load(
    path: str | Path, largest: int = LARGEST_MATRIX, sheet: str | int | None = None
) -> Content:
    """Read a file whole and look at its first rows.

    Parameters
    ----------
    path
        The file.
    largest
        Its size in bytes, unpacked.
    sheet
        Of a spreadsheet, the name or number of the sheet; None is the first visible one.

    Raises
    ------
    InputError
        When the file is missing, empty, broken, of a kind that is not read, or not UTF-8.
    """
    return content_of(str(path), read_bytes(path, TABLE_KINDS, largest), sheet)


def content_of(where: str, data: bytes, sheet: str | int | None = None) -> Content:
    """Look at the first rows of a file that was read; see `load`."""
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        raise fail(where, "the file is empty", "a header row and one row for each gene")
    if data[:8] == b"\x89HDF\r\n\x1a\n":
        return Content(where, "hdf5")
    if data[:4] == b"PK\x03\x04":
        found = read_xlsx(where, data, sheet)
        said = tuple(text for text in (found.message(where),) if text)
        return Content(where, "xlsx", lines=found.rows, messages=said, sheet=found)
    if sheet is not None:
        fix = "remove the key; only a spreadsheet has sheets"
        raise fail("config: counts.sheet", f"given, and {where} has no sheets", "", fix)
    if data[:4] == b"PAR1":
        from recurseq.io.parquet import read_parquet  # most studies have none

        table = read_parquet(where, data)
        return Content(where, "parquet", lines=(tuple(table.column_names),), columns=table)
    for magic, kind in _KINDS_NOT_READ.items():
        if data.startswith(magic):
            raise fail(where, f"the file is {kind}", TABLE_KINDS, "save it as one of these")
    return Content(where, "text", *read_delimited(where, data))


def header_of(content: Content) -> list[str]:
    """Return the cells of the first row, without outer spaces, one for each column of the rows.

    R's ``write.table`` leaves out the name of the first column; an empty one is put in its place.
    """
    header = [cell_text(cell) for cell in content.lines[0]]
    if content.kind == "text" and len(content.lines) > 1:
        if len(content.lines[1]) == len(header) + 1:
            header = ["", *header]
        header[0] = header[0].removeprefix("#").strip()
    return header


def without_first_rows(content: Content, number: int, message: str) -> Content:
    """Return a text or a spreadsheet without the rows before its header, and say so."""
    lines, messages = content.lines[number:], (*content.messages, message)
    if content.kind == "xlsx":
        sheet = replace(content.sheet, rows=lines, numbers=content.sheet.numbers[number:])
        return replace(content, lines=lines, messages=messages, sheet=sheet)
    data = without_lines(content.data, content.comments + number)
    return replace(content, data=data, comments=0, lines=lines, messages=messages)


def read_columns(content: Content, text_columns: set[int], *, has_header: bool) -> pd.DataFrame:
    """Read all rows.

    Parameters
    ----------
    content
        The file.
    text_columns
        Positions of the columns that are text whatever they look like (gene identifiers, names).
    has_header
        Whether the first row holds names, which are not returned.

    Returns
    -------
    pandas.DataFrame
        Columns are named by position. A column outside `text_columns` is numeric when every cell
        is a number or missing, else holds the cells as text with NaN for missing.

    Raises
    ------
    InputError
        When a row is longer than the first ones, all rows but the header end with a separator, or
        quotation marks are not closed.
    """
    width = max(len(row) for row in content.lines[:2])
    if width < 2:
        fix = "separate columns by tabs (TSV) or commas (CSV)"
        raise fail(content.path, "there is only one column", "gene identifiers and counts", fix)
    if has_header and len(header_of(content)) < width:
        found = f"the first row has {width} cells, the header {len(content.lines[0])}"
        raise fail(content.path, found, "a name for each column", "look at the header row")
    if has_header and content.kind == "text":
        _refuse_open_rows(content)
    if content.kind == "xlsx":
        rows = content.lines[1:] if has_header else content.lines
        return xlsx_columns(content.path, rows, width, text_columns)
    if content.kind == "parquet":
        from recurseq.io.parquet import parquet_columns

        return parquet_columns(content.columns, text_columns)
    try:
        skipped = content.comments + has_header
        return delimited_columns(content.data, content.separator, skipped, width, text_columns)
    except (pd.errors.ParserError, ValueError) as error:
        reason = str(error).removeprefix("Error tokenizing data. C error: ").strip()
        fix = "look for a row with more cells than the header, or a quotation mark left open"
        raise fail(content.path, f"rows differ in shape: {reason}", "", fix) from None


def _refuse_open_rows(content: Content) -> None:
    """Refuse rows that end with a separator under a header that does not.

    They look like R's tables, whose header lacks the first name, and every column would get the
    name of its neighbour.
    """
    header, *rows = content.lines
    if rows and all(len(row) == len(header) + 1 and not row[-1].strip() for row in rows):
        found = "every row but the header ends with a separator"
        fix = "remove the separator at the end of each row, or add one to the header"
        raise fail(content.path, found, "a name for each column", fix)
