"""Designs by their distinct rows: samples with equal rows share one term of X'WX."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd


class RowGroups(NamedTuple):
    """The distinct rows of a design, and which samples have them.

    Attributes
    ----------
    order
        Positions of the samples, those with equal design rows next to each other.
    starts
        Where each group of samples begins in that order, and the number of samples: groups + 1.
    rows
        The distinct rows, groups x p.
    """

    order: np.ndarray
    starts: np.ndarray
    rows: np.ndarray


def row_groups(design: np.ndarray) -> RowGroups:
    """Find the distinct rows of a design, samples x p."""
    rows, group, sizes = np.unique(design, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(group.ravel(), kind="stable")
    starts = np.concatenate(([0], np.cumsum(sizes)))
    return RowGroups(
        order.astype(np.int64), starts.astype(np.int64), np.ascontiguousarray(rows, dtype=float)
    )


def row_group_numbers(design: pd.DataFrame) -> np.ndarray:
    """Give samples with equal design rows the same number, 0 and up."""
    return np.unique(design.to_numpy(), axis=0, return_inverse=True)[1].ravel()


def has_replicates(design: pd.DataFrame, number: int) -> np.ndarray:
    """Whether each sample shares its design row with at least so many samples, itself included."""
    groups = row_group_numbers(design)
    return np.bincount(groups)[groups] >= number
