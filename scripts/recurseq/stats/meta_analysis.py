"""Estimates of several studies put together, all genes at once: fixed and random effects.

Studies are columns; one that has no estimate of a gene is missing there (NaN) and takes no part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.tails import chi_squared_tail, two_sided

LEAST_RANDOM = 3  # studies; the spread between two cannot be told from that within them
_STEPS, _CLOSE = 2_000, 1e-12  # of REML's iteration; `_CLOSE` relative to the variances
UPPER = 0.975


@dataclass(frozen=True)
class Pooled:
    """A summary of each gene with its 95 % interval; NaN where there are too few studies."""

    estimate: np.ndarray
    error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    pvalue: np.ndarray


@dataclass(frozen=True)
class Heterogeneity:
    """How much studies differ beyond their errors; NaN below three studies.

    Attributes
    ----------
    tau2
        Variance of the true effects between studies.
    i2
        Share of the variance of estimates that is not error, 0 to 1, with this tau2.
    q, pvalue
        Cochran's Q, and its p-value by the chi-squared distribution.
    """

    tau2: np.ndarray
    i2: np.ndarray
    q: np.ndarray
    pvalue: np.ndarray


def studies_of(estimates: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Count the studies of each gene: those with an estimate and an error above 0."""
    return _usable(estimates, errors).sum(axis=1)


def fixed_effect(estimates: np.ndarray, errors: np.ndarray) -> Pooled:
    """Weigh each study by its precision, as if all of them had the same true effect.

    Parameters
    ----------
    estimates, errors
        Genes × studies, with standard errors.

    Returns
    -------
    Pooled
        NaN where no study has an estimate; with one study it is that one.
    """
    weights, values = _weighed(estimates, errors, 0.0)
    total = weights.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (weights * values).sum(axis=1) / total
        error = np.where(total > 0, np.sqrt(1 / total), np.nan)
        pvalue = two_sided(estimate / error)
    half = NORMAL_975 * error
    return Pooled(estimate, error, estimate - half, estimate + half, pvalue)


