"""Which column of a table names the genes, and which are neither genes nor samples."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from recurseq.base.text import few
from recurseq.cohort.readers.formats import ID_HEADERS, NAME_HEADERS
from recurseq.cohort.readers.matching import same_samples
from recurseq.io.bytes import fail
from recurseq.io.cells import cell_text, is_number
from recurseq.io.files import Content

# Titles under which numbers are identifiers of genes.
_NUMBERED = re.compile(r"(entrez|ncbi|locus).*|gene[ _.]?ids?|genes?", re.IGNORECASE)
# Titles that spreadsheets and programs give to numbers of rows.
_ROW_TITLES = frozenset(
    {
        *("", "index", "unnamed: 0", "x", "v1", "...1", "#", "no", "no.", "nr", "nr.", "number"),
        *("row", "rows", "rowname", "rownames", "row.names", "row_names"),
    }
)
_LIKE_A_COUNT = re.compile(r"[+-]?[\d.,' ]*\d[\d.,' ]*(e[+-]?\d+)?", re.IGNORECASE)
_TEXT_SHARE = 0.9  # of the cells that are filled
_FEWEST_NAMES = 0.5  # different ones, of the genes: with fewer, a column says something else
_NO_TEXT = frozenset({"true", "false", "inf", "-inf"})  # cells of a column of counts, wrong ones
_STRAY_CELLS = 3


def gene_column(
    path: str, header: Sequence[str], identifiers: np.ndarray, texts: dict[int, np.ndarray]
) -> tuple[int, str]:
    """Choose the column that names the genes: the first, unless it holds numbers of rows.

    Parameters
    ----------
    path
        The file, for messages.
    header
        Titles of all columns.
    identifiers
        Texts of the first column.
    texts
        Texts of the other columns that hold text, by position.

    Returns
    -------
    (int, str)
        Its position, and what to tell when it is not the first.

    Raises
    ------
    InputError
        When the first column holds numbers that no title calls identifiers of genes, and no other
        column can take its place.
    """
    title = header[0]
    rows = _count_rows(identifiers)
    if _NUMBERED.fullmatch(title) and not (rows and texts):
        return 0, ""
    if not len(identifiers) or not all(map(is_number, identifiers)):
        return 0, ""
    if not texts:
        return 0, _alone(path, title, identifiers, rows=rows)
    known = [at for at in texts if header[at].lower() in ID_HEADERS | NAME_HEADERS and header[at]]
    best = max(known or texts, key=lambda at: len(set(texts[at])))
    what = "row numbers" if rows else f"numbers such as {few(identifiers, 3)}"
    if len(set(texts[best])) < _FEWEST_NAMES * len(identifiers):
        fix = "put gene identifiers in the first column; if these are Entrez, call it entrez_id"
        raise fail(f"{path}, first column", what, "gene identifiers", fix)
    return best, (
        f"{path}: the first column{f' ({title!r})' if title else ''} holds {what}, which are no "
        f"genes; genes are named by the column {header[best]!r}"
    )


def _alone(path: str, title: str, identifiers: np.ndarray, *, rows: bool) -> str:
    """Say what numbers are taken for that no title explains and no text replaces."""
    if title.lower() not in _ROW_TITLES:
        return ""
    if rows:
        fix = "write the file without row numbers, gene identifiers in the first column"
        raise fail(f"{path}, first column", "row numbers", "gene identifiers", fix)
    return (
        f"{path}: genes are named by numbers such as {few(identifiers, 3)}, under no title that "
        "says what they are; if they are not Entrez identifiers but row names, the names of the "
        "genes are lost"
    )


def _count_rows(identifiers: np.ndarray) -> bool:
    return len(identifiers) >= 3 and any(
        all(text == str(number) for number, text in enumerate(identifiers, start))
        for start in (0, 1)
    )


def is_text(cells: pd.Series) -> bool:
    """Whether a column holds text, as a description of genes does, and no counts badly spelt."""
    if cells.dtype != object:
        return False
    filled = [cell for cell in cells.to_numpy() if isinstance(cell, str)]
    words = sum(
        not _LIKE_A_COUNT.fullmatch(cell) and cell.lower() not in _NO_TEXT for cell in filled
    )
    return bool(filled) and words >= _TEXT_SHARE * len(filled)


def refuse_no_genes(
    path: str, header: Sequence[str], identifiers: np.ndarray, sample_ids: Sequence[str]
) -> None:
    """Refuse a table whose first column is a sample."""
    named = header[0] in sample_ids or bool(same_samples(header[:1], sample_ids))
    if named and all(map(is_number, identifiers)):
        found = f"there is no column of genes: the first column is the sample {header[0]!r}"
        fix = "write the table with its gene identifiers (R: write.csv with row.names = TRUE)"
        raise fail(f"{path}, header", found, "gene identifiers in the first column", fix)


def stray_cells(content: Content, cells: pd.Series, at: int) -> str:
    """Name the few cells that stand outside the table, in a column without a title.

    Returns
    -------
    str
        Empty when there are none, or so many that it is a column.

    Raises
    ------
    InputError
        When such a cell is a number, as where a row has moved to the right.
    """
    filled = np.flatnonzero(cells.notna())
    if not 0 < len(filled) <= _STRAY_CELLS or 2 * len(filled) > len(cells):
        return ""
    places = ", ".join(
        f"{_place(content, row, at)}: {cell_text(cells.iat[row])!r}" for row in filled
    )
    if not is_text(cells):
        raise fail(
            f"{content.path}, {places}",
            "a number outside the table, in a column without a name",
            "counts under the name of a sample",
            "remove it; if its row has moved to the right, mend the row",
        )
    return f"{content.path}: outside the table stands, and was left out, {places}"


def _place(content: Content, row: int, at: int) -> str:
    """Name a cell as a spreadsheet does, or by its line and column."""
    if content.kind == "xlsx":
        from openpyxl.utils import get_column_letter

        return f"cell {get_column_letter(at + 1)}{content.sheet.numbers[row + 1]}"
    return f"line {content.comments + row + 2}, column {at + 1}"
