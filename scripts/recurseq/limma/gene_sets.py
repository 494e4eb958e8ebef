"""Tests of gene sets that allow for the correlation of their genes.

The competitive one (camera) asks whether the genes of a set change more than other genes do, the
self-contained one (fry) whether they change at all.

References
----------
Wu and Smyth, Nucleic Acids Res. 40, e133 (2012): camera. Wu et al., Bioinformatics 26, 2176 (2010):
roast; Giner and Smyth (2016): fry, its limit for means of many rotations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, stdtr

from recurseq.limma.voom import ContrastFit

_ROBUST_DEGREES = 0.92
_NODES = 128


@dataclass(frozen=True)
class SetTests:
    """Tests of several gene sets; one value per set.

    Attributes
    ----------
    correlation
        Mean correlation between the genes of a set, from their residuals; NaN for a single gene.
    competitive, competitive_sign
        P-value of camera, and the sign of its statistic: above 0, the set is higher.
    contained, contained_sign
        P-value of fry, and the sign of its statistic.
    """

    correlation: np.ndarray
    competitive: np.ndarray
    competitive_sign: np.ndarray
    contained: np.ndarray
    contained_sign: np.ndarray


def gene_set_tests(fit: ContrastFit, sets: Sequence[np.ndarray]) -> SetTests:
    """Test gene sets against the other genes, and by themselves.

    Parameters
    ----------
    fit
        Contrast of all genes, residuals kept (`Voom.contrast`).
    sets
        Positions of each set's genes: at least one, and not all genes.

    Notes
    -----
    Correlations and means of residuals are taken over samples. limma takes coordinates in a basis
    that it makes for each gene: with weights that differ by gene these bases are not quite
    parallel, and its results move with the order of the samples and the coding of the factors.
    """
    sizes = np.array([len(genes) for genes in sets])
    unit = fit.residuals / np.sqrt(fit.variances)[:, None]
    inflation = sizes * np.array([_spread_of_mean(unit[genes], fit.degrees) for genes in sets])
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = (inflation - 1) / (sizes - 1)
    scores = normal_scores(fit.statistic, fit.moderated.degrees)
    among = _against_the_others(scores, sets, np.maximum(inflation, 1.0))
    alone = _means_over_spread(fit, sets)
    return SetTests(
        correlation,
        2 * stdtr(min(fit.degrees, len(scores) - 2), -np.abs(among)),
        np.sign(among),
        2 * stdtr(fit.degrees, -np.abs(alone)),
        np.sign(alone),
    )


def _spread_of_mean(residuals: np.ndarray, degrees: int) -> float:
    """Variance of the mean of some genes, by the mean of their residuals (genes x samples)."""
    return float(np.sum(residuals.mean(axis=0) ** 2)) / degrees


def _against_the_others(
    scores: np.ndarray, sets: Sequence[np.ndarray], inflation: np.ndarray
) -> np.ndarray:
    """Compare the mean score of each set with that of the other genes.

    A two-sample t statistic whose variance of the set's mean is inflated by correlation, by
    1 + (m - 1) r for m genes of mean correlation r (Wu and Smyth 2012, equations 1 to 4).
    """
    genes, sizes = len(scores), np.array([len(members) for members in sets])
    others = genes - sizes
    means = np.array([scores[members].mean() for members in sets])
    difference = genes / others * (means - scores.mean())
    pooled = (genes - 1) * scores.var(ddof=1) - difference**2 * sizes * others / genes
    return difference / np.sqrt(pooled / (genes - 2) * (inflation / sizes + 1 / others))


def _means_over_spread(fit: ContrastFit, sets: Sequence[np.ndarray]) -> np.ndarray:
    """Mean standardised effect of each set over the spread of its mean residual: a t statistic."""
    deviations = np.sqrt(_variances_without_the_largest(fit))
    effects, residuals = fit.effect / deviations, fit.residuals / deviations[:, None]
    spread = [_spread_of_mean(residuals[genes], fit.degrees) for genes in sets]
    return np.array([effects[genes].mean() for genes in sets]) / np.sqrt(spread)


def _variances_without_the_largest(fit: ContrastFit) -> np.ndarray:
    """Moderated variances in which a large effect, or one large residual, does not count.

    Of the d + 1 squares of effect and residual coordinates the largest is left out, and its
    expectation is taken off the divisor. The prior is that of the residual variances; these ones
    weigh as 0.92 of the d degrees of freedom against it, as in limma. The coordinates are those of
    the design's Householder basis and depend on the order of the samples.
    """
    prior, variance = fit.moderated.prior_degrees, fit.moderated.prior_variance
    if np.isinf(prior):
        return np.full(len(fit.effect), variance)
    complement = np.linalg.qr(fit.design, mode="complete")[0][:, fit.design.shape[1] :]
    squares = np.column_stack([fit.effect, fit.residuals @ complement]) ** 2
    total = fit.degrees + 1 - expected_largest(fit.degrees + 1)
    robust = (squares.sum(axis=1) - squares.max(axis=1)) / total
    degrees = _ROBUST_DEGREES * fit.degrees
    return (prior * variance + degrees * robust) / (prior + degrees)


def expected_largest(count: int) -> float:
    """Return the expectation of the largest of some squared standard normal deviates.

    The integral of n u^(n - 1) Q(u) over 0 to 1, with Q the quantiles of the chi-squared
    distribution with one degree of freedom, by Gauss and Legendre's rule with 128 nodes.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    shares = (nodes + 1) / 2
    quantiles = 2 * gammaincinv(0.5, shares)
    return float(np.sum(weights / 2 * count * shares ** (count - 1) * quantiles))


def normal_scores(statistic: np.ndarray, degrees: float) -> np.ndarray:
    """Return normal deviates of the same tail probability as t statistics, to about five digits.

    An expansion that does not underflow in the tails.

    References
    ----------
    Hill, Commun. ACM 13, 617 (1970), Algorithm 395.
    """
    a = degrees - 0.5
    b = 48 * a * a
    y = a * np.log1p(statistic**2 / degrees)
    series = ((-0.4 * y - 3.3) * y - 24) * y - 85.5
    size = ((series / (0.8 * y**2 + 100 + b) + y + 3) / b + 1) * np.sqrt(y)
    return np.copysign(size, statistic)
