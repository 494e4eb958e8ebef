"""Cells of a clinical table: which of them mean missing, numbers, and how bad ones are told."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import few, listed

ROWS_TOLD = 5
LONGEST_CELL = 200
LARGEST_NUMBER = 1e15
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
_COMPARED = re.compile(r"\s*(<=|>=|<|>|≤|≥|~)\s*[-+]?[\d.,]+\s*")
_COMMA = re.compile(r"[-+]?\d+,\d+")


def present(texts: pd.Series, missing: Collection[str]) -> pd.Series:
    """Replace the cells that mean missing by missing."""
    return texts.where(~texts.isin([*missing, ""]))


def rows_in_words(rows: pd.Index) -> str:
    """Name rows: ``row 5``, ``rows 5, 7 and 12 more``."""
    told = [str(row) for row in rows[:ROWS_TOLD]]
    if len(rows) > ROWS_TOLD:
        told.append(f"{len(rows) - ROWS_TOLD} more")
    return f"row{'s' if len(rows) > 1 else ''} {listed(told)}"


def bad_cells(
    where: str,
    texts: pd.Series,
    bad: pd.Series | np.ndarray,
    found: str,
    allowed: str,
    fix: str = "",
) -> list[Problem]:
    """Tell the rows of bad cells, with the cells themselves for the terminal only.

    Parameters
    ----------
    where
        File and column.
    texts
        Cells by row number.
    bad
        Which of them.
    found, allowed, fix
        As for `recurseq.base.errors.Problem`; the rows stand in front of `found`.
    """  # fmt: skip
    rows = texts.index[np.asarray(bad, dtype=bool)]
    if not len(rows):
        return []
    cells = few(texts[np.asarray(bad, dtype=bool)].astype(str).drop_duplicates())
    return [Problem(f"{where}, {rows_in_words(rows)}", found, allowed, fix, cells)]


def read_numbers(where: str, texts: pd.Series) -> tuple[pd.Series, list[Problem]]:
    """Read a column of numbers.

    Parameters
    ----------
    where
        File and column, for messages.
    texts
        Cells by row number; missing ones are missing.

    Returns
    -------
    (pandas.Series, list of Problem)
        Numbers, missing where there is none, and what could not be read.
    """
    good = texts.map(_is_number).astype(bool)
    numbers = pd.to_numeric(texts.where(good), errors="coerce").astype(float)
    bad = texts.notna() & ~good
    compared = bad & texts.map(lambda t: bool(_COMPARED.fullmatch(str(t)))).astype(bool)
    comma = bad & texts.map(lambda t: bool(_COMMA.fullmatch(str(t)))).astype(bool)
    other = bad & ~compared & ~comma
    large = numbers.abs() > LARGEST_NUMBER
    allowed = "numbers such as 3.5"
    limit = "write the number; that it is a limit of the assay belongs in another column"
    words = "add the words that mean missing to clinical.missing, or mend the cells"
    return numbers, [
        *bad_cells(where, texts, compared, "say above or below a number", allowed, limit),
        *bad_cells(where, texts, comma, "have a decimal comma", allowed, "use a decimal point"),
        *bad_cells(where, texts, other, "are no numbers", allowed, words),
        *bad_cells(where, texts, large, "are too large", f"numbers up to {LARGEST_NUMBER:g}"),
    ]


def _is_number(text: object) -> bool:
    return isinstance(text, str) and _NUMBER.fullmatch(text) is not None


def all_numbers(texts: pd.Series) -> bool:
    """Whether every present cell is a number, and there is one."""
    known = texts.dropna()
    return len(known) > 0 and bool(known.map(_is_number).all())


def long_cells(where: str, texts: pd.Series) -> list[Problem]:
    """Find cells that no table or figure can show."""
    long = texts.str.len().fillna(0) > LONGEST_CELL
    shown = texts.str.slice(0, 40)
    allowed = f"at most {LONGEST_CELL} characters"
    return bad_cells(where, shown, long, "are too long", allowed)
