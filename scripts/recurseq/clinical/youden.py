"""The cut-off with the largest Youden index, in a direction that is stated."""

from __future__ import annotations

from enum import Enum

import numpy as np

from recurseq.stats.tails import ranks

BLOCK = 2_000_000


class Direction(Enum):
    """Which values of a number go with yes."""

    HIGH = "high"
    LOW = "low"


def direction_of(number: np.ndarray, yes: np.ndarray) -> Direction:
    """Return the direction in which the area under the curve is above one half.

    It is settled once, in all patients: a direction that follows each resample would make areas
    below one half impossible.
    """
    ranked = ranks(number)
    mean_yes = ranked[yes].mean() if yes.any() else 0.0
    mean_no = ranked[~yes].mean() if (~yes).any() else 0.0
    return Direction.HIGH if mean_yes >= mean_no else Direction.LOW


def youden_scan(
    number: np.ndarray, yes: np.ndarray, direction: Direction, within: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return cut-offs midway between values, and the Youden index of each.

    Parameters
    ----------
    number, yes
        Of n patients.
    direction
        Which values are taken for yes.
    within
        Smallest and largest share of patients below a cut-off.

    Raises
    ------
    ValueError
        When no cut-off lies within these shares, or all answers are alike.

    References
    ----------
    Youden, Cancer 3, 32 (1950): sensitivity + specificity - 1.
    """
    order, below, cuts = _candidates(number, within)
    return cuts, _index(yes[order].astype(float)[None, :], below, direction)[0]


def _candidates(
    number: np.ndarray, within: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n, order = len(number), np.argsort(number, kind="stable")
    values = number[order]
    last = np.flatnonzero(values[1:] != values[:-1]) + 1
    below = last[(last >= max(1, int(n * within[0]))) & (last <= int(n * within[1]))]
    if not len(below):
        raise ValueError("no cut-off within the shares")
    return order, below, (values[below - 1] + values[below]) / 2


def _index(yes: np.ndarray, below: np.ndarray, direction: Direction) -> np.ndarray:
    """Youden indices of rows of answers that are ordered by the number."""
    total = yes.sum(axis=1, keepdims=True)
    n = yes.shape[1]
    if (total == 0).any() or (total == n).any():
        raise ValueError("all answers are alike")
    yes_below = yes.cumsum(axis=1)[:, below - 1]
    no_below = below - yes_below
    index = no_below / (n - total) - yes_below / total  # of high values: specificity + sens. - 1
    return index if direction is Direction.HIGH else -index


def permuted_pvalue(
    number: np.ndarray,
    yes: np.ndarray,
    direction: Direction,
    within: tuple[float, float],
    resamples: int,
    random: np.random.Generator,
) -> float:
    """Share of permuted answers whose best index, in either direction, is as large."""
    order, below, _ = _candidates(number, within)
    answers = yes[order].astype(float)
    limit = _index(answers[None, :], below, direction).max() - 1e-12
    as_large, left = 0, resamples
    while left:
        block = min(left, max(1, BLOCK // len(answers)))
        shuffled = random.permuted(np.broadcast_to(answers, (block, len(answers))), axis=1)
        best = np.abs(_index(shuffled, below, direction)).max(axis=1)
        as_large += int((best >= limit).sum())
        left -= block
    return (1 + as_large) / (1 + resamples)
