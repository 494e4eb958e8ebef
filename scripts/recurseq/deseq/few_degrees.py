"""Prior variance of the dispersions when one to three degrees of freedom are left.

The log of a dispersion estimate is then so skewed that its median absolute deviation says little.
R (``estimateDispersionsPriorVar``) compares the histogram of the residuals with simulated ones;
here the expected histogram is computed instead of drawn.
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtri, ndtr

_EDGES = np.arange(-20, 21) / 2
_VARIANCES = np.linspace(0, 8, 200)
_FINE_VARIANCES = np.linspace(0, 8, 1000)
_SPAN = 0.2
_DRAWS = 10_000  # R's sample size: bins rarer than one draw in it are empty
_QUANTILES = 4000
_SMALLEST = 0.25


def matched_prior_variance(residuals: np.ndarray, degrees_of_freedom: int) -> float:
    """Variance whose expected histogram of log residuals is nearest to the observed one.

    The log residual of a gene is log(chi-squared_df / df) plus a normal deviation of variance v;
    the v of smallest Kullback-Leibler divergence is taken, smoothed over a grid from 0 to 8.

    Parameters
    ----------
    residuals
        log(gene-wise dispersion / trend) of the genes that vary.
    degrees_of_freedom
        Samples less coefficients, 1 to 3.
    """
    inside = residuals[(residuals > _EDGES[0]) & (residuals < _EDGES[-1])]
    observed = _density(np.histogram(inside, _EDGES)[0])
    chances = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    noise = np.log(chdtri(degrees_of_freedom, chances) / degrees_of_freedom)
    divergences = np.array([_divergence(observed, _expected(noise, v)) for v in _VARIANCES])
    smooth = _local_quadratic(_VARIANCES, divergences, _FINE_VARIANCES)
    return float(max(_FINE_VARIANCES[np.argmin(smooth)], _SMALLEST))


def _density(counts: np.ndarray) -> np.ndarray:
    return counts / (counts.sum() * (_EDGES[1] - _EDGES[0]))


def _expected(noise: np.ndarray, variance: float) -> np.ndarray:
    """Density in each bin of the noise plus a normal deviation."""
    if variance == 0:
        below = np.searchsorted(np.sort(noise), _EDGES) / len(noise)
    else:
        below = ndtr((_EDGES[:, None] - noise) / np.sqrt(variance)).mean(axis=1)
    chances = np.diff(below)
    return _density(np.where(chances * _DRAWS < 0.5, 0.0, chances))


def _divergence(observed: np.ndarray, expected: np.ndarray) -> float:
    both = np.concatenate([observed, expected])
    one_draw = 1 / (_DRAWS * (_EDGES[1] - _EDGES[0]))
    small = min(both[both > 0].min(), one_draw)
    return float(np.sum(observed * (np.log(observed + small) - np.log(expected + small))))


def _local_quadratic(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Cleveland's local quadratic regression with tricube weights (R's ``loess``)."""
    neighbours = int(len(x) * _SPAN)
    fitted = np.empty(len(at))
    for k, point in enumerate(at):
        distance = np.abs(x - point)
        reach = np.partition(distance, neighbours - 1)[neighbours - 1]
        weights = np.sqrt(np.clip(1 - (distance / reach) ** 3, 0, None) ** 3)
        columns = np.vander(x - point, 3, increasing=True) * weights[:, None]
        fitted[k] = np.linalg.lstsq(columns, y * weights, rcond=None)[0][0]
    return fitted
