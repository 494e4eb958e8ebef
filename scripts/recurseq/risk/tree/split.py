"""The best division of a node by one covariate: the largest standardised two-sample statistic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.risk.tree.association import level_sums
from recurseq.risk.tree.covariate import Covariate

MOST_LEVELS = 14  # of which every division is tried: 2^13 of them
EQUAL = 1e-12  # relative: of statistics this close the first is taken


@dataclass(frozen=True)
class Split:
    """How a node is divided.

    Attributes
    ----------
    variable
        Name of the covariate.
    cut
        Patients up to this number go left; None for levels.
    left, right
        Levels that go left and right; empty for a number. A level that no patient of the node had
        is in neither, unless the levels are ordered.
    """

    variable: str
    cut: float | None
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()

    def goes_left(self, one: Covariate) -> np.ndarray:
        """Say who goes left: 1, 0, or missing for a level that is in neither side."""
        if self.cut is not None:
            return (one.values <= self.cut).astype(float)
        side = {**dict.fromkeys(self.left, 1.0), **dict.fromkeys(self.right, 0.0)}
        of_level = np.array([side.get(level, np.nan) for level in one.levels] + [np.nan])
        return of_level[one.values.astype(int)]


def best_split(one: Covariate, scores: np.ndarray, least: int) -> Split | None:
    """Find the division with the largest statistic; None when each leaves too few on a side.

    For m of n patients on the left with the sum S of their standardised scores, the statistic is
    S'S (n - 1) / (m (n - m)).

    Parameters
    ----------
    one
        The covariate in the node.
    scores
        Standardised scores of the same patients.
    least
        Fewest patients on each side.
    """
    if one.levels:
        size, sums = level_sums(one, scores)
        if not one.ordered:
            return _of_levels(one, size, sums, least)
        place = _best(size.cumsum()[:-1], sums.cumsum(axis=0)[:-1], len(scores), least)
        if place is None:
            return None
        return Split(one.name, None, one.levels[: place + 1], one.levels[place + 1 :])
    order = np.argsort(one.values, kind="stable")
    values = one.values[order]
    last = np.flatnonzero(values[1:] != values[:-1])
    place = _best(last + 1, scores[order].cumsum(axis=0)[last], len(scores), least)
    return None if place is None else Split(one.name, float(values[last[place]]))


def _best(left: np.ndarray, sums: np.ndarray, n: int, least: int) -> int | None:
    """Return the first place with the largest statistic among those allowed."""
    allowed = (left >= least) & (n - left >= least)
    if not allowed.any():
        return None
    statistic = np.full(len(left), -np.inf)
    below = left[allowed]
    statistic[allowed] = (sums[allowed] ** 2).sum(axis=1) * (n - 1) / (below * (n - below))
    return int(np.argmax(statistic >= statistic.max() * (1 - EQUAL)))


def _of_levels(one: Covariate, size: np.ndarray, sums: np.ndarray, least: int) -> Split | None:
    there = np.flatnonzero(size)
    sides = _divisions(size[there], sums[there])
    place = _best(sides @ size[there], sides @ sums[there], int(size.sum()), least)
    if place is None:
        return None
    goes_left = sides[place].astype(bool)
    left, right = (tuple(one.levels[i] for i in there[side]) for side in (goes_left, ~goes_left))
    return Split(one.name, None, left, right)


def _divisions(size: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Return the divisions of levels to be tried, as rows of 1 for left; the first level is left.

    Of very many levels only the neighbours by their mean score (along its main direction) stay
    together, among which the best one is (Fisher, J. Am. Stat. Assoc. 53, 789, 1958).
    """
    levels = len(size)
    if levels <= MOST_LEVELS:
        numbers = np.arange(1, 2 ** (levels - 1))
        right = numbers[:, None] >> np.arange(levels - 1) & 1
        return np.column_stack([np.ones(len(numbers), dtype=int), 1 - right])
    means = sums / size[:, None]
    main = np.linalg.svd(means * np.sqrt(size)[:, None], full_matrices=False)[2][0]
    rank = np.argsort(np.argsort(means @ main, kind="stable"))
    sides = (rank[None, :] <= np.arange(levels - 1)[:, None]).astype(int)
    return np.where(sides[:, :1] == 1, sides, 1 - sides)
