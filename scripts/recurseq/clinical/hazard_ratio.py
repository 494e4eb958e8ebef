"""The hazard ratio of one number or of one group, by Cox's model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.clinical.survival.partial_likelihood import fit
from recurseq.clinical.survival.risk_sets import Subjects
from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.tails import chi_squared_tail


@dataclass(frozen=True)
class HazardRatio:
    """Ratio for one step, with its 95 % interval (Wald) and p-value (likelihood ratio)."""

    ratio: float
    lower: float
    upper: float
    pvalue: float
    loglik: float


def hazard_ratio(time: np.ndarray, event: np.ndarray, x: np.ndarray) -> HazardRatio | None:
    """Fit the hazard to one number, or to a group coded 0 and 1; ties by Efron's method.

    Parameters
    ----------
    time, event, x
        Of each patient, none of them missing.

    Returns
    -------
    HazardRatio or None
        None with fewer than two events, without any variation, or where the ratio runs to infinity.
    """
    event, x = np.asarray(event, dtype=bool), np.asarray(x, dtype=float)
    if event.sum() < 2 or np.ptp(x) == 0:
        return None
    line = fit(Subjects(time, event, x[:, None]))
    if not line.converged:
        return None
    effect, se = float(line.coefficients[0]), float(line.se[0])
    return HazardRatio(
        ratio=float(np.exp(effect)),
        lower=float(np.exp(effect - NORMAL_975 * se)),
        upper=float(np.exp(effect + NORMAL_975 * se)),
        pvalue=float(chi_squared_tail(max(2 * (line.loglik - line.loglik_null), 0.0), 1)),
        loglik=line.loglik,
    )
