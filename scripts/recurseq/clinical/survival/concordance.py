"""How well a score ranks times of events: the concordance of Harrell and of Uno."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.clinical.survival.kaplan_meier import censoring_survival
from recurseq.clinical.survival.risk_sets import Subjects
from recurseq.clinical.survival.times import step_values

BLOCK = 4_000_000  # pairs looked at in one go
STRETCH = 512  # of a list, looked at value by value; what is before it is sorted


@dataclass(frozen=True)
class Concordance:
    """Share of comparable pairs in which the higher score has the earlier event, ties as one half.

    The standard error is that of the infinitesimal jackknife.
    """

    value: float
    se: float


def concordance(
    subjects: Subjects, score: np.ndarray, event_weight: np.ndarray | None = None
) -> Concordance:
    """Compare every event with all who were still at risk after it.

    Pairs are compared within strata and, with delayed entry, only while both are under observation.
    Of a tied time, an event comes before a censoring; two events are not compared.

    Parameters
    ----------
    subjects
        Rows of follow-up; their covariates are not used.
    score
        Higher means an earlier event; n.
    event_weight
        Weight of each row's event in the sum; 1 when absent.

    References
    ----------
    Harrell et al., Stat. Med. 15, 361 (1996); its error as in R's survival::concordance.
    """
    event = np.asarray(subjects.event, dtype=bool)
    case = subjects.case_weights
    weight = np.ones(len(subjects)) if event_weight is None else event_weight
    agreeing, compared = np.zeros(len(subjects)), np.zeros(len(subjects))
    for stratum in np.unique(subjects.stratum):
        rows = np.flatnonzero(subjects.stratum == stratum)
        _add_pairs(subjects, score, event, weight, case, rows, agreeing, compared)
    total = (case * compared).sum() / 2
    if not total > 0:
        return Concordance(np.nan, np.nan)
    value = (case * agreeing).sum() / 2 / total
    influence = case * (agreeing - value * compared) / total
    return Concordance(float(value), float(np.sqrt((influence**2).sum())))


def _add_pairs(
    subjects: Subjects,
    score: np.ndarray,
    event: np.ndarray,
    weight: np.ndarray,
    case: np.ndarray,
    rows: np.ndarray,
    agreeing: np.ndarray,
    compared: np.ndarray,
) -> None:
    """Add the pairs of one stratum to the sums of both their members."""
    if subjects.entry is not None:
        _add_every_pair(subjects, score, event, weight, case, rows, agreeing, compared)
        return
    # By time, events before censorings: those later than an event are the rest of the list.
    order = rows[np.lexsort((~event[rows], subjects.time[rows]))]
    time, happened = subjects.time[order], event[order]
    events = np.flatnonzero(happened)
    places = np.searchsorted(time, time[events], side="left") + _tied_events(time[events])
    later = len(order) - places
    own = score[order]
    less, equal = prefix_sums(own[::-1], case[order][::-1], later, own[events])
    everyone = np.concatenate([[0.0], case[order][::-1].cumsum()])[later]
    first = order[events]
    compared[first] += weight[first] * everyone
    agreeing[first] += weight[first] * (less + equal / 2)
    # The same pairs seen from the later one: events before it, with their weights.
    before = np.searchsorted(places, np.arange(len(order)), side="right")
    event_weight = (weight * case)[first]
    less, equal = prefix_sums(own[events], event_weight, before, own)
    total = np.concatenate([[0.0], event_weight.cumsum()])[before]
    compared[order] += total
    agreeing[order] += total - less - equal / 2


def _tied_events(times: np.ndarray) -> np.ndarray:
    """Return the number of events at each event's time; times are ascending."""
    _, place, counts = np.unique(times, return_inverse=True, return_counts=True)
    return counts[place]


def prefix_sums(
    values: np.ndarray, weights: np.ndarray, lengths: np.ndarray, limits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sum weights of the first values of a list that are below, and equal to, a limit.

    Parameters
    ----------
    values, weights
        The list.
    lengths, limits
        Of each question: how many of the list are looked at, and what they are compared with.

    Returns
    -------
    (ndarray, ndarray)
        Sums of the weights of smaller and of equal values.
    """
    less, equal = np.zeros(len(lengths)), np.zeros(len(lengths))
    for start in range(0, len(values) + 1, STRETCH):
        asked = np.flatnonzero((lengths >= start) & (lengths < start + STRETCH))
        if not len(asked):
            continue
        order = np.argsort(values[:start], kind="stable")
        known = values[:start][order]
        running = np.concatenate([[0.0], weights[:start][order].cumsum()])
        below = running[np.searchsorted(known, limits[asked], side="left")]
        up_to = running[np.searchsorted(known, limits[asked], side="right")]
        rest, rest_weight = values[start : start + STRETCH], weights[start : start + STRETCH]
        inside = np.arange(len(rest)) < (lengths[asked] - start)[:, None]
        part = inside * rest_weight
        less[asked] = below + (part * (rest < limits[asked, None])).sum(axis=1)
        equal[asked] = up_to - below + (part * (rest == limits[asked, None])).sum(axis=1)
    return less, equal


def _add_every_pair(
    subjects: Subjects,
    score: np.ndarray,
    event: np.ndarray,
    weight: np.ndarray,
    case: np.ndarray,
    rows: np.ndarray,
    agreeing: np.ndarray,
    compared: np.ndarray,
) -> None:
    """Look at every pair: with delayed entry, those later than an event are no part of a list."""
    time, entry = subjects.time, subjects.entry
    events = rows[event[rows]]
    block = max(1, BLOCK // max(len(rows), 1))
    for start in range(0, len(events), block):
        first = events[start : start + block]
        later = (time[rows] > time[first, None]) | (
            (time[rows] == time[first, None]) & ~event[rows]
        )
        later &= entry[rows] < time[first, None]
        same = score[rows] == score[first, None]
        agree = np.where(same, 0.5, score[rows] < score[first, None]) * later
        pair_weight = weight[first, None]
        compared[first] += (pair_weight * later * case[rows]).sum(axis=1)
        agreeing[first] += (pair_weight * agree * case[rows]).sum(axis=1)
        compared[rows] += (pair_weight * later * case[first, None]).sum(axis=0)
        agreeing[rows] += (pair_weight * agree * case[first, None]).sum(axis=0)


def uno_concordance(subjects: Subjects, score: np.ndarray) -> Concordance:
    """Compare as `concordance` does, with events weighted against the loss to censoring.

    Each event at t counts 1 / G(t-)², with G the survival of censoring: the result does not depend
    on how long patients were followed. Not for delayed entry.

    References
    ----------
    Uno et al., Stat. Med. 30, 1105 (2011).
    """
    steps, values = censoring_survival(subjects.time, subjects.event)
    staying = step_values(subjects.time, steps, values, 1.0, before=True)
    with np.errstate(divide="ignore"):
        weight = np.where(staying > 0, staying, np.nan) ** -2.0
    return concordance(subjects, score, np.nan_to_num(weight))
