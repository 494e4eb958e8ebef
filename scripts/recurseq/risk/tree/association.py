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


class Independence:
    """Tests of the same covariates in many nodes.

    Parameters
    ----------
    covariates
        Of all patients.
    """

    def __init__(self, covariates: Sequence[Covariate]):
        self.covariates = tuple(covariates)
        self.in_order = np.array([one.ordered for one in covariates], dtype=bool)
        columns = [one.scores for one in covariates if one.ordered]
        self.matrix = np.column_stack(columns) if columns else None

    def tests(self, rows: np.ndarray, scores: np.ndarray) -> list[Association]:
        """Test every covariate that varies in a node.

        The p-values are adjusted by 1 - (1 - p)^m with m the number of these covariates.

        Parameters
        ----------
        rows
            Places of the patients of the node.
        scores
            Their standardised scores; without a column nothing is tested.

        Returns
        -------
        list of Association
            In the order of the covariates.
        """
        if not scores.shape[1]:
            return []
        statistic, rank = self.quadratic(rows, scores)
        there = np.flatnonzero(rank)
        statistic, df = statistic[there], rank[there] * scores.shape[1]
        alone = chi_squared_tail(statistic, df)
        with np.errstate(divide="ignore"):
            adjusted = -np.expm1(len(there) * np.log1p(-alone))
        names = [self.covariates[place].name for place in there]
        values = (statistic.tolist(), df.tolist(), alone.tolist(), adjusted.tolist())
        return [Association(*test) for test in zip(names, *values, strict=True)]

    def quadratic(self, rows: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the quadratic form of each covariate and its own rank; rank 0 if constant."""
        form, rank = np.zeros(len(self.covariates)), np.zeros(len(self.covariates), dtype=int)
        if self.matrix is not None:
            form[self.in_order], rank[self.in_order] = _of_numbers(self.matrix[rows], scores)
        for place in np.flatnonzero(~self.in_order):
            size, sums = level_sums(self.covariates[place].take(rows), scores)
            there = size > 0
            # A generalised inverse of diag(n) - n n'/n is diag(1/n), as the sums add up to 0.
            form[place] = (sums[there] ** 2 / size[there, None]).sum() * (1 - 1 / len(rows))
            rank[place] = there.sum() - 1
        return form, rank


def _of_numbers(x: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return quadratic forms of numbers; Σ g g' n/(n-1) - (Σ g)²/(n-1) is n/(n-1) Σ (g - ḡ)²."""
    varies = x.min(axis=0) < x.max(axis=0)
    centred = x - x.mean(axis=0)
    spread = len(x) / (len(x) - 1) * np.einsum("ij,ij->j", centred, centred)
    square = ((centred.T @ scores) ** 2).sum(axis=1)
    return np.divide(square, spread, out=np.zeros(len(varies)), where=varies), varies.astype(int)


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
