"""Logistic regression: maximum likelihood, errors robust to clusters, and Firth's penalty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, log_expit

from recurseq.stats.design_matrix import column_spreads
from recurseq.stats.profiles import PenalisedFit, fit_profiles

MOST_STEPS = 100
SMALL_CHANGE = 1e-12  # of the log likelihood, relative
SEPARATED = 1e-9  # a direction along which the likelihood never falls is longer than this
CERTAIN = 25.0  # log odds at which a risk is 0 or 1 in all digits that count


@dataclass(frozen=True)
class LogisticFit:
    """A logistic model.

    Attributes
    ----------
    coefficients, covariance
        Intercept first, then one for each column; log odds ratios, and the inverse information.
    probability
        Fitted risk of each row.
    loglik, loglik_null
        Log likelihood of the model, and of the intercept alone.
    converged
        Whether a maximum was found; not where the outcome is separated.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    probability: np.ndarray
    loglik: float
    loglik_null: float
    converged: bool

    @property
    def se(self) -> np.ndarray:
        """Standard errors from the information."""
        return np.sqrt(np.diag(self.covariance))


def fit_logistic(
    outcome: np.ndarray, columns: np.ndarray, weights: np.ndarray | None = None
) -> LogisticFit:
    """Maximise the likelihood of a logistic model by Newton's method, steps halved when they fail.

    Parameters
    ----------
    outcome
        1 for yes, 0 for no; one for each row.
    columns
        Rows x p, without a column of ones; of full rank with it.
    weights
        How often each row counts, such as inverse probabilities of being observed; 1 without.
    """
    x, scale = _scaled(columns)
    w = np.ones(len(outcome)) if weights is None else weights
    at = np.zeros(x.shape[1])
    share = np.average(outcome, weights=w)
    if 0 < share < 1:
        at[0] = np.log(share / (1 - share))
    null = height = _log_likelihood(outcome, x @ at, w)
    converged = False
    for _ in range(MOST_STEPS):
        probability = expit(x @ at)
        information = _information(x, w * probability * (1 - probability))
        try:
            step = np.linalg.solve(information, x.T @ (w * (outcome - probability)))
        except np.linalg.LinAlgError:
            break
        new = _log_likelihood(outcome, x @ (at + step), w)
        while not new >= height - SMALL_CHANGE * abs(height) and np.abs(step).max() > SEPARATED:
            step /= 2
            new = _log_likelihood(outcome, x @ (at + step), w)
        at, gain, height = at + step, new - height, new
        # The likelihood of a separated outcome still creeps up while its coefficients run away.
        if abs(gain) <= SMALL_CHANGE * max(abs(height), 1) and np.abs(step).max() < 1e-6:
            converged = 0 < share < 1
            break
    # Once risks are 0 and 1 in all digits nothing creeps any more: it only looks like a maximum.
    if converged and np.abs(x @ at).max() > CERTAIN:
        converged = not separated(outcome, columns).any()
    probability = expit(x @ at)
    information = _information(x, w * probability * (1 - probability))
    back = _unscaling(columns, scale)
    covariance = back @ np.linalg.pinv(information, hermitian=True) @ back.T
    return LogisticFit(back @ at, covariance, probability, height, null, converged)


