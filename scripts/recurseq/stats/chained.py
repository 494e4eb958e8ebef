"""Multiple imputation by chained equations, on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recurseq.stats.imputation import draw_levels, draw_numbers

ITERATIONS = 10
FEWER = 5  # where nobody looks at the chain, as in resamples


@dataclass(frozen=True)
class Variable:
    """One variable of all rows.

    Attributes
    ----------
    values
        Numbers, or codes of levels from 0; missing where there is a gap.
    levels
        How many levels there are; 0 for a number.
    """

    values: np.ndarray
    levels: int = 0

    @property
    def gaps(self) -> np.ndarray:
        """Which rows lack it."""
        return np.isnan(self.values)


@dataclass(frozen=True)
class Completed:
    """One completed data set.

    Attributes
    ----------
    drawn
        Place of a variable to what stands in its gaps, in the order of rows: codes of levels, or
        rows of the donors of a number.
    means
        Iterations x variables with gaps (in the order of places): mean of what was drawn.
    """

    drawn: dict[int, np.ndarray]
    means: np.ndarray


def complete(
    variables: Sequence[Variable],
    outcome: np.ndarray,
    random: np.random.Generator,
    iterations: int,
    learn: np.ndarray | None = None,
) -> Completed:
    """Fill all gaps, each variable by a regression on all others, in turn and again.

    Numbers by predictive mean matching, levels by (multinomial) logistic regression.

    Parameters
    ----------
    variables
        Of the same rows; each has a value in some row of `learn`.
    outcome
        Rows x columns without gaps that stand beside them as predictors; there may be none.
    random
        Source of draws.
    iterations
        Turns. Where one variable only has gaps there is nothing to turn, and it is one.
    learn
        Rows that regressions are made with and donors come from; all without.

    References
    ----------
    van Buuren and Groothuis-Oudshoorn, J. Stat. Softw. 45(3) (2011).
    """
    gaps = [one.gaps for one in variables]
    learn = np.ones(len(outcome), dtype=bool) if learn is None else learn
    order = sorted((k for k, gap in enumerate(gaps) if gap.any()), key=lambda k: gaps[k].sum())
    sources = {k: np.flatnonzero(learn & ~gaps[k]) for k in order}
    missing = {k: np.flatnonzero(gaps[k]) for k in order}
    places, x = _predictors(variables, outcome, learn)
    others = {k: np.setdiff1d(np.arange(x.shape[1]), places[k]) for k in order}
    drawn = {k: random.choice(sources[k], len(missing[k])) for k in order}
    for k in order:
        _put(x, places[k], missing[k], x[np.ix_(drawn[k], places[k])])
    modes: dict[int, np.ndarray | None] = dict.fromkeys(order)
    turns, means = iterations if len(order) > 1 else 1, []
    for _ in range(turns):
        told = {}
        for k in order:
            seen = x[np.ix_(sources[k], others[k])]
            new = x[np.ix_(missing[k], others[k])]
            values = variables[k].values[sources[k]]
            if variables[k].levels:
                drawn[k], modes[k] = draw_levels(values, seen, new, random, modes[k])
                told[k] = drawn[k].mean()
                codes = drawn[k][:, None] == np.arange(1, variables[k].levels)
                _put(x, places[k], missing[k], codes)
            else:
                drawn[k] = sources[k][draw_numbers(values, seen, new, random)]
                told[k] = variables[k].values[drawn[k]].mean()
                _put(x, places[k], missing[k], x[np.ix_(drawn[k], places[k])])
        means.append([told[k] for k in sorted(order)])
    return Completed({k: drawn[k] for k in sorted(order)}, np.array(means))


def _put(x: np.ndarray, places: np.ndarray, rows: np.ndarray, values: np.ndarray) -> None:
    x[np.ix_(rows, places)] = values


def _predictors(
    variables: Sequence[Variable], outcome: np.ndarray, learn: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the places of each variable's columns, and ones, all variables and the outcome.

    Numbers have mean 0 and spread 1 in the rows that are learnt from; levels are 0 and 1.
    """
    columns, places, start = [np.ones((len(outcome), 1))], [], 1
    for one in variables:
        if one.levels:
            part = (one.values[:, None] == np.arange(1, one.levels)).astype(float)
        else:
            part = _standardised(one.values[:, None], learn)
        places.append(np.arange(start, start + part.shape[1]))
        columns.append(part)
        start += part.shape[1]
    return places, np.hstack([*columns, _standardised(outcome, learn)])


def _standardised(values: np.ndarray, learn: np.ndarray) -> np.ndarray:
    if not values.shape[1]:
        return values
    own = values[learn]
    spread = np.nanstd(own, axis=0)
    return (values - np.nanmean(own, axis=0)) / np.where(spread > 0, spread, 1.0)
