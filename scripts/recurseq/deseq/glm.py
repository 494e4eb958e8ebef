"""Negative-binomial regression with known dispersions, for all genes together.

The steps and constants are those of R DESeq2 (Love, Huber and Anders, Genome Biology 15, 550
(2014), Methods, "Generalized linear model", and its function ``fitBeta``): iteratively reweighted
least squares with a slight ridge, means held at or above 0.5 while fitting.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import gammaln

from recurseq.deseq.blocks import by_blocks, dense
from recurseq.deseq.posterior import Prior, posterior_mode

MINIMUM_MEAN = 0.5
RIDGE = 1e-6 / np.log(2) ** 2  # natural-log scale; R's 1e-6 is on the log2 scale
_TOLERANCE = 1e-8
_ITERATIONS = 100
_LARGEST_DIFFERENCE = 30.0


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
    fit = partial(fit_block, design=design)
    return GlmFit(*by_blocks(fit, counts, factors, dispersions, threads=threads))


def fit_block(
    counts: np.ndarray, factors: np.ndarray, dispersions: np.ndarray, *, design: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Fit one block of genes; arguments and the fields returned are those of `fit_glm`."""
    counts = dense(counts)
    outer = _outer(design)
    width = design.shape[1]
    ridge = RIDGE * np.eye(width)
    start = _least_squares_start(counts, design, factors)
    beta, last_good = start.copy(), start.copy()
    settled = np.zeros(len(counts), dtype=bool)
    active = np.arange(len(counts))
    constant = _likelihood_constant(counts, dispersions)
    old = np.full(len(counts), np.nan)
    for _ in range(_ITERATIONS):
        y, alpha, divisors = counts[active], dispersions[active, None], factors[active]
        mu = _floored_means(beta[active], design, divisors)
        weights = mu / (1 + alpha * mu)
        working = weights * (np.log(mu / divisors) + (y - mu) / mu)
        information = (weights @ outer).reshape(-1, width, width) + ridge
        beta[active] = np.linalg.solve(information, (working @ design)[..., None])[..., 0]
        astray = _astray(beta[active] @ design.T)
        last_good[active[~astray]] = beta[active[~astray]]
        mu = _floored_means(beta[active], design, divisors)
        deviance = -2 * (constant[active] + likelihood_kernel(y, mu, dispersions[active]))
        change = np.abs(deviance - old[active]) / (np.abs(deviance) + 0.1)
        old[active] = deviance
        done = (change < _TOLERANCE) & ~astray
        settled[active[done]] = True
        active = active[~done & ~astray & np.isfinite(deviance)]
        if not len(active):
            break
    converged = settled.copy()
    lost = np.flatnonzero(~settled)
    if len(lost):
        prior = Prior(np.full(width, RIDGE))
        mode = posterior_mode(
            counts[lost], design, np.log(factors[lost]), dispersions[lost], prior, start[lost]
        )
        beta[lost], converged[lost] = mode.coefficients, mode.converged
    mu = _floored_means(last_good, design, factors)
    weights = mu / (1 + dispersions[:, None] * mu)
    inverse = np.linalg.inv((weights @ outer).reshape(-1, width, width) + ridge)
    leverages = weights * (inverse.reshape(-1, width * width) @ outer.T)
    means = factors * np.exp(beta @ design.T)
    return beta, means, leverages, converged, ~settled


def _astray(predictors: np.ndarray) -> np.ndarray:
    """Whether a gene's linear predictors (genes x samples) are beyond all reason, or missing."""
    low, high = predictors.min(axis=1), predictors.max(axis=1)
    reach = np.maximum(high - low, np.maximum(np.abs(low), np.abs(high)))
    return ~(reach <= _LARGEST_DIFFERENCE)


def _outer(design: np.ndarray) -> np.ndarray:
    """Outer product of each sample's design row with itself, flattened: samples x p*p."""
    return (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)


def _least_squares_start(counts, design, factors):
    q, r = np.linalg.qr(design)
    return np.linalg.solve(r, q.T @ np.log(counts / factors + 0.1).T).T


def _floored_means(beta, design, factors):
    return np.maximum(factors * np.exp(beta @ design.T), MINIMUM_MEAN)


def _likelihood_constant(counts, dispersions):
    size = 1 / dispersions[:, None]
    terms = gammaln(counts + size) - gammaln(size) - gammaln(counts + 1.0)
    return terms.sum(axis=1)


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
