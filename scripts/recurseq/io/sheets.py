"""Small tables that people write by hand (sample sheets, panels), read as text."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.text import control_of, few, quoted
from recurseq.io.bytes import LARGEST_SHEET, fail
from recurseq.io.cells import cell_text
from recurseq.io.files import load

MISSING_TEXTS = ("", "NA", "N/A", "NaN", "nan", "n/a")
MOST_COLUMNS = 2_000
LONGEST_NAME = 200


def read_sheet(path: str | Path) -> pd.DataFrame:
    """Read a TSV, CSV, xlsx or h5ad file; every cell is text without outer spaces.

    Parameters
    ----------
    path
        The file. Text files are UTF-8, with or without byte-order mark; the separator is the tab
        when the header (the first line that is not empty) holds one, else the semicolon or comma.
        Of an h5ad file it is ``obs``, whose names are the first column, called ``sample_id`` where
        they have no name.

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
    numbered = {
        line: [cell.strip() for cell in row]
        for line, row in enumerate(_rows(path), start=1)
        if any(cell.strip() for cell in row)
    }
    if not numbered:
        raise fail(str(path), "the file is empty but for spaces", "a header and rows")
    (_, header), *rest = _without_empty_end(numbered).items()
    body = dict(rest)
    problems = _header_problems(path, header)
    for line, row in body.items():
        if len(row) != len(header):
            found = f"{len(row)} cells, the header has {len(header)}"
            problems.append(Problem(f"{path}, line {line}", found, "one cell for each column"))
    if problems:
        raise InputError(problems)
    return pd.DataFrame(list(body.values()), index=list(body), columns=header, dtype=str)


def _without_empty_end(rows: dict[int, list[str]]) -> dict[int, list[str]]:
    """Drop the columns at the right that are empty in every row, as spreadsheets leave them."""
    width = max(
        len(row) - next(i for i, cell in enumerate(reversed(row)) if cell) for row in rows.values()
    )
    return {line: row[:width] for line, row in rows.items()}


def _header_problems(path: str | Path, header: list[str]) -> list[Problem]:
    where, problems = f"{path}, line 1", []
    if "" in header:
        column = header.index("") + 1
        problems.append(Problem(where, f"column {column} has no name", "a name for each column"))
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


def _rows(path: str | Path) -> list[list[str]]:
    content = load(path, LARGEST_SHEET)
    if content.kind == "xlsx":
        return [[cell_text(cell) for cell in row] for row in content.lines]
    if content.kind == "hdf5":
        from recurseq.io.h5ad import rows_of_obs  # anndata takes a second

        return rows_of_obs(str(path))
    if content.kind != "text":
        raise fail(str(path), f"a file of kind {content.kind}", "TSV, CSV, xlsx or h5ad")
    text = content.data.decode("utf-8")
    first = next((line for line in text.split("\n") if line.strip()), "")
    separator = "\t" if "\t" in first else ";" if ";" in first else ","
    try:
        return list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error as error:
        fix = "look for a quotation mark that is not closed"
        raise fail(str(path), f"cannot be read: {error}", "", fix) from None
