"""The mode of a negative-binomial posterior, for many genes at once.

The log-likelihood of the coefficients is concave. A normal prior keeps it so; a Cauchy prior on
one coefficient (apeGLM) can make two modes, so the caller starts from several places and keeps the
best.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_STEPS = 200
_HALVINGS = 30
_TOLERANCE = 1e-9
_ROUNDING = 1e-13  # relative error of a log posterior


@dataclass(frozen=True)
class Prior:
    """Prior of the coefficients, natural-log scale, centred at zero.

    Attributes
    ----------
    precision
        1 / variance of each coefficient's normal prior; 0 is flat.
    cauchy_index, cauchy_scale
        Coefficient with a Cauchy prior instead (its precision must be 0), and its scale.
    """

    precision: np.ndarray
    cauchy_index: int | None = None
    cauchy_scale: float = 1.0


@dataclass(frozen=True)
class Mode:
    """Posterior mode: coefficients (genes x p), negative Hessian (genes x p x p), log posterior."""

    coefficients: np.ndarray
    information: np.ndarray
    value: np.ndarray
    converged: np.ndarray


def posterior_mode(
    counts: np.ndarray,
    design: np.ndarray,
    log_factors: np.ndarray,
    dispersions: np.ndarray,
    prior: Prior,
    start: np.ndarray,
) -> Mode:
    """Climb to a posterior mode by Newton steps with step halving.

    Where the Cauchy prior is not concave its curvature is replaced by the one of the quadratic that
    touches it from below, so that every direction goes uphill.

    Parameters
    ----------
    counts
        Genes x samples.
    design
        Samples x p.
    log_factors
        Natural logarithm of size or normalisation factors, genes x samples.
    dispersions
        One a gene.
    prior
        See `Prior`.
    start
        Genes x p, natural-log scale.
    """
    outer = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    beta = start.astype(float).copy()
    value = _log_posterior(counts, design, log_factors, dispersions, prior, beta)
    converged = np.zeros(len(counts), dtype=bool)
    active = np.arange(len(counts))
    for _ in range(_STEPS):
        y, alpha, here = counts[active], dispersions[active], beta[active]
        offsets = log_factors[active]
        gradient, information = _derivatives(
            y, design, outer, offsets, alpha, prior, here, ascent=True
        )
        step = np.linalg.solve(information, gradient[..., None])[..., 0]
        step /= np.maximum(1.0, np.abs(step).max(axis=1) / 5.0)[:, None]
        moved, reached = _line_search(y, design, offsets, alpha, prior, here, step, value[active])
        beta[active], value[active] = moved, reached
        done = np.abs(step).max(axis=1) <= _TOLERANCE * (1 + np.abs(moved).max(axis=1))
        converged[active[done]] = True
        active = active[~done]
        if not len(active):
            break
    _, information = _derivatives(
        counts, design, outer, log_factors, dispersions, prior, beta, ascent=False
    )
    return Mode(beta, information, value, converged)


def _log_posterior(counts, design, log_factors, dispersions, prior, beta):
    eta = beta @ design.T + log_factors
    alpha = dispersions[:, None]
    likelihood = counts * eta - (counts + 1 / alpha) * np.logaddexp(0, eta + np.log(alpha))
    penalty = 0.5 * beta**2 @ prior.precision
    if prior.cauchy_index is not None:
        penalty = penalty + np.log1p((beta[:, prior.cauchy_index] / prior.cauchy_scale) ** 2)
    return likelihood.sum(axis=1) - penalty


def _derivatives(counts, design, outer, log_factors, dispersions, prior, beta, *, ascent):
    """Gradient and negative Hessian of the log posterior, or its concave stand-in for `ascent`."""
    alpha = dispersions[:, None]
    mu = np.exp(np.clip(beta @ design.T + log_factors, -700, 700))
    slope = (counts - mu) / (1 + alpha * mu)
    curvature = mu * (1 + alpha * counts) / (1 + alpha * mu) ** 2
    width = design.shape[1]
    gradient = slope @ design - beta * prior.precision
    information = (curvature @ outer).reshape(-1, width, width) + np.diag(prior.precision)
    if prior.cauchy_index is not None:
        k, square = prior.cauchy_index, prior.cauchy_scale**2
        b = beta[:, k]
        gradient[:, k] -= 2 * b / (square + b**2)
        touching = 2 / (square + b**2)
        true = 2 * (square - b**2) / (square + b**2) ** 2
        if ascent:
            exact = information.copy()
            exact[:, k, k] += true
            concave = np.linalg.eigvalsh(exact)[:, 0] > 1e-8
            information[:, k, k] += np.where(concave, true, touching)
        else:
            information[:, k, k] += true
    if ascent:  # a gene without counts on one side has next to no curvature there
        information[:, range(width), range(width)] += 1e-12
    return gradient, information


def _line_search(counts, design, log_factors, dispersions, prior, here, step, value):
    """Halve the step of each gene until the log posterior falls by no more than rounding."""
    length = np.ones(len(here))
    enough = value - _ROUNDING * (1 + np.abs(value))
    moved = here + step
    reached = _log_posterior(counts, design, log_factors, dispersions, prior, moved)
    for _ in range(_HALVINGS):
        worse = np.flatnonzero(~(reached >= enough))
        if not len(worse):
            return moved, reached
        length[worse] /= 2
        moved[worse] = here[worse] + length[worse, None] * step[worse]
        reached[worse] = _log_posterior(
            counts[worse], design, log_factors[worse], dispersions[worse], prior, moved[worse]
        )
    stuck = ~(reached >= enough)
    moved[stuck], reached[stuck] = here[stuck], value[stuck]
    return moved, reached
