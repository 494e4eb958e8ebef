"""Dispersions of all genes together: how much counts vary beyond counting noise.

The objective is the Cox-Reid adjusted profile likelihood of log dispersion, with a normal prior
around the trend for the final estimates (Love, Huber and Anders 2014, Methods, "Estimation of
dispersions"). The climb, its constants and its stopping rule are R DESeq2's (``fitDisp``), because
genes with a flat likelihood stop where the rule says.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.special import digamma, gammaln

from recurseq.deseq.blocks import by_blocks, dense

MINIMUM_DISPERSION = 1e-8
_LOWEST_LOG = np.log(MINIMUM_DISPERSION / 10)
_FIRST_STEP = 1.0
_ARMIJO = 1e-4
_TOLERANCE = 1e-6
_ITERATIONS = 100
_GRID_POINTS = 20


def maximum_dispersion(samples: int) -> float:
    """Return the largest dispersion a fit may reach: 10, or the number of samples."""
    return float(max(10, samples))


def linear_means(counts: np.ndarray, design: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Means from ordinary least squares on normalised counts, genes x samples, at least 0.5.

    Exact when the design has as many distinct rows as columns (R's ``linearModelMuNormalized``).
    """
    q, _ = np.linalg.qr(design)
    return np.maximum((counts / factors) @ q @ q.T * factors, 0.5)


