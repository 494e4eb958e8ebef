"""What single rows contribute to a fitted hazard model: robust errors, Schoenfeld residuals."""

from __future__ import annotations

import numpy as np

from recurseq.clinical.survival.partial_likelihood import Fit, evaluate


def score_residuals(fit: Fit) -> np.ndarray:
    """Return the contribution of each row to the score, n x p; they sum to 0 at the maximum.

    References
    ----------
    Therneau and Grambsch (2000), section 4.6 and 7.1; ties after Efron.
    """
    sets, subjects = fit.risk_sets, fit.subjects
    x = subjects.covariates - subjects.covariates.mean(axis=0)
    found = evaluate(sets, fit.coefficients)
    means = found.means - subjects.covariates.mean(axis=0)
    relative = np.exp(subjects.covariates @ fit.coefficients)
    steps = np.column_stack([found.hazard, found.hazard[:, None] * means])
    begin, end = sets.spans()
    running = np.concatenate([np.zeros((1, steps.shape[1])), by_time(sets, steps).cumsum(axis=0)])
    passed = running[end] - running[begin]
    residuals = -relative[:, None] * (x * passed[:, :1] - passed[:, 1:])
    # Of tied events, the k-th sees the others with a part of their weight only.
    lost = by_time(sets, sets.fraction[:, None] * steps)[sets.of_death]
    mean = by_time(sets, means)[sets.of_death] / sets.number[sets.of_death, None]
    died = sets.deaths
    residuals[died] += x[died] - mean
    residuals[died] += relative[died, None] * (x[died] * lost[:, :1] - lost[:, 1:])
    return residuals


def by_time(sets, values: np.ndarray) -> np.ndarray:
    """Sum over the single events of each time."""
    total = np.zeros((len(sets), values.shape[1]))
    np.add.at(total, sets.part_of, values)
    return total


def robust_covariance(fit: Fit, cluster: np.ndarray) -> np.ndarray:
    """Return the sandwich covariance with rows of one cluster taken together.

    Parameters
    ----------
    fit
        A fitted model.
    cluster
        Codes of the clusters: patients of whom there are several rows, or centres.

    References
    ----------
    Lin and Wei, J. Am. Stat. Assoc. 84, 1074 (1989).
    """
    change = fit.subjects.case_weights[:, None] * score_residuals(fit) @ fit.covariance
    codes = np.unique(cluster, return_inverse=True)[1]
    summed = np.zeros((codes.max() + 1, change.shape[1]))
    np.add.at(summed, codes, change)
    return summed.T @ summed


def schoenfeld(fit: Fit) -> tuple[np.ndarray, np.ndarray]:
    """Return times of single events, and covariates less their expectation (events x p).

    The expectation is the mean over the tied events of the time, as in R.
    """
    sets = fit.risk_sets
    found = evaluate(sets, fit.coefficients)
    mean = by_time(sets, found.means)[sets.of_death] / sets.number[sets.of_death, None]
    return sets.times[sets.of_death], fit.subjects.covariates[sets.deaths] - mean


def scaled_schoenfeld(fit: Fit) -> tuple[np.ndarray, np.ndarray]:
    """Return times and scaled residuals, whose running mean is the coefficient over time.

    References
    ----------
    Grambsch and Therneau, Biometrika 81, 515 (1994), equation 2.
    """
    times, residuals = schoenfeld(fit)
    return times, fit.coefficients + len(times) * residuals @ fit.covariance
