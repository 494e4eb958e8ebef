"""Whether predicted risks are the observed ones: in the mean, over their range, and in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from recurseq.clinical.binary.logistic import fit_logistic, robust_covariance
from recurseq.clinical.survival.fine_gray import fit_subdistribution
from recurseq.clinical.survival.incidence import cumulative_incidence
from recurseq.clinical.survival.kaplan_meier import kaplan_meier, survival_at
from recurseq.clinical.survival.partial_likelihood import fit
from recurseq.clinical.survival.risk_sets import Subjects
from recurseq.clinical.survival.splines import knots_of, restricted_cubic
from recurseq.risk.answers import Answers
from recurseq.stats.intervals import NORMAL_975, binomial_interval
from recurseq.stats.weights import effective_size

MOST_STEPS = 100
SMALL_STEP = 1e-12
KNOTS = 4
CLOSEST = 1e-12  # a risk this close to 0 or 1 is told from it no further
MISSING = (np.nan, np.nan)


@dataclass(frozen=True)
class Observed:
    """A share of patients with the event, and its 95 % interval."""

    value: float
    lower: float
    upper: float


def intercept(answers: Answers, risk: np.ndarray) -> tuple[float, float]:
    """Return by how much the log odds are off in the mean, and its standard error.

    The intercept of a logistic model of the outcome with the predicted log odds as offset: 0 is
    right, below 0 predictions are too high (Cox, Biometrika 45, 562, 1958).

    Parameters
    ----------
    answers
        An outcome of yes and no.
    risk
        Predicted.
    """
    if not 0 < answers.events < len(answers):
        return MISSING
    linear, at = log_odds(risk), 0.0
    for _ in range(MOST_STEPS):
        p = expit(at + linear)
        information = answers.weight @ (p * (1 - p))
        step = answers.weight @ (answers.event - p) / information
        at += np.clip(step, -2.0, 2.0)
        if abs(step) < SMALL_STEP * max(abs(at), 1):
            return float(at), float(1 / np.sqrt(information))
    return MISSING


def slope(answers: Answers, risk: np.ndarray, linear: np.ndarray) -> tuple[float, float]:
    """Return the coefficient of the linear predictor in these patients, and its standard error.

    1 is right; below 1 predictions are too extreme. By a logistic model of an outcome of yes and
    no, else by Cox's model, with competing events by that of Fine and Gray.

    Parameters
    ----------
    answers, risk
        As for `intercept`; of any outcome.
    linear
        Linear predictor of a hazard model.
    """
    if not np.ptp(linear) > 0:
        return MISSING
    if answers.time is None:
        found = fit_logistic(answers.event.astype(float), log_odds(risk)[:, None], answers.weight)
        place = 1
    elif (answers.state > 1).any():
        found, covariance = fit_subdistribution(answers.time, answers.state, linear[:, None], 1)
        return float(found.coefficients[0]), _root(covariance[0, 0])
    else:
        found = fit(Subjects(answers.time, answers.state == 1, linear[:, None]))
        place = 0
    if not found.converged:
        return MISSING
    return float(found.coefficients[place]), _root(found.covariance[place, place])


def _root(variance: float) -> float:
    """Missing where patients are all but separated, and rounding makes a variance negative."""
    return float(np.sqrt(variance)) if variance > 0 else np.nan


def observed(answers: Answers) -> Observed:
    """Return the share of patients with the event.

    Of an outcome of yes and no with its exact interval, with weights by the number of patients
    that weigh as much; at a horizon by Kaplan-Meier, with competing events by Aalen-Johansen.
    """
    if not len(answers):
        return Observed(np.nan, np.nan, np.nan)
    if answers.time is None:
        value = float(answers.weight @ answers.event / answers.counted)
        size = effective_size(answers.weight)
        lower, upper = binomial_interval(value * size, size)
        return Observed(value, lower, upper)
    at = np.array([answers.horizon])
    if (answers.state > 1).any():
        found = cumulative_incidence(answers.time, answers.state, 1).at(at)
        return Observed(*(float(found[name][0]) for name in ("value", "lower", "upper")))
    found = survival_at(kaplan_meier(answers.time, answers.state == 1), at)
    return Observed(*(1 - float(found[name][0]) for name in ("survival", "upper", "lower")))


def observed_over_expected(answers: Answers, risk: np.ndarray) -> tuple[float, float, float]:
    """Return the observed share over the mean predicted risk, with its interval; 1 is right."""
    found, expected = observed(answers), float(answers_mean(answers, risk))
    return found.value / expected, found.lower / expected, found.upper / expected


def answers_mean(answers: Answers, values: np.ndarray) -> float:
    """Mean over patients; those of an outcome of yes and no count by their weight."""
    return np.average(values, weights=answers.weight if answers.time is None else None)


def brier(answers: Answers, risk: np.ndarray) -> float:
    """Return the mean squared distance of outcome and risk (Graf et al. 1999 at a horizon)."""
    return float(answers.weight @ (answers.event - risk) ** 2 / answers.counted)


def scaled_brier(answers: Answers, risk: np.ndarray) -> float:
    """Return by which share the Brier score is smaller than when all have the observed risk."""
    same = brier(answers, np.full(len(answers), observed(answers).value))
    return 1 - brier(answers, risk) / same if same > 0 else np.nan


def log_odds(risk: np.ndarray) -> np.ndarray:
    """Return log odds, finite for risks of 0 and 1."""
    return logit(np.clip(risk, CLOSEST, 1 - CLOSEST))


def grid_of(risk: np.ndarray, points: int) -> np.ndarray:
    """Return risks at which a curve is read: evenly in log odds, without the outer 1 %."""
    low, high = np.quantile(log_odds(risk), (0.01, 0.99))
    return expit(np.linspace(low, high, points)) if high > low else np.zeros(0)


@dataclass(frozen=True)
class Flexible:
    """Observed risk as a smooth function of the predicted one, with a 95 % band."""

    predicted: np.ndarray
    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def flexible_curve(answers: Answers, risk: np.ndarray, grid: np.ndarray) -> Flexible:
    """Estimate the observed risk over the range of predicted ones.

    A logistic model of the outcome with a restricted cubic spline of the predicted log odds, its
    knots at quantiles of these patients; at a horizon weighted for those lost before it, with an
    error robust to the weights.

    Parameters
    ----------
    answers, risk
        Patients.
    grid
        Predicted risks at which it is read.

    References
    ----------
    Harrell, Regression Modeling Strategies (2015), chapter 10; Austin et al., Stat. Med. 39, 2714
    (2020).
    """
    known = answers.weight > 0
    event, weight = answers.event[known].astype(float), answers.weight[known]
    linear, at = log_odds(risk[known]), log_odds(grid)
    knots = knots_of(log_odds(risk), KNOTS)
    nothing = np.full(len(grid), np.nan)
    if not 0 < event.sum() < len(event) or np.ptp(linear) <= 0:
        return Flexible(grid, nothing, nothing, nothing)
    if len(knots) < 3:
        columns, new = linear[:, None], at[:, None]
    else:
        columns, new = restricted_cubic(linear, knots), restricted_cubic(at, knots)
    found = fit_logistic(event, columns, weight)
    if not found.converged:
        return Flexible(grid, nothing, nothing, nothing)
    covariance = found.covariance
    if not answers.plain:
        covariance = robust_covariance(event, columns, found, np.arange(len(event)), weight)
    x = np.column_stack([np.ones(len(new)), new])
    middle = x @ found.coefficients
    variance = np.einsum("ij,jk,ik->i", x, covariance, x)
    half = NORMAL_975 * np.sqrt(np.where(variance > 0, variance, np.nan))
    return Flexible(grid, expit(middle), expit(middle - half), expit(middle + half))


def risk_groups(risk: np.ndarray, groups: int) -> np.ndarray:
    """Divide patients into groups of about equal size by predicted risk; equal risks stay together.

    Returns
    -------
    numpy.ndarray
        Number of the group of each patient, from 0 for the lowest risks; none is empty.
    """
    limits = np.unique(np.quantile(risk, np.linspace(0, 1, groups + 1)[1:-1]))
    return np.unique(np.searchsorted(limits, risk, side="left"), return_inverse=True)[1]


def groups_for(answers: Answers) -> int:
    """Return into how many groups patients are divided: ten, fewer where events are few."""
    return int(np.clip(min(answers.events, len(answers) - answers.events) // 5, 2, 10))


def in_groups(
    answers: Answers, risk: np.ndarray, group: np.ndarray
) -> Sequence[tuple[float, Observed, Answers]]:
    """Return the mean predicted and the observed risk of each group, and its patients."""
    found = []
    for number in np.unique(group):
        own = np.flatnonzero(group == number)
        part = answers.take(own)
        found.append((float(answers_mean(part, risk[own])), observed(part), part))
    return found
