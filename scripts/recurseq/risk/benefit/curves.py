"""Kaplan-Meier curves of treated and untreated patients, as they are and weighted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.base.tables import put_together
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
        told = {"stratum": stratum, "group": group, "estimate": estimate}
        parts.append(pd.DataFrame(told | curve.columns))
    return put_together(parts, "benefit_curve")
