"""Scores of a response, by which a conditional inference tree tells patients apart."""

from __future__ import annotations

import numpy as np

from recurseq.clinical.survival.times import count_at_risk, step_values

TINY = 1e-10  # of the largest eigenvalue: smaller ones are 0


def of_levels(codes: np.ndarray) -> np.ndarray:
    """Return one column for each level of a nominal response; a single one for two levels.

    Parameters
    ----------
    codes
        Level of each patient.
    """
    levels = np.unique(codes)
    columns = levels[1:] if len(levels) == 2 else levels
    return (np.asarray(codes)[:, None] == columns).astype(float)


def of_survival(time: np.ndarray, event: np.ndarray, entry: np.ndarray | None = None) -> np.ndarray:
    """Return log-rank scores: the cumulative hazard while observed, less the event.

    With H the sum of events / number at risk, the score is H(time) - H(entry) - event. Tied times
    share one step (mid-ranks).

    Parameters
    ----------
    time, event, entry
        As for `recurseq.clinical.survival.times.count_at_risk`.

    References
    ----------
    Lausen and Schumacher, Biometrics 48, 73 (1992), section 2; Hothorn, Hornik and Zeileis (2006).
    """
    counts = count_at_risk(time, event, entry)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(counts.at_risk > 0, counts.events / counts.at_risk, 0.0)
    hazard = np.cumsum(steps)
    score = step_values(time, counts.time, hazard, 0.0) - np.asarray(event, dtype=float)
    if entry is not None:
        score = score - step_values(entry, counts.time, hazard, 0.0)
    return score[:, None]


def standardised(scores: np.ndarray) -> np.ndarray:
    """Centre scores and turn them so that their covariance is the identity.

    Quadratic forms with the pseudo-inverse of the covariance V are then sums of squares.

    Parameters
    ----------
    scores
        Patients x q.

    Returns
    -------
    numpy.ndarray
        Patients x rank of V; V = Σ (h - h̄)(h - h̄)' / n. No column where all scores are alike.
    """
    centred = scores - scores.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(scores))
    largest = float(np.abs(scores).max(initial=0.0)) ** 2
    kept = values > max(TINY * values[-1], np.finfo(float).eps * largest)
    return centred @ (vectors[:, kept] / np.sqrt(values[kept]))
