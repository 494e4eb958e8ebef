"""Firth's penalty: finite hazard ratios where a level has no event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recurseq.clinical.survival.partial_likelihood import evaluate, spread
from recurseq.clinical.survival.risk_sets import EFRON, RiskSets, Subjects
from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.tails import chi_squared_tail

MOST_STEPS = 200
SMALL_STEP = 1e-9
LONGEST_STEP = 1.0  # in standard deviations of the covariates
NEAR = 1e-3  # distance at which the penalty's slope is taken
FAR = 50.0  # standard errors within which a limit of the interval is looked for
LEVEL = NORMAL_975**2 / 2


@dataclass(frozen=True)
class PenalisedFit:
    """A model fitted with Firth's penalty.

    Attributes
    ----------
    coefficients, covariance
        Log hazard ratios, and the inverse information there.
    lower, upper, pvalue
        95 % limits and p-value of each coefficient by the profile of the penalised likelihood.
    group_pvalues
        P-value of each group of coefficients that was asked for.
    loglik, loglik_null
        Penalised log likelihood of the model, and with all coefficients 0.
    converged
        Whether a maximum was found.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    pvalue: np.ndarray
    group_pvalues: tuple[float, ...]
    loglik: float
    loglik_null: float
    converged: bool

    @property
    def se(self) -> np.ndarray:
        """Standard errors from the information."""
        return np.sqrt(np.diag(self.covariance))


def fit_penalised(
    subjects: Subjects, ties: str = EFRON, groups: Sequence[Sequence[int]] = ()
) -> PenalisedFit:
    """Maximise log L + log |I| / 2 of the partial likelihood.

    Parameters
    ----------
    subjects, ties
        As for `recurseq.clinical.survival.partial_likelihood.fit`.
    groups
        Positions of coefficients that are tested together.

    References
    ----------
    Heinze and Schemper, Biometrics 57, 114 (2001), after Firth, Biometrika 80, 27 (1993).
    """
    x = subjects.covariates
    scale = spread(x)
    sets = RiskSets(subjects.with_covariates((x - x.mean(axis=0)) / scale), ties)
    p = x.shape[1]
    best, converged = _maximise(sets, np.zeros(p), np.ones(p, dtype=bool))
    top = _penalised(sets, best)
    covariance = np.linalg.inv(evaluate(sets, best).information)
    se = np.sqrt(np.diag(covariance))
    lower, upper, pvalue = np.empty(p), np.empty(p), np.empty(p)
    for column in range(p):
        drop = _drop_from(sets, best, column, top)
        pvalue[column] = chi_squared_tail(2 * max(drop(0.0), 0.0), 1)
        lower[column] = _limit(drop, best[column], -se[column])
        upper[column] = _limit(drop, best[column], se[column])
    tested = [_group_pvalue(sets, top, list(group)) for group in groups]
    return PenalisedFit(
        coefficients=best / scale,
        covariance=covariance / np.outer(scale, scale),
        lower=lower / scale,
        upper=upper / scale,
        pvalue=pvalue,
        group_pvalues=tuple(tested),
        loglik=top,
        loglik_null=_penalised(sets, np.zeros(p)),
        converged=converged,
    )


def _group_pvalue(sets: RiskSets, top: float, group: list[int]) -> float:
    """Compare the maximum with the one at which these coefficients are 0."""
    p = sets.subjects.covariates.shape[1]
    free = ~np.isin(np.arange(p), group)
    at, _ = _maximise(sets, np.zeros(p), free)
    return float(chi_squared_tail(2 * max(top - _penalised(sets, at), 0.0), len(group)))


def _penalised(sets: RiskSets, at: np.ndarray) -> float:
    found = evaluate(sets, at)
    return found.loglik + np.linalg.slogdet(found.information)[1] / 2


def _maximise(sets: RiskSets, start: np.ndarray, free: np.ndarray) -> tuple[np.ndarray, bool]:
    """Climb with some coefficients free and the others held."""
    at = start.copy()
    height = _penalised(sets, at)
    for _ in range(MOST_STEPS):
        if not free.any():
            return at, True
        found = evaluate(sets, at)
        score = found.score + _penalty_slope(sets, at)
        step = np.zeros(len(at))
        step[free] = np.linalg.solve(found.information[np.ix_(free, free)], score[free])
        step *= min(1.0, LONGEST_STEP / max(np.abs(step).max(), 1e-300))
        if np.abs(step).max() < SMALL_STEP:
            return at, True
        new = _penalised(sets, at + step)
        while not new >= height - 1e-9 * abs(height) and np.abs(step).max() > SMALL_STEP:
            step /= 2
            new = _penalised(sets, at + step)
        at, height = at + step, new
    return at, False


def _penalty_slope(sets: RiskSets, at: np.ndarray) -> np.ndarray:
    """Gradient of log |I| / 2 by differences of fourth order."""
    slope = np.empty(len(at))
    for column in range(len(at)):
        unit = np.zeros(len(at))
        unit[column] = NEAR
        one, two, three, four = (
            np.linalg.slogdet(evaluate(sets, at + steps * unit).information)[1]
            for steps in (-2, -1, 1, 2)
        )
        slope[column] = (one - 8 * two + 8 * three - four) / (24 * NEAR)
    return slope


def _drop_from(sets: RiskSets, best: np.ndarray, column: int, top: float):
    """How far the profile lies below the maximum when one coefficient has a given value."""
    free = np.arange(len(best)) != column

    def drop(value: float) -> float:
        start = best.copy()
        start[column] = value
        at, _ = _maximise(sets, start, free)
        return top - _penalised(sets, at)

    return drop


def _limit(drop, best: float, step: float) -> float:
    """Find where the profile has fallen by half the 95 % quantile; infinite when it never does."""
    far = 2.0
    while drop(best + far * step) < LEVEL:
        far *= 1.5
        if far > FAR:
            return float(np.copysign(np.inf, step))
    from scipy.optimize import brentq  # most models need no limits by profile

    return brentq(lambda value: drop(value) - LEVEL, best, best + far * step, xtol=1e-9)
