"""Text files whose cells are separated by tabs, commas, semicolons or spaces."""

from __future__ import annotations

import csv
import io
import re
import warnings

import numpy as np
import pandas as pd

from recurseq.io.bytes import fail, unix_text
from recurseq.io.cells import MISSING_COUNTS

SEPARATORS = "\t,; "
MOST_COLUMNS = 500_000  # transcripts of a genome, where samples stand in rows
_LOOKED_AT = 40  # lines, or as many of them as are in so many bytes, but never fewer than three:
_LOOKED_AT_BYTES = 1 << 20  # with samples in rows, one line names every gene
# A line read with a separator that it does not have is a single cell of any length.
csv.field_size_limit(1 << 30)


def read_delimited(where: str, data: bytes) -> tuple[bytes, str, int, tuple[tuple, ...]]:
    """Look at the first rows of a text file.

    Returns
    -------
    tuple
        The text with unix line endings, the separator, the number of comment lines before the first
        row, and the first rows.
    """
    data = unix_text(data, where)
    first = _first_lines(data)
    separator = _separator(first)
    cells = list(csv.reader(first, delimiter=separator))
    comments = _count_comments(cells)
    if (width := max(map(len, cells))) > MOST_COLUMNS:
        raise fail(where, f"a row of {width:,} cells", f"at most {MOST_COLUMNS:,} columns")
    return data, separator, comments, tuple(map(tuple, cells[comments:]))


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
    only through the order tab, comma, semicolon, space. With titles above the header, the last rows
    tell.
    """
    rows = [line for line in lines if not line.startswith("#")] or lines
    heads, ends = {}, {}
    for separator in SEPARATORS:
        heads[separator] = [len(row) for row in csv.reader(rows[:10], delimiter=separator)]
        ends[separator] = [len(row) for row in csv.reader(rows[-3:], delimiter=separator)]
    likely = [at for at in SEPARATORS if _same_width(heads[at])]
    as_header = [at for at in likely if ends[at][-1] == heads[at][1]]
    below = [at for at in SEPARATORS if len(ends[at]) == 3 and _same_width(ends[at], 2)]
    found = [*as_header, *below, *likely]
    return found[0] if found else max(SEPARATORS, key=rows[0].count)


def _same_width(widths: list[int], fewest: int = 1) -> bool:
    """Whether the first row has as many cells as the second, or one fewer, and that is enough."""
    first, second = (*widths, 0, 0)[:2]
    return second > fewest and first in (second, second - 1) and len(widths) > 1


def without_lines(data: bytes, number: int) -> bytes:
    """Return a text without its first lines; empty ones are not counted."""
    start = 0
    while number:
        end = data.find(b"\n", start)
        number -= end > start
        start = end + 1
    return data[start:]


def delimited_columns(
    data: bytes, separator: str, skipped: int, width: int, text_columns: set[int]
) -> pd.DataFrame:
    """Return the columns by position; see `recurseq.io.files.read_columns`.

    Parameters
    ----------
    data, separator
        As `read_delimited` returns them.
    skipped
        Lines before the first row that is wanted.
    width
        Number of columns.
    text_columns
        Positions of the columns that are text whatever they look like.

    Raises
    ------
    ValueError
        When rows differ in shape.
    """
    numeric = [position for position in range(width) if position not in text_columns]
    if b"\n\n" in data or data.startswith(b"\n"):
        data = re.sub(rb"\n{2,}", b"\n", data.lstrip(b"\n"))  # rows are counted from `comments`
    options = {
        "sep": separator,
        "header": None,
        "names": range(width),
        "skiprows": skipped,
        "dtype": dict.fromkeys(text_columns, str),
        "keep_default_na": False,
        "na_values": dict.fromkeys(numeric, MISSING_COUNTS),
    }
    # By parts is twice as fast, but a column whose parts differ in type holds a mixture.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        frame = pd.read_csv(io.BytesIO(data), **options)
    if frame.dtypes[numeric].isin([np.dtype("int64"), np.dtype("float64")]).all():
        return _without_bool(frame)
    return _without_bool(pd.read_csv(io.BytesIO(data), **options, low_memory=False))


def _without_bool(frame: pd.DataFrame) -> pd.DataFrame:
    """Return TRUE and FALSE as text: they are no counts, and the check can name them."""
    for column in frame.select_dtypes(bool):
        frame[column] = frame[column].astype(str).astype(object)
    return frame
