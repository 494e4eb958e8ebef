"""Competing risks: cumulative incidence, and its comparison between groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.clinical.survival.logrank import NO_TEST, Test, chi_squared_form
from recurseq.clinical.survival.times import count_at_risk, count_from, step_values
from recurseq.stats.intervals import NORMAL_975


@dataclass(frozen=True)
class Incidence:
    """Probability of having reached a state first, by each distinct time.

    Attributes
    ----------
    time
        Distinct times of events and censorings.
    value, se, lower, upper
        Cumulative incidence, standard error, and 95 % interval symmetric on the log(-log) scale.
    """

    time: np.ndarray
    value: np.ndarray
    se: np.ndarray
    lower: np.ndarray
    upper: np.ndarray

    def at(self, times: np.ndarray) -> dict[str, np.ndarray]:
        """Read value, error and interval at stated times; missing beyond the last follow-up."""
        beyond = np.asarray(times, dtype=float) > self.time[-1]
        return {
            name: np.where(beyond, np.nan, step_values(times, self.time, getattr(self, name), 0.0))
            for name in ("value", "se", "lower", "upper")
        }


def cumulative_incidence(time: np.ndarray, state: np.ndarray, which: int) -> Incidence:
    """Estimate the incidence of one state by Aalen and Johansen.

    Events of all states at one time share its risk set; no tie is broken at random.

    Parameters
    ----------
    time
        Time of the first state, or of censoring.
    state
        0 for censored, else the number of the state reached first.
    which
        The state.

    References
    ----------
    Aalen and Johansen, Scand. J. Stat. 5, 141 (1978); variance by the delta method as in Marubini
    and Valsecchi (1995), equation 10.12.
    """
    state = np.asarray(state)
    counts = count_at_risk(time, state > 0)
    n, d = counts.at_risk.astype(float), counts.events.astype(float)
    own = count_at_risk(time, state == which).events.astype(float)
    survival = np.cumprod(1 - d / n)
    before = np.concatenate([[1.0], survival[:-1]])
    value = np.cumsum(before * own / n)
    # Sum over earlier times s of (F(t) - F(s))² a(s) + b(s) - 2 (F(t) - F(s)) c(s), term by term.
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.where(n > d, d / (n * (n - d)), 0.0)
    b = before**2 * own * (n - own) / n**3
    c = before * own / n**2
    sums = [np.cumsum(x) for x in (a, a * value, a * value**2, b, c, c * value)]
    variance = value**2 * sums[0] - 2 * value * sums[1] + sums[2] + sums[3]
    variance -= 2 * (value * sums[4] - sums[5])
    se = np.sqrt(np.maximum(variance, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = NORMAL_975 * se / (value * np.log(value))  # negative
        lower, upper = value ** np.exp(-exponent), value ** np.exp(exponent)
    certain = (value <= 0) | (value >= 1)
    lower, upper = np.where(certain, value, lower), np.where(certain, value, upper)
    return Incidence(counts.time, value, se, lower, upper)


def gray_test(time: np.ndarray, state: np.ndarray, group: np.ndarray, which: int) -> Test:
    """Compare the cumulative incidence of a state between groups.

    Groups are compared by the hazard of the subdistribution. With r patients at risk, S the
    survival and F the incidence in a group just before a time, the score sums, over times of the
    state's events, the events of a group less their share by R = r (1 - F) / S. Its variance is
    that of the martingales of all states: an event of the state moves the score by

        b = a + (1 - (1 - F0) / S) (C - c)

    and an event of another state by (1 - F0) / S (C - c), where F0 is the incidence of all groups
    together, a(i, q) = y(i) (1[i = q] - y(q) / Σ y) with y = r / S, c its sum so far, weighted by
    the hazard of F0, and C its final value.

    Parameters
    ----------
    time, state, which
        As for `cumulative_incidence`.
    group
        Codes 0, 1, ... of the groups.

    References
    ----------
    Gray, Ann. Stat. 16, 1141 (1988), with weights of rho = 0.
    """
    time, state, group = np.asarray(time, float), np.asarray(state), np.asarray(group)
    codes = np.unique(group)
    times = np.unique(time[state > 0])
    if len(codes) < 2 or not np.any(state == which):
        return NO_TEST
    at_risk = _by_group(codes, group, lambda own: count_from(time[own], times))
    first, other = (
        _by_group(codes, group, lambda own, kind=kind: _events(time[own & kind], times))
        for kind in (state == which, (state > 0) & (state != which))
    )
    here = at_risk > 0
    safe = np.where(here, at_risk, 1.0)
    survival = np.cumprod(1 - (first + other) / safe, axis=0)
    before = np.vstack([np.ones(len(codes)), survival[:-1]])
    own_incidence = np.cumsum(before * first / safe, axis=0)
    incidence_before = np.vstack([np.zeros(len(codes)), own_incidence[:-1]])
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.where(here & (before > 0), at_risk / before, 0.0)
        events, total = first.sum(axis=1), y.sum(axis=1)
        pooled = np.cumsum(np.where(total > 0, events / total, 0.0))
        pooled_before = np.concatenate([[0.0], pooled[:-1]])
        share = y * (1 - incidence_before)
        expected = events[:, None] * share / share.sum(axis=1, keepdims=True)
    score = np.nansum(first - expected, axis=0)
    covariance = _gray_covariance(at_risk, first, other, survival, before, y, pooled, pooled_before)
    return chi_squared_form(score, covariance, len(codes) - 1)


def _gray_covariance(
    at_risk: np.ndarray,
    first: np.ndarray,
    other: np.ndarray,
    survival: np.ndarray,
    before: np.ndarray,
    y: np.ndarray,
    pooled: np.ndarray,
    pooled_before: np.ndarray,
) -> np.ndarray:
    """Covariance of the scores of all groups; arrays are times x groups."""
    groups = at_risk.shape[1]
    events, total = first.sum(axis=1), y.sum(axis=1)
    safe = np.where(total > 0, total, 1.0)
    a = y[:, :, None] * (np.eye(groups) - (y / safe[:, None])[:, None, :])  # time, score, group
    hazard = np.where(total > 0, events / (safe * (1 - pooled_before)), 0.0)
    so_far = np.cumsum(a * hazard[:, None, None], axis=0)
    to_come = so_far[-1] - so_far
    covariance = np.zeros((groups, groups))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(survival > 0, (1 - pooled)[:, None] / survival, 0.0)
        # Ties: the variance of a draw without replacement.
        tied = np.where(
            events[:, None] > 1, 1 - (events - 1)[:, None] / (safe[:, None] * before - 1), 1.0
        )
        step = np.where(at_risk > 0, tied * before * (events / safe)[:, None] / at_risk, 0.0)
        moved = a + (1 - ratio)[:, None, :] * to_come
        covariance += np.einsum("tiq,tjq,tq->ij", moved, moved, step)
        tied = np.where(other > 1, 1 - (other - 1) / (at_risk - 1), 1.0)
        step = np.where((at_risk > 0) & (ratio > 0), tied * before**2 * other / at_risk**2, 0.0)
        moved = ratio[:, None, :] * to_come
        covariance += np.einsum("tiq,tjq,tq->ij", moved, moved, step)
    return covariance


def _by_group(codes: np.ndarray, group: np.ndarray, count) -> np.ndarray:
    return np.column_stack([count(group == code) for code in codes]).astype(float)


def _events(times_of_events: np.ndarray, times: np.ndarray) -> np.ndarray:
    return np.bincount(np.searchsorted(times, times_of_events), minlength=len(times))
