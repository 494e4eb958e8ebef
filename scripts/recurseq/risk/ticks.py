"""Round values for the axes of a nomogram."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import MaxNLocator

from recurseq.clinical.terms import LEVELS, TermRule
from recurseq.risk.risk_model import RiskModel

MOST_TICKS = 9  # of a number
RISKS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    *(0.95, 0.98, 0.99, 0.995, 0.998, 0.999),
)
FEWEST_RISKS = 5  # of these; where fewer can be reached, ticks are closer
STEPS = [1, 2, 5, 10]


def ticks(model: RiskModel, rule: TermRule) -> list:
    """Return the values of an axis: every level, or round numbers and both ends.

    A number that is taken on a logarithmic scale has ticks at 1, 2 and 5 times powers of ten.
    """
    if rule.kind == LEVELS:
        return list(rule.levels)
    low, high = model.axes.get(rule.name, model.ranges[rule.name])
    if rule.scale.startswith("log"):
        powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
        found = [m * 10.0**p for p in powers for m in (1, 2, 5)]
        if sum(low < one < high for one in found) > 2 * MOST_TICKS:
            found = [10.0**p for p in powers]
    else:
        whole = rule.name in model.whole
        places = MaxNLocator(MOST_TICKS, steps=STEPS, integer=whole)
        found = places.tick_values(low, high).tolist()
    # Where an axis goes beyond the patients, their own ends have a tick.
    found = sorted({*(float(f"{one:.12g}") for one in found), *model.ranges[rule.name]})
    return [low, *(one for one in found if low < one < high), high]


def is_outside(model: RiskModel, name: str, value: object) -> bool:
    """Whether a number lies beyond the patients that the model was made with."""
    if isinstance(value, str):
        return False
    low, high = model.ranges[name]
    return not low <= float(value) <= high


def round_risks(low: float, high: float) -> list[float]:
    """Return round risks between two risks."""
    risks = [risk for risk in RISKS if low <= risk <= high]
    if len(risks) < FEWEST_RISKS and low < high:
        found = MaxNLocator(MOST_TICKS, steps=STEPS).tick_values(low, high)
        risks = [float(f"{risk:.12g}") for risk in found if low <= risk <= high]
    return risks


def written(value: object) -> str:
    """Write a value of an axis."""
    return value if isinstance(value, str) else f"{value:.10g}"
