"""The effect of a number on an endpoint without any cut."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.clinical.hazard_ratio import hazard_ratio
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import Within
from recurseq.clinical.survival.partial_likelihood import fit
from recurseq.clinical.survival.risk_sets import Subjects
from recurseq.clinical.survival.splines import knots_of, restricted_cubic
from recurseq.stats.tails import chi_squared_tail

STEPS = {
    "none": "per unit",
    "log2": "per doubling",
    "log10": "per tenfold",
    "log": "per e-fold",
    "sqrt": "per unit of the square root",
}
KNOTS = 3
SINGULAR = {"years": "year", "months": "month", "days": "day", "weeks": "week"}


@dataclass(frozen=True)
class ContinuousEffect:
    """Hazard ratio for one step of a number.

    Attributes
    ----------
    ratio, pvalue
        Hazard ratio, and its p-value by likelihood ratio.
    step
        What one step is, in words.
    nonlinear_pvalue
        P-value of a spline with three knots against the straight line.
    """

    ratio: float
    pvalue: float
    step: str
    nonlinear_pvalue: float


def step_of(patients: Patients, name: str) -> str:
    """Say what one step of a number is on the scale on which models take it."""
    scale = patients.scale(name)
    rule = patients.settings.columns.get(name)
    unit = rule.unit if rule is not None and scale == "none" else None
    return f"per 1 {SINGULAR.get(unit, unit)}" if unit else STEPS[scale]


def continuous_effect(
    patients: Patients, name: str, endpoint: str, state: str | None = None
) -> ContinuousEffect | None:
    """Fit the hazard of an endpoint to a number; None for an endpoint of yes and no.

    Parameters
    ----------
    patients
        Those of the analysis.
    name
        Column or measure.
    endpoint
        Endpoint with times.
    state
        The state that is the event; all of them where None.
    """
    if isinstance(patients.settings.endpoints[endpoint], Within):
        return None
    outcome, x = patients.outcome(endpoint), patients.scaled(name)
    known = outcome.known & np.isfinite(x)
    event = outcome.event if state is None else outcome.state == outcome.number_of(state)
    time, event, x = outcome.time[known], event[known], x[known]
    line = hazard_ratio(time, event, x)
    if line is None:
        return None
    return ContinuousEffect(
        ratio=line.ratio,
        pvalue=line.pvalue,
        step=step_of(patients, name),
        nonlinear_pvalue=_nonlinear(time, event, x, line.loglik),
    )


def _nonlinear(time: np.ndarray, event: np.ndarray, x: np.ndarray, loglik: float) -> float:
    knots = knots_of(x, KNOTS)
    if len(knots) < KNOTS:
        return np.nan
    spline = fit(Subjects(time, event, restricted_cubic(x, knots)))
    if not spline.converged:
        return np.nan
    return float(chi_squared_tail(max(2 * (spline.loglik - loglik), 0.0), KNOTS - 2))
