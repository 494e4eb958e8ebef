"""Prior variance of the dispersions when one to three degrees of freedom are left.

The log of a dispersion estimate is then so skewed that its median absolute deviation says little.
R (``estimateDispersionsPriorVar``) compares the histogram of the residuals with 200 histograms of
10,000 draws each, from a fixed seed, and smooths over them. Exact densities in their place move the
answer by 0.03 on real data, so R's own histograms are read from ``prior_histograms.tsv.gz`` (made
by ``tests/reference/make_prior_histograms.R``; they depend on the degrees of freedom alone).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from recurseq.deseq.local_regression import loess

_HISTOGRAMS = Path(__file__).with_name("prior_histograms.tsv.gz")
_EDGES = np.arange(-20, 21) / 2
_VARIANCES = np.linspace(0, 8, 200)
_FINE_VARIANCES = np.linspace(0, 8, 1000)
_SMALLEST = 0.25


def matched_prior_variance(residuals: np.ndarray, degrees_of_freedom: int) -> float:
    """Variance whose histogram of log residuals is nearest to the observed one.

    The log residual of a gene is log(chi-squared_df / df) plus a normal deviation of variance v;
    the v of smallest Kullback-Leibler divergence is taken, smoothed over a grid from 0 to 8, and
    at least 0.25 (R's ``estimateDispersionsPriorVar``).

    Parameters
    ----------
    residuals
        log(gene-wise dispersion / trend) of the genes that vary.
    degrees_of_freedom
        Samples less coefficients, 1 to 3.
    """
    inside = residuals[(residuals > _EDGES[0]) & (residuals < _EDGES[-1])]
    observed = _density(np.histogram(inside, _EDGES)[0])
    drawn = np.loadtxt(_HISTOGRAMS, skiprows=1, dtype=int)
    drawn = drawn[drawn[:, 0] == degrees_of_freedom, 1:]
    divergences = np.array([_divergence(observed, _density(counts)) for counts in drawn])
    smooth = loess(_VARIANCES, divergences, _FINE_VARIANCES)
    return float(max(_FINE_VARIANCES[np.argmin(smooth)], _SMALLEST))


def _density(counts: np.ndarray) -> np.ndarray:
    return counts / (max(counts.sum(), 1) * (_EDGES[1] - _EDGES[0]))


def _divergence(observed: np.ndarray, expected: np.ndarray) -> float:
    both = np.concatenate([observed, expected])
    small = both[both > 0].min()
    return float(np.sum(observed * (np.log(observed + small) - np.log(expected + small))))
