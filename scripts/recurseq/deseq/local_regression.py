"""Local quadratic regression in one dimension, as two smoothers of R compute it.

Both fit a parabola to the neighbours of a few corners only, and join these by cubics.
"""

from __future__ import annotations

import numpy as np

_SPAN = 0.2
_POINTS_IN_INTERVAL = 8  # loess: span x 0.2 x number of points
_MARGIN = 0.005  # by which loess extends the range on either side
_LOCAL_SHARE = 0.7
_LOCAL_CUT = 0.8


def loess(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Local quadratic regression as R's ``loess(y ~ x, span = 0.2)`` computes it.

    Fitted at the ends of intervals that hold at most eight points; between them runs the cubic that
    has the fitted values and slopes at its ends (Cleveland and Grosse, Statistics and Computing 1,
    47 (1991)).

    Parameters
    ----------
    x, y
        Points, x increasing and without ties.
    at
        Where the curve is wanted, within the range of x.
    """
    margin = _MARGIN * (x[-1] - x[0])
    corners = np.array(sorted([x[0] - margin, x[-1] + margin, *_cuts(x)]))
    even, neighbours = np.ones(len(x)), int(len(x) * _SPAN)
    fitted = np.array([_local_quadratic(x, y, even, corner, neighbours) for corner in corners])
    return hermite(corners, fitted[:, 0], fitted[:, 1], at)


def _cuts(x: np.ndarray) -> list[float]:
    """Halve the points until no more than eight are left in an interval."""
    if len(x) <= _POINTS_IN_INTERVAL:
        return []
    middle = (len(x) + 1) // 2
    return [float(x[middle - 1]), *_cuts(x[:middle]), *_cuts(x[middle:])]


def _local_quadratic(
    x: np.ndarray, y: np.ndarray, prior: np.ndarray, point: float, neighbours: int
) -> tuple[float, float, float]:
    """Value and slope at a point from its nearest neighbours, and the reach of these.

    Weights are tricube in the distance, times `prior`.
    """
    distance = np.abs(x - point)
    reach = np.partition(distance, neighbours - 1)[neighbours - 1]
    weights = np.sqrt(prior * np.clip(1 - (distance / reach) ** 3, 0, None) ** 3)
    columns = np.vander(x - point, 3, increasing=True) * weights[:, None]
    value, slope, _ = np.linalg.lstsq(columns, y * weights, rcond=None)[0]
    return float(value), float(slope), float(reach)


def local_curve(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted local quadratic regression as R's ``locfit(y ~ x, weights)`` computes it.

    The nearest 70 % of the points enter each fit. The range is halved until an interval is no
    longer than 0.8 times the smaller reach at its ends, and these are fitted (Loader, Local
    Regression and Likelihood, Springer 1999, chapter 12).

    Parameters
    ----------
    x, y, weights
        One per point; x in any order, not all equal.

    Returns
    -------
    numpy.ndarray
        Four rows for `along`: positions, values, slopes, and the curvature beyond the ends (the
        same in every column): half the second derivative of one parabola through all points.
    """
    neighbours = int(len(x) * _LOCAL_SHARE + 1e-12)
    fitted = {
        end: _local_quadratic(x, y, weights, end, neighbours)
        for end in (float(x.min()), float(x.max()))
    }

    def refine(low: float, high: float) -> None:
        if high - low <= _LOCAL_CUT * min(fitted[low][2], fitted[high][2]):
            return
        middle = (low + high) / 2
        fitted[middle] = _local_quadratic(x, y, weights, middle, neighbours)
        refine(low, middle)
        refine(middle, high)

    refine(*fitted)
    overall = np.polyfit(x, y, 2, w=np.sqrt(weights))[0]
    return np.array([(corner, *fitted[corner][:2], overall) for corner in sorted(fitted)]).T


def along(curve: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Values of a `local_curve`; beyond its ends parabolas go on.

    R's ``locfit`` smooths what a parabola through all points leaves over, and continues that
    remainder straight.

    Parameters
    ----------
    curve
        From `local_curve`.
    at
        Positions, any shape.
    """
    knots, values, slopes, curvature = curve
    inside = np.clip(at, knots[0], knots[-1])
    beyond = at - inside
    slope = np.where(beyond < 0, slopes[0], slopes[-1])
    return hermite(knots, values, slopes, inside) + beyond * (slope + curvature[0] * beyond)


def hermite(
    knots: np.ndarray, values: np.ndarray, slopes: np.ndarray, at: np.ndarray
) -> np.ndarray:
    """Cubic with given values and slopes at the ends of each interval.

    Parameters
    ----------
    knots, values, slopes
        Increasing positions and what the curve does there.
    at
        Positions within the knots, any shape.
    """
    at = np.asarray(at, dtype=float)
    left = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    width = knots[left + 1] - knots[left]
    t = (at - knots[left]) / width
    return (
        values[left] * (1 + 2 * t) * (1 - t) ** 2
        + values[left + 1] * (3 - 2 * t) * t**2
        + width * t * (1 - t) * (slopes[left] * (1 - t) - slopes[left + 1] * t)
    )
