"""The mode of a negative-binomial posterior, by Newton steps with step halving.

A normal prior keeps the log posterior concave. With a Cauchy prior on one coefficient (apeGLM; Zhu,
Ibrahim and Love, Bioinformatics 35, 2084 (2019)) it need not be: where it is not, the curvature of
that prior is replaced by the one of the parabola that touches it from below, so that every step
goes uphill.
"""

from __future__ import annotations

import numpy as np

import recurseq.deseq.kernels.coefficients  # noqa: F401 - it is compiled first; see the package
from recurseq.deseq.kernels.compiled import (
    ANY_MATRIX,
    GROUPS,
    MATRIX,
    VECTOR,
    compiled,
    compiled_sum,
    entry,
)
from recurseq.deseq.kernels.special import joined, log, split
from recurseq.deseq.kernels.weighted import (
    cholesky,
    gather,
    predict,
    solve_lower,
    solve_upper,
)

BUILT_ON = "b137fca67ce229d0"  # given by state_of_files
_STEPS = 200
_HALVINGS = 30
_TOLERANCE = 1e-9
_ROUNDING = 1e-13  # relative error of a log posterior
_LONGEST_STEP = 5.0
_LARGEST_PREDICTOR = 600.0  # its exponential is still a number
_LEAST_CURVATURE = 1e-8
_RIDGE = 1e-12  # a gene without counts on one side has next to no curvature there


@compiled_sum()
def _group_likelihood(counts, factors, log_factors, predictor, alpha, first, last):
    """Likelihood of a row group's samples, its slope and its curvature along the predictor.

    With mu = factor x exp(predictor): sums of y log mu - (y + s) log(1 + alpha mu), s = 1 / alpha,
    of (y - mu) / (1 + alpha mu), and of mu (1 + alpha y) / (1 + alpha mu)^2.
    """
    size = 1.0 / alpha
    expected = np.exp(min(predictor, _LARGEST_PREDICTOR))
    value = slope = curvature = 0.0
    for j in range(first, last):
        mean = factors[j] * expected
        x = alpha * mean
        u = 1.0 + x
        exponent, f = split(u, x)
        shared = 1.0 / ((2.0 + f) * u)
        inverse = (2.0 + f) * shared
        value += counts[j] * (predictor + log_factors[j])
        value -= (counts[j] + size) * joined(exponent, f * u * shared)
        slope += (counts[j] - mean) * inverse
        curvature += mean * (1.0 + alpha * counts[j]) * inverse * inverse
    return value, slope, curvature


@compiled()
def _log_posterior(beta, data, prior, predictors, slopes, curvatures):
    """Log posterior; slopes and curvatures of the row groups are written down."""
    counts, factors, log_factors, alpha, starts, rows = data
    precision, index, scale = prior
    predict(beta, rows, predictors)
    result = 0.0
    for group in range(len(rows)):
        value, slopes[group], curvatures[group] = _group_likelihood(
            counts, factors, log_factors, predictors[group], alpha, starts[group], starts[group + 1]
        )
        result += value
    for k in range(len(beta)):
        result -= 0.5 * precision[k] * beta[k] ** 2
    if index >= 0:
        result -= np.log1p((beta[index] / scale) ** 2)
    return result


@compiled()
def _information(beta, rows, prior, curvatures, information):
    """Negative second derivatives of the log posterior."""
    precision, index, scale = prior
    for i in range(len(beta)):
        for j in range(len(beta)):
            total = precision[i] if i == j else 0.0
            for group in range(len(rows)):
                total += curvatures[group] * rows[group, i] * rows[group, j]
            information[i, j] = total
    if index >= 0:
        square, b = scale**2, beta[index] ** 2
        information[index, index] += 2.0 * (square - b) / (square + b) ** 2


