"""Two groups compared by ranks, all genes together: Wilcoxon's test, and the area under the curve.

The area (AUC) is the chance that a value above is larger than a value below, ties counting half.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr

from recurseq.stats.intervals import NORMAL_975

_EXACT_BELOW = 50  # samples on either side
_BISECTIONS = 60


class Ranks(NamedTuple):
    """Ranks of two groups of samples in every gene; equal values have the mean of their ranks.

    Attributes
    ----------
    above, below
        Genes x samples of either side: ranks among all of them.
    """

    above: np.ndarray
    below: np.ndarray


def ranks_of(above: np.ndarray, below: np.ndarray) -> Ranks:
    """Rank the values of two sides (genes x samples each) together."""
    together = _midranks(np.hstack([above, below]))
    return Ranks(together[:, : above.shape[1]], together[:, above.shape[1] :])


def _midranks(values: np.ndarray) -> np.ndarray:
    return pd.DataFrame(values).rank(axis=1).to_numpy()


def rank_sum_test(ranks: Ranks) -> np.ndarray:
    """Two-sided p-values of Wilcoxon's rank-sum test, as R's ``wilcox.test``.

    Exact where both sides have fewer than 50 values and none of them are equal; else by the normal
    approximation with the variance corrected for ties and a continuity correction of one half.

    Parameters
    ----------
    ranks
        From `ranks_of`.

    Returns
    -------
    numpy.ndarray
        One per gene; NaN where all values are equal.

    References
    ----------
    Wilcoxon, Biometrics Bulletin 1, 80 (1945); Mann and Whitney, Ann. Math. Stat. 18, 50 (1947).
    """
    m, n = ranks.above.shape[1], ranks.below.shape[1]
    larger = ranks.above.sum(axis=1) - m * (m + 1) / 2
    total = m + n
    # Ties take (t³ - t) / 12 off the sum of squared ranks.
    squares = (ranks.above**2).sum(axis=1) + (ranks.below**2).sum(axis=1)
    ties = 2 * total * (total + 1) * (2 * total + 1) - 12 * squares
    pvalues = _normal_pvalues(larger, ties, m, n)
    if max(m, n) < _EXACT_BELOW:
        untied = ties < 0.5
        pvalues[untied] = _exact_pvalues(larger[untied], m, n)
    return pvalues


def _normal_pvalues(larger: np.ndarray, ties: np.ndarray, m: int, n: int) -> np.ndarray:
    total = m + n
    variance = m * n / 12 * (total + 1 - ties / (total * (total - 1)))
    excess = larger - m * n / 2
    excess -= np.sign(excess) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        z = excess / np.sqrt(np.where(variance > 1e-9, variance, np.nan))
    return 2 * ndtr(-np.abs(z))


def _exact_pvalues(larger: np.ndarray, m: int, n: int) -> np.ndarray:
    """Twice the smaller tail of the exact distribution, at most 1."""
    lower = _rank_sum_distribution(m, n)
    upper = lower[::-1]  # the distribution is symmetric
    counts = np.rint(larger).astype(int)
    return np.minimum(1.0, 2 * np.minimum(lower[counts], upper[counts]))


@cache
def _rank_sum_distribution(m: int, n: int) -> np.ndarray:
    """P(U <= u) for u from 0 to m n, U the pairs in which the value above is larger.

    Subsets of m of the ranks 1 to m + n are counted by their sum.
    """
    ways = np.zeros((m + 1, m * n + m * (m + 1) // 2 + 1))
    ways[0, 0] = 1
    for rank in range(1, m + n + 1):
        for chosen in range(min(m, rank), 0, -1):
            ways[chosen, rank:] += ways[chosen - 1, :-rank]
    counts = ways[m, m * (m + 1) // 2 :]
    return np.cumsum(counts) / counts.sum()


class Area(NamedTuple):
    """Area under the curve of each gene with its 95 % interval."""

    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def area_under_curve(ranks: Ranks) -> Area:
    """Area under the receiver-operating curve of each gene, with an interval.

    The interval is DeLong's (normal, cut at 0 and 1), as pROC's. At an area of 0 or 1 his variance
    is 0 and the interval a point: there it is Newcombe's, which inverts a score test.

    Parameters
    ----------
    ranks
        From `ranks_of`, two samples or more on either side.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 44, 837 (1988); Newcombe, Stat. Med. 25, 559
    (2006), method 5.
    """
    m, n = ranks.above.shape[1], ranks.below.shape[1]
    over, under = placements(ranks)
    value = over.mean(axis=1)
    half = NORMAL_975 * np.sqrt(over.var(axis=1, ddof=1) / m + under.var(axis=1, ddof=1) / n)
    lower, upper = np.maximum(value - half, 0.0), np.minimum(value + half, 1.0)
    bound = lowest_area_when_complete(m, n)
    complete = np.minimum(value, 1 - value) < 1 / (4 * m * n)
    lower = np.where(complete & (value > 0.5), bound, lower)
    upper = np.where(complete & (value < 0.5), 1 - bound, upper)
    return Area(value, lower, upper)


def placements(ranks: Ranks) -> tuple[np.ndarray, np.ndarray]:
    """Return for each value the share of the other side that lies below it, or above it.

    Parameters
    ----------
    ranks
        From `ranks_of`.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Genes x values above: share of those below that are smaller, ties counting half; genes x
        values below: share of those above that are larger. Both have the area as mean.
    """
    m, n = ranks.above.shape[1], ranks.below.shape[1]
    over = (ranks.above - _midranks(ranks.above)) / n
    under = 1 - (ranks.below - _midranks(ranks.below)) / m
    return over, under


def lowest_area_when_complete(m: int, n: int) -> float:
    """Lower 95 % limit of the area when every value above is larger than every value below.

    The area A for which 1 - A is 1.96 standard errors, with Hanley and McNeil's variance of equal
    exponential scores, A (1 - A) (1 + (k - 1) ((1 - A) / (2 - A) + A / (1 + A))) / (m n) and
    k = (m + n) / 2 (Newcombe 2006, method 5), found by bisection.

    Parameters
    ----------
    m, n
        Samples on either side.
    """
    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):
        area = (low + high) / 2
        shape = 1 + ((m + n) / 2 - 1) * ((1 - area) / (2 - area) + area / (1 + area))
        variance = area * (1 - area) * shape / (m * n)
        if (1 - area) ** 2 > NORMAL_975**2 * variance:
            low = area
        else:
            high = area
    return high
