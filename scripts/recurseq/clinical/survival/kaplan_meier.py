"""The Kaplan-Meier estimator: survival with intervals, medians, survival at stated times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.clinical.survival.times import AtRisk, count_at_risk, step_values
from recurseq.stats.intervals import NORMAL_975

LOG_LOG, LOG, PLAIN = "log-log", "log", "plain"
HALF = 1e-9  # a curve this close to one half lies on it


@dataclass(frozen=True)
class Curve:
    """A survival curve: one value for each distinct time of `counts`.

    Attributes
    ----------
    counts
        Who was at risk, had an event, was censored.
    survival, se
        Estimate and Greenwood's standard error, which is missing where the survival is 0.
    lower, upper
        Pointwise 95 % interval; missing where the survival is 0.
    """

    counts: AtRisk
    survival: np.ndarray
    se: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    @property
    def time(self) -> np.ndarray:
        """Distinct times, ascending."""
        return self.counts.time

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """What tables hold of each step, by the names of their columns."""
        return {
            "time": self.time,
            "at_risk": self.counts.at_risk,
            "survival": self.survival,
            "se": self.se,
            "lower": self.lower,
            "upper": self.upper,
            "events": self.counts.events,
            "censored": self.counts.censored,
        }

    @property
    def last(self) -> float:
        """Last time of follow-up; missing without a patient."""
        return float(self.time[-1]) if len(self.time) else np.nan


def kaplan_meier(
    time: np.ndarray,
    event: np.ndarray,
    entry: np.ndarray | None = None,
    interval: str = LOG_LOG,
    weights: np.ndarray | None = None,
) -> Curve:
    """Estimate survival by the product limit.

    Parameters
    ----------
    time, event, entry
        As for `recurseq.clinical.survival.times.count_at_risk`.
    interval
        Scale on which the interval is symmetric: ``log-log``, ``log`` or ``plain``.
    weights
        Of patients who all begin at the origin; `Curve.counts` are numbers of patients in any case.

    References
    ----------
    Kaplan and Meier, J. Am. Stat. Assoc. 53, 457 (1958). Greenwood's variance is
    S² Σ d / (n (n - d)); intervals as in Kalbfleisch and Prentice (2002), section 1.4. Weighted
    after Xie and Liu, Stat. Med. 24, 3089 (2005): the number at risk in the variance is
    (Σ w)² / Σ w².
    """
    counts = count_at_risk(time, event, entry)
    n = size = counts.at_risk.astype(float)
    d = counts.events.astype(float)
    if weights is not None:
        n, d, size = _weighted(counts.time, time, event, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(np.where(n > 0, 1 - d / n, 1.0))
        hazard_variance = np.cumsum(np.where(d > 0, d / (size * (n - d)), 0.0))
        se = np.where(survival > 0, survival * np.sqrt(hazard_variance), np.nan)
    lower, upper = _limits(survival, np.sqrt(hazard_variance), interval)
    return Curve(counts, survival, se, lower, upper)


def _weighted(
    distinct: np.ndarray, time: np.ndarray, event: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the weight at risk and of events at each time, and how many patients it is worth."""
    place = np.searchsorted(distinct, time)
    left, squares, events = (
        np.bincount(place, values, minlength=len(distinct))
        for values in (weights, weights**2, weights * np.asarray(event, dtype=bool))
    )
    n = left[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return n, events, n**2 / squares[::-1].cumsum()[::-1]


def _limits(
    survival: np.ndarray, error: np.ndarray, interval: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval; `error` is the standard error of the cumulative hazard."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if interval == LOG_LOG:
            middle = np.log(-np.log(survival))
            width = NORMAL_975 * error / np.log(survival)  # negative
            lower, upper = np.exp(-np.exp(middle - width)), np.exp(-np.exp(middle + width))
        elif interval == LOG:
            lower, upper = (survival * np.exp(sign * NORMAL_975 * error) for sign in (-1, 1))
        else:
            lower, upper = (survival * (1 + sign * NORMAL_975 * error) for sign in (-1, 1))
    certain = survival == 1
    lower, upper = np.where(certain, 1.0, lower), np.where(certain, 1.0, upper)
    gone = survival <= 0
    lower = np.where(gone, np.nan, np.maximum(lower, 0.0))
    return lower, np.where(gone, np.nan, np.minimum(upper, 1.0))


@dataclass(frozen=True)
class Median:
    """A median with its 95 % interval; missing where the curve (or its limit) stays above half."""

    value: float
    lower: float
    upper: float

    @property
    def reached(self) -> bool:
        """Whether half of the patients had an event within the follow-up."""
        return not np.isnan(self.value)


def median(curve: Curve) -> Median:
    """Return the time at which half of the patients are left.

    Where the curve is flat at one half, it is the middle of the flat piece, as in R's survfit; the
    limits are those of the pointwise interval (Brookmeyer and Crowley, Biometrics 38, 29, 1982).
    """
    return Median(*(half_time(curve.time, y) for y in (curve.survival, curve.lower, curve.upper)))


def half_time(time: np.ndarray, curve: np.ndarray) -> float:
    """Return where a falling step curve passes one half; missing when it does not."""
    low = np.flatnonzero(np.nan_to_num(curve, nan=np.inf) < 0.5 + HALF)
    if not len(low):
        return np.nan
    first = low[0]
    below = np.flatnonzero(np.nan_to_num(curve, nan=np.inf) < 0.5 - HALF)
    if abs(curve[first] - 0.5) <= HALF and len(below):
        return float(time[first] + time[below[0]]) / 2
    return float(time[first])


def survival_at(curve: Curve, times: np.ndarray) -> dict[str, np.ndarray]:
    """Read a curve at stated times.

    Returns
    -------
    dict
        ``at_risk`` (patients still under observation at the time, those who leave at it included),
        ``survival``, ``se``, ``lower``, ``upper``. Beyond the last follow-up nothing is known:
        missing, unless every patient has had the event.
    """
    times = np.asarray(times, dtype=float)
    found = {
        name: step_values(times, curve.time, getattr(curve, name), start)
        for name, start in (("survival", 1.0), ("se", 0.0), ("lower", 1.0), ("upper", 1.0))
    }
    beyond = (times > curve.last) & (found["survival"] > 0)
    at_risk = number_at_risk(curve.counts, times)
    return {"at_risk": at_risk} | {k: np.where(beyond, np.nan, v) for k, v in found.items()}


def number_at_risk(counts: AtRisk, times: np.ndarray) -> np.ndarray:
    """Return the number under observation just before each time."""
    place = np.searchsorted(counts.time, np.asarray(times, dtype=float), side="left")
    return np.concatenate([counts.at_risk, [0]])[place]


def totals_before(counts: AtRisk, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many had an event, and how many were censored, before each time."""
    place = np.searchsorted(counts.time, np.asarray(times, dtype=float), side="left")
    return tuple(
        np.concatenate([[0], numbers.cumsum()])[place]
        for numbers in (counts.events, counts.censored)
    )


def follow_up(time: np.ndarray, event: np.ndarray) -> Median:
    """Return the median follow-up by the reverse Kaplan-Meier estimator.

    Censoring is the event, and an event ends the observation (Schemper and Smith, Control. Clin.
    Trials 17, 343, 1996).
    """
    return median(kaplan_meier(time, ~np.asarray(event, dtype=bool)))


def censoring_survival(time: np.ndarray, event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Estimate how long patients would have stayed under observation: steps and values of G.

    At a tied time, events come before censorings.
    """
    counts = count_at_risk(time, event)
    staying = counts.at_risk - counts.events
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = np.where(staying > 0, 1 - counts.censored / staying, 1.0)
    return counts.time, np.cumprod(factors)


def thin_from(counts: AtRisk, least: int) -> float:
    """Return the first time with fewer than `least` at risk; infinite when there is none."""
    place = np.flatnonzero(counts.at_risk < least)
    return float(counts.time[place[0]]) if len(place) else np.inf
