"""Spearman's rank correlation with its interval: of all samples, within groups, given covariates.

The interval is Fisher's, tanh(atanh(rho) ± 1.96 s), with the variance of Bonett and Wright,
s² = (1 + rho²/2) / (n - k - 3), where k columns were taken off beside the mean.

References
----------
Bonett and Wright, Psychometrika 65, 23 (2000); partial correlation of ranks: Kim, Commun. Stat.
Appl. Methods 22, 665 (2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import factorial

import numpy as np
from scipy.special import stdtr

from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.tails import ranks

LARGEST_EXACT = 9  # samples without ties whose p-value counts all orders, as in R's cor.test
FEWEST = 4  # samples of a group
_NEGLIGIBLE = 1e-10  # of the sum of squares of the ranks


@dataclass(frozen=True)
class Correlation:
    """A rank correlation.

    Attributes
    ----------
    n
        Samples.
    given
        Columns taken off beside the mean.
    rho, lower, upper
        Estimate and 95 % interval; missing where a side does not vary or samples are too few.
    pvalue
        Two-sided.
    """

    n: int
    given: int
    rho: float
    lower: float
    upper: float
    pvalue: float


def interval(rho: float, n: int, given: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of a rank correlation; a point where it is 1 or -1."""
    if abs(rho) >= 1:
        return rho, rho
    half = NORMAL_975 * np.sqrt((1 + rho**2 / 2) / (n - given - 3))
    return float(np.tanh(np.arctanh(rho) - half)), float(np.tanh(np.arctanh(rho) + half))


def spearman(one: np.ndarray, other: np.ndarray) -> Correlation:
    """Correlate the ranks of two variables, without missing values.

    The p-value counts all orders for up to nine samples without ties, else it is that of
    t = rho sqrt((n - 2) / (1 - rho²)), as in R's ``cor.test(exact = FALSE)``.
    """
    found = within(one, other, np.zeros(len(one), dtype=int))
    untied = len(np.unique(one)) == len(np.unique(other)) == len(one)
    if np.isnan(found.rho) or not untied or found.n > LARGEST_EXACT:
        return found
    return Correlation(**{**vars(found), "pvalue": _exact_pvalue(found.rho, found.n)})


def within(
    one: np.ndarray,
    other: np.ndarray,
    groups: np.ndarray,
    covariates: np.ndarray | None = None,
) -> Correlation:
    """Correlate the ranks of two variables within groups, and given covariates.

    Each variable is ranked in each group by itself and divided by the size of the group + 1; group
    means and covariates are taken off by least squares, and what is left is correlated. Without
    ties and covariates this is the mean of the groups' Spearman correlations with the weights
    n (n - 1) / (n + 1); with covariates it is the partial correlation, which the inverse of the
    correlation matrix gives as well. With a single group it is Spearman's correlation.

    Parameters
    ----------
    one, other
        A value per sample.
    groups
        Code of each sample's group.
    covariates
        Samples x columns, as they are to be taken off; those that others express do not count.

    Returns
    -------
    Correlation
        The p-value is that of t with n - 2 - given degrees of freedom, and no smaller than the
        number of orders within groups allows.
    """
    n = len(one)
    parts = [_dummies(groups), *([covariates] if covariates is not None else [])]
    basis = orthonormal(np.column_stack(parts))
    given = basis.shape[1] - 1
    sides = np.column_stack([scaled_ranks(one, groups), scaled_ranks(other, groups)])
    left = sides - basis @ (basis.T @ sides)
    squares = (left**2).sum(axis=0)
    total = (sides**2).sum(axis=0)
    if n - given < FEWEST or (squares <= _NEGLIGIBLE * total).any():
        return Correlation(n, given, *[np.nan] * 4)
    rho = float(np.clip(left[:, 0] @ left[:, 1] / np.sqrt(squares.prod()), -1, 1))
    if 1 - abs(rho) < 1e-12:
        rho = float(np.sign(rho))
    sizes = np.unique(groups, return_counts=True)[1]
    pvalue = max(_t_pvalue(rho, n - 2 - given), _smallest(sizes))
    return Correlation(n, given, rho, *interval(rho, n, given), pvalue)


def scaled_ranks(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Rank values within each group and divide by its size + 1; tied ones get their mean rank."""
    values, found = np.asarray(values, dtype=float), np.zeros(len(values))
    for code in np.unique(groups):
        own = groups == code
        found[own] = ranks(values[own]) / (own.sum() + 1)
    return found


def orthonormal(columns: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of the span of columns."""
    left, lengths, _ = np.linalg.svd(columns, full_matrices=False)
    return left[:, lengths > 1e-9 * lengths.max(initial=0)]


def _dummies(groups: np.ndarray) -> np.ndarray:
    return (groups[:, None] == np.unique(groups)).astype(float)


def _t_pvalue(rho: float, df: int) -> float:
    if abs(rho) >= 1:
        return 0.0
    t = rho * np.sqrt(df / (1 - rho**2))
    return float(2 * stdtr(df, -abs(t)))


def _smallest(sizes: np.ndarray) -> float:
    """Two of all orders of one variable within the groups: no test of orders says less."""
    orders = 1.0
    for size in sizes:
        orders *= float(factorial(min(int(size), 100)))
    return min(1.0, 2 / orders)


def _exact_pvalue(rho: float, n: int) -> float:
    """Share of all orders with a correlation at least as far from 0."""
    sums, shares = _orders(n)
    centre = n * (n + 1) ** 2 / 4
    observed = abs(rho) * n * (n**2 - 1) / 12
    return float(min(1.0, shares[np.abs(sums - centre) >= observed - 1e-6].sum()))


@cache
def _orders(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Distribution of the sum of i times the rank of the i-th, over all orders of n ranks.

    Ranks are given out one after another; sets of ranks already given share their further way.
    """
    largest = n * (n + 1) * (2 * n + 1) // 6
    ways = {0: np.eye(1, largest + 1)[0]}
    for place in range(1, n + 1):
        following: dict[int, np.ndarray] = {}
        for taken, counts in ways.items():
            for rank in range(1, n + 1):
                if taken >> rank & 1:
                    continue
                key = taken | 1 << rank
                moved = np.zeros(largest + 1)
                moved[place * rank :] = counts[: largest + 1 - place * rank]
                following[key] = following.get(key, 0) + moved
        ways = following
    (counts,) = ways.values()
    return np.arange(largest + 1), counts / counts.sum()
