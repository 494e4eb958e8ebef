"""Observed risks as bars with their intervals, on an axis from 0 to 100 %."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from recurseq.figures.colours import FAINT, INK, ORANGE, SKY
from recurseq.risk.cohorts import DEVELOPMENT, VALIDATION

COLOURS = {DEVELOPMENT: SKY, VALIDATION: ORANGE}


def draw_observed(
    axes: Axes, x: np.ndarray, risk: np.ndarray, width: float, colour: str, text: str
) -> None:
    """Draw a bar for each risk, and the risk above it; NA where nobody tells one.

    Parameters
    ----------
    axes, x, width, colour
        Where, middle and width of the bars, and their colour.
    risk
        Risks with the lower and the upper end of their intervals: 3 x bars.
    text
        Format of the percentage above a bar.
    """
    value, lower, upper = risk
    axes.bar(x, np.nan_to_num(value), width * 0.94, color=colour)
    error = np.clip(np.vstack([value - lower, upper - value]), 0, None)
    axes.errorbar(x, value, error, fmt="none", ecolor=INK, elinewidth=0.9, capsize=2)
    top = np.where(np.isnan(upper), np.nan_to_num(value), upper)
    for place, height, one in zip(x, top, value, strict=True):
        words = "NA" if np.isnan(one) else text.format(100 * one)
        axes.annotate(
            words, (place, height), (0, 2), textcoords="offset points", ha="center", fontsize=8
        )


def offsets(bars: int) -> np.ndarray:
    """Return where bars that stand side by side lie about their middle, in widths."""
    return np.arange(bars) - (bars - 1) / 2


def risk_axis(axes: Axes, name: str) -> None:
    """Set the axis of risks."""
    axes.set_ylim(0, 1.1)
    ticks = [0, 0.25, 0.5, 0.75, 1]
    axes.set_yticks(ticks, [f"{tick:.0%}" for tick in ticks])
    axes.set_ylabel(name)
    axes.grid(axis="y", color=FAINT, linewidth=0.7)
