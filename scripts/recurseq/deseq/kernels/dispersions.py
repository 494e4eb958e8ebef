"""Dispersions: the adjusted likelihood, and the climb of R DESeq2's ``fitDisp``.

With s = 1 / alpha, the likelihood of a count y with mean mu is, up to terms without alpha,
log Gamma(y + s) - log Gamma(s) + y log alpha - (y + s) log(1 + alpha mu), and the adjustment is
-1/2 log det X'WX with W = diag(mu / (1 + alpha mu)) (Love, Huber and Anders, Genome Biology 15, 550
(2014), Methods, "Estimation of dispersions"; Cox and Reid, JRSS B 49, 1 (1987)). Constants and
stopping rule are R DESeq2's, because genes with a flat likelihood stop where the rule says. Where
nobody compares with R, as in shuffled labels, `_leap` comes to the same maximum in fewer steps.

Arguments that functions here share: `gene` is counts, means, sum of the counts and prior mean of a
gene; `model` is prior variance, `starts` and `rows`; `work` is overwritten.
"""

from __future__ import annotations

import numpy as np

from recurseq.deseq.kernels.compiled import (
    GROUPS,
    MATRIX,
    VECTOR,
    compiled,
    compiled_sum,
    entry,
)
from recurseq.deseq.kernels.special import digamma_rise, joined, log, log_rising, split
from recurseq.deseq.kernels.weighted import (
    factorise,
    gather,
    group_sums,
    quadratic_form,
    sum_of,
    sum_of_squares,
)

BUILT_ON = "b137fca67ce229d0"  # given by state_of_files
_FIRST_STEP = 1.0
_ARMIJO = 1e-4
_CLIMB_TOLERANCE = 1e-6
_LONGEST_LEAP = 2.0  # of a log dispersion
_BENT = 4.0  # factor by which the curvature is taken for larger, or smaller, than it was
_LOWEST, _HIGHEST = -30.0, 10.0  # log dispersions that a climb may propose
_GRID_POINTS = 20
_LANES = 16  # samples are filled up to a multiple of this, so that none is left to go alone


@compiled_sum()
def _mean_terms(counts, means, alpha, weights, inverses):
    """Sum of (y + s) log(1 + alpha mu), and of the logarithms alone.

    Written down are 1 / (1 + alpha mu) and the weights mu / (1 + alpha mu).
    """
    size = 1.0 / alpha
    total = logs = 0.0
    for j in range(len(counts)):
        x = alpha * means[j]
        u = 1.0 + x
        exponent, f = split(u, x)
        shared = 1.0 / ((2.0 + f) * u)
        logarithm = joined(exponent, f * u * shared)
        inverses[j] = (2.0 + f) * shared
        weights[j] = means[j] * inverses[j]
        total += (counts[j] + size) * logarithm
        logs += logarithm
    return total, logs


@compiled_sum()
def _residual_sum(counts, means, inverses):
    """Sum of (y - mu) / (1 + alpha mu)."""
    total = 0.0
    for j in range(len(counts)):
        total += (counts[j] - means[j]) * inverses[j]
    return total


@compiled()
def _value(log_alpha, gene, model, work):
    """Evaluate the adjusted likelihood, with its prior, at a log dispersion.

    Returned with it are two sums that `_slope` needs at the same place.
    """
    counts, means, total, prior = gene
    variance, starts, rows = model
    weights, inverses, products, sums, lower = work
    alpha = np.exp(log_alpha)
    rise, rise_logs = log_rising(counts, alpha, total, products)
    terms, mean_logs = _mean_terms(counts, means, alpha, weights, inverses)
    result = rise - terms
    group_sums(weights, starts, sums)
    if len(sums) == rows.shape[1]:  # then det X'WX is the product of the weights
        for group in range(len(sums)):
            result -= 0.5 * log(sums[group])
    else:
        factorise(sums, rows, 0.0, lower)
        for k in range(rows.shape[1]):
            result -= log(lower[k, k])
    return result - 0.5 * (log_alpha - prior) ** 2 / variance, rise_logs, mean_logs


@compiled()
def _slope(log_alpha, rise_logs, mean_logs, gene, model, work):
    """Differentiate `_value` by log dispersion, where `_value` was evaluated last."""
    counts, means, _, prior = gene
    variance, starts, rows = model
    weights, inverses, _, sums, lower = work
    alpha, width = np.exp(log_alpha), rows.shape[1]
    result = mean_logs + alpha * _residual_sum(counts, means, inverses)
    result -= digamma_rise(counts, alpha, rise_logs)
    result = result / alpha - (log_alpha - prior) / variance
    for group in range(len(sums)):
        squares = sum_of_squares(weights, starts[group], starts[group + 1])
        if len(sums) == width:
            form = 1.0 / sums[group]
        else:
            form = quadratic_form(lower, rows[group], lower[width])
        result += 0.5 * alpha * squares * form
    return result


