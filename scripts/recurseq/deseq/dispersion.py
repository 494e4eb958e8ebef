"""Dispersions of all genes: how much counts vary beyond counting noise.

The objective is the Cox-Reid adjusted profile likelihood of log dispersion, with a normal prior
around the trend for the final estimates (Love, Huber and Anders 2014, Methods, "Estimation of
dispersions"); `recurseq.deseq.kernels` has it and its climb.
"""

from __future__ import annotations

import numpy as np

from recurseq.deseq.blocks import by_blocks, dense
from recurseq.deseq.design_rows import RowGroups, row_groups
from recurseq.deseq.limits import MINIMUM_DISPERSION, MINIMUM_MEAN

_CLIMB_STEPS = 100
_BOUNDS = float(np.log(MINIMUM_DISPERSION / 10)), _CLIMB_STEPS


def maximum_dispersion(samples: int) -> float:
    """Return the largest dispersion a fit may reach: 10, or the number of samples."""
    return float(max(10, samples))


def linear_means(normalized: np.ndarray, q: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Means from ordinary least squares on normalised counts, genes x samples, at least 0.5.

    Exact when the design has as many distinct rows as columns (R's ``linearModelMuNormalized``).

    Parameters
    ----------
    normalized, factors
        Genes x samples: counts over factors, and these.
    q
        Samples x p, an orthonormal basis of the design's columns.
    """
    return np.maximum(normalized @ q @ q.T * factors, MINIMUM_MEAN)


def rough_estimate(normalized: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Dispersion from the squared residuals of a linear model (R's ``roughDispEstimate``).

    Parameters
    ----------
    normalized
        Genes x samples, counts over size factors.
    q
        Samples x p, an orthonormal basis of the design's columns, fewer of them than samples.
    """
    mu = np.maximum(normalized @ q @ q.T, 1.0)
    excess = ((normalized - mu) ** 2 - mu) / mu**2
    return np.maximum(excess.sum(axis=1) / (q.shape[0] - q.shape[1]), 0.0)


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


def starting_values(normalized: np.ndarray, q: np.ndarray, reciprocal: float) -> np.ndarray:
    """Return the smaller of rough and moments estimate, within the allowed range."""
    smaller = np.minimum(rough_estimate(normalized, q), moments_estimate(normalized, reciprocal))
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
        One per gene, the smaller of the rough and the moments estimate.

    Returns
    -------
    tuple
        Dispersions and whether the climb settled, one per gene.
    """
    groups = row_groups(design)

    def block(rows, row_means, first):
        return gene_wise_block(dense(rows), dense(row_means), first, groups)

    return by_blocks(block, counts, means, start, threads=threads)


def gene_wise_block(
    counts: np.ndarray,
    means: np.ndarray,
    first: np.ndarray,
    groups: RowGroups,
    quick: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Do what `gene_wise` does for one block of genes."""
    from recurseq.deseq.kernels.dispersions import climb_genes  # Numba takes a moment to import

    ceiling = maximum_dispersion(counts.shape[1])
    nowhere, no_prior = np.zeros(len(counts)), np.inf
    log_alpha, before, after, steps = climb_genes(
        counts, means, *groups, np.log(first), _BOUNDS, nowhere, no_prior,
        _curvature(groups, no_prior) if quick else 0.0,
    )  # fmt: skip
    estimate = np.minimum(np.exp(log_alpha), ceiling)
    kept = after < before + np.abs(before) / 1e6
    estimate[kept] = first[kept]
    settled = (steps < _CLIMB_STEPS) & ((steps != 1) | quick)
    search = ~settled & (estimate > 10 * MINIMUM_DISPERSION)
    if search.any():
        estimate[search] = _search(counts, means, groups, search, nowhere, no_prior)
    return np.clip(estimate, MINIMUM_DISPERSION, ceiling), settled


def maximum_a_posteriori(
    counts: np.ndarray,
    means: np.ndarray,
    design: np.ndarray,
    start: np.ndarray,
    trend: np.ndarray,
    prior_variance: float,
    *,
    quick: bool = False,
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
    quick
        See `recurseq.deseq.fit`.
    """
    from recurseq.deseq.kernels.dispersions import climb_genes  # Numba takes a moment to import

    ceiling, groups = maximum_dispersion(counts.shape[1]), row_groups(design)
    curvature = _curvature(groups, prior_variance) if quick else 0.0

    def block(rows, row_means, first, expected):
        y, mu, prior = dense(rows), dense(row_means), np.log(expected)
        log_alpha, _, _, steps = climb_genes(
            y, mu, *groups, np.log(first), _BOUNDS, prior, prior_variance, curvature
        )
        estimate = np.exp(log_alpha)
        settled = steps < _CLIMB_STEPS
        if not settled.all():
            estimate[~settled] = _search(y, mu, groups, ~settled, prior, prior_variance)
        return np.clip(estimate, MINIMUM_DISPERSION, ceiling), settled

    return by_blocks(block, counts, means, start, trend, threads=threads)


def _curvature(groups: RowGroups, prior_variance: float) -> float:
    """Curvature in log dispersion of genes with large counts: a log variance on n - p degrees."""
    return (len(groups.order) - groups.rows.shape[1]) / 2 + 1 / prior_variance


def _search(counts, means, groups, chosen, prior_means, prior_variance):
    """Search the chosen genes of a block on a grid; returns dispersions."""
    from recurseq.deseq.kernels.dispersions import search_genes

    bounds = float(np.log(MINIMUM_DISPERSION)), float(np.log(maximum_dispersion(counts.shape[1])))
    found = search_genes(
        counts[chosen], means[chosen], *groups, bounds, prior_means[chosen], prior_variance
    )
    return np.exp(found)
