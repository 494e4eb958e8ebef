"""Estimates with their intervals in forests, and arrows where these leave the axis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

SHARE = 0.9  # of the ends of intervals that the axis surely holds
BEYOND = 1.5  # times the furthest of them: longer intervals end in an arrow
INTERVALS_CUT = "arrows: beyond the axis"


def forest_limit(ends: np.ndarray, least: float, most: float = np.inf) -> float:
    """Return how far the axis of a forest reaches to one side, so that few intervals are cut.

    To the furthest end, unless that is more than 1.5 times the 90 % quantile; then to this.

    Parameters
    ----------
    ends
        Distances of estimates and ends of intervals from no difference, on the scale of the axis;
        missing and infinite ones, and those to the other side (below 0), are left out.
    least, most
        The axis reaches at least and at most so far.
    """
    ends = ends[np.isfinite(ends) & (ends > 0)]
    if not len(ends):
        return least
    usual = BEYOND * float(np.quantile(ends, SHARE, method="lower"))
    return float(np.clip(min(1.05 * ends.max(), usual), least, most))


def draw_estimate(
    axes: Axes,
    height: float,
    value: float,
    ends: tuple[float, float],
    limits: tuple[float, float],
    look: Mapping,
    size: float = 5.0,
) -> None:
    """Draw an estimate and its interval; what leaves the limits ends in an arrow at the edge.

    Parameters
    ----------
    axes, height
        Where it is drawn.
    value, ends
        The estimate and its interval; an estimate that is missing is not drawn.
    limits
        Limits of the axis. An estimate beyond them is a hollow arrow.
    look
        ``color`` and ``marker``.
    size
        Of the marker, in points.
    """
    if np.isnan(value):
        return
    low, high = limits
    arrow = {"linestyle": "", "color": look["color"], "clip_on": False, "zorder": 4}
    if not np.isnan(ends).any():
        axes.hlines(height, *np.clip(ends, low, high), color=look["color"], linewidth=1.3)
        if ends[0] < low < ends[1]:
            axes.plot(low, height, marker="<", markersize=4, **arrow)
        if ends[0] < high < ends[1]:
            axes.plot(high, height, marker=">", markersize=4, **arrow)
    if low <= value <= high:
        axes.plot(
            value, height, linestyle="", markersize=size, zorder=3, markeredgecolor="white",
            markeredgewidth=0.4, clip_on=False, **look,
        )  # fmt: skip
        return
    mark, edge = ("<", low) if value < low else (">", high)
    axes.plot(edge, height, marker=mark, markersize=size + 2, markerfacecolor="white", **arrow)


def any_cut(ends: np.ndarray, limits: tuple[float, float]) -> bool:
    """Whether an end of an interval, or an estimate, lies beyond the limits."""
    return bool(((ends < limits[0]) | (ends > limits[1])).any())
