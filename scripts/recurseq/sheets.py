"""Small tables that people write by hand (sample sheets, panels), read as text."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pandas as pd

from recurseq.errors import InputError, Problem, few

MISSING_TEXTS = ("", "NA", "N/A", "NaN", "nan", "n/a")


def read_sheet(path: str | Path) -> pd.DataFrame:
    """Read a TSV, CSV or xlsx file with a header row; every cell is text without outer blanks.

    Parameters
    ----------
    path
        The file. Text files are UTF-8, with or without byte-order mark; the separator is the tab
        when the header holds one, else the semicolon or comma.

    Returns
    -------
    pandas.DataFrame
        All columns of type str; rows of empty cells are left out; index is the line number in the
        file (the header is line 1).

    Raises
    ------
    InputError
        When the file is missing, empty, not text, or has rows of different length, or a column
        name that is blank or used twice.
    """
    rows = _spreadsheet_rows(path) if _is_xlsx(path) else _text_rows(path)
    if not rows:
        raise InputError([Problem(str(path), "the file is empty", "a header row and data rows")])
    header = [name.strip() for name in rows[0]]
    body = {
        line: [cell.strip() for cell in row]
        for line, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    }
    problems = _header_problems(path, header)
    for line, row in body.items():
        if len(row) != len(header):
            found = f"{len(row)} cells, the header has {len(header)}"
            problems.append(Problem(f"{path}, line {line}", found, "one cell for each column"))
    if problems:
        raise InputError(problems)
    return pd.DataFrame(list(body.values()), index=list(body), columns=header, dtype=str)


def _header_problems(path: str | Path, header: list[str]) -> list[Problem]:
    where, problems = f"{path}, line 1", []
    if "" in header:
        column = header.index("") + 1
        problems.append(Problem(where, f"column {column} has no name", "a name for each column"))
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        problems.append(Problem(where, f"column names used twice: {few(twice)}", "unique names"))
    return problems


def _is_xlsx(path: str | Path) -> bool:
    try:
        with Path(path).open("rb") as handle:
            return handle.read(4) == b"PK\x03\x04"
    except OSError as error:
        raise InputError([Problem(str(path), _reason(error), "a readable file")]) from None


def _reason(error: OSError) -> str:
    return (
        "the file does not exist" if isinstance(error, FileNotFoundError) else str(error.strerror)
    )


def _text_rows(path: str | Path) -> list[list[str]]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8 text"
        fix = "save the file as UTF-8 text (in Excel: 'CSV UTF-8' or 'Unicode text')"
        raise InputError([Problem(str(path), found, "TSV, CSV or xlsx", fix)]) from None
    except OSError as error:
        raise InputError([Problem(str(path), _reason(error), "a readable file")]) from None
    first = text.split("\n", 1)[0]
    separator = "\t" if "\t" in first else ";" if ";" in first else ","
    try:
        return list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error as error:
        fix = "look for a quotation mark that is not closed"
        raise InputError([Problem(str(path), f"cannot be read: {error}", "", fix)]) from None


def _spreadsheet_rows(path: str | Path) -> list[list[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError([Problem(str(path), f"not a readable xlsx file ({error})")]) from None
    rows = [
        [_cell(value) for value in row] for row in book.worksheets[0].iter_rows(values_only=True)
    ]
    width = len([name for name in rows[0] if name]) if rows else 0
    return [row[:width] + [cell for cell in row[width:] if cell] for row in rows]


def _cell(value: object) -> str:
    """Text of a spreadsheet cell; whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
