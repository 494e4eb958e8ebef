"""Limits of axes that no single value can stretch, and marks for what lies beyond them."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

SHARE = 0.998  # of the values that an axis surely holds
BEYOND = 1.25  # times their largest: further ones are drawn at the edge
DOT, EDGES = "o", "<>v^"


def robust_limit(sizes: np.ndarray, least: float = 0.0) -> float:
    """Return the upper limit of an axis from 0 that a few extreme values do not stretch.

    It is the largest value, unless that is above 1.25 times the 99.8 % quantile (the observed value
    below it, so that of fewer than 500 values the largest never decides); then it is this.

    Parameters
    ----------
    sizes
        Values from 0; missing and infinite ones are left out.
    least
        The limit is at least this.
    """
    sizes = sizes[np.isfinite(sizes)]
    if not len(sizes):
        return least
    usual = float(np.quantile(sizes, SHARE, method="lower"))
    return max(min(float(sizes.max()), BEYOND * usual), least)


def robust_range(values: np.ndarray) -> tuple[float, float]:
    """Return both limits of an axis around the median, each as `robust_limit`."""
    values = values[np.isfinite(values)]
    middle = float(np.median(values))
    away = values - middle
    low, high = robust_limit(-away[away <= 0], 0.5), robust_limit(away[away >= 0], 0.5)
    return middle - low, middle + high


def beyond(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return -1 below the limits, 1 above them, 0 for a value within."""
    return np.where(values > high, 1, np.where(values < low, -1, 0))


def edge_marks(across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Return the mark of each point by where it lies (`beyond`): a dot, or a triangle outwards."""
    return np.select([across < 0, across > 0, up < 0, up > 0], list(EDGES), DOT)


def scatter_marked(
    axes: Axes,
    x: np.ndarray,
    y: np.ndarray,
    marks: np.ndarray,
    sizes: tuple[float, float],
    zorder: float = 1,
    **look: object,
) -> None:
    """Draw points with their marks, those at the edge over the others and not cut off there.

    Parameters
    ----------
    axes
        Where they are drawn.
    x, y
        Places within the limits.
    marks
        Of `edge_marks`; a point with another one is not drawn.
    sizes
        Of a dot, and of a triangle at the edge.
    zorder, look
        As for `matplotlib.axes.Axes.scatter`; ``marker`` takes the place of the dot.
    """
    dot = look.pop("marker", DOT)
    for mark in (DOT, *EDGES):
        rows, inside = marks == mark, mark == DOT
        if rows.any():
            axes.scatter(
                x[rows], y[rows], s=sizes[not inside], marker=dot if inside else mark, linewidth=0,
                zorder=zorder + (not inside), clip_on=inside, **look,
            )  # fmt: skip


def beyond_words(outside: int, what: str = "gene") -> str:
    """Say how many are drawn at the edge; empty for none."""
    if not outside:
        return ""
    verb = "lies" if outside == 1 else "lie"
    return f"{outside:,} {what}{'' if outside == 1 else 's'} {verb} beyond the axes: triangles"
