"""Restricted mean survival time: the area under the curve up to a stated time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.clinical.survival.kaplan_meier import Curve


@dataclass(frozen=True)
class RestrictedMean:
    """Mean time without the event within the first `horizon` units, and its standard error."""

    horizon: float
    value: float
    se: float


def restricted_mean(curve: Curve, horizon: float) -> RestrictedMean:
    """Return the area under a Kaplan-Meier curve up to `horizon`.

    Its variance is Σ A² d / (n (n - d)) over the times of events, where A is the area that is left
    from there to the horizon. Missing beyond the last follow-up, unless nobody is left.

    References
    ----------
    Royston and Parmar, BMC Med. Res. Methodol. 13, 152 (2013); Uno et al., J. Clin. Oncol. 32,
    2380 (2014).
    """
    gone = len(curve.survival) > 0 and curve.survival[-1] <= 0
    if not horizon <= curve.last and not gone:
        return RestrictedMean(horizon, np.nan, np.nan)
    inside = curve.time <= horizon
    edges = np.concatenate([[0.0], curve.time[inside], [horizon]])
    areas = np.diff(edges) * np.concatenate([[1.0], curve.survival[inside]])
    left = areas[::-1].cumsum()[::-1][1:]
    n, d = (x[inside].astype(float) for x in (curve.counts.at_risk, curve.counts.events))
    counted = n > d
    variance = np.sum(left[counted] ** 2 * d[counted] / (n * (n - d))[counted])
    return RestrictedMean(horizon, float(areas.sum()), float(np.sqrt(variance)))