def robust_covariance(
    outcome: np.ndarray,
    columns: np.ndarray,
    fit: LogisticFit,
    cluster: np.ndarray,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Return the covariance that holds when rows of a cluster depend on one another.

    V = I^-1 (sum over clusters of u u') I^-1 with u the score of a cluster, without a factor for
    few clusters, as `robcov` of rms.

    Parameters
    ----------
    outcome, columns, weights
        As they were fitted.
    fit
        The model.
    cluster
        Code of each row's cluster.

    References
    ----------
    Huber (1967); White, Econometrica 50, 1 (1982); Liang and Zeger, Biometrika 73, 13 (1986).
    """
    x = np.column_stack([np.ones(len(columns)), columns])
    w = np.ones(len(outcome)) if weights is None else weights
    scores = x * (w * (outcome - fit.probability))[:, None]
    _, codes = np.unique(cluster, return_inverse=True)
    summed = np.zeros((codes.max() + 1, x.shape[1]))
    np.add.at(summed, codes, scores)
    return fit.covariance @ summed.T @ summed @ fit.covariance


def separated(outcome: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Say which columns have no finite coefficient because they separate yes from no.

    The data are separated when there is a direction d with (2 y - 1) x'd >= 0 in every row and > 0
    in one (Albert and Anderson 1984); a linear program finds the one that gains most (Konis 2007).

    Parameters
    ----------
    outcome, columns
        As for `fit_logistic`.

    Returns
    -------
    numpy.ndarray
        One for each column: whether its coefficient runs away.
    """
    from scipy.optimize import linprog  # most models are seen to be fine without it

    x, _ = _scaled(columns)
    signed = x * (2 * outcome - 1)[:, None]
    limits = [(-1, 1)] * x.shape[1]
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(x)), bounds=limits)
    direction = np.zeros(x.shape[1]) if found.x is None else found.x
    if (signed @ direction).max(initial=0) < SEPARATED:
        return np.zeros(columns.shape[1], dtype=bool)
    return np.abs(direction[1:]) > SEPARATED


@dataclass(frozen=True)
class _Penalised:
    """Log L + log |I| / 2 of a logistic model."""

    outcome: np.ndarray
    x: np.ndarray

    @property
    def size(self) -> int:
        return self.x.shape[1]

    def height(self, at: np.ndarray) -> float:
        linear = self.x @ at
        p = expit(linear)
        information = _information(self.x, p * (1 - p))
        plain = _log_likelihood(self.outcome, linear, np.ones(len(linear)))
        return plain + np.linalg.slogdet(information)[1] / 2

    def slope(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the modified score U* = X' (y - p + h (1/2 - p)) and X' W X."""
        p = expit(self.x @ at)
        w = p * (1 - p)
        information = _information(self.x, w)
        leverage = w * np.einsum("ij,jk,ik->i", self.x, np.linalg.inv(information), self.x)
        return self.x.T @ (self.outcome - p + leverage * (0.5 - p)), information


def fit_penalised_logistic(
    outcome: np.ndarray,
    columns: np.ndarray,
    groups: Sequence[Sequence[int]] = (),
    *,
    estimates_only: bool = False,
) -> PenalisedFit:
    """Fit a logistic model with Firth's penalty, which is finite when the outcome is separated.

    Parameters
    ----------
    outcome, columns
        As for `fit_logistic`.
    groups
        Positions of coefficients (the intercept is 0) that are tested together.
    estimates_only
        As for `recurseq.stats.profiles.fit_profiles`.

    Returns
    -------
    PenalisedFit
        The intercept first; it has no limits and no test.

    References
    ----------
    Firth, Biometrika 80, 27 (1993); Heinze and Schemper, Statistics in Medicine 21, 2409 (2002).
    """
    x, scale = _scaled(columns)
    likelihood = _Penalised(outcome, x)
    found = fit_profiles(likelihood, groups, always=(0,), estimates_only=estimates_only)
    back = _unscaling(columns, scale)
    unit = np.concatenate([[1.0], scale])
    return replace(
        found,
        coefficients=back @ found.coefficients,
        covariance=back @ found.covariance @ back.T,
        lower=found.lower / unit,
        upper=found.upper / unit,
    )


def _scaled(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a column of ones and the columns with mean 0 and spread 1, and their spread."""
    scale = column_spreads(columns)
    return np.column_stack([np.ones(len(columns)), (columns - columns.mean(axis=0)) / scale]), scale


def _unscaling(columns: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return the matrix that turns coefficients of scaled columns into those of the columns."""
    back = np.diag(np.concatenate([[1.0], 1 / scale]))
    back[0, 1:] = -columns.mean(axis=0) / scale
    return back


def _information(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return x.T @ (weights[:, None] * x)


def _log_likelihood(outcome: np.ndarray, linear: np.ndarray, weights: np.ndarray) -> float:
    """Return the sum of w (y log p + (1 - y) log(1 - p))."""
    signed = np.where(outcome > 0, linear, -linear)
    return float(weights @ log_expit(signed))
