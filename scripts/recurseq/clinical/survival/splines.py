"""Restricted cubic splines: a smooth effect of a number that is straight beyond its outer knots."""

from __future__ import annotations

import numpy as np

# Quantiles of the knots by their number (Harrell, Regression Modeling Strategies, 2015, table 2.3).
KNOT_QUANTILES = {
    3: (0.10, 0.5, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.5, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975),
}


def knots_of(values: np.ndarray, number: int) -> np.ndarray:
    """Place knots at quantiles of the values; fewer where quantiles coincide."""
    known = np.asarray(values, dtype=float)
    return np.unique(np.quantile(known[~np.isnan(known)], KNOT_QUANTILES[number]))


def restricted_cubic(values: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Return the basis: the values themselves, then one column for each knot but two.

    Columns are divided by the squared distance of the outer knots, so that they have the unit of
    the values.

    References
    ----------
    Stone and Koo (1985); Harrell (2015), section 2.4.5.
    """
    x, t = np.asarray(values, dtype=float), np.asarray(knots, dtype=float)
    last, before = t[-1], t[-2]

    def cube(knot: float) -> np.ndarray:
        return np.maximum(x - knot, 0.0) ** 3

    bends = [
        cube(knot)
        - cube(before) * (last - knot) / (last - before)
        + cube(last) * (before - knot) / (last - before)
        for knot in t[:-2]
    ]
    return np.column_stack([x, *(bend / (last - t[0]) ** 2 for bend in bends)])
