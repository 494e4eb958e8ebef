"""Residual variances moderated across genes, and the tests that use them.

References
----------
Smyth, Stat. Appl. Genet. Mol. Biol. 3, 3 (2004); McCarthy and Smyth, Bioinformatics 25, 765 (2009).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, polygamma, stdtr

_SMALLEST = 1e-5  # of a variance, in medians
_NEWTON_STEPS = 50


@dataclass(frozen=True)
class Moderated:
    """Variances drawn towards a common one.

    Attributes
    ----------
    variances
        Posterior variance of each gene.
    prior_degrees
        Degrees of freedom that the prior is worth; infinite when the variances do not differ.
    prior_variance
        Where the variances are drawn to.
    degrees
        Degrees of freedom of a moderated t statistic: prior and residual ones together, at most
        those of all genes pooled; one per gene where the residual ones differ.
    """

    variances: np.ndarray
    prior_degrees: float
    prior_variance: float
    degrees: float | np.ndarray


def moderate(variances: np.ndarray, degrees: int | np.ndarray) -> Moderated:
    """Estimate the prior from all genes, and the posterior variance of each.

    If s² / s0² follows F(d, d0), log s² has mean log s0² + digamma(d/2) - digamma(d0/2) +
    log(d0/d) and variance trigamma(d/2) + trigamma(d0/2): both moments are solved for d0 and s0².
    The posterior variance is (d0 s0² + d s²) / (d0 + d).

    Parameters
    ----------
    variances
        Residual variance of each gene.
    degrees
        Residual degrees of freedom, above 0: of all genes, or one per gene.

    References
    ----------
    Smyth 2004, section 6.2. Variances of zero are raised to 1e-5 of the median; where the log
    variances spread less than sampling makes them, s0² is their mean, as in limma.
    """
    prior_degrees, prior_variance = _prior(variances, degrees)
    if np.isinf(prior_degrees):
        posterior = np.full(len(variances), prior_variance)
    else:
        total = prior_degrees + degrees
        posterior = (prior_degrees * prior_variance + degrees * variances) / total
    pooled = float(np.broadcast_to(degrees, variances.shape).sum())
    own = np.minimum(prior_degrees + degrees, pooled)
    return Moderated(posterior, prior_degrees, prior_variance, own)


def _prior(variances: np.ndarray, degrees: int | np.ndarray) -> tuple[float, float]:
    if len(variances) < 2:
        return 0.0, float(variances.mean())
    middle = float(np.median(variances)) or 1.0
    raised = np.maximum(variances, _SMALLEST * middle)
    centred = np.log(raised) - digamma(degrees / 2) + np.log(degrees / 2)
    excess = float(centred.var(ddof=1) - np.mean(polygamma(1, np.asarray(degrees) / 2)))
    if excess <= 0:
        return np.inf, float(raised.mean())
    half = inverse_trigamma(excess)
    return 2 * half, float(np.exp(centred.mean() + digamma(half) - np.log(half)))


def inverse_trigamma(value: float) -> float:
    """Solve trigamma(x) = value for x above 0, by Newton's method (Smyth 2004, appendix)."""
    found = 0.5 + 1 / value
    for _ in range(_NEWTON_STEPS):
        trigamma = polygamma(1, found)
        step = trigamma * (1 - trigamma / value) / polygamma(2, found)
        found += step
        if abs(step) < 1e-12 * found:
            break
    return float(found)


def t_test(statistic: np.ndarray, degrees: float | np.ndarray) -> np.ndarray:
    """Two-sided p-values of t statistics."""
    return 2 * stdtr(degrees, -np.abs(statistic))


def threshold_test(
    change: np.ndarray, error: np.ndarray, degrees: float, threshold: float
) -> np.ndarray:
    """P-values of the hypothesis that an absolute change is at most `threshold` (TREAT).

    P(T > (|b| - tau) / s) + P(T > (|b| + tau) / s), the largest over the hypothesis.

    Parameters
    ----------
    change, error
        Estimates and their moderated standard errors.
    degrees
        Degrees of freedom.
    threshold
        At least 0; 0 is the ordinary test.

    References
    ----------
    McCarthy and Smyth 2009, section 2.3.
    """
    size = np.abs(change)
    return stdtr(degrees, -(size - threshold) / error) + stdtr(degrees, -(size + threshold) / error)
