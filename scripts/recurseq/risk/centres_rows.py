"""Rows of centres: those that are too small, and all of them together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import expit, logit

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
RANKING = (AUC, HARRELL, UNO)
POOLED = (*RANKING, INTERCEPT, SLOPE)


def too_few(data: str, found: Predicted, centre: str) -> dict:
    """Return the row of a centre that is not judged."""
    method = f"left out: fewer than {FEWEST} patients with the event, or without it"
    return {"data": data, "measure": AUC, "centre": centre, "method": method, **of_patients(found)}


def over_centres(rows: Sequence[dict]) -> list[dict]:
    """Return the mean over centres, and where that of a further one is expected.

    By random effects (REML) with the interval of Hartung and Knapp, from three centres on; areas
    on the logit scale, so that no limit lies beyond 1.

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
        shares = name in RANKING
        if shares:
            with np.errstate(divide="ignore", invalid="ignore"):
                errors = errors / (estimates * (1 - estimates))
            estimates = np.where(np.isfinite(errors), logit(estimates), np.nan)
        if not own or studies_of(estimates, errors)[0] < 3:
            continue
        tau2 = restricted_likelihood(estimates, errors)
        mean = random_effects(estimates, errors, tau2)
        expected = prediction_interval(mean, tau2, studies_of(estimates, errors))
        back = expit if shares else float
        told = {"measure": name, "estimate": back(mean.estimate[0])}
        told |= {key: sum(row[key] for row in own) for key in ("n", "events")}
        scale = ", on the logit scale" if shares else ""
        for data, limits, what in (
            (TOGETHER, (mean.lower, mean.upper), "interval of Hartung and Knapp"),
            (FURTHER, expected, "prediction interval"),
        ):
            lower, upper = (back(one[0]) for one in limits)
            method = f"random effects over centres (REML){scale}, {what}"
            found.append({"data": data, "lower": lower, "upper": upper, "method": method} | told)
    return found
