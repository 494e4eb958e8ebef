"""Dispersion trend over the mean of normalised counts, and the spread around it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from scipy.special import polygamma

from recurseq.base.errors import InputError, Problem
from recurseq.deseq.limits import MINIMUM_DISPERSION
from recurseq.deseq.local_regression import along, local_curve
from recurseq.deseq.prior_variance import matched_prior_variance

_MAD_TO_SD = 1.4826  # R's mad()
_SMALLEST_PRIOR = 0.25
_REGRESSION_STEPS = 25
_GENES_FOR_LOCAL = 10
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trend:
    """Dispersion expected at a mean.

    Attributes
    ----------
    kind
        ``parametric``: asymptote + extra_poisson / mean; ``local``: a curve of log dispersion over
        log mean; ``mean``: the same everywhere.
    asymptote, extra_poisson
        Coefficients (the second is 0 for ``mean``, both are NaN for ``local``).
    curve
        For ``local``: what `local_curve` returns; else empty.
    """

    kind: str
    asymptote: float
    extra_poisson: float
    curve: tuple[tuple[float, ...], ...] = ()

    def at(self, means: np.ndarray) -> np.ndarray:
        """Dispersion at these means of normalised counts."""
        if self.kind == "mean":
            return np.full(np.shape(means), self.asymptote)
        with np.errstate(divide="ignore"):
            if self.kind == "local":
                return np.exp(along(np.array(self.curve), np.log(means)))
            return self.asymptote + self.extra_poisson / np.asarray(means, dtype=float)


def fit_trend(means: np.ndarray, dispersions: np.ndarray) -> Trend:
    """Fit dispersion = a0 + a1 / mean to gene-wise estimates, or a local regression.

    Gamma regression with identity link, repeated on the genes whose ratio to the curve lies between
    1e-4 and 15, until the coefficients stand still (Love et al. 2014; R's
    ``parametricDispersionFit``). When that fails, as in R, a local regression takes its place; with
    too few genes for one, the trimmed mean of the dispersions, and the log says so.

    Parameters
    ----------
    means
        Means of normalised counts, above 0.
    dispersions
        Gene-wise dispersions; those within two decades of the minimum are left out.

    Raises
    ------
    NoVariationError
        When no gene varies beyond counting noise.
    """
    usable = varies(dispersions)
    if not usable.any():
        raise NoVariationError
    coefficients = _parametric(means[usable], dispersions[usable])
    if coefficients is not None:
        return Trend("parametric", *coefficients)
    if len(np.unique(means[usable])) >= _GENES_FOR_LOCAL:
        _log.warning("the dispersion trend a0 + a1/mean does not fit; a local regression is used")
        return local_trend(means[usable], dispersions[usable])
    _log.warning("too few genes for a dispersion trend; the mean dispersion is used")
    return mean_trend(dispersions)


def varies(dispersions: np.ndarray) -> np.ndarray:
    """Whether gene-wise dispersions lie more than two decades above the minimum."""
    return dispersions > 100 * MINIMUM_DISPERSION


class NoVariationError(InputError):
    """No dispersion can be estimated (R: "all gene-wise dispersion estimates are within ...")."""

    def __init__(self) -> None:
        problem = Problem(
            "counts",
            "no gene varies between replicates by more than counting noise, so there is no "
            "dispersion trend: all gene-wise dispersion estimates are within 2 orders of magnitude "
            "of the minimum",
            "replicates that are samples of their own, of other individuals or cultures",
            "look whether the replicates are copies, or one library that was counted or sequenced "
            "several times",
        )
        super().__init__([problem])


def local_trend(means: np.ndarray, dispersions: np.ndarray) -> Trend:
    """Regress log dispersion on log mean locally, weights = means (R's ``localDispersionFit``)."""
    curve = local_curve(np.log(means), np.log(dispersions), means)
    return Trend("local", np.nan, np.nan, tuple(map(tuple, curve.tolist())))


def mean_trend(dispersions: np.ndarray) -> Trend:
    """Mean of the dispersions, a thousandth trimmed at either end (R's ``fitType = "mean"``)."""
    chosen = np.sort(dispersions[dispersions > 10 * MINIMUM_DISPERSION])
    cut = int(len(chosen) * 0.001)
    return Trend("mean", float(chosen[cut : len(chosen) - cut].mean()), 0.0)


def _parametric(means, dispersions) -> tuple[float, float] | None:
    coefficients = np.array([0.1, 1.0])
    for _ in range(11):
        ratio = dispersions / (coefficients[0] + coefficients[1] / means)
        good = (ratio > 1e-4) & (ratio < 15)
        fitted, converged = _gamma_regression(1 / means[good], dispersions[good], coefficients)
        if fitted is None or not (fitted > 0).all():
            return None
        settled = converged and np.sum(np.log(fitted / coefficients) ** 2) < 1e-6
        coefficients = fitted
        if settled:
            return float(coefficients[0]), float(coefficients[1])
    return None


def _gamma_regression(covariate, response, start) -> tuple[np.ndarray | None, bool]:
    """Gamma regression with identity link by reweighted least squares (R's ``glm`` defaults)."""
    design = np.column_stack([np.ones_like(covariate), covariate])
    coefficients = start
    mu = design @ start
    old = _gamma_deviance(response, mu)
    for _ in range(_REGRESSION_STEPS):
        weighted = design / mu[:, None] ** 2
        try:
            target = np.linalg.solve(weighted.T @ design, weighted.T @ response)
        except np.linalg.LinAlgError:
            return None, False
        coefficients = _step_to_positive_means(design, coefficients, target)
        if coefficients is None:
            return None, False
        mu = design @ coefficients
        deviance = _gamma_deviance(response, mu)
        if abs(deviance - old) / (abs(deviance) + 0.1) < 1e-8:
            return coefficients, True
        old = deviance
    return coefficients, False


def _step_to_positive_means(design, here, target) -> np.ndarray | None:
    """Halve the step until every mean is positive, as R's ``glm.fit`` does."""
    for _ in range(_REGRESSION_STEPS + 1):
        if (design @ target > 0).all():
            return target
        target = (target + here) / 2
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
    varied = dispersions >= 100 * MINIMUM_DISPERSION  # R has > for the trend, >= here
    residuals = np.log(dispersions[varied]) - np.log(trend[varied])
    deviation = _MAD_TO_SD * np.median(np.abs(residuals - np.median(residuals)))
    seen = float(deviation**2)
    if degrees_of_freedom <= 3:
        return seen, matched_prior_variance(residuals, degrees_of_freedom)
    return seen, float(max(seen - polygamma(1, degrees_of_freedom / 2), _SMALLEST_PRIOR))
