"""The plain value every reader returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class CountTable:
    """Counts as they stand in the user's file, not yet checked.

    Attributes
    ----------
    counts
        Genes × samples; index and columns are text exactly as written (outer spaces removed), and
        may hold duplicates. Columns are numbers where every cell is one, else the text itself.
    gene_names
        Gene names of the file, indexed like `counts`; None when the file has none.
    gene_types
        Gene types of the file, indexed like `counts`; None when the file has none.
    format
        What the file was recognised as, in words of the configuration, or ``nfcore``.
    messages
        What the user should know: rows left out, values rounded, names shortened.
    lengths
        Average transcript length of each gene in each sample, shaped as `counts`; None where no
        quantifier gives it.
    """

    counts: pd.DataFrame
    gene_names: pd.Series | None
    gene_types: pd.Series | None
    format: str
    messages: tuple[str, ...]
    lengths: pd.DataFrame | None = None


def as_numbers(counts: pd.DataFrame) -> np.ndarray:
    """Return genes × samples as floating-point numbers, NaN where a cell is no number."""
    if any(kind.kind == "O" for kind in counts.dtypes):
        counts = counts.apply(pd.to_numeric, errors="coerce")
    return counts.to_numpy(dtype=float)


def percent(share: float) -> str:
    """Return a share of 1 as a percentage with two significant digits."""
    hundredfold = 100 * float(share)
    return f"{hundredfold:.0f} %" if hundredfold >= 99.5 else f"{hundredfold:.2g} %"