@compiled()
def _step(beta, rows, prior, slopes, curvatures, information, lower, step):
    """Newton's step; returns its longest coefficient, at most 5, or NaN where there is no step."""
    precision, index, scale = prior
    for k in range(len(beta)):
        step[k] = -precision[k] * beta[k]
        for group in range(len(rows)):
            step[k] += slopes[group] * rows[group, k]
    _information(beta, rows, prior, curvatures, information)
    if index >= 0:
        square, b = scale**2, beta[index] ** 2
        step[index] -= 2.0 * beta[index] / (square + b)
        if not cholesky(information, _LEAST_CURVATURE, lower):
            touching, true = 2.0 / (square + b), 2.0 * (square - b) / (square + b) ** 2
            information[index, index] += touching - true
    if not cholesky(information, -_RIDGE, lower):
        return np.nan
    solve_lower(lower, step)
    solve_upper(lower, step)
    longest = 0.0
    for k in range(len(beta)):
        longest = max(longest, abs(step[k]))
    if longest > _LONGEST_STEP:
        for k in range(len(beta)):
            step[k] *= _LONGEST_STEP / longest
    return min(longest, _LONGEST_STEP)


@compiled()
def _climb(beta, data, prior, work):
    """Climb from `beta`, which is written over; returns the log posterior and whether it ended."""
    predictors, slopes, curvatures, information, lower, step, moved = work
    rows = data[5]
    value = _log_posterior(beta, data, prior, predictors, slopes, curvatures)
    for _ in range(_STEPS):
        longest = _step(beta, rows, prior, slopes, curvatures, information, lower, step)
        if np.isnan(longest):
            return value, False
        enough = value - _ROUNDING * (1.0 + abs(value))
        length = 1.0
        for _halving in range(_HALVINGS + 1):
            for k in range(len(beta)):
                moved[k] = beta[k] + length * step[k]
            reached = _log_posterior(moved, data, prior, predictors, slopes, curvatures)
            if reached >= enough:
                break
            length /= 2.0
        if not reached >= enough:
            return _log_posterior(beta, data, prior, predictors, slopes, curvatures), False
        beta[:] = moved
        value = reached
        if longest <= _TOLERANCE * (1.0 + np.abs(beta).max()):
            return value, True
    return value, False


@entry(
    f"Tuple((f8[:, ::1], f8[:, :, ::1], f8[::1], b1[::1]))({MATRIX}, {ANY_MATRIX}, {VECTOR}, "
    f"{GROUPS}, {VECTOR}, i8, f8, {MATRIX})"
)
def climb_posteriors(
    counts, factors, dispersions, order, starts, rows, precision, index, scale, first
):
    """Climb to a mode of each gene's posterior.

    Parameters
    ----------
    counts, factors
        Genes x samples; factors are positive.
    dispersions
        One per gene.
    order, starts, rows
        See `RowGroups`.
    precision
        1 / variance of each coefficient's normal prior; 0 is flat.
    index, scale
        Coefficient with a Cauchy prior instead, and its scale; -1 for none.
    first
        Genes x p, where to start, natural-log scale.

    Returns
    -------
    tuple
        Coefficients (genes x p), negative second derivatives (genes x p x p), log posterior, and
        whether the climb ended at a mode.
    """
    genes, samples = counts.shape
    groups, width = rows.shape
    coefficients, information = first.copy(), np.empty((genes, width, width))
    values, converged = np.empty(genes), np.empty(genes, dtype=np.bool_)
    y, divisors, log_divisors = np.empty(samples), np.empty(samples), np.empty(samples)
    work = (
        np.empty(groups),
        np.empty(groups),
        np.empty(groups),
        np.empty((width, width)),
        np.zeros((width, width)),
        np.empty(width),
        np.empty(width),
    )
    prior = precision, index, scale
    for g in range(genes):
        gather(counts[g], order, y)
        gather(factors[g], order, divisors)
        for j in range(samples):
            log_divisors[j] = log(divisors[j])
        data = y, divisors, log_divisors, dispersions[g], starts, rows
        values[g], converged[g] = _climb(coefficients[g], data, prior, work)
        _information(coefficients[g], rows, prior, work[2], information[g])
    return coefficients, information, values, converged
