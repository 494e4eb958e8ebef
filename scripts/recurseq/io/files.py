"""From a file on disk to rows of cells, whatever its compression, separator or line ends.

Count matrices, annotation tables and the small sheets that people write all come in here.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

import numpy as np
import pandas as pd

from recurseq.base.errors import few
from recurseq.io.bytes import LARGEST_MATRIX, amount, fail, largest_unpacked, read_bytes, unix_text

if TYPE_CHECKING:
    import pyarrow

SEPARATORS = "\t,; "
MISSING_COUNTS = ["", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "NULL", "null", "None", "#N/A"]
_KINDS_NOT_READ = {
    b"BZh": "bzip2-compressed",
    b"\xfd7zXZ\x00": "xz-compressed",
    b"\x28\xb5\x2f\xfd": "zstd-compressed",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"RDX": "an R data file",
}
_BROKEN_SPREADSHEET = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ParseError, NotImplementedError),
    *(KeyError, ValueError, IndexError, TypeError, AttributeError),  # openpyxl, at what it expected
)
_TABLE_KINDS = "TSV, CSV (either may be gzipped), xlsx or Parquet"
MOST_CELLS = 200_000_000  # of a sheet, empty ones too
MOST_COLUMNS = 500_000  # transcripts of a genome, where samples stand in rows
_LOOKED_AT = 40  # lines, or as many of them as are in so many bytes, but never fewer than three:
_LOOKED_AT_BYTES = 1 << 20  # with samples in rows, one line names every gene
# A line read with a separator that it does not have is a single cell of any length.
csv.field_size_limit(1 << 30)


@dataclass(frozen=True)
class Content:
    """A file in memory: `lines` are its first rows, split into cells; comment lines are apart.

    Attributes
    ----------
    kind
        ``text``, ``xlsx``, ``parquet`` or ``hdf5``.
    data
        Bytes after decompression, with unix line ends and no byte-order mark (text only).
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
    """

    path: str
    kind: str
    data: bytes = b""
    separator: str = "\t"
    comments: int = 0
    lines: tuple[tuple, ...] = ()
    messages: tuple[str, ...] = ()
    columns: pyarrow.Table | None = None


def load(path: str | Path, largest: int = LARGEST_MATRIX) -> Content:
    """Read a file whole and look at its first rows; `largest` is its size in bytes, unpacked.

    Raises
    ------
    InputError
        When the file is missing, empty, broken, of a kind that is not read, or not UTF-8.
    """
    where = str(path)
    data = read_bytes(path, _TABLE_KINDS, largest)
    if not data.strip():
        raise fail(where, "the file is empty", "a header row and one row for each gene")
    if data[:8] == b"\x89HDF\r\n\x1a\n":
        return Content(where, "hdf5")
    if data[:4] == b"PK\x03\x04":
        return _load_spreadsheet(where, data)
    if data[:4] == b"PAR1":
        return _load_parquet(where, data)
    for magic, kind in _KINDS_NOT_READ.items():
        if data.startswith(magic):
            raise fail(where, f"the file is {kind}", _TABLE_KINDS, "save it as one of these")
    return _load_text(where, data)


def _load_parquet(where: str, data: bytes) -> Content:
    from recurseq.io.parquet import read_parquet  # most studies have none

    table = read_parquet(where, data)
    return Content(where, "parquet", lines=(tuple(table.column_names),), columns=table)


def _load_text(where: str, data: bytes) -> Content:
    data = unix_text(data, where)
    first = _first_lines(data)
    separator = _separator(first)
    cells = list(csv.reader(first, delimiter=separator))
    comments = _count_comments(cells)
    if (width := max(map(len, cells))) > MOST_COLUMNS:
        raise fail(where, f"a row of {width:,} cells", f"at most {MOST_COLUMNS:,} columns")
    return Content(where, "text", data, separator, comments, tuple(map(tuple, cells[comments:])))


def _first_lines(data: bytes) -> list[str]:
    lines: list[str] = []
    stream, size = io.BytesIO(data), 0
    while len(lines) < _LOOKED_AT and (size < _LOOKED_AT_BYTES or len(lines) < 3):
        line = stream.readline()
        if not line:
            break
        size += len(line)
        if line != b"\n":
            lines.append(line.decode("utf-8").rstrip("\n"))
    return lines


def _count_comments(cells: list[list[str]]) -> int:
    """Lines that start with # and do not have the shape of the row after them."""
    count = 0
    while (
        count + 1 < len(cells)
        and cells[count]
        and cells[count][0].startswith("#")
        and len(cells[count]) not in (len(cells[count + 1]), len(cells[count + 1]) - 1)
    ):
        count += 1
    return count


