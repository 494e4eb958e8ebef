"""The lines of a small text table as cells, and which of them is the header."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable

from recurseq.io.bytes import fail

Rows = dict[int, list[str]]  # number of the line, from 1, to its cells

_SEPARATORS = "\t;,"
_LOOKED_AT = 50  # lines from which the separator is told
_HEADER_WITHIN = 20  # lines
SAMPLE_TITLES = (
    *("sample_id", "sample", "samples", "sampleid", "sample_name", "samplename", "sample name"),
    *("sample id", "geo_accession", "id", "name", "run"),
)


def text_rows(where: str, text: str) -> Rows:
    """Cut a text into cells at tabs, semicolons, commas or, where there is none of them, spaces.

    Raises
    ------
    InputError
        When a quotation mark is not closed.
    """
    separator = _separator(text)
    try:
        rows = list(_cells(io.StringIO(text), separator))
    except csv.Error as error:
        fix = "look for a quotation mark that is not closed"
        raise fail(where, f"cannot be read: {error}", "", fix) from None
    numbered = dict(enumerate(rows, start=1))
    width = width_of(numbered)
    return {line: row for line, row in numbered.items() if not _is_comment(row, width)}


def _cells(lines: Iterable[str], separator: str) -> Iterable[list[str]]:
    if separator == " ":
        lines = (line.strip() for line in lines)
    return csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=separator == " ")


def _is_comment(row: list[str], width: int) -> bool:
    """Whether a line starts with # and has not the shape of the others."""
    return bool(row) and row[0].startswith("#") and len(row) not in (width, width - 1)


def _separator(text: str) -> str:
    """Return what separates cells: under it, the header has as many as most rows, or one fewer.

    Where no character fits, it is the tab when the first line holds one, else semicolon or comma.
    """
    lines = [line for line in text.split("\n", _LOOKED_AT)[:_LOOKED_AT] if line.strip()]
    for separators in (_SEPARATORS, " "):
        for fewer in (0, 1):
            for separator in separators:
                if _fits(lines, separator, fewer):
                    return separator
    first = lines[0] if lines else ""
    return "\t" if "\t" in first else ";" if ";" in first else ","


def _fits(lines: list[str], separator: str, fewer: int) -> bool:
    try:
        rows = [row for row in _cells(lines, separator) if row]
    except csv.Error:
        return False
    numbered = dict(enumerate(rows, start=1))
    width = width_of(numbered)
    if width < 2:
        return False
    header = numbered[header_line(numbered)]
    return len(header) == width - fewer and Counter(map(len, rows))[width] >= len(rows) / 2


def width_of(rows: Rows) -> int:
    """Return the number of cells that most rows have, of those that have two or more."""
    counts = Counter(len(row) for row in rows.values() if len(row) > 1)
    return max(counts, key=lambda width: (counts[width], width), default=1)


def header_line(rows: Rows, names: str = "") -> int:
    """Return the number of the line with the header: the first that is no title or remark.

    Parameters
    ----------
    rows
        Cells by line.
    names
        A column that the header has, when it is known.
    """
    first = dict(list(rows.items())[:_HEADER_WITHIN])
    for line, row in first.items():
        if names and names in row:
            return line
    width = width_of(rows)
    lines = list(first)
    while len(lines) > 1 and _is_before(first[lines[0]], first[lines[1]], width):
        del lines[0]
    for line in lines:  # "Project, MT1M" may have as many cells as R's header
        if _is_titled(first[line], width):
            return line
    return lines[0]


def _is_before(row: list[str], following: list[str], width: int) -> bool:
    """Whether a row is a title or a remark: at most half of its cells are filled."""
    cells = [cell.strip() for cell in row]
    if len(row) == width and not cells[0] and all(cells[1:]):
        return False  # a header above row names, as R writes it
    filled = sum(map(bool, cells))
    if width == 2 and len(row) == 1:  # a title, or the header of one column beside row names
        return " " in row[0].strip() or _is_titled(following, width)
    return filled <= width // 2 and len(following) > 1


def _is_titled(row: list[str], width: int) -> bool:
    whole = len(row) >= width and all(map(str.strip, row))
    return whole and row[0].strip().casefold() in SAMPLE_TITLES
