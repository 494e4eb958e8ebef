"""Pairs of a treated patient and an untreated one with nearly the same propensity."""

from __future__ import annotations

import numpy as np

CALIPER = 0.2  # standard deviations of the log odds of treatment


def matched_pairs(treated: np.ndarray, score: np.ndarray, names: np.ndarray) -> np.ndarray:
    """Give each treated patient the nearest untreated one that is left, within the caliper.

    The treated with the highest scores choose first; equal ones, and equally near ones, go by the
    names of the patients, so that the order of the table does not matter.

    Parameters
    ----------
    treated
        Whether each patient was treated.
    score
        Log odds of being treated.
    names
        Of the patients.

    Returns
    -------
    numpy.ndarray
        Number of each patient's pair, from 0; -1 for those without.

    References
    ----------
    Austin, Pharm. Stat. 10, 150 (2011), for the caliper.
    """
    pair = np.full(len(treated), -1)
    widest = CALIPER * np.std(score, ddof=1) if len(score) > 1 else 0.0
    by_name = np.argsort(names.astype(str), kind="stable")
    first = by_name[treated[by_name]]
    first = first[np.argsort(-score[first], kind="stable")]
    others = by_name[~treated[by_name]]
    left = score[others].astype(float)
    for row in first:
        if not len(left):
            break
        distance = np.abs(left - score[row])
        nearest = int(np.argmin(distance))
        if distance[nearest] <= widest:
            pair[[row, others[nearest]]] = pair.max() + 1
            left[nearest] = np.inf
    return pair