def _separator(lines: list[str]) -> str:
    """Separator under which the header and the rows have the same number of cells.

    R writes a header that is one cell short of the rows; a wider table wins over a narrower one
    only through the order tab, comma, semicolon, blank.
    """
    rows = [line for line in lines if not line.startswith("#")] or lines
    for separator in SEPARATORS:
        widths = [len(row) for row in csv.reader(rows[:10], delimiter=separator)]
        if len(widths) > 1 and widths[1] > 1 and widths[0] in (widths[1], widths[1] - 1):
            return separator
    return max(SEPARATORS, key=rows[0].count)


def _load_spreadsheet(where: str, data: bytes) -> Content:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _refuse_swelling(where, data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = _filled_rows(where, sheet.iter_rows(values_only=True))
    except (InvalidFileException, *_BROKEN_SPREADSHEET) as error:
        raise fail(where, f"not a readable xlsx file ({error})", _TABLE_KINDS) from None
    if not rows:
        raise fail(f"{where}, sheet {sheet.title!r}", "the sheet is empty", "a header and rows")
    width = max(map(len, rows))
    rows = [row + (None,) * (width - len(row)) for row in rows]
    others = [other.title for other in book.worksheets[1:]]
    messages = (f"{where}: sheet {sheet.title!r} was read, not {few(others)}",) if others else ()
    return Content(where, "xlsx", lines=tuple(rows), messages=messages)


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
        raise fail(where, found, _TABLE_KINDS, "no table is so regular; find out what the file is")


def is_number(text: str) -> bool:
    """Whether a cell's text is a number, in Python's spelling (``inf`` and ``nan`` included)."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def cell_text(value: object) -> str:
    """Text of a spreadsheet cell; whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def header_of(content: Content) -> list[str]:
    """Return the cells of the first row, without outer blanks, one for each column of the rows.

    R's ``write.table`` leaves out the name of the first column; a blank one is put in its place.
    """
    header = [cell_text(cell) for cell in content.lines[0]]
    if content.kind == "text" and len(content.lines) > 1:
        if len(content.lines[1]) == len(header) + 1:
            header = ["", *header]
        header[0] = header[0].removeprefix("#").strip()
    return header


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
        return _spreadsheet_columns(content, text_columns, has_header)
    if content.kind == "parquet":
        from recurseq.io.parquet import parquet_columns

        return parquet_columns(content.columns, text_columns)
    try:
        return _without_bool(_parsed(content, width, text_columns, has_header))
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


def _parsed(content: Content, width: int, text_columns: set[int], has_header: bool) -> pd.DataFrame:
    numeric = [position for position in range(width) if position not in text_columns]
    data = content.data
    if b"\n\n" in data or data.startswith(b"\n"):
        data = re.sub(rb"\n{2,}", b"\n", data.lstrip(b"\n"))  # rows are counted from `comments`
    options = {
        "sep": content.separator,
        "header": None,
        "names": range(width),
        "skiprows": content.comments + has_header,
        "dtype": dict.fromkeys(text_columns, str),
        "keep_default_na": False,
        "na_values": dict.fromkeys(numeric, MISSING_COUNTS),
    }
    # By parts is twice as fast, but a column whose parts differ in type holds a mixture.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        frame = pd.read_csv(io.BytesIO(data), **options)
    if frame.dtypes[numeric].isin([np.dtype("int64"), np.dtype("float64")]).all():
        return frame
    return pd.read_csv(io.BytesIO(data), **options, low_memory=False)


def _without_bool(frame: pd.DataFrame) -> pd.DataFrame:
    """Return TRUE and FALSE as text: they are no counts, and the check can name them."""
    for column in frame.select_dtypes(bool):
        frame[column] = frame[column].astype(str).astype(object)
    return frame


def _spreadsheet_columns(
    content: Content, text_columns: set[int], has_header: bool
) -> pd.DataFrame:
    rows = content.lines[1:] if has_header else content.lines
    columns = {}
    for position in range(len(content.lines[0])):
        cells = [row[position] for row in rows]
        if position in text_columns:
            _refuse_dates(f"{content.path}, column {position + 1}", cells)
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
            "import the original text file, or format the column as text before pasting",
        )


def numbers_or_text(cells: list) -> pd.Series:
    """Numbers where every cell is one or missing, else the text of the cells, NaN for missing."""
    texts = pd.Series([cell_text(cell) for cell in cells], dtype=object)
    texts = texts.mask(texts.isin(MISSING_COUNTS))
    try:
        return pd.to_numeric(texts)
    except (ValueError, TypeError):
        return texts
