"""Covariates of a tree: numbers, levels in an order, and levels without one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Covariate:
    """One variable of some patients.

    Attributes
    ----------
    name
        Of the variable.
    values
        Numbers as they are, or places of `levels`.
    scores
        What the test of a number takes: the number on the scale of the models, or the place of an
        ordered level.
    levels
        Names of the levels; empty for a number.
    ordered
        Whether only neighbouring levels may stay together; true for numbers.
    """

    name: str
    values: np.ndarray
    scores: np.ndarray
    levels: tuple[str, ...] = ()
    ordered: bool = True

    def take(self, rows: np.ndarray) -> Covariate:
        """Return the variable of some of the patients."""
        values, scores = self.values[rows], self.scores[rows]
        return Covariate(self.name, values, scores, self.levels, self.ordered)


Scale = Callable[[np.ndarray], np.ndarray]


def covariate(values: pd.Series, scale: Scale | None = None) -> Covariate:
    """Make a covariate of numbers or of levels, none of them missing.

    Parameters
    ----------
    values
        Numbers, or a categorical.
    scale
        Rising function that gives the scale on which a number is tested.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes = values.cat.codes.to_numpy(dtype=float)
        levels = tuple(map(str, values.cat.categories))
        return Covariate(str(values.name), codes, codes, levels, bool(values.cat.ordered))
    numbers = values.to_numpy(dtype=float)
    return Covariate(str(values.name), numbers, numbers if scale is None else scale(numbers))


def take(covariates: Sequence[Covariate], rows: np.ndarray) -> list[Covariate]:
    """Return some of the patients of all covariates."""
    return [one.take(rows) for one in covariates]
