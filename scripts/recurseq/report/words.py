"""Numbers, names and counts as a reader wants to see them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from recurseq.base.tables import MISSING
from recurseq.base.text import listed

MINUS = "−"
CHANGES = (0.25, 1, 2, 4)  # log2 fold changes from which a cell of a heat table is darker
SCORES = (1, 1.5, 2, 2.5)  # and normalised enrichment scores
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def count(value: object) -> str:
    """Return a whole number with thousands separated: ``18,204``."""
    return MISSING if is_missing(value) else f"{int(value):,}".replace("-", MINUS)


def number(value: object, digits: int = 2) -> str:
    """Return a number with a fixed number of decimals and a true minus sign."""
    if is_missing(value):
        return MISSING
    text = f"{float(value):,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def level(value: object) -> str:
    """Return an expression level: decimals only where they say something."""
    if is_missing(value):
        return MISSING
    return number(value, 0 if abs(float(value)) >= 100 else 1)


def measure(value: object) -> str:
    """Return a number of unknown scale with three significant digits, whole ones from 100."""
    if is_missing(value):
        return MISSING
    size = abs(float(value))
    return number(
        value, 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2 if size >= 1 else 3
    )


def pvalue(value: object) -> str:
    """Return a p-value: three decimals, or one digit and a power of ten below 0.001."""
    if is_missing(value):
        return MISSING
    value = float(value)
    if value == 0:
        return "< 10⁻³⁰⁰"
    if value >= 0.001:
        return f"{value:.3f}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def percent(value: object) -> str:
    """Return a share as a percentage with one decimal."""
    return MISSING if is_missing(value) else f"{float(value) * 100:.1f} %"


def shade(value: object, steps: Sequence[float] = CHANGES) -> str:
    """Return the class of a cell of a heat table: ``up3``, ``down1``; empty near 0."""
    size = 0 if is_missing(value) else sum(abs(float(value)) >= step for step in steps)
    return f"{'up' if float(value) > 0 else 'down'}{size}" if size else ""


def plain(value: object) -> str:
    """Return any value as text, NA when missing."""
    return MISSING if is_missing(value) else str(value)


def spaced(name: str) -> str:
    """Return a level or contrast name for headings: underscores become spaces."""
    return re.sub(r"_+", " ", name).strip() or name


def many(amount: int, word: str, plural: str = "") -> str:
    """Return ``1 gene``, ``2 genes``, ``no genes``."""
    noun = word if amount == 1 else plural or f"{word}s"
    return f"{count(amount) if amount else 'no'} {noun}"


def with_files(paths: Mapping[str, str], names: Iterable[str]) -> str:
    """Name collections with the file of each: ``hallmark (h.all.v2024.1.Hs.symbols.gmt)``.

    Parameters
    ----------
    paths
        Name of a collection to its file.
    names
        Those that are told.
    """
    return listed(f"{name} ({Path(paths[name]).name})" for name in names)


def first(items: Sequence[str], limit: int) -> str:
    """Return the first items, and how many more there are."""
    rest = len(items) - limit
    return ", ".join(items[:limit]) + (f" and {rest} more" if rest > 0 else "")


def is_missing(value: object) -> bool:
    """Return whether a cell is None, NaN or pandas' NA."""
    if value is None or value is pd.NA:
        return True
    return isinstance(value, float) and math.isnan(value)
