"""Negative-binomial regression with known dispersions, for all genes together.

The steps and constants are those of R DESeq2 (Love, Huber and Anders, Genome Biology 15, 550
(2014), Methods, "Generalized linear model", and its function ``fitBeta``): iteratively reweighted
least squares with a slight ridge, means held at or above 0.5 while fitting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from recurseq.deseq.basis import Regressors
from recurseq.deseq.blocks import by_blocks, dense
from recurseq.deseq.limits import MINIMUM_MEAN, RIDGE
from recurseq.deseq.posterior import Mode, Prior, posterior_mode


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
        One boolean per gene.
    optimised
        Whether the reweighting did not converge and the likelihood was maximised directly.
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

    Parameters
    ----------
    counts
        Genes x samples.
    design
        Samples x p, of full column rank.
    factors
        Size or normalisation factors, genes x samples.
    dispersions
        One per gene.
    threads
        See `by_blocks`.
    """
    fit = partial(fit_block, regressors=Regressors.plain(design))
    return GlmFit(*by_blocks(fit, counts, factors, dispersions, threads=threads))


def fit_block(
    counts: np.ndarray, factors: np.ndarray, dispersions: np.ndarray, *, regressors: Regressors
) -> tuple[np.ndarray, ...]:
    """Fit one block of genes; arguments are those of `fit_glm`, the result has `GlmFit`'s fields.

    As in R the reweighting has not converged when a coefficient exceeds 30 (natural-log scale) or
    the deviance has not settled after 100 steps. The likelihood is then maximised directly, with
    means that may fall below 0.5 and a slight ridge on the coefficients. In a gene that is silent
    in a group it is the ridge that holds the fold change, at 20 to 30 on the log2 scale. Both rules
    are about the coefficients of the user's coding (`recurseq.deseq.basis.coding`), so that such a
    gene, here as in R, has another fold change with another reference level. Leverages are those of
    the last step that had not diverged.
    """
    from recurseq.deseq.kernels.coefficients import reweight_genes  # Numba: a moment to import

    counts, design = dense(counts), regressors.values
    start = _least_squares_start(counts, factors, regressors)
    beta, leverages, settled = reweight_genes(
        counts,
        factors,
        dispersions,
        *regressors.groups,
        regressors.coding,
        start,
        MINIMUM_MEAN,
        RIDGE,
    )
    converged = settled.copy()
    lost = np.flatnonzero(~settled)
    if len(lost):
        mode = _ridged_mode(counts[lost], factors[lost], dispersions[lost], start[lost], regressors)
        beta[lost], converged[lost] = mode.coefficients, mode.converged
    means = factors * np.exp(beta @ design.T)
    return beta, means, leverages, converged, ~settled


def _ridged_mode(counts, factors, dispersions, start, regressors: Regressors) -> Mode:
    """Maximise the likelihood with R's ridge on the coefficients of the coding."""
    to_coding, back = regressors.coding, np.linalg.inv(regressors.coding)
    prior = Prior(np.full(len(back), RIDGE))
    groups = regressors.groups
    coded = groups._replace(rows=np.ascontiguousarray(groups.rows @ back))
    mode = posterior_mode(counts, coded, factors, dispersions, prior, start @ to_coding.T)
    return replace(mode, coefficients=mode.coefficients @ back.T)


def _outer(design: np.ndarray) -> np.ndarray:
    """Outer product of each sample's design row with itself, flattened: samples x p*p."""
    return (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)


def _least_squares_start(counts, factors, regressors: Regressors):
    projected = regressors.q.T @ np.log(counts / factors + 0.1).T
    return np.ascontiguousarray(np.linalg.solve(regressors.r, projected).T)


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