def rough_estimate(normalized: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Dispersion from the squared residuals of a linear model (R's ``roughDispEstimate``).

    Parameters
    ----------
    normalized
        Genes x samples, counts over size factors.
    design
        Samples x p, fewer columns than rows.
    """
    q, _ = np.linalg.qr(design)
    mu = np.maximum(normalized @ q @ q.T, 1.0)
    excess = ((normalized - mu) ** 2 - mu) / mu**2
    return np.maximum(excess.sum(axis=1) / (design.shape[0] - design.shape[1]), 0.0)


def mean_reciprocal(factors: np.ndarray) -> float:
    """Mean over the samples of 1 / size factor; of 1 / mean factor where these differ by gene.

    Parameters
    ----------
    factors
        Genes x samples.
    """
    by_sample = factors[0] if factors.strides[0] == 0 else factors.mean(axis=0)
    return float(np.mean(1 / by_sample))


def moments_estimate(normalized: np.ndarray, reciprocal: float) -> np.ndarray:
    """Dispersion from mean and variance over all samples (R's ``momentsDispEstimate``).

    Parameters
    ----------
    normalized
        Genes x samples.
    reciprocal
        From `mean_reciprocal`.
    """
    means = normalized.mean(axis=1)
    variances = normalized.var(axis=1, ddof=1)
    with np.errstate(all="ignore"):
        return np.nan_to_num((variances - reciprocal * means) / means**2)


def starting_values(normalized: np.ndarray, design: np.ndarray, reciprocal: float) -> np.ndarray:
    """Return the smaller of rough and moments estimate, within the allowed range."""
    smaller = np.minimum(
        rough_estimate(normalized, design), moments_estimate(normalized, reciprocal)
    )
    return np.clip(smaller, MINIMUM_DISPERSION, maximum_dispersion(normalized.shape[1]))


def gene_wise(
    counts: np.ndarray,
    means: np.ndarray,
    design: np.ndarray,
    start: np.ndarray,
    *,
    threads: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Maximum of the adjusted likelihood of each gene, without a prior.

    The start is kept where climbing gained next to nothing; genes that did not settle are searched
    on a grid (R's ``estimateDispersionsGeneEst``).

    Parameters
    ----------
    counts, means
        Genes x samples; means are at least 0.5.
    design
        Samples x p.
    start
        One a gene, the smaller of the rough and the moments estimate.

    Returns
    -------
    tuple
        Dispersions and whether the climb settled, one a gene.
    """
    ceiling = maximum_dispersion(counts.shape[1])

    def block(rows, row_means, first):
        y, mu = dense(rows), dense(row_means)
        objective = partial(_log_posterior, y, mu, design)
        log_alpha, before, after, steps = _climb(objective, np.log(first), y, mu, design, None)
        estimate = np.minimum(np.exp(log_alpha), ceiling)
        kept = after < before + np.abs(before) / 1e6
        estimate[kept] = first[kept]
        settled = (steps < _ITERATIONS) & (steps != 1)
        search = ~settled & (estimate > 10 * MINIMUM_DISPERSION)
        if search.any():
            estimate[search] = _grid_search(y[search], mu[search], design, None)
        return np.clip(estimate, MINIMUM_DISPERSION, ceiling), settled

    return by_blocks(block, counts, means, start, threads=threads)


def maximum_a_posteriori(
    counts: np.ndarray,
    means: np.ndarray,
    design: np.ndarray,
    start: np.ndarray,
    trend: np.ndarray,
    prior_variance: float,
    *,
    threads: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Dispersion of each gene drawn towards the trend.

    Parameters
    ----------
    counts, means, design, start
        As for `gene_wise`; the start is the gene-wise estimate where it exceeds a tenth of the
        trend, else the trend (R's ``estimateDispersionsMAP``).
    trend
        Dispersion expected at each gene's mean.
    prior_variance
        Variance of log dispersion around the log trend.
    """
    ceiling = maximum_dispersion(counts.shape[1])

    def block(rows, row_means, first, expected):
        y, mu = dense(rows), dense(row_means)
        prior = (np.log(expected), prior_variance)
        objective = partial(_log_posterior, y, mu, design, prior=prior)
        log_alpha, _, _, steps = _climb(objective, np.log(first), y, mu, design, prior)
        estimate = np.exp(log_alpha)
        settled = steps < _ITERATIONS
        if (~settled).any():
            rest = ~settled
            estimate[rest] = _grid_search(
                y[rest], mu[rest], design, (prior[0][rest], prior_variance)
            )
        return np.clip(estimate, MINIMUM_DISPERSION, ceiling), settled

    return by_blocks(block, counts, means, start, trend, threads=threads)


def _log_posterior(counts, means, design, log_alpha, *, rows=slice(None), prior=None):
    y, mu = counts[rows], means[rows]
    alpha = np.exp(log_alpha)[:, None]
    size = 1 / alpha
    terms = gammaln(y + size) - gammaln(size) - y * np.log(mu + size) - size * np.log1p(mu * alpha)
    information = _information(mu, alpha, design)
    value = terms.sum(axis=1) - 0.5 * np.linalg.slogdet(information)[1]
    if prior is not None:
        value -= 0.5 * (log_alpha - prior[0][rows]) ** 2 / prior[1]
    return value


def _information(mu, alpha, design):
    """X'WX with W = diag(1 / (1/mu + alpha)), genes x p x p."""
    outer = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    return ((mu / (1 + alpha * mu)) @ outer).reshape(-1, design.shape[1], design.shape[1])


def _slope(counts, means, design, log_alpha, *, rows=slice(None), prior=None):
    """Differentiate `_log_posterior` by log dispersion."""
    y, mu = counts[rows], means[rows]
    alpha = np.exp(log_alpha)[:, None]
    size = 1 / alpha
    terms = (
        digamma(size) + np.log1p(mu * alpha) - mu * alpha / (1 + mu * alpha) - digamma(size + y)
    ) + y / (mu + size)
    likelihood = size[:, 0] ** 2 * terms.sum(axis=1)
    width = design.shape[1]
    outer = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    weights = mu / (1 + alpha * mu)
    inverse = np.linalg.inv(_information(mu, alpha, design))
    change = (-(weights**2) @ outer).reshape(-1, width, width)
    adjustment = -0.5 * np.einsum("gij,gji->g", inverse, change)
    slope = (likelihood + adjustment) * alpha[:, 0]
    if prior is not None:
        slope -= (log_alpha - prior[0][rows]) / prior[1]
    return slope


def _climb(objective, start, counts, means, design, prior):
    """Gradient ascent with step halving; returns log dispersion, first and last value, steps."""
    slope_at = partial(_slope, counts, means, design, prior=prior)
    log_alpha = start.copy()
    value = objective(log_alpha)
    first = value.copy()
    slope = slope_at(log_alpha)
    step = np.full(len(start), _FIRST_STEP)
    steps = np.zeros(len(start), dtype=int)
    accepted = np.zeros(len(start), dtype=int)
    active = np.arange(len(start))
    while len(active):
        steps[active] += 1
        here, up = log_alpha[active], slope[active]
        proposed = here + step[active] * up
        low, high = proposed < -30, proposed > 10
        step[active[low]] = ((-30 - here) / up)[low]
        step[active[high]] = ((10 - here) / up)[high]
        length = step[active]
        proposed = here + length * up
        reached = objective(proposed, rows=active)
        good = reached >= value[active] + _ARMIJO * length * up**2
        step[active[~good]] /= 2
        moved = active[good]
        gain = reached[good] - value[moved]
        log_alpha[moved], value[moved] = proposed[good], reached[good]
        accepted[moved] += 1
        stop = (gain < _TOLERANCE) | (log_alpha[moved] < _LOWEST_LOG)
        onward = moved[~stop]
        slope[onward] = slope_at(log_alpha[onward], rows=onward)
        step[onward] = np.minimum(step[onward] * 1.1, _FIRST_STEP)
        step[onward[accepted[onward] % 5 == 0]] /= 2
        finished = np.zeros(len(start), dtype=bool)
        finished[moved[stop]] = True
        active = active[~finished[active] & (steps[active] < _ITERATIONS)]
    return log_alpha, first, value, steps


def _grid_search(counts, means, design, prior):
    """Best of 20 points over the whole range, then of 20 around it; returns dispersions."""
    samples = counts.shape[1]
    grid = np.linspace(
        np.log(MINIMUM_DISPERSION), np.log(maximum_dispersion(samples)), _GRID_POINTS
    )
    best = _best_of(np.broadcast_to(grid, (len(counts), len(grid))), counts, means, design, prior)
    spacing = grid[1] - grid[0]
    fine = best[:, None] + np.linspace(-spacing, spacing, _GRID_POINTS)
    return np.exp(_best_of(fine, counts, means, design, prior))


def _best_of(candidates, counts, means, design, prior):
    values = [_log_posterior(counts, means, design, column, prior=prior) for column in candidates.T]
    return candidates[np.arange(len(counts)), np.argmax(values, axis=0)]
