"""How far two groups differ: tests of numbers, and differences in standard deviations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LARGEST_EXACT = 50  # patients in a group, as in R's wilcox.test


@dataclass(frozen=True)
class NumberTest:
    """A test of numbers in groups; missing where a group has too few values."""

    method: str
    statistic: float
    df: float
    pvalue: float


def compare_means(groups: Sequence[np.ndarray]) -> NumberTest:
    """Compare means: Welch's t test for two groups, analysis of variance for more."""
    from scipy.stats import f_oneway, ttest_ind  # takes half a second to import

    two = len(groups) == 2
    method = "Welch t" if two else "analysis of variance"
    values = np.concatenate(groups) if len(groups) else np.zeros(0)
    if len(groups) < 2 or min(map(len, groups)) < 2 or np.ptp(values) == 0:
        return NumberTest(method, np.nan, np.nan, np.nan)
    if two:
        found = ttest_ind(*groups, equal_var=False)
        return NumberTest(method, float(found.statistic), float(found.df), float(found.pvalue))
    found = f_oneway(*groups)
    return NumberTest(method, float(found.statistic), float(len(groups) - 1), float(found.pvalue))


def compare_ranks(groups: Sequence[np.ndarray]) -> NumberTest:
    """Compare ranks: Mann and Whitney's test for two groups, Kruskal and Wallis' for more.

    Two groups of less than 50 without ties are compared exactly, others by the normal
    approximation with corrections for ties and continuity.
    """
    from scipy.stats import kruskal, mannwhitneyu  # takes half a second to import

    two = len(groups) == 2
    method = "Mann-Whitney" if two else "Kruskal-Wallis"
    values = np.concatenate(groups) if len(groups) else np.zeros(0)
    if len(groups) < 2 or min(map(len, groups)) < 1 or np.ptp(values) == 0:
        return NumberTest(method, np.nan, np.nan, np.nan)
    if not two:
        found = kruskal(*groups)
        df = float(len(groups) - 1)
        return NumberTest(method, float(found.statistic), df, float(found.pvalue))
    small = max(map(len, groups)) < LARGEST_EXACT and len(np.unique(values)) == len(values)
    found = mannwhitneyu(*groups, method="exact" if small else "asymptotic")
    return NumberTest(method, float(found.statistic), np.nan, float(found.pvalue))


def standardised_difference(one: np.ndarray, other: np.ndarray) -> float:
    """Difference of two means in units of the mean standard deviation of the groups.

    References
    ----------
    Austin, Stat. Med. 28, 3083 (2009), equation 1.
    """
    if min(len(one), len(other)) < 2:
        return np.nan
    spread = np.sqrt((np.var(one, ddof=1) + np.var(other, ddof=1)) / 2)
    return float(abs(np.mean(one) - np.mean(other)) / spread) if spread > 0 else np.nan


def standardised_difference_of_shares(counts: np.ndarray) -> float:
    """Mahalanobis distance between the shares of the levels in two groups.

    Parameters
    ----------
    counts
        Levels x 2.

    References
    ----------
    Yang and Dalton, SAS Global Forum 335 (2012); Austin (2009) for two levels.
    """
    counts = np.asarray(counts, dtype=float)
    counts = counts[counts.sum(axis=1) > 0]
    if len(counts) < 2 or np.any(counts.sum(axis=0) == 0):
        return np.nan
    shares = (counts / counts.sum(axis=0))[1:]
    difference = shares[:, 0] - shares[:, 1]
    spread = sum(np.diag(share) - np.outer(share, share) for share in shares.T) / 2
    distance = difference @ np.linalg.pinv(spread, hermitian=True) @ difference
    return float(np.sqrt(max(distance, 0.0)))
