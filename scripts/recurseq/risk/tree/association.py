"""Tests of independence between a covariate and the scores of a response in one node.

With g(x) the covariate (a number, or one column for each level) and h the scores, the statistic is
T = Σ g(x) h'. Under permutations of h its mean is (Σ g) h̄' and its covariance

    n / (n - 1) V ⊗ Σ g g'  -  1 / (n - 1) V ⊗ (Σ g)(Σ g)'

with V the covariance of h; the quadratic form of T less its mean is chi-squared with the rank of
that covariance as degrees of freedom. With standardised scores (`influence.standardised`) V is the
identity and the form a sum of squares.

References
----------
Strasser and Weber, Math. Methods Stat. 8, 220 (1999); Hothorn, Hornik and Zeileis, J. Comput.
Graph. Stat. 15, 651 (2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recurseq.risk.tree.covariate import Covariate
from recurseq.stats.tails import chi_squared_tail


@dataclass(frozen=True)
class Association:
    """Test of one covariate in a node.

    Attributes
    ----------
    variable
        Name of the covariate.
    statistic, df
        Quadratic form, and its degrees of freedom.
    pvalue_alone, pvalue
        Of this test, and adjusted for all tests of the node.
    """

    variable: str
    statistic: float
    df: int
    pvalue_alone: float
    pvalue: float


def associations(covariates: Sequence[Covariate], scores: np.ndarray) -> list[Association]:
    """Test every covariate that varies in a node.

    The p-values are adjusted by 1 - (1 - p)^m with m the number of these covariates.

    Parameters
    ----------
    covariates
        Of the patients of the node.
    scores
        Standardised scores of the same patients; without a column nothing is tested.

    Returns
    -------
    list of Association
        In the order of the covariates.
    """
    found = []
    for one in covariates if scores.shape[1] else ():
        statistic, df = quadratic(one, scores)
        if df:
            found.append((one.name, statistic, df * scores.shape[1]))
    alone = [float(chi_squared_tail(statistic, df)) for _, statistic, df in found]
    with np.errstate(divide="ignore"):
        adjusted = -np.expm1(len(found) * np.log1p(-np.array(alone)))
    return [
        Association(*test, p, float(q)) for test, p, q in zip(found, alone, adjusted, strict=True)
    ]


def quadratic(one: Covariate, scores: np.ndarray) -> tuple[float, int]:
    """Return the quadratic form of a covariate and the rank of its own part; rank 0 if constant."""
    n = len(scores)
    if one.ordered:
        if np.ptp(one.values) == 0:
            return 0.0, 0
        centred = one.scores - one.scores.mean()
        # Σ g g' n/(n-1) - (Σ g)²/(n-1) is n/(n-1) times the sum of squares.
        spread = n / (n - 1) * float(centred @ centred)
        return float(((centred @ scores) ** 2).sum() / spread), 1
    size, sums = level_sums(one, scores)
    there = size > 0
    # A generalised inverse of diag(n) - n n'/n is diag(1/n), as the sums add up to 0.
    form = (n - 1) / n * float((sums[there] ** 2 / size[there, None]).sum())
    return form, int(there.sum()) - 1


def level_sums(one: Covariate, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of patients and the sums of scores of each level."""
    codes, levels = one.values.astype(int), len(one.levels)
    size = np.bincount(codes, minlength=levels)
    columns = [np.bincount(codes, column, minlength=levels) for column in scores.T]
    return size, np.column_stack(columns)


def strongest_first(tests: Sequence[Association]) -> list[Association]:
    """Order tests by p-value, then by statistic; of two alike, the later covariate is first."""
    places = sorted(
        range(len(tests)), key=lambda i: (tests[i].pvalue_alone, -tests[i].statistic, -i)
    )
    return [tests[i] for i in places]
