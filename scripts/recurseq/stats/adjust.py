"""Adjustment of p-values for multiple testing."""

from __future__ import annotations

import numpy as np


def benjamini_hochberg(pvalues: np.ndarray) -> np.ndarray:
    """Benjamini-Hochberg adjusted p-values; missing ones stay missing and do not count.

    References
    ----------
    Benjamini and Hochberg, J. R. Stat. Soc. B 57, 289 (1995).
    """
    pvalues = np.asarray(pvalues, dtype=float)
    adjusted = np.full(len(pvalues), np.nan)
    known = np.flatnonzero(~np.isnan(pvalues))
    order = known[np.argsort(-pvalues[known], kind="stable")]
    adjusted[order] = step_up(pvalues[order])
    return adjusted


def step_up(falling: np.ndarray) -> np.ndarray:
    """Adjust p-values that are sorted from the largest to the smallest, none of them missing."""
    count = len(falling)
    return np.minimum(1.0, np.minimum.accumulate(falling * count / np.arange(count, 0, -1)))
