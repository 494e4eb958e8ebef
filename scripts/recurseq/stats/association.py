"""How closely two columns of a table go together, corrected for what chance alone makes of them."""

from __future__ import annotations

import numpy as np
from scipy.special import fdtrc

from recurseq.stats.contingency import expected_counts, without_empty


def cramers_v(table: np.ndarray) -> float:
    """Return Cramér's V of a table of counts, corrected for bias.

    With φ² the chi-squared statistic over n, of r rows and k columns that hold anything::

        V = sqrt(max(0, φ² - (r - 1)(k - 1)/(n - 1)) / min(r' - 1, k' - 1))
        r' = r - (r - 1)²/(n - 1), and k' likewise

    Uncorrected, a column of many levels goes with anything: 16 levels over 41 samples that know
    nothing of two groups have a V of 0.6. The correction takes off what chance makes on average
    (Bergsma 2013, Journal of the Korean Statistical Society 42:323).

    Parameters
    ----------
    table
        Counts, levels of one column × levels of the other.

    Returns
    -------
    float
        From 0 to 1; missing when fewer than two rows or columns hold anything, or when every
        sample has a level of its own.
    """
    filled = without_empty(table)
    total, degrees = filled.sum(), np.array(filled.shape) - 1
    if min(filled.shape) < 2:
        return np.nan
    expected = expected_counts(filled)
    squared = ((filled - expected) ** 2 / expected).sum() / total
    left = max(0.0, squared - degrees.prod() / (total - 1))
    largest = (degrees - degrees**2 / (total - 1)).min()
    return float(min(np.sqrt(left / largest), 1.0)) if largest > 0 else np.nan


def adjusted_r_squared(r_squared: float, samples: int, columns: int) -> float:
    """Return R² corrected for what columns explain by chance, 1 - (1 - R²)(n - 1)/(n - p).

    Ezekiel 1930; below 0 when the columns explain less than chance would.

    Parameters
    ----------
    r_squared
        Share of the variance explained; may be missing.
    samples, columns
        n, and p with the constant counted.
    """
    if samples <= columns:
        return np.nan
    return 1 - (1 - r_squared) * (samples - 1) / (samples - columns)


def explained(response: np.ndarray, design: np.ndarray) -> tuple[float, float]:
    """Return R² and the p-value of the F test of a linear model that contains the intercept.

    Parameters
    ----------
    response
        One number per sample.
    design
        Samples × columns, of full rank, the constant among its span.
    """
    coefficients, *_ = np.linalg.lstsq(design, response, rcond=None)
    residual = float(((response - design @ coefficients) ** 2).sum())
    total = float(((response - response.mean()) ** 2).sum())
    between, within = design.shape[1] - 1, len(response) - design.shape[1]
    if total == 0 or within < 1:
        return np.nan, np.nan
    r_squared = min(max(1 - residual / total, 0.0), 1.0)
    if r_squared == 1:
        return 1.0, 0.0
    ratio = r_squared / between / ((1 - r_squared) / within)
    return r_squared, float(fdtrc(between, within, ratio))
