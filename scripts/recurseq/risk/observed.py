"""What became of a group of patients: the risk that was observed, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.clinical.model_rows import Rows
from recurseq.clinical.settings import FINEGRAY, LOGISTIC
from recurseq.clinical.survival.incidence import cumulative_incidence
from recurseq.clinical.survival.kaplan_meier import kaplan_meier, survival_at
from recurseq.stats.intervals import wilson_interval
from recurseq.stats.weights import effective_size


@dataclass(frozen=True)
class Observed:
    """Observed risk of a group.

    Attributes
    ----------
    n, events
        Patients, and those with the event (by the horizon, as the rate).
    rate, lower, upper
        Observed risk (by the horizon) with its 95 % interval; missing where nobody is left to tell.
    """

    n: int
    events: int
    rate: float
    lower: float
    upper: float


def observed(rows: Rows, kind: str, horizon: float | None) -> Observed:
    """Return the observed risk of patients.

    Of yes and no it is the share with Wilson's interval; weighted patients are worth
    (Σ w)² / Σ w². By a horizon it is one less Kaplan-Meier, or Aalen-Johansen where another state
    competes, both with log-log intervals; where nobody had the event, these have no width, and it
    is Wilson's for those who were followed to the horizon.

    Parameters
    ----------
    rows
        The patients.
    kind
        Of the model.
    horizon
        Months; None for a logistic model.
    """
    n, event = len(rows), rows.state == 1
    by_then = event if kind == LOGISTIC else event & (rows.time <= horizon)
    events = int(by_then.sum())
    if not n:
        return Observed(0, 0, np.nan, np.nan, np.nan)
    if kind == LOGISTIC:
        weight = np.ones(n) if rows.weight is None else rows.weight
        rate = float(np.average(event, weights=weight))
        return Observed(n, events, rate, *wilson_interval(rate, effective_size(weight)))
    at = np.array([horizon])
    if kind == FINEGRAY:
        found = cumulative_incidence(rows.time, rows.state, 1).at(at)
        rate, lower, upper = (float(found[name][0]) for name in ("value", "lower", "upper"))
    else:
        found = survival_at(kaplan_meier(rows.time, event, rows.entry), at)
        rate, lower, upper = (1 - float(found[k][0]) for k in ("survival", "upper", "lower"))
    if rate == 0:
        lower, upper = wilson_interval(0.0, int((rows.time >= horizon).sum()))
    return Observed(n, events, rate, lower, upper)
