"""Maxima, tests and limits of a likelihood with Firth's penalty, whatever the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.tails import chi_squared_tail

MOST_STEPS = 200
SMALL_STEP = 1e-9
LONGEST_STEP = 1.0  # of a coefficient; columns are to be scaled
SLOWEST = 1 / 8  # share of a step that is taken at least, before it is looked at
FAR = 50.0  # standard errors within which a limit of the interval is looked for
LEVEL = NORMAL_975**2 / 2


class Likelihood(Protocol):
    """A penalised log likelihood of some coefficients."""

    size: int

    def height(self, at: np.ndarray) -> float:
        """Return the penalised log likelihood."""

    def slope(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return its gradient, and the information that a step is scaled with."""


@dataclass(frozen=True)
class PenalisedFit:
    """A model fitted with Firth's penalty.

    Attributes
    ----------
    coefficients, covariance
        Estimates, and the inverse information there.
    lower, upper, pvalue
        95 % limits and p-value of each coefficient by the profile of the penalised likelihood.
    group_pvalues
        P-value of each group of coefficients that was asked for.
    loglik, loglik_null
        Penalised log likelihood of the model, and with all tested coefficients 0.
    converged
        Whether a maximum was found.
    intercept
        Of a model that has one, once it is taken off the coefficients.
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
    intercept: float = np.nan

    @property
    def se(self) -> np.ndarray:
        """Standard errors from the information."""
        return np.sqrt(np.diag(self.covariance))


def fit_profiles(
    likelihood: Likelihood,
    groups: Sequence[Sequence[int]] = (),
    always: Sequence[int] = (),
    *,
    estimates_only: bool = False,
) -> PenalisedFit:
    """Maximise a penalised likelihood, and read limits and tests from its profiles.

    Parameters
    ----------
    likelihood
        Of coefficients on columns of similar spread.
    groups
        Positions of coefficients that are tested together.
    always
        Positions that every model has, such as the intercept: they are free in the null model,
        and get no limits and no test.
    estimates_only
        Leave limits and tests missing, which take most of the time.

    References
    ----------
    Heinze and Schemper, Biometrics 57, 114 (2001) and Statistics in Medicine 21, 2409 (2002), after
    Firth, Biometrika 80, 27 (1993).
    """
    size = likelihood.size
    best, converged = maximise(likelihood, np.zeros(size), np.ones(size, dtype=bool))
    top = likelihood.height(best)
    covariance = np.linalg.inv(likelihood.slope(best)[1])
    se = np.sqrt(np.diag(covariance))
    lower, upper, pvalue = (np.full(size, np.nan) for _ in range(3))
    tested = np.zeros(0, dtype=int) if estimates_only else np.setdiff1d(np.arange(size), always)
    for column in tested:
        drop = _drop_from(likelihood, best, column, top)
        pvalue[column] = chi_squared_tail(2 * max(drop(0.0), 0.0), 1)
        lower[column] = _limit(drop, best[column], -se[column])
        upper[column] = _limit(drop, best[column], se[column])
    return PenalisedFit(
        coefficients=best,
        covariance=covariance,
        lower=lower,
        upper=upper,
        pvalue=pvalue,
        group_pvalues=tuple(_group_pvalue(likelihood, top, group) for group in groups),
        loglik=top,
        loglik_null=_height_without(likelihood, np.setdiff1d(np.arange(size), always)),
        converged=converged,
    )


def maximise(
    likelihood: Likelihood, start: np.ndarray, free: np.ndarray
) -> tuple[np.ndarray, bool]:
    """Climb with some coefficients free and the others held; say whether the top was reached."""
    at = start.copy()
    height = likelihood.height(at)
    pace, before = 1.0, np.zeros(len(at))
    for _ in range(MOST_STEPS):
        if not free.any():
            return at, True
        score, information = likelihood.slope(at)
        step = np.zeros(len(at))
        step[free] = np.linalg.solve(information[np.ix_(free, free)], score[free])
        step *= min(1.0, LONGEST_STEP / max(np.abs(step).max(), 1e-300))
        # The information of a row that is alone in its level is half of the curvature there: full
        # steps would go from one side of the top to the other for ever.
        if step @ before < 0 and np.abs(step).max() > np.abs(before).max() / 2:
            pace = max(pace / 2, SLOWEST)
        before, step = step, step * pace
        if np.abs(step).max() < SMALL_STEP:
            return at, True
        new = likelihood.height(at + step)
        while not new >= height - 1e-9 * abs(height) and np.abs(step).max() > SMALL_STEP:
            step /= 2
            new = likelihood.height(at + step)
        at, height = at + step, new
    return at, False


def _group_pvalue(likelihood: Likelihood, top: float, group: Sequence[int]) -> float:
    """Compare the maximum with the one at which these coefficients are 0."""
    drop = top - _height_without(likelihood, group)
    return float(chi_squared_tail(2 * max(drop, 0.0), len(group)))


def _height_without(likelihood: Likelihood, group: Sequence[int] | np.ndarray) -> float:
    """Maximise with these coefficients 0."""
    free = ~np.isin(np.arange(likelihood.size), group)
    at, _ = maximise(likelihood, np.zeros(likelihood.size), free)
    return likelihood.height(at)


def _drop_from(
    likelihood: Likelihood, best: np.ndarray, column: int, top: float
) -> Callable[[float], float]:
    """How far the profile lies below the maximum when one coefficient has a given value."""
    free = np.arange(len(best)) != column

    def drop(value: float) -> float:
        start = best.copy()
        start[column] = value
        at, _ = maximise(likelihood, start, free)
        return top - likelihood.height(at)

    return drop


def _limit(drop: Callable[[float], float], best: float, step: float) -> float:
    """Find where the profile has fallen by half the 95 % quantile; infinite when it never does."""
    far = 2.0
    while drop(best + far * step) < LEVEL:
        far *= 1.5
        if far > FAR:
            return float(np.copysign(np.inf, step))
    from scipy.optimize import brentq  # most models need no limits by profile

    return brentq(lambda value: drop(value) - LEVEL, best, best + far * step, xtol=1e-9)
