"""Negative-binomial regression with known dispersions, for all genes together.

The steps and constants are those of R DESeq2 (Love, Huber and Anders, Genome Biology 15, 550
(2014), Methods, "Generalized linear model", and its function ``fitBeta``): iteratively reweighted
least squares with a slight ridge, means held at or above 0.5 while fitting.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from recurseq.deseq.blocks import by_blocks, dense
from recurseq.deseq.design_rows import cells_of_design
from recurseq.deseq.limits import MINIMUM_MEAN, RIDGE
from recurseq.deseq.posterior import Prior, posterior_mode


@dataclass(frozen=True)
class GlmFit:
    """Fitted regressions.

    Attributes
    ----------
    coefficients
        Genes x p, natural-log scale.
    means
        Genes x samples: factor x exp(design @ coefficients), not held above 0.5.
    leverages
        Genes x samples, diagonal of the hat matrix.
    converged
        One boolean a gene.
    optimised
        Whether `posterior_mode` had to find the coefficients.
    """

    coefficients: np.ndarray
    means: np.ndarray
    leverages: np.ndarray
    converged: np.ndarray
    optimised: np.ndarray


def fit_glm(
    counts: np.ndarray,
    design: np.ndarray,
    factors: np.ndarray,
    dispersions: np.ndarray,
    *,
    threads: int = 1,
) -> GlmFit:
    """Fit the coefficients of every gene.

    Genes on which the reweighting does not settle, or goes astray, are given to `posterior_mode`
    with the same ridge, as R gives them to a general optimiser. R calls a gene astray when a
    coefficient exceeds 30; here it is a sample's linear predictor, or the difference of two, so
    that the choice of reference levels does not matter. Leverages of such genes are those of the
    last step that was not astray, as in R.

    A group without counts has no finite estimate: the mode is then where the ridge stops it (about
    20 to 30, log2 scale). R's optimiser rests at another such place, which moves with the reference
    level; its values are not followed, because a contrast must not depend on that choice.

    Parameters
    ----------
    counts
        Genes x samples.
    design
        Samples x p, of full column rank.
    factors
        Size or normalisation factors, genes x samples.
    dispersions
        One a gene.
    threads
        See `by_blocks`.
    """
    fit = partial(fit_block, design=design, coding=np.eye(design.shape[1]))
    return GlmFit(*by_blocks(fit, counts, factors, dispersions, threads=threads))


def fit_block(
    counts: np.ndarray,
    factors: np.ndarray,
    dispersions: np.ndarray,
    *,
    design: np.ndarray,
    coding: np.ndarray,
) -> tuple[np.ndarray, ...]:
    """Fit one block of genes; the fields returned are those of `fit_glm`.

    Arguments too, and `coding`: p x p, turns coefficients of the design into those that R's rules
    on large coefficients are about (`recurseq.deseq.basis.coding`).
    """
    from recurseq.deseq.kernels import reweight_genes  # Numba takes a moment to import

    counts = dense(counts)
    cells = cells_of_design(design)
    start = _least_squares_start(counts, design, factors)
    beta, leverages, settled = reweight_genes(
        cells.sorted(counts),
        cells.sorted(factors),
        dispersions,
        cells.starts,
        cells.rows,
        coding,
        start,
        MINIMUM_MEAN,
        RIDGE,
    )
    converged = settled.copy()
    lost = np.flatnonzero(~settled)
    if len(lost):
        prior, back = Prior(np.full(design.shape[1], RIDGE)), np.linalg.inv(coding)
        mode = posterior_mode(
            counts[lost],
            design @ back,
            np.log(factors[lost]),
            dispersions[lost],
            prior,
            start[lost] @ coding.T,
        )
        beta[lost], converged[lost] = mode.coefficients @ back.T, mode.converged
    means = factors * np.exp(beta @ design.T)
    return beta, means, cells.restored(leverages), converged, ~settled


def _outer(design: np.ndarray) -> np.ndarray:
    """Outer product of each sample's design row with itself, flattened: samples x p*p."""
    return (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)


def _least_squares_start(counts, design, factors):
    q, r = np.linalg.qr(design)
    return np.ascontiguousarray(np.linalg.solve(r, q.T @ np.log(counts / factors + 0.1).T).T)


def _floored_means(beta, design, factors):
    return np.maximum(factors * np.exp(beta @ design.T), MINIMUM_MEAN)


def likelihood_kernel(counts: np.ndarray, means: np.ndarray, dispersions: np.ndarray) -> np.ndarray:
    """Log-likelihood of each gene, less the terms that do not depend on the mean.

    Differences between two models of one gene with the same dispersion are complete.
    """
    alpha = dispersions[:, None]
    terms = counts * np.log(alpha * means) - (counts + 1 / alpha) * np.log1p(alpha * means)
    return np.where(counts == 0, -np.log1p(alpha * means) / alpha, terms).sum(axis=1)


def covariance(
    coefficients: np.ndarray,
    design: np.ndarray,
    factors: np.ndarray,
    dispersions: np.ndarray,
    *,
    threads: int = 1,
) -> np.ndarray:
    """Covariance matrices of the coefficients, genes x p x p, natural-log scale squared.

    With W = diag(mu / (1 + alpha mu)), mu at least 0.5, and H = (X'WX + ridge)^-1, the covariance
    is H X'WX H (Love et al. 2014, Methods, "Wald test"; R's ``fitBeta``).
    """
    outer, width = _outer(design), design.shape[1]

    def block(beta, divisors, alpha):
        mu = _floored_means(beta, design, divisors)
        information = ((mu / (1 + alpha[:, None] * mu)) @ outer).reshape(-1, width, width)
        inverse = np.linalg.inv(information + RIDGE * np.eye(width))
        sandwich = inverse @ information @ inverse
        return ((sandwich + sandwich.transpose(0, 2, 1)) / 2,)

    return by_blocks(block, coefficients, factors, dispersions, threads=threads)[0]
