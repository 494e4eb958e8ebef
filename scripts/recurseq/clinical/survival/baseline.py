"""Baseline hazard of a fitted hazard model, and the survival it predicts."""

from __future__ import annotations

import numpy as np

from recurseq.clinical.survival.partial_likelihood import Fit, evaluate
from recurseq.clinical.survival.residuals import by_time
from recurseq.clinical.survival.times import step_values


def baseline_hazard(fit: Fit, stratum: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return times and cumulative hazard of a patient at the mean covariates.

    With Efron's ties, each of d tied events adds 1 / (S0 - k/d D0), the estimate that belongs to
    the fitted coefficients.
    """
    sets = fit.risk_sets
    found = evaluate(sets, fit.coefficients)
    centre = np.exp(fit.subjects.covariates.mean(axis=0) @ fit.coefficients)
    steps = by_time(sets, found.hazard[:, None])[:, 0] * centre
    own = sets.stratum == stratum
    return sets.times[own], steps[own].cumsum()


def predicted_survival(
    fit: Fit, covariates: np.ndarray, times: np.ndarray, stratum: int = 0
) -> np.ndarray:
    """Return the survival of patients with these covariates: patients x times."""
    steps, hazard = baseline_hazard(fit, stratum)
    centred = covariates - fit.subjects.covariates.mean(axis=0)
    cumulative = step_values(times, steps, hazard, 0.0)
    return np.exp(-np.exp(centred @ fit.coefficients)[:, None] * cumulative[None, :])
