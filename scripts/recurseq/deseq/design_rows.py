"""Designs by their distinct rows: samples with equal rows share one term of X'WX."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Cells(NamedTuple):
    """The distinct rows of a design, and where their samples are once sorted.

    Attributes
    ----------
    order
        Positions of the samples, those of one cell next to each other.
    starts
        First sample of each cell in that order, and the number of samples: cells + 1.
    rows
        Cells x p.
    """

    order: np.ndarray
    starts: np.ndarray
    rows: np.ndarray

    def sorted(self, values: np.ndarray) -> np.ndarray:
        """Sort the samples of a block (genes x samples) by cell, as contiguous numbers."""
        return np.ascontiguousarray(values[:, self.order], dtype=float)

    def restored(self, values: np.ndarray) -> np.ndarray:
        """Bring a block (genes x samples) back to the order of the design's rows."""
        result = np.empty_like(values)
        result[:, self.order] = values
        return result


def cells_of_design(design: np.ndarray) -> Cells:
    """Find the distinct rows of a design, samples x p."""
    rows, cell, sizes = np.unique(design, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(cell.ravel(), kind="stable")
    starts = np.concatenate(([0], np.cumsum(sizes)))
    return Cells(order, starts.astype(np.int64), np.ascontiguousarray(rows, dtype=float))
