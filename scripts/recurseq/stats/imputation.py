"""One variable with gaps, drawn from a regression on others: numbers and levels.

Each draw takes its coefficients from their posterior first, so that imputations differ by all that
is not known. Priors are weak, and keep every draw finite where levels separate or columns repeat
one another.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

DONORS = 5
LINEAR_PRIOR = 0.1  # precision of a coefficient, in residual variances: worth a tenth of a patient
LOGIT_PRIOR = 1 / 2.5**2  # a log odds ratio of 2.5 for a standard deviation is one of the prior
INTERCEPT_PRIOR = 0.01
STEPS, SMALL_STEP, LONGEST_STEP = 25, 1e-3, 5.0  # the mode is then known to 1e-6


def draw_numbers(
    known: np.ndarray, x: np.ndarray, new: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Return donors by predictive mean matching.

    The regression is Bayesian linear; predictions of those with gaps by drawn coefficients are
    matched to predictions of the others by the estimated ones. One of the five closest is the
    donor; those who are predicted alike are equally likely.

    Parameters
    ----------
    known
        Observed values.
    x, new
        Predictors of those with a value and of those without, the first column of ones.
    random
        Source of draws.

    Returns
    -------
    numpy.ndarray
        Place in `known` of the donor of each row of `new`.

    References
    ----------
    Little, J. Bus. Econ. Stat. 6, 287 (1988); van Buuren, Flexible Imputation of Missing Data
    (2018), algorithm 3.3, type 1 matching.
    """
    precision = x.T @ x + np.diag(_prior(x.shape[1], LINEAR_PRIOR, 0.0))
    root = np.linalg.cholesky(np.linalg.inv(precision))
    best = root @ (root.T @ (x.T @ known))
    rest = known - x @ best
    freedom = max(len(known) - x.shape[1], 1)
    sigma = np.sqrt(rest @ rest / random.chisquare(freedom))
    drawn = best + sigma * (root @ random.standard_normal(x.shape[1]))
    return _donors(x @ best, new @ drawn, random)


def _donors(seen: np.ndarray, wanted: np.ndarray, random: np.random.Generator) -> np.ndarray:
    order = np.argsort(seen, kind="stable")
    values = seen[order]
    n, few = len(values), min(DONORS, len(values))
    # The closest ones stand among as many before and after the place in order.
    begin = np.clip(np.searchsorted(values, wanted) - few, 0, max(n - 2 * few, 0))
    window = begin[:, None] + np.arange(min(2 * few, n))
    far = np.abs(values[window] - wanted[:, None])
    closest = np.argpartition(far, few - 1, axis=1)[:, :few]
    pick = random.integers(few, size=len(wanted))
    rows = np.arange(len(wanted))
    place = window[rows, closest[rows, pick]]
    start = np.searchsorted(values, values[place], side="left")
    alike = np.searchsorted(values, values[place], side="right") - start
    return order[start + (random.random(len(wanted)) * alike).astype(int)]


def draw_levels(
    codes: np.ndarray,
    x: np.ndarray,
    new: np.ndarray,
    random: np.random.Generator,
    start: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Draw levels from a Bayesian logistic model, multinomial for more than two.

    The multinomial model holds whether or not levels are ordered; coefficients are drawn from the
    normal approximation of their posterior.

    Parameters
    ----------
    codes
        Observed levels.
    x, new, random
        As for `draw_numbers`.
    start
        What a call before returned, from where the search for the mode begins.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray or None)
        Levels of the rows of `new`, only such as were observed; and the mode.

    References
    ----------
    Rubin (1987), section 5.3; van Buuren (2018), section 3.6; Gelman et al., Ann. Appl. Stat. 2,
    1360 (2008), for weak priors against separation.
    """
    levels, place = np.unique(codes, return_inverse=True)
    if len(levels) == 1:
        return np.full(len(new), levels[0]), None
    size = (len(levels) - 1, x.shape[1])
    if start is None or start.shape != size:
        start = np.zeros(size)
    answers = (place == np.arange(1, len(levels))[:, None]).astype(float)
    mode, information = _mode(answers, x, start)
    root = np.linalg.cholesky(np.linalg.inv(information))
    drawn = mode + (root @ random.standard_normal(mode.size)).reshape(size)
    shares = _shares(drawn @ new.T)
    upper = np.cumsum(np.vstack([1 - shares.sum(axis=0), shares[:-1]]), axis=0)
    chosen = (random.random(len(new)) > upper).sum(axis=0)
    return levels[chosen], mode


def _mode(answers: np.ndarray, x: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Climb to the mode of the posterior by Newton's steps: levels but the first x columns."""
    prior = np.tile(_prior(x.shape[1], LOGIT_PRIOR, INTERCEPT_PRIOR), len(answers))
    at = start
    for _ in range(STEPS):
        shares = _shares(at @ x.T)
        information = _information(x, shares)
        information[np.diag_indices(len(prior))] += prior
        score = ((answers - shares) @ x).ravel() - prior * at.ravel()
        step = np.linalg.solve(information, score)
        size = np.abs(step).max()
        at = at + step.reshape(at.shape) * min(1.0, LONGEST_STEP / max(size, SMALL_STEP))
        if size < SMALL_STEP:
            break
    return at, information


def _information(x: np.ndarray, shares: np.ndarray) -> np.ndarray:
    p, k = x.shape[1], len(shares)
    found = np.empty((k * p, k * p))
    for i in range(k):
        for j in range(i, k):
            weight = shares[i] * ((i == j) - shares[j])
            part = x.T @ (weight[:, None] * x)
            found[i * p : (i + 1) * p, j * p : (j + 1) * p] = part
            found[j * p : (j + 1) * p, i * p : (i + 1) * p] = part
    return found


def _shares(linear: np.ndarray) -> np.ndarray:
    """Probabilities of all levels but the first: levels x rows."""
    if len(linear) == 1:
        return expit(linear)
    top = np.maximum(linear.max(axis=0), 0)
    weight = np.exp(linear - top)
    return weight / (np.exp(-top) + weight.sum(axis=0))


def _prior(size: int, precision: float, intercept: float) -> np.ndarray:
    return np.concatenate([[intercept], np.full(size - 1, precision)])