def dersimonian_laird(estimates: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Variance between studies by moments, max(0, (Q - df) / C), NaN below three studies.

    References
    ----------
    DerSimonian and Laird, Controlled Clinical Trials 7, 177 (1986).
    """
    weights, values = _weighed(estimates, errors, 0.0)
    q, scale, df = _moments(weights, values)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(_enough(weights), np.maximum(0.0, (q - df) / scale), np.nan)


def restricted_likelihood(estimates: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Variance between studies by restricted maximum likelihood (REML), NaN below three studies.

    Fisher scoring from the estimate by moments, tau² + (y'PPy - tr P) / tr PP, held at 0 from
    below, where P is that of the model with an intercept alone.

    References
    ----------
    Viechtbauer, Journal of Educational and Behavioral Statistics 30, 261 (2005).
    """
    weights, _ = _weighed(estimates, errors, 0.0)
    tau2 = dersimonian_laird(estimates, errors)
    left = np.flatnonzero(_enough(weights))
    for _ in range(_STEPS):
        if not left.size:
            break
        before = tau2[left]
        now = np.maximum(0.0, before + _fisher_step(estimates[left], errors[left], before))
        tau2[left] = now
        typical = 1 / weights[left].max(axis=1)
        left = left[np.abs(now - before) > _CLOSE * (typical + now)]
    tau2[left] = np.nan  # rather none than one that has not settled
    return tau2


def _fisher_step(estimates: np.ndarray, errors: np.ndarray, tau2: np.ndarray) -> np.ndarray:
    weights, values = _weighed(estimates, errors, tau2)
    sums = [(weights**power).sum(axis=1) for power in (1, 2, 3)]
    mean = (weights * values).sum(axis=1) / sums[0]
    squares = (weights**2 * (values - mean[:, None]) ** 2).sum(axis=1)
    trace = sums[0] - sums[1] / sums[0]
    trace_of_square = sums[1] - 2 * sums[2] / sums[0] + (sums[1] / sums[0]) ** 2
    return (squares - trace) / trace_of_square


def random_effects(estimates: np.ndarray, errors: np.ndarray, tau2: np.ndarray) -> Pooled:
    """Mean of the true effects with the interval of Hartung and Knapp.

    The error is that of the weighted spread of the estimates themselves, and the interval follows
    Student's t with one degree of freedom less than there are studies.

    Parameters
    ----------
    estimates, errors
        Genes × studies.
    tau2
        Variance between studies, from one of the functions above.

    References
    ----------
    Hartung and Knapp, Statistics in Medicine 20, 3875 (2001).
    """
    weights, values = _weighed(estimates, errors, tau2)
    total, df = weights.sum(axis=1), (weights > 0).sum(axis=1) - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (weights * values).sum(axis=1) / total
        spread = (weights * (values - estimate[:, None]) ** 2).sum(axis=1) / df
        error = np.sqrt(spread / total)
        pvalue = 2 * stdtr(df, -np.abs(estimate / error))
    half = stdtrit(np.maximum(df, 1), UPPER) * error
    found = (estimate, error, estimate - half, estimate + half, pvalue)
    return Pooled(*(np.where(np.isnan(tau2), np.nan, one) for one in found))


def prediction_interval(pooled: Pooled, tau2: np.ndarray, studies: np.ndarray) -> tuple:
    """Where the true effect of a further study is expected to lie, lower and upper end of 95 %.

    The estimate with t of k - 1 degrees of freedom times the root of tau² plus its squared error.

    References
    ----------
    Higgins, Thompson and Spiegelhalter, J. R. Stat. Soc. A 172, 137 (2009); the degrees of freedom
    are those of the interval of Hartung and Knapp, as R's metafor takes them.
    """
    half = stdtrit(np.maximum(studies - 1, 1), UPPER) * np.sqrt(tau2 + pooled.error**2)
    return pooled.estimate - half, pooled.estimate + half


def heterogeneity(estimates: np.ndarray, errors: np.ndarray, tau2: np.ndarray) -> Heterogeneity:
    """Return Cochran's Q with its p-value, and I² = tau² / (tau² + typical error variance).

    References
    ----------
    Higgins and Thompson, Statistics in Medicine 21, 1539 (2002), equation 9.
    """
    weights, values = _weighed(estimates, errors, 0.0)
    q, scale, df = _moments(weights, values)
    enough = _enough(weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        typical = df / scale
        share = tau2 / (tau2 + typical)
        pvalue = chi_squared_tail(q, df)
    return Heterogeneity(tau2, *(np.where(enough, one, np.nan) for one in (share, q, pvalue)))


def _usable(estimates: np.ndarray, errors: np.ndarray) -> np.ndarray:
    return np.isfinite(estimates) & np.isfinite(errors) & (errors > 0)


def _weighed(
    estimates: np.ndarray, errors: np.ndarray, tau2: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights 1 / (s² + tau²) and values, both 0 where a study has no estimate."""
    usable = _usable(estimates, errors)
    added = np.nan_to_num(np.broadcast_to(tau2, len(estimates)))[:, None]
    weights = np.where(usable, 1 / (np.where(usable, errors, 1.0) ** 2 + added), 0.0)
    return weights, np.where(usable, estimates, 0.0)


def _moments(weights: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return Cochran's Q, C = Σw - Σw²/Σw and the degrees of freedom."""
    total = weights.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (weights * values).sum(axis=1) / total
        scale = total - (weights**2).sum(axis=1) / total
    q = (weights * (values - mean[:, None]) ** 2).sum(axis=1)
    return q, scale, (weights > 0).sum(axis=1) - 1


def _enough(weights: np.ndarray) -> np.ndarray:
    return (weights > 0).sum(axis=1) >= LEAST_RANDOM
