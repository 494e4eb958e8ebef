"""Tail probabilities, without the seconds that scipy.stats takes to be imported."""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc, ndtr


def chi_squared_tail(statistic: float | np.ndarray, df: float | np.ndarray) -> float | np.ndarray:
    """Return the probability of a chi-squared statistic at least as large."""
    return chdtrc(df, statistic)


def two_sided(z: float | np.ndarray) -> float | np.ndarray:
    """Return the probability of a normal deviate at least as far from 0."""
    return 2 * ndtr(-np.abs(z))


def ranks(values: np.ndarray, *, largest: bool = False) -> np.ndarray:
    """Rank values from 1; tied ones get their mean rank, or the largest of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last if largest else last - (counts - 1) / 2)[place]
