"""Points of a risk model: the same sum as its linear predictor, in steps that can be added by eye.

The term whose effect spans most gets 100 points for its span. Terms that interact share axes: one
for each state of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from recurseq.clinical.settings import LOGISTIC
from recurseq.clinical.terms import LEVELS, TermRule, columns_of, positions
from recurseq.risk.risk_model import RiskModel
from recurseq.risk.ticks import is_outside, round_risks, ticks, written

MOST_POINTS = 100.0
MOST_HELD = 3  # values at which a number is held while another one moves
GRID = 401  # values between which a number is looked at


@dataclass(frozen=True)
class Axis:
    """One line of a nomogram.

    Attributes
    ----------
    term
        Term, and the state of those that it interacts with.
    values
        Values that have a tick, as text.
    effect
        What each adds to the linear predictor.
    points
        Points of each.
    outside
        Which values the patients the model was made with do not reach.
    """

    term: str
    values: tuple[str, ...]
    effect: np.ndarray
    points: np.ndarray
    outside: np.ndarray


@dataclass(frozen=True)
class Block:
    """Terms that interact, or one term alone.

    Attributes
    ----------
    rules
        The terms.
    lowest, highest
        What they add to the linear predictor at least and at most on their axes.
    """

    rules: tuple[TermRule, ...]
    lowest: float
    highest: float

    @property
    def names(self) -> list[str]:
        """The variables."""
        return [rule.name for rule in self.rules if rule.crossed is None]


@dataclass(frozen=True)
class Nomogram:
    """The lines of a nomogram.

    Attributes
    ----------
    axes
        In the order of the terms.
    blocks
        The terms they belong to.
    zero
        Linear predictor of no points.
    step
        Linear predictor of one point.
    model
        Whose risks they are.
    """

    axes: tuple[Axis, ...]
    blocks: tuple[Block, ...]
    zero: float
    step: float
    model: RiskModel

    @property
    def most(self) -> float:
        """Points that can be reached."""
        return sum(block.highest - block.lowest for block in self.blocks) / self.step

    def points(self, linear: np.ndarray) -> np.ndarray:
        """Turn linear predictors into total points."""
        return (linear - self.zero) / self.step

    def risk(self, points: np.ndarray) -> np.ndarray:
        """Turn total points into risks."""
        return self.model.risk_of(self.zero + self.step * np.asarray(points, dtype=float))

    def totals_of(self, risks: Sequence[float]) -> np.ndarray:
        """Return the total points of risks."""
        return self.points(self.model.linear_of(np.asarray(risks, dtype=float)))


def nomogram(model: RiskModel) -> Nomogram:
    """Give points to the terms of a model.

    Points of a value x are 100 (f(x) - min f) / max span, f being what the term adds to the linear
    predictor, and the span that of the term whose effect spans most over its axis.

    Parameters
    ----------
    model
        With its axes; a number without one goes over the values of the patients it was made with.

    References
    ----------
    Harrell, Regression Modeling Strategies (2015), chapter 5; Iasonos et al., J. Clin. Oncol. 26,
    1364 (2008).
    """
    blocks = [_block(model, rules) for rules in interacting(model.rules)]
    step = max((one.highest - one.lowest for one in blocks), default=0.0) / MOST_POINTS or 1.0
    axes = [axis for block in blocks for axis in _axes(model, block, step)]
    zero = model.intercept + sum(block.lowest for block in blocks)
    return Nomogram(tuple(axes), tuple(blocks), zero, step, model)


def interacting(rules: Sequence[TermRule]) -> list[list[TermRule]]:
    """Put terms together that interact, directly or by way of others."""
    blocks: list[list[TermRule]] = []
    for rule in rules:
        touched = [b for b in blocks if {v for r in b for v in r.variables} & {*rule.variables}]
        place = blocks.index(touched[0]) if touched else len(blocks)
        rest = [block for block in blocks if block not in touched]
        merged = [one for block in touched for one in block] + [rule]
        blocks = [*rest[:place], merged, *rest[place:]]
    return blocks


def _block(model: RiskModel, rules: Sequence[TermRule]) -> Block:
    """Find how much terms add at least and at most, also between the ticks of their axes."""
    moving, states = _arrangement(model, rules)
    values = ticks(model, moving)
    if moving.kind != LEVELS:
        values = [*values, *np.linspace(values[0], values[-1], GRID)]
    effects = [_effect(model, rules, _frame(moving, values, state)) for state in states]
    lowest, highest = min(e.min() for e in effects), max(e.max() for e in effects)
    return Block(tuple(rules), float(lowest), float(highest))


def _axes(model: RiskModel, block: Block, step: float) -> Iterator[Axis]:
    """Draw a term, or terms that interact: one axis for each state of all but one of them."""
    moving, states = _arrangement(model, block.rules)
    values = ticks(model, moving)
    outside = np.array([is_outside(model, moving.name, value) for value in values])
    for state in states:
        effect = _effect(model, block.rules, _frame(moving, values, state))
        held = ", ".join(f"{name} {written(value)}" for name, value in state.items())
        term = f"{moving.name} ({held})" if held else moving.name
        points = (effect - block.lowest) / step
        yield Axis(term, tuple(map(written, values)), effect, points, outside)


def _arrangement(model: RiskModel, rules: Sequence[TermRule]) -> tuple[TermRule, list[dict]]:
    """Choose the term that moves along the axis, a number if there is one, and hold the others."""
    simple = [rule for rule in rules if rule.crossed is None]
    moving = next((rule for rule in simple if rule.kind != LEVELS), simple[0])
    others = {rule.name: _held(model, rule) for rule in simple if rule is not moving}
    return moving, [dict(zip(others, state, strict=True)) for state in product(*others.values())]


def _frame(moving: TermRule, values: Sequence, state: Mapping[str, object]) -> pd.DataFrame:
    held = {name: pd.Series([value] * len(values), dtype=object) for name, value in state.items()}
    return pd.DataFrame({moving.name: pd.Series(values, dtype=object), **held})


def _held(model: RiskModel, rule: TermRule) -> list:
    if rule.kind == LEVELS:
        return list(rule.levels)
    low, high = model.axes.get(rule.name, model.ranges[rule.name])
    return list(np.linspace(low, high, MOST_HELD))


def _effect(model: RiskModel, block: Sequence[TermRule], frame: pd.DataFrame) -> np.ndarray:
    """Return what terms add to the linear predictor, which is centred in a hazard model."""
    places = positions(model.rules)
    own = [place for rule in block for place in places[rule.name]]
    columns = columns_of(block, frame)
    centre = 0.0 if model.kind == LOGISTIC else model.centre[own]
    return (columns - centre) @ model.coefficients[own]


def risk_ticks(drawn: Nomogram) -> Iterator[tuple[float, float]]:
    """Yield round risks that can be reached, each with its total."""
    risks = round_risks(*drawn.risk([0, drawn.most]))
    for risk, total in zip(risks, drawn.totals_of(risks), strict=True):
        yield risk, float(total)


def contributions(
    drawn: Nomogram, asked: Mapping[str, object]
) -> list[tuple[list[str], float, float]]:
    """Return variables, points and effect of one patient for each block of terms, in order.

    Parameters
    ----------
    drawn
        The nomogram.
    asked
        Variable to value, of one patient.
    """
    frame = pd.DataFrame({name: pd.Series([value], dtype=object) for name, value in asked.items()})
    found = []
    for block in drawn.blocks:
        effect = float(_effect(drawn.model, block.rules, frame)[0])
        points = (effect - block.lowest) / drawn.step
        found.append((block.names, points, effect))
    return found
