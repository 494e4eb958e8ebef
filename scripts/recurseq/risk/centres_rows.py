"""Rows of centres: those that are too small, and all of them together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recurseq.risk.centres import FEWEST
from recurseq.risk.judged import AUC, HARRELL, INTERCEPT, SLOPE, UNO, Predicted
from recurseq.risk.performance_rows import of_patients
from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.meta_analysis import (
    prediction_interval,
    random_effects,
    restricted_likelihood,
    studies_of,
)

TOGETHER, FURTHER = "left-out centres together", "a further centre"
POOLED = (AUC, HARRELL, UNO, INTERCEPT, SLOPE)


def too_few(data: str, found: Predicted, centre: str) -> dict:
    """Return the row of a centre that is not judged."""
    method = f"left out: fewer than {FEWEST} patients with the event, or without it"
    return {"data": data, "measure": AUC, "centre": centre, "method": method, **of_patients(found)}


def over_centres(rows: Sequence[dict]) -> list[dict]:
    """Return the mean over centres, and where that of a further one is expected.

    By random effects (REML) with the interval of Hartung and Knapp, from three centres on.

    Parameters
    ----------
    rows
        Measures of each centre, as of table ``risk_performance``.

    References
    ----------
    Debray et al., BMJ 356, i6460 (2017): meta-analysis of the performance of prediction models.
    """
    found = []
    for name in POOLED:
        own = [row for row in rows if row["measure"] == name and "estimate" in row]
        estimates = np.array([[row["estimate"] for row in own]], dtype=float)
        errors = (estimates - np.array([[row["lower"] for row in own]])) / NORMAL_975
        if not own or studies_of(estimates, errors)[0] < 3:
            continue
        tau2 = restricted_likelihood(estimates, errors)
        mean = random_effects(estimates, errors, tau2)
        low, high = prediction_interval(mean, tau2, studies_of(estimates, errors))
        told = {"measure": name, "estimate": mean.estimate[0]}
        told |= {key: sum(row[key] for row in own) for key in ("n", "events")}
        method = "random effects over centres (REML), interval of Hartung and Knapp"
        found.append(
            {"data": TOGETHER, "lower": mean.lower[0], "upper": mean.upper[0], "method": method}
            | told
        )
        method = "random effects over centres (REML), prediction interval"
        found.append({"data": FURTHER, "lower": low[0], "upper": high[0], "method": method} | told)
    return found
