"""Coefficients: the reweighted least squares of R DESeq2's ``fitBeta``.

The model is that of Love, Huber and Anders, Genome Biology 15, 550 (2014), Methods, "Generalized
linear model".
"""

from __future__ import annotations

import numpy as np

import recurseq.deseq.kernels.dispersions  # noqa: F401 - it is compiled first; see the package
from recurseq.deseq.kernels.compiled import (
    ANY_MATRIX,
    GROUPS,
    MATRIX,
    VECTOR,
    compiled,
    compiled_sum,
    entry,
)
from recurseq.deseq.kernels.special import joined, log, log_rising, split
from recurseq.deseq.kernels.weighted import (
    factorise,
    gather,
    group_sums,
    predict,
    quadratic_form,
    solve_lower,
    solve_upper,
    sum_of,
)

BUILT_ON = "b137fca67ce229d0"  # given by state_of_files
_REWEIGHTINGS = 100
_DEVIANCE_TOLERANCE = 1e-8
_LARGEST_COEFFICIENT = 30.0


@compiled()
def _floored_means(predictors, factors, log_factors, starts, floor, means, log_means):
    """Means, held at the floor, and their logarithms."""
    log_floor = np.log(floor)
    for group in range(len(predictors)):
        expected = np.exp(predictors[group])
        for j in range(starts[group], starts[group + 1]):
            mean = factors[j] * expected
            held = not mean > floor
            means[j] = floor if held else mean
            log_means[j] = log_floor if held else predictors[group] + log_factors[j]


@compiled_sum()
def _evaluate(counts, means, log_means, log_factors, alpha, weights, working):
    """Sum of y log mu - (y + s) log(1 + alpha mu), with s = 1 / alpha.

    Written down are the weights w = mu / (1 + alpha mu), and w times the working response
    log(mu / factor) + (y - mu) / mu.
    """
    size = 1.0 / alpha
    total = 0.0
    for j in range(len(counts)):
        x = alpha * means[j]
        u = 1.0 + x
        exponent, f = split(u, x)
        shared = 1.0 / ((2.0 + f) * u)
        inverse = (2.0 + f) * shared
        total += counts[j] * log_means[j] - (counts[j] + size) * joined(exponent, f * u * shared)
        weights[j] = means[j] * inverse
        working[j] = weights[j] * (log_means[j] - log_factors[j]) + (counts[j] - means[j]) * inverse
    return total


@compiled()
def _solve(weights, working, starts, rows, ridge, sums, lower, beta):
    """Solve (X'WX + ridge I) beta = X'Wz."""
    group_sums(weights, starts, sums)
    factorise(sums, rows, ridge, lower)
    group_sums(working, starts, sums)
    for k in range(len(beta)):
        beta[k] = 0.0
        for group in range(len(sums)):
            beta[k] += sums[group] * rows[group, k]
    solve_lower(lower, beta)
    solve_upper(lower, beta)


@compiled()
def _diverged(beta, coding):
    """Whether a coefficient of the coding is too large, or missing."""
    for i in range(len(beta)):
        total = 0.0
        for k in range(len(beta)):
            total += coding[i, k] * beta[k]
        if not abs(total) <= _LARGEST_COEFFICIENT:
            return True
    return False


@entry(
    f"Tuple((f8[:, ::1], f8[:, ::1], b1[::1]))({MATRIX}, {ANY_MATRIX}, {VECTOR}, {GROUPS}, "
    f"{MATRIX}, {MATRIX}, f8, f8)"
)
def reweight_genes(counts, factors, dispersions, order, starts, rows, coding, first, floor, ridge):
    """Reweight least squares until the deviance settles or the coefficients diverge.

    Parameters
    ----------
    counts, factors
        Genes x samples.
    dispersions
        One per gene.
    order, starts, rows
        See `RowGroups`.
    coding
        p x p, turns coefficients of `rows` into those that are held to be too large above 30.
    first
        Genes x p, coefficients to start from, natural-log scale.
    floor
        Means are held at or above it.
    ridge
        Added to the diagonal of X'WX.

    Returns
    -------
    tuple
        Coefficients (genes x p), leverages (genes x samples, from the last coefficients that had
        not diverged) and whether each gene settled.
    """
    genes, samples = counts.shape
    groups, width = rows.shape
    coefficients, settled = first.copy(), np.zeros(genes, dtype=np.bool_)
    leverages = np.empty((genes, samples))
    y, divisors, log_divisors = np.empty(samples), np.empty(samples), np.empty(samples)
    means, log_means = np.empty(samples), np.empty(samples)
    weights, working = np.empty(samples), np.empty(samples)
    sums, predictors = np.empty(groups), np.empty(groups)
    lower = np.zeros((width + 1, width))
    for g in range(genes):
        alpha, beta = dispersions[g], coefficients[g]
        gather(counts[g], order, y)
        gather(factors[g], order, divisors)
        for j in range(samples):
            log_divisors[j] = log(divisors[j])
        total = sum_of(y)
        constant = log_rising(y, alpha, total, working)[0] - log_rising(y, 1.0, total, working)[0]
        deviance = np.nan
        predict(beta, rows, predictors)
        _floored_means(predictors, divisors, log_divisors, starts, floor, means, log_means)
        _evaluate(y, means, log_means, log_divisors, alpha, weights, working)
        for _ in range(_REWEIGHTINGS):
            _solve(weights, working, starts, rows, ridge, sums, lower, beta)
            if _diverged(beta, coding):
                break
            predict(beta, rows, predictors)
            _floored_means(predictors, divisors, log_divisors, starts, floor, means, log_means)
            before = deviance
            likelihood = _evaluate(y, means, log_means, log_divisors, alpha, weights, working)
            deviance = -2.0 * (constant + likelihood)
            settled[g] = abs(deviance - before) / (abs(deviance) + 0.1) < _DEVIANCE_TOLERANCE
            if settled[g] or not np.isfinite(deviance):
                break
        group_sums(weights, starts, sums)  # those of the last coefficients that had not diverged
        factorise(sums, rows, ridge, lower)
        for group in range(groups):
            form = quadratic_form(lower, rows[group], lower[width])
            for j in range(starts[group], starts[group + 1]):
                leverages[g, order[j]] = weights[j] * form
    return coefficients, leverages, settled
