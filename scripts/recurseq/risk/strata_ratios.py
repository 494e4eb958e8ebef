"""Odds or hazard ratios of strata against the lowest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.clinical.model_rows import Rows
from recurseq.clinical.regression import regression
from recurseq.clinical.settings import LOGISTIC, Model
from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.tails import two_sided


@dataclass(frozen=True)
class Ratio:
    """Ratio of one stratum, with its 95 % interval; missing where there is none."""

    value: float
    lower: float
    upper: float
    pvalue: float
    penalty: str


NO_RATIO = Ratio(np.nan, np.nan, np.nan, np.nan, "none")
REFERENCE = Ratio(1.0, np.nan, np.nan, np.nan, "none")


def ratios(model: Model, rows: Rows, places: np.ndarray, strata: int) -> list[Ratio]:
    """Compare each stratum with the lowest one that has patients.

    Intervals are Wald's, robust to the clusters of the model where those are ten or more: a cohort
    of one centre has no error between centres at all. A stratum in which all or none had
    the event has no finite ratio by maximum likelihood: then all are those of Firth's penalty, with
    intervals by the profile of the likelihood.

    Parameters
    ----------
    model
        Whose kind, ties, strata and clusters count.
    rows
        The patients.
    places
        Stratum of each; -1 for none.
    strata
        Number of strata.
    """
    kept = places >= 0
    rows, places = rows.take(kept), places[kept]
    present = [k for k in range(strata) if (places == k).any()]
    found = [NO_RATIO] * strata
    if not present:
        return found
    found[present[0]] = REFERENCE
    if len(present) == 1 or not (rows.state == 1).any():
        return found
    columns = np.column_stack([places == k for k in present[1:]]).astype(float)
    rows = rows.with_enough_clusters()
    kind = regression(model, rows)
    events = [rows.state[places == k] == 1 for k in present]
    extreme = any(not one.any() or (model.kind == LOGISTIC and one.all()) for one in events)
    if extreme and not kind.can_penalise:
        return found
    if extreme:
        top = kind.penalised(rows, columns, ())
        limits, penalty = (top.lower, top.upper), "firth"
        effect, pvalue = top.coefficients, top.pvalue
    else:
        top = kind.maximum(rows, columns)
        if not top.converged:
            return found
        effect, error = top.coefficients, np.sqrt(np.diag(top.covariance))
        limits, penalty = (effect - NORMAL_975 * error, effect + NORMAL_975 * error), "none"
        pvalue = two_sided(effect / error)
    for place, k in enumerate(present[1:]):
        value, lower, upper = (np.exp(x[place]) for x in (effect, *limits))
        found[k] = Ratio(float(value), float(lower), float(upper), float(pvalue[place]), penalty)
    return found
