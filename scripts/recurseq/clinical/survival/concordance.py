"""How well a score ranks times of events: the concordance of Harrell and of Uno."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.clinical.survival.kaplan_meier import censoring_survival
from recurseq.clinical.survival.risk_sets import Subjects
from recurseq.clinical.survival.times import step_values

BLOCK = 4_000_000  # pairs looked at in one go


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
    time, entry = subjects.time, subjects.entry
    events = rows[event[rows]]
    for start in range(0, len(events), max(1, BLOCK // max(len(rows), 1))):
        first = events[start : start + max(1, BLOCK // max(len(rows), 1))]
        later = (time[rows] > time[first, None]) | (
            (time[rows] == time[first, None]) & ~event[rows]
        )
        if entry is not None:
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
