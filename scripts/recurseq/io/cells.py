"""The cells of a table, whatever file they stand in: numbers, texts, missing ones."""

from __future__ import annotations

import pandas as pd

TABLE_KINDS = "TSV, CSV (either may be gzipped), xlsx or Parquet"
MISSING_COUNTS = ["", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "NULL", "null", "None", "#N/A"]


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


def numbers_or_text(cells: list) -> pd.Series:
    """Numbers where every cell is one or missing, else the text of the cells, NaN for missing."""
    texts = pd.Series([cell_text(cell) for cell in cells], dtype=object)
    texts = texts.mask(texts.isin(MISSING_COUNTS))
    try:
        return pd.to_numeric(texts)
    except (ValueError, TypeError):
        return texts
