"""Dispersion trend over the mean, its prior variance, and the transformation it defines."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from scipy.special import polygamma

from recurseq.deseq.dispersion import MINIMUM_DISPERSION
from recurseq.deseq.few_degrees import matched_prior_variance

_MAD_TO_SD = 1.4826  # R's mad()
_SMALLEST_PRIOR = 0.25
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trend:
    """Dispersion expected at a mean.

    Attributes
    ----------
    kind
        ``parametric``: asymptote + extra_poisson / mean; ``mean``: the same everywhere.
    asymptote, extra_poisson
        Coefficients (the second is 0 for ``mean``).
    """

    kind: str
    asymptote: float
    extra_poisson: float

    def at(self, means: np.ndarray) -> np.ndarray:
        """Dispersion at these means of normalised counts."""
        if self.kind == "mean":
            return np.full(np.shape(means), self.asymptote)
        with np.errstate(divide="ignore"):
            return self.asymptote + self.extra_poisson / np.asarray(means, dtype=float)

    def stabilise(self, values: np.ndarray) -> np.ndarray:
        """Variance-stabilising transformation of normalised counts, log2 scale.

        Closed forms of the integral of 1 / sqrt(q + q² dispersion(q)); Anders and Huber 2010,
        supplementary note, and the vignette of DESeq2 (``vst``).
        """
        a0, a1 = self.asymptote, self.extra_poisson
        if self.kind == "mean":
            return (2 * np.arcsinh(np.sqrt(a0 * values)) - np.log(a0) - np.log(4)) / np.log(2)
        root = np.sqrt(a0 * values * (1 + a1 + a0 * values))
        return np.log2((1 + a1 + 2 * a0 * values + 2 * root) / (4 * a0))


def fit_trend(means: np.ndarray, dispersions: np.ndarray) -> Trend:
    """Fit dispersion = a0 + a1 / mean to gene-wise estimates.

    Gamma regression with identity link, repeated on the genes whose ratio to the curve lies between
    1e-4 and 15, until the coefficients stand still (Love et al. 2014; R's
    ``parametricDispersionFit``). When that fails the trimmed mean of the dispersions serves all.

    Parameters
    ----------
    means
        Means of normalised counts, above 0.
    dispersions
        Gene-wise dispersions; those within two decades of the minimum are left out.

    Raises
    ------
    ValueError
        When no gene varies beyond counting noise.
    """
    usable = dispersions > 100 * MINIMUM_DISPERSION
    if not usable.any():
        raise ValueError("no gene varies more than counting noise: there is no dispersion trend")
    coefficients = _parametric(means[usable], dispersions[usable])
    if coefficients is not None:
        return Trend("parametric", *coefficients)
    _log.warning("the dispersion trend a0 + a1/mean does not fit; the mean dispersion is used")
    chosen = np.sort(dispersions[dispersions > 10 * MINIMUM_DISPERSION])
    cut = int(len(chosen) * 0.001)
    return Trend("mean", float(chosen[cut : len(chosen) - cut].mean()), 0.0)


def _parametric(means, dispersions) -> tuple[float, float] | None:
    coefficients = np.array([0.1, 1.0])
    for _ in range(11):
        ratio = dispersions / (coefficients[0] + coefficients[1] / means)
        good = (ratio > 1e-4) & (ratio < 15)
        fitted = _gamma_regression(1 / means[good], dispersions[good], coefficients)
        if fitted is None or not (fitted > 0).all():
            return None
        settled = np.sum(np.log(fitted / coefficients) ** 2) < 1e-6
        coefficients = fitted
        if settled:
            return float(coefficients[0]), float(coefficients[1])
    return None


def _gamma_regression(covariate, response, start) -> np.ndarray | None:
    """Gamma regression with identity link by reweighted least squares (R's ``glm`` defaults)."""
    design = np.column_stack([np.ones_like(covariate), covariate])
    mu = design @ start
    old = _gamma_deviance(response, mu)
    for _ in range(25):
        weighted = design / mu[:, None] ** 2
        try:
            coefficients = np.linalg.solve(weighted.T @ design, weighted.T @ response)
        except np.linalg.LinAlgError:
            return None
        mu = design @ coefficients
        if not (mu > 0).all():
            return None
        deviance = _gamma_deviance(response, mu)
        if abs(deviance - old) / (abs(deviance) + 0.1) < 1e-8:
            return coefficients
        old = deviance
    return None


def _gamma_deviance(response, mu) -> float:
    return float(-2 * np.sum(np.log(response / mu) - (response - mu) / mu))


def spread_around(
    dispersions: np.ndarray, trend: np.ndarray, degrees_of_freedom: int
) -> tuple[float, float]:
    """Variance of the log dispersions around the trend: as seen, and without sampling noise.

    The first is the squared median absolute deviation. For the second the sampling variance of a
    log dispersion, trigamma(df / 2), is taken off, and at least 0.25 is left (Love et al. 2014,
    equation 6); with 1 to 3 degrees of freedom histograms are compared instead.

    Parameters
    ----------
    dispersions
        Gene-wise estimates; those within two decades of the minimum are left out.
    trend
        Expected dispersions of the same genes.
    degrees_of_freedom
        Samples less coefficients.
    """
    varied = dispersions >= 100 * MINIMUM_DISPERSION
    residuals = np.log(dispersions[varied]) - np.log(trend[varied])
    deviation = _MAD_TO_SD * np.median(np.abs(residuals - np.median(residuals)))
    seen = float(deviation**2)
    if degrees_of_freedom <= 3:
        return seen, matched_prior_variance(residuals, degrees_of_freedom)
    return seen, float(max(seen - polygamma(1, degrees_of_freedom / 2), _SMALLEST_PRIOR))
