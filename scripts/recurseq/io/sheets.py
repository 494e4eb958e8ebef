"""Small tables that people write by hand (sample sheets, panels), read as text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.text import control_of, few, quoted
from recurseq.io.bytes import LARGEST_SHEET, fail, read_bytes
from recurseq.io.cells import TABLE_KINDS, is_number
from recurseq.io.files import content_of
from recurseq.io.geo import geo_rows, is_geo
from recurseq.io.sheet_rows import (
    SAMPLE_TITLES,
    Rows,
    header_line,
    text_rows,
    width_of,
)
from recurseq.io.workbook import visible_pages

MISSING_TEXTS = ("", "NA", "N/A", "NaN", "nan", "n/a")
ROW_NAMES = "row_names"
MOST_COLUMNS = 2_000
LONGEST_NAME = 200


def read_sheet(path: str | Path, names: str = "") -> pd.DataFrame:
    """Read a table with a header row; every cell is text without outer spaces.

    Parameters
    ----------
    path
        The file: text (TSV, CSV, or separated by spaces as R writes it), xlsx, a series matrix of
        GEO, or an h5ad. Text is UTF-8, with or without byte-order mark; lines before the header and
        comment lines (``#``) are passed over. Of an h5ad file it is ``obs``, whose names are the
        first column, called ``sample_id`` where they have no name.
    names
        Column that names the rows, when it is known: the header is looked for by it in the first
        20 lines and in all visible pages of a workbook, and a first column without a name, as R
        writes row names, gets it.

    Returns
    -------
    pandas.DataFrame
        All columns of type str; rows of empty cells are left out; index is the line number in the
        file (the header is line 1).

    Raises
    ------
    InputError
        When the file is missing, empty, not text, or has rows of different length, or a column
        name that is empty or used twice.
    """
    return read_sheet_and_notes(path, names)[0]


def read_sheet_and_notes(path: str | Path, names: str = "") -> tuple[pd.DataFrame, list[str]]:
    """Read a sheet as `read_sheet` does, and say what was decided on the way."""
    rows, notes = _rows(path, names)
    rows = _without_empty_end(rows)
    header_at = header_line(rows, names)
    before = [line for line in rows if line < header_at]
    if before:
        shown = quoted(next(cell for cell in rows[before[0]] if cell))
        notes.append(f"{path}: the header is line {header_at}; before it stands {shown}")
        rows = _without_empty_end({line: row for line, row in rows.items() if line >= header_at})
    header, body = rows[header_at], {n: row for n, row in rows.items() if n != header_at}
    if (first := header[0].lstrip("# ")).casefold() in {names.casefold(), *SAMPLE_TITLES}:
        header = header if names in header else [first, *header[1:]]
    if body and len(header) == width_of(body) - 1 and all(header):
        header = ["", *header]  # R's write.table gives row names no header
    where = f"{path}, line {header_at}"
    problems = _header_problems(where, header, body)
    for line, row in body.items():
        if len(row) != len(header):
            found = f"{len(row)} cells, the header has {len(header)}"
            fix = "remove the remark, or begin the line with #" if len(row) == 1 else ""
            problems.append(Problem(f"{path}, line {line}", found, "one cell for each column", fix))
    if problems:
        raise InputError(problems)
    frame = pd.DataFrame(list(body.values()), index=list(body), columns=header, dtype=str)
    return _with_row_names(frame, path, names, notes), notes


def _rows(path: str | Path, names: str) -> tuple[Rows, list[str]]:
    """Read the cells of a file, whatever it is, by line; lines without any are left out."""
    notes: list[str] = []
    data = read_bytes(path, TABLE_KINDS, LARGEST_SHEET)
    if data.startswith(b"PK\x03\x04"):
        rows = _page(str(path), visible_pages(str(path), data), names, notes)
    else:
        rows = _lines(str(path), data, notes)
    stripped = {line: [cell.strip() for cell in row] for line, row in rows.items()}
    filled = {line: row for line, row in stripped.items() if any(row)}
    if not filled:
        raise fail(str(path), "the file is empty but for spaces", "a header and rows")
    return filled, notes


def _lines(path: str, data: bytes, notes: list[str]) -> Rows:
    content = content_of(path, data)
    if content.kind == "hdf5":
        from recurseq.io.h5ad import rows_of_obs  # anndata takes a second

        return dict(enumerate(rows_of_obs(path), start=1))
    if content.kind != "text":
        raise fail(path, f"a file of kind {content.kind}", "TSV, CSV, xlsx or h5ad")
    text = content.data.decode("utf-8")
    if not is_geo(text):
        return text_rows(path, text)
    notes.append(f"{path}: the samples of a file of GEO; their characteristics are the columns")
    return geo_rows(path, text)


def _page(path: str, pages: dict[str, Rows], names: str, notes: list[str]) -> Rows:
    """Choose the page of a workbook: the first with the names, with samples, or with a table."""
    filled = {title: rows for title, rows in pages.items() if any(map(any, rows.values()))}
    if not filled:
        raise fail(path, "the file is empty but for spaces", "a header and rows")
    headers = {title: rows[header_line(rows, names)] for title, rows in filled.items()}
    named = [title for title, header in headers.items() if names and names in header]
    named += [
        title
        for title, header in headers.items()
        if any(cell.casefold() in SAMPLE_TITLES and "sample" in cell.casefold() for cell in header)
    ]
    tables = [title for title, rows in filled.items() if len(rows) > 1 and width_of(rows) > 1]
    title = [*named, *tables, *filled][0]
    if others := [other for other in pages if other != title]:
        notes.append(f"{path}: the sheet {title!r} was read, not {few(others)}")
    return filled[title]


def _without_empty_end(rows: Rows) -> Rows:
    """Drop the columns at the right that are empty in every row, as spreadsheets leave them."""
    width = max(
        len(row) - next(i for i, cell in enumerate(reversed(row)) if cell) for row in rows.values()
    )
    return {line: row[:width] for line, row in rows.items()}


def _header_problems(where: str, header: list[str], body: Rows) -> list[Problem]:
    problems = []
    for at in [at for at, name in enumerate(header) if not name and at > 0]:
        found = f"column {at + 1} has no name"
        cells = [(line, row[at]) for line, row in body.items() if at < len(row) and row[at]]
        if len(cells) == 1:
            from openpyxl.utils import get_column_letter  # most sheets have no such cell

            ((line, cell),) = cells
            found += f", and only one cell: {quoted(cell)} in {get_column_letter(at + 1)}{line}"
        fix = "name the column, or remove what stands in it"
        problems.append(Problem(where, found, "a name for each column", fix))
    if len(header) > MOST_COLUMNS:
        found, allowed = f"{len(header):,} columns", f"at most {MOST_COLUMNS:,} columns"
        return [*problems, Problem(where, found, allowed, "is this the matrix of counts?")]
    problems += [
        p for at, name in enumerate(header, start=1) for p in _name_problems(where, at, name)
    ]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        problems.append(Problem(where, f"column names used twice: {few(twice)}", "unique names"))
    return problems


def _name_problems(where: str, column: int, name: str) -> list[Problem]:
    if len(name) > LONGEST_NAME:
        found = f"column {column} has a name of {len(name):,} characters"
        return [Problem(where, found, f"at most {LONGEST_NAME}")]
    if control := control_of(name):
        found = f"the control character {control!a} in the name of column {column}, {quoted(name)}"
        return [Problem(where, found, "a name in one line", "remove the character")]
    return []


def _with_row_names(
    frame: pd.DataFrame, path: str | Path, names: str, notes: list[str]
) -> pd.DataFrame:
    """Name a first column that has no name, or leave it out where it only numbers the rows."""
    if frame.columns[0]:
        return frame
    first, others = frame[""], frame.drop(columns="")
    if _numbers_rows(first) and any(_names_rows(others[name], names) for name in others):
        notes.append(f"{path}: the first column has no name, only numbers rows and is left out")
        return others
    name = names if names and names not in others else ROW_NAMES
    if name in others:
        found = f"column 1 has no name, and another is called {name!r}"
        raise fail(str(path), found, "a name for each column")
    found = "the first column has no name, as R writes row names"
    notes.append(f"{path}: {found}; it is read as {name!r}")
    return frame.rename(columns={"": name})


def _numbers_rows(texts: pd.Series) -> bool:
    """Whether a column holds rising whole numbers, as the rows of a table in R do."""
    whole = texts.str.fullmatch(r"\d{1,9}").all()
    return len(texts) > 1 and bool(whole) and texts.astype(int).diff().iloc[1:].gt(0).all()


def _names_rows(texts: pd.Series, names: str) -> bool:
    """Whether a column names the rows, by its title or by a text of its own in each."""
    titled = texts.name == names or str(texts.name).casefold() in SAMPLE_TITLES
    different = bool((texts != "").all()) and texts.is_unique
    return different and (titled or not any(map(is_number, texts)))