@compiled()
def _climb(start, bounds, gene, model, work):
    """Gradient ascent with step halving; returns log dispersion, first and last value, steps."""
    lowest, most_steps = bounds
    here = start
    value, rise_logs, mean_logs = _value(here, gene, model, work)
    first = value
    slope = _slope(here, rise_logs, mean_logs, gene, model, work)
    step = _FIRST_STEP
    accepted = steps = 0
    while steps < most_steps:
        steps += 1
        proposed = here + step * slope
        if proposed < _LOWEST:
            step = (_LOWEST - here) / slope
        elif proposed > _HIGHEST:
            step = (_HIGHEST - here) / slope
        proposed = here + step * slope
        reached, rise_logs, mean_logs = _value(proposed, gene, model, work)
        if not reached >= value + _ARMIJO * step * slope**2:
            step /= 2.0
            continue
        accepted += 1
        here, gain = proposed, reached - value
        # As in R, a climb that ends below the bound keeps the value of the step before: a first
        # step that overshoots then counts as no gain, and the caller goes back to the start.
        if here < lowest and gain >= _CLIMB_TOLERANCE:
            break
        value = reached
        if gain < _CLIMB_TOLERANCE:
            break
        slope = _slope(here, rise_logs, mean_logs, gene, model, work)
        step = min(step * 1.1, _FIRST_STEP)
        if accepted % 5 == 0:
            step /= 2.0
    return here, first, value, steps


@compiled()
def _leap(start, bounds, curvature, gene, model, work):
    """Newton's method with the curvature between the last two places; returns as `_climb` does."""
    lowest, most_steps = bounds
    here = start
    value, rise_logs, mean_logs = _value(here, gene, model, work)
    first = value
    slope = _slope(here, rise_logs, mean_logs, gene, model, work)
    steps = 0
    while steps < most_steps:
        steps += 1
        move = min(max(slope / curvature, -_LONGEST_LEAP), _LONGEST_LEAP)
        proposed = min(max(here + move, _LOWEST), _HIGHEST)
        move = proposed - here
        reached, rise_logs, mean_logs = _value(proposed, gene, model, work)
        if not reached >= value + _ARMIJO * slope * move:
            curvature *= _BENT
            continue
        gain = reached - value
        here, value = proposed, reached
        if gain < _CLIMB_TOLERANCE or here < lowest:
            break
        slope_before = slope
        slope = _slope(here, rise_logs, mean_logs, gene, model, work)
        curvature = max((slope_before - slope) / move, curvature / _BENT)
        if slope * slope / curvature < 2 * _CLIMB_TOLERANCE:  # what one more step would gain
            break
    return here, first, value, steps


@compiled()
def _best_between(low, high, gene, model, work):
    """Return the best of 20 log dispersions, equally spaced."""
    best, best_value = low, -np.inf
    for point in range(_GRID_POINTS):
        candidate = low + point * (high - low) / (_GRID_POINTS - 1)
        value = _value(candidate, gene, model, work)[0]
        if value > best_value:
            best, best_value = candidate, value
    return best


@compiled()
def _work_space(samples, rows):
    """Make room for counts and means of one gene, and for what `_value` writes over.

    It is filled up with samples of count 0 and mean 0, which add nothing to the likelihood and
    belong to no row group.
    """
    filled = (samples + _LANES - 1) // _LANES * _LANES
    width = rows.shape[1]
    work = (
        np.zeros(filled),
        np.zeros(filled),
        np.zeros(filled),
        np.empty(len(rows)),
        np.zeros((width + 1, width)),
    )
    return np.zeros(filled), np.zeros(filled), work


@entry(
    f"Tuple((f8[::1], f8[::1], f8[::1], i8[::1]))({MATRIX}, {MATRIX}, {GROUPS}, {VECTOR}, "
    f"Tuple((f8, i8)), {VECTOR}, f8, f8)"
)
def climb_genes(counts, means, order, starts, rows, first, bounds, priors, variance, curvature):
    """Climb the adjusted likelihood from the log dispersions `first`, one per gene.

    Parameters
    ----------
    counts, means
        Genes x samples; means are positive.
    order, starts, rows
        See `RowGroups`.
    first
        Log dispersions to start from, one per gene.
    bounds
        Log dispersion below which the climb ends, and the most steps.
    priors, variance
        Normal prior on log dispersion, a mean for each gene; an infinite variance is no prior.
    curvature
        Of the objective, about: then Newton's method is used. 0 climbs step by step as R does.

    Returns
    -------
    tuple
        One per gene: log dispersion, objective at the start and at the end, steps taken.
    """
    genes, samples = counts.shape
    y, mu, work = _work_space(samples, rows)
    model = variance, starts, rows
    reached, before, after = np.empty(genes), np.empty(genes), np.empty(genes)
    steps = np.empty(genes, dtype=np.int64)
    for g in range(genes):
        gather(counts[g], order, y)
        gather(means[g], order, mu)
        gene = y, mu, sum_of(y), priors[g]
        if curvature > 0:
            found = _leap(first[g], bounds, curvature, gene, model, work)
        else:
            found = _climb(first[g], bounds, gene, model, work)
        reached[g], before[g], after[g], steps[g] = found
    return reached, before, after, steps


@entry(f"f8[::1]({MATRIX}, {MATRIX}, {GROUPS}, UniTuple(f8, 2), {VECTOR}, f8)")
def search_genes(counts, means, order, starts, rows, bounds, priors, variance):
    """Best log dispersion of each gene on a grid between two bounds, then on a finer one around it.

    Parameters are otherwise those of `climb_genes`.
    """
    genes, samples = counts.shape
    y, mu, work = _work_space(samples, rows)
    model = variance, starts, rows
    lowest, highest = bounds
    spacing = (highest - lowest) / (_GRID_POINTS - 1)
    result = np.empty(genes)
    for g in range(genes):
        gather(counts[g], order, y)
        gather(means[g], order, mu)
        gene = y, mu, sum_of(y), priors[g]
        coarse = _best_between(lowest, highest, gene, model, work)
        result[g] = _best_between(coarse - spacing, coarse + spacing, gene, model, work)
    return result
