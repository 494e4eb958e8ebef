"""Log-rank tests: plain, stratified, weighted, for a trend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.clinical.survival.times import count_from
from recurseq.stats.tails import chi_squared_tail


@dataclass(frozen=True)
class Test:
    """A statistic with its degrees of freedom and p-value; missing when nothing can be compared."""

    statistic: float
    df: float
    pvalue: float


NO_TEST = Test(np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Comparison:
    """Observed and expected events by group, and the covariance of their difference."""

    observed: np.ndarray
    expected: np.ndarray
    covariance: np.ndarray

    @property
    def difference(self) -> np.ndarray:
        """Observed minus expected events."""
        return self.observed - self.expected

    def test(self) -> Test:
        """Compare all groups that were ever at risk."""
        used = self.expected > 0
        return chi_squared_form(
            self.difference[used], self.covariance[np.ix_(used, used)], int(used.sum()) - 1
        )

    def trend(self, scores: np.ndarray) -> Test:
        """Test for a trend over groups with these scores, in one degree of freedom."""
        scores = np.asarray(scores, dtype=float)
        variance = scores @ self.covariance @ scores
        if not variance > 0:
            return NO_TEST
        statistic = float((scores @ self.difference) ** 2 / variance)
        return Test(statistic, 1, float(chi_squared_tail(statistic, 1)))


def chi_squared_form(difference: np.ndarray, covariance: np.ndarray, df: int) -> Test:
    """Return u' V⁻ u, where V may lack one rank; no test without degrees of freedom."""
    if df < 1 or not np.all(np.isfinite(covariance)):
        return NO_TEST
    # The differences sum to 0, so one group may be left out.
    u, v = difference[:df], covariance[:df, :df]
    if np.linalg.matrix_rank(v, hermitian=True) < df:
        return NO_TEST
    statistic = float(u @ np.linalg.solve(v, u))
    return Test(statistic, df, float(chi_squared_tail(statistic, df)))


def compare(
    time: np.ndarray,
    event: np.ndarray,
    group: np.ndarray,
    strata: np.ndarray | None = None,
    entry: np.ndarray | None = None,
    rho: float = 0.0,
) -> Comparison:
    """Sum observed minus expected events over all times of events.

    Parameters
    ----------
    time, event, entry
        As for `recurseq.clinical.survival.times.count_at_risk`.
    group
        Codes 0, 1, ... of the groups.
    strata
        Codes of strata; sums are taken within each and added.
    rho
        Weights are the pooled survival just before the time, to this power (Harrington and Fleming,
        Biometrika 69, 553, 1982): 0 is the log-rank test, 1 is close to Peto and Peto's.

    References
    ----------
    Mantel, Cancer Chemother. Rep. 50, 163 (1966); the variance is hypergeometric.
    """
    time, event, group = np.asarray(time, float), np.asarray(event, bool), np.asarray(group)
    size = int(group.max()) + 1 if len(group) else 0
    strata = np.zeros(len(time), dtype=int) if strata is None else np.asarray(strata)
    observed, expected = np.zeros(size), np.zeros(size)
    covariance = np.zeros((size, size))
    for stratum in np.unique(strata):
        inside = strata == stratum
        begun = None if entry is None else np.asarray(entry, float)[inside]
        o, e, v = _one_stratum(time[inside], event[inside], group[inside], size, begun, rho)
        observed, expected, covariance = observed + o, expected + e, covariance + v
    return Comparison(observed, expected, covariance)


def _one_stratum(
    time: np.ndarray,
    event: np.ndarray,
    group: np.ndarray,
    size: int,
    entry: np.ndarray | None,
    rho: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    times = np.unique(time[event])
    at_risk, events = np.zeros((len(times), size)), np.zeros((len(times), size))
    for code in range(size):
        own = group == code
        at_risk[:, code] = count_from(time[own], times)
        if entry is not None:
            at_risk[:, code] -= count_from(entry[own], times)
        places = np.searchsorted(times, time[own & event])
        events[:, code] = np.bincount(places, minlength=len(times))
    n, d = at_risk.sum(axis=1), events.sum(axis=1)
    before = np.concatenate([[1.0], np.cumprod(1 - d / n)[:-1]]) if len(times) else np.ones(0)
    weight = before**rho
    share = at_risk / n[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(n > 1, weight**2 * d * (n - d) / (n - 1), 0.0)
    covariance = np.diag(factor @ share) - (share * factor[:, None]).T @ share
    return weight @ events, weight @ (d[:, None] * share), covariance
