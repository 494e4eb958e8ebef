"""The marker panel: what the user expects of each gene, and what is wrong with the file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from recurseq.base.errors import InputError, Problem, raise_if_any
from recurseq.base.names import name_problems
from recurseq.base.text import few, suggest
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.symbols import resolve_symbols
from recurseq.io.sheets import read_sheet

if TYPE_CHECKING:
    pass

EXPECTED = "expected_"
DIRECTIONS = ("up", "down")
REQUIRED = ("gene", "set")


def read_panel(path: str | Path) -> pd.DataFrame:
    """Read a panel file.

    Parameters
    ----------
    path
        TSV, CSV or xlsx with a header. Columns: ``gene`` (symbol or identifier), ``set``, optional
        ``source``, and any number of ``expected_<contrast>`` holding up, down or nothing.

    Returns
    -------
    pandas.DataFrame
        Columns ``gene``, ``set``, ``source`` and the expected ones, in file order; None for empty
        cells in ``source`` and in the expected ones. A gene may be in several sets.

    Raises
    ------
    InputError
        With every problem of the file, rows numbered as in the file.
    """
    sheet = read_sheet(path)
    raise_if_any(_sheet_problems(str(path), sheet))
    columns = [*REQUIRED, "source", *(c for c in sheet.columns if c.startswith(EXPECTED))]
    panel = sheet.reindex(columns=columns, fill_value="").reset_index(drop=True)
    return panel.astype(object).where(panel != "", None)


def panel_genes(path: str | Path, genes: pd.DataFrame, orthologues: str) -> list[str]:
    """Return the genes of a panel as they are named in a study: for figures that name them.

    Parameters
    ----------
    path
        The panel.
    genes
        Columns ``gene_id`` and ``gene_name`` of the study.
    orthologues
        ``genes.orthologues`` of the configuration; with an empty text names stay as written.
    """
    queries = list(dict.fromkeys(read_panel(path)["gene"]))
    if not orthologues:
        return queries
    names = genes["gene_id"], genes["gene_name"]
    rows = resolve_symbols(queries, *names, load_annotation("none"), orthologues)
    return list(rows["gene_id"].dropna())


def panel_problems(path: str | Path, contrast_names: Sequence[str]) -> list[Problem]:
    """Return what is wrong with a panel file; an empty list when it can be used.

    An ``expected_`` column of a contrast the study does not have is allowed: one panel serves
    several studies. It is a problem only when it differs from a contrast of the study by case or
    punctuation alone and would be silently left aside.
    """
    try:
        sheet = read_sheet(path)
    except InputError as error:
        return list(error.problems)
    return _sheet_problems(str(path), sheet) + _near_misses(str(path), sheet, contrast_names)


def panel_notes(path: str | Path, contrast_names: Sequence[str]) -> list[str]:
    """Return remarks on a panel without problems: expectations that no contrast will use."""
    expected = [name for name in read_sheet(path).columns if name.startswith(EXPECTED)]
    if not expected or any(name.removeprefix(EXPECTED) in contrast_names for name in expected):
        return []
    return [
        f"no contrast of the study is named in {path} ({few(expected)}), so every marker is "
        f"without an expectation; name the columns {EXPECTED}<contrast>"
    ]


def _sheet_problems(path: str, sheet: pd.DataFrame) -> list[Problem]:
    problems = _column_problems(path, list(sheet.columns))
    if not len(sheet):
        problems.append(Problem(path, "the panel has no gene", "a header and one row per gene"))
    for column in [name for name in REQUIRED if name in sheet]:
        empty = sheet.index[sheet[column] == ""]
        if len(empty):
            where = f"{path}, column {column!r}"
            found = f"no value in {_lines(empty)}"
            problems.append(Problem(where, found, "a value in each row"))
    for column in [name for name in (*REQUIRED, "source") if name in sheet]:
        for line, text in sheet[column].items():
            problems += name_problems(f"{path}, line {line}", column, [text])
    if set(REQUIRED) <= set(sheet.columns):
        problems += _duplicate_problems(path, sheet)
    for column in [name for name in sheet if name.startswith(EXPECTED)]:
        problems += _direction_problems(path, sheet[column])
    return problems


def _column_problems(path: str, columns: Sequence[str]) -> list[Problem]:
    where, allowed = f"{path}, line 1", "gene, set, source and expected_<contrast>"
    known = (*REQUIRED, "source")
    unknown = [name for name in columns if name not in known and not name.startswith(EXPECTED)]
    problems = [
        Problem(where, f"there is no column {name!r}", allowed, suggest(name, unknown))
        for name in REQUIRED
        if name not in columns
    ]
    return problems + [
        Problem(where, f"unknown column {name!r}", allowed, suggest(name, [*known, EXPECTED]))
        for name in unknown
    ]


def _duplicate_problems(path: str, sheet: pd.DataFrame) -> list[Problem]:
    named = sheet[(sheet["gene"] != "") & (sheet["set"] != "")]
    return [
        Problem(
            f"{path}, {_lines(rows.index)}",
            f"gene {gene!r} is in set {group!r} {len(rows)} times",
            "each gene once in a set",
            "remove all but one row",
        )
        for (gene, group), rows in named.groupby(["gene", "set"], sort=False)
        if len(rows) > 1
    ]


def _direction_problems(path: str, expected: pd.Series) -> list[Problem]:
    wrong = expected[~expected.isin([*DIRECTIONS, ""])]
    return [
        Problem(
            f"{path}, {_lines(rows.index)}, column {expected.name!r}",
            f"found {word!r}",
            "up, down, or nothing",
            suggest(word, DIRECTIONS),
        )
        for word, rows in wrong.groupby(wrong, sort=False)
    ]


def _near_misses(path: str, sheet: pd.DataFrame, contrasts: Sequence[str]) -> list[Problem]:
    plain = {_letters(name): name for name in contrasts}
    named = [name.removeprefix(EXPECTED) for name in sheet if name.startswith(EXPECTED)]
    return [
        Problem(
            f"{path}, line 1",
            f"column {EXPECTED + name!r} is of no contrast of the study",
            f"expected_<contrast> with {few(contrasts)}",
            f"did you mean {EXPECTED + plain[_letters(name)]!r}?",
        )
        for name in named
        if name not in contrasts and _letters(name) in plain
    ]


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _lines(numbers: pd.Index) -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    return "lines " + few(numbers).replace("'", "")
