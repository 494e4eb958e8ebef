"""Cox's partial likelihood: one core for ties, strata, delayed entry and weights.

Univariable and multivariable models, landmarks, time-varying covariates, splines and interactions
differ in their rows and columns only; all of them are fitted here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recurseq.clinical.survival.risk_sets import EFRON, RiskSets, Subjects
from recurseq.stats.design_matrix import column_spreads

MOST_STEPS, MOST_HALVINGS = 60, 30
SMALL_STEP = 1e-10  # in standard deviations of the covariates
LARGE_COEFFICIENT = 15.0  # per standard deviation: no hazard ratio is so large; it runs away


@dataclass(frozen=True)
class Evaluation:
    """The log partial likelihood at one place, with its derivatives.

    Attributes
    ----------
    loglik, score, information
        Value, gradient (p) and negative second derivatives (p x p).
    hazard, means
        Of each single event: the step of the baseline hazard, and the mean covariates of those at
        risk (p columns).
    seconds
        Of each single event: upper triangle of the mean of xx' over those at risk, row by row.
    """

    loglik: float
    score: np.ndarray
    information: np.ndarray
    hazard: np.ndarray
    means: np.ndarray
    seconds: np.ndarray

    def weighted_information(self, weight: np.ndarray) -> np.ndarray:
        """Sum the covariances of the covariates at all events with these weights: p x p."""
        p = self.means.shape[1]
        rows, columns = np.triu_indices(p)
        second = np.zeros((p, p))
        second[rows, columns] = weight @ self.seconds
        second[columns, rows] = second[rows, columns]
        return second - self.means.T @ (weight[:, None] * self.means)


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes
    ----------
    coefficients, covariance
        Log hazard ratios (p), and the inverse information.
    loglik, loglik_null
        Log partial likelihood of the model, and of the one without covariates.
    converged
        Whether a maximum was found; False where a coefficient runs to infinity.
    risk_sets
        What was fitted.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    loglik: float
    loglik_null: float
    converged: bool
    risk_sets: RiskSets

    @property
    def se(self) -> np.ndarray:
        """Standard errors from the information."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    @property
    def subjects(self) -> Subjects:
        """The rows the model was fitted to."""
        return self.risk_sets.subjects

    @property
    def linear_predictor(self) -> np.ndarray:
        """Sum of coefficients times covariates, centred at the mean covariates."""
        covariates = self.subjects.covariates
        return (covariates - covariates.mean(axis=0)) @ self.coefficients


def evaluate(risk_sets: RiskSets, coefficients: np.ndarray) -> Evaluation:
    """Compute the log partial likelihood and its first two derivatives.

    With S the sums of w exp(xβ), w exp(xβ) x and w exp(xβ) xx' over those at risk, less the k/d-th
    part of the same sums over the tied events, each single event contributes

        log L = x'β - log S0,   U = x - S1/S0,   I = S2/S0 - (S1/S0)(S1/S0)'

    Parameters
    ----------
    risk_sets
        Times of events and who is at risk.
    coefficients
        Log hazard ratios.

    References
    ----------
    Cox, J. R. Stat. Soc. B 34, 187 (1972); Efron, J. Am. Stat. Assoc. 72, 557 (1977); Therneau and
    Grambsch (2000), chapter 3.
    """
    subjects = risk_sets.subjects
    x, weight = subjects.covariates, subjects.case_weights
    p = x.shape[1]
    predictor = x @ coefficients
    shift = predictor.max() if len(predictor) else 0.0
    risk = weight * np.exp(predictor - shift)
    rows, columns = np.triu_indices(p)
    moments = np.hstack([np.ones((len(x), 1)), x, x[:, rows] * x[:, columns]]) * risk[:, None]
    part = risk_sets.part_of
    sums = risk_sets.sum_at_risk(moments)[part]
    sums -= risk_sets.fraction[:, None] * risk_sets.sum_of_deaths(moments)[part]
    event_weight = risk_sets.mean_weight[part]
    total = sums[:, 0]
    died = risk_sets.deaths
    loglik = weight[died] @ (predictor[died] - shift) - event_weight @ np.log(total)
    means = sums[:, 1 : p + 1] / total[:, None]
    found = Evaluation(
        loglik=float(loglik),
        score=weight[died] @ x[died] - event_weight @ means,
        information=np.zeros((p, p)),
        hazard=event_weight / total * np.exp(-shift),
        means=means,
        seconds=sums[:, p + 1 :] / total[:, None],
    )
    return replace(found, information=found.weighted_information(event_weight))


def fit(subjects: Subjects, ties: str = EFRON) -> Fit:
    """Fit the proportional-hazards model.

    Parameters
    ----------
    subjects
        Rows of follow-up; the columns of the covariates are linearly independent.
    ties
        ``efron`` or ``breslow``.
    """
    return maximise(RiskSets(subjects, ties))


def maximise(risk_sets: RiskSets) -> Fit:
    """Maximise the partial likelihood by Newton's method with halved steps."""
    x = risk_sets.subjects.covariates
    middle, scale = x.mean(axis=0), column_spreads(x)
    standard = risk_sets.with_covariates((x - middle) / scale)
    at = np.zeros(x.shape[1])
    here = evaluate(standard, at)
    null, converged = here.loglik, x.shape[1] == 0
    for _ in range(MOST_STEPS):
        if converged:
            break
        step = _solve(here.information, here.score)
        whole = np.abs(step).max()  # one that has to be halved to nothing is no sign of a maximum
        there = evaluate(standard, at + step)
        for _ in range(MOST_HALVINGS):
            if there.loglik >= here.loglik - 1e-9 * abs(here.loglik):
                break
            step = step / 2
            there = evaluate(standard, at + step)
        at, here = at + step, there
        if np.abs(at).max() > LARGE_COEFFICIENT:
            break
        converged = bool(whole < SMALL_STEP)
    return Fit(
        coefficients=at / scale,
        covariance=_inverse(here.information) / np.outer(scale, scale),
        loglik=here.loglik,
        loglik_null=null,
        converged=converged and bool(np.all(np.isfinite(at))),
        risk_sets=risk_sets,
    )


def _solve(information: np.ndarray, score: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.solve(information, score)
    except np.linalg.LinAlgError:
        return np.linalg.lstsq(information, score, rcond=None)[0]


def _inverse(information: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return np.full_like(information, np.nan)
