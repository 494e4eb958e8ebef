"""Kaplan-Meier curves of treated and untreated patients, as they are and weighted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.clinical.survival.kaplan_meier import kaplan_meier
from recurseq.risk.benefit.effect import Followed

TREATED, UNTREATED = "treated", "untreated"


def curve_rows(
    stratum: str, estimate: str, followed: Followed, weights: np.ndarray | None
) -> pd.DataFrame:
    """Return rows of table ``benefit_curve`` of one stratum.

    Parameters
    ----------
    stratum, estimate
        Its name, and ``crude`` or ``adjusted``.
    followed
        The patients, with times.
    weights
        Of each; None for the crude curves.
    """
    parts = []
    for group, side in ((TREATED, followed.treated), (UNTREATED, ~followed.treated)):
        own = side if weights is None else side & (weights > 0)
        if not own.any():
            continue
        chosen = None if weights is None else weights[own]
        curve = kaplan_meier(followed.time[own], followed.event[own], weights=chosen)
        columns = {
            "stratum": stratum,
            "group": group,
            "estimate": estimate,
            "time": curve.time,
            "at_risk": curve.counts.at_risk,
            "survival": curve.survival,
            "se": curve.se,
            "lower": curve.lower,
            "upper": curve.upper,
            "events": curve.counts.events,
            "censored": curve.counts.censored,
        }
        parts.append(pd.DataFrame(columns))
    return joined(parts)


def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Put rows of table ``benefit_curve`` together."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=describe("benefit_curve").names)
    return pd.concat(filled, ignore_index=True)
