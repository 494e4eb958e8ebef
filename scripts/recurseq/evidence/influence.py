"""What leaving a sample out would do to a contrast, for every gene and sample, without refitting.

One step from the fit: exact enough to tell which samples may end or make a call, and only these are
then left out in truth (`recurseq.evidence.leave_one_out`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import digamma

from recurseq.deseq.limits import MINIMUM_MEAN, RIDGE

_LARGEST_PULL = 0.999
_LARGEST_SHIFT = 3.0  # of a log dispersion
_SMALLEST_MEAN = 0.05
_LEAST_INFORMATION, _LEAST_LEFT = 1e-3, 0.3  # of a log dispersion; what one sample leaves of it
_LOG2_E = 1 / np.log(2)


class Influence(NamedTuple):
    """The contrast without each sample, genes x samples.

    Attributes
    ----------
    change, error
        Log2 fold change and its standard error.
    shift, own_shift
        Change of the log dispersion, and of the gene's own estimate without a prior.
    pull
        Share of its own fitted mean that a sample stands for; near 1 the step cannot be trusted.
    """

    change: np.ndarray
    error: np.ndarray
    shift: np.ndarray
    own_shift: np.ndarray
    pull: np.ndarray


def leave_each_out(
    counts: np.ndarray,
    factors: np.ndarray,
    design: np.ndarray,
    coefficients: np.ndarray,
    dispersions: np.ndarray,
    precision: np.ndarray,
    contrast: np.ndarray,
) -> Influence:
    """Estimate a contrast without each sample in turn.

    With information A = X'WX, leverage h and working residual r = (y - mu) / mu of a sample, its
    own linear predictor moves by log(1 - h r / (1 - h)), which is exact for the mean of a group of
    equal weights and h r / (1 - h) to first order; coefficients move along A^-1 x. The log
    dispersion makes one Newton step without the sample's score.

    Parameters
    ----------
    counts, factors
        Genes x samples.
    design
        Samples x p.
    coefficients
        Genes x p, natural-log scale.
    dispersions
        One per gene.
    precision
        One per gene: 1 / prior variance of its log dispersion, 0 without a prior.
    contrast
        Weights of the design's columns.

    References
    ----------
    Pregibon, Ann. Stat. 9, 705 (1981), one-step deletion in generalised linear models.
    """
    alpha = dispersions[:, None]
    means = np.maximum(factors * np.exp(coefficients @ design.T), MINIMUM_MEAN)
    weights = means / (1 + alpha * means)
    outer = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    width = design.shape[1]
    information = (weights @ outer).reshape(-1, width, width) + RIDGE * np.eye(width)
    inverse = np.linalg.inv(information)
    along = inverse @ design.T  # genes x p x samples
    leverage = np.einsum("gpn,np->gn", along, design) * weights
    rest = np.maximum(1 - leverage, 1e-12)
    pull = leverage * (counts - means) / means / rest
    moved = np.log1p(-np.minimum(pull, _LARGEST_PULL))
    towards = np.einsum("gpn,p->gn", along, contrast)
    change = (coefficients @ contrast)[:, None] + towards * weights / leverage * moved
    variance = np.einsum("p,gpq,q->g", contrast, inverse, contrast)
    variance = variance[:, None] + towards**2 * weights / rest
    score, left = _dispersion_step(counts, means, means * np.exp(moved), dispersions)
    shift = np.clip(score / (left + precision[:, None]), -_LARGEST_SHIFT, _LARGEST_SHIFT)
    level = np.exp(np.average(np.log(means), axis=1, weights=weights))[:, None]
    variance *= (1 / level + alpha * np.exp(shift)) / (1 / level + alpha)
    return Influence(change * _LOG2_E, np.sqrt(variance) * _LOG2_E, shift, score / left, pull)


def _dispersion_step(counts, means, means_without, dispersions) -> tuple[np.ndarray, np.ndarray]:
    """Score of the log dispersion without each sample, and the information that is left.

    With size s = 1 / alpha, the derivative of a count's log-likelihood by s is digamma(y + s) -
    digamma(s) + log(s / (s + mu)) + (mu - y) / (s + mu). The score is the mean of those at the
    sample's fitted mean and at the mean without it.
    """
    size = 1 / dispersions[:, None]
    common = digamma(counts + size) - digamma(size)

    def slope(mu):
        return common - np.log1p(mu / size) + (mu - counts) / (size + mu)

    first = slope(means)
    score = -size * (first + slope(np.maximum(means_without, _SMALLEST_MEAN))) / 2
    bend = _trigamma(counts + size) - _trigamma(size) + 1 / size
    bend -= 1 / (size + means) * (1 + (means - counts) / (size + means))
    curvature = size * first + size**2 * bend
    whole = np.maximum(-curvature.sum(axis=1, keepdims=True), _LEAST_INFORMATION)
    return -score, np.maximum(whole + curvature, _LEAST_LEFT * whole)


def _trigamma(x: np.ndarray) -> np.ndarray:
    """Trigamma to three digits, many times faster than SciPy's: a series at x + 2."""
    y = 1 / (x + 2)
    return 1 / x**2 + 1 / (x + 1) ** 2 + y * (1 + y * (0.5 + y / 6))
