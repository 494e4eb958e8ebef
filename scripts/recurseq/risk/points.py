"""The tables of a nomogram: points of values, and risks of totals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.risk.nomogram import Nomogram, nomogram, risk_ticks
from recurseq.risk.risk_model import RiskModel

TOTAL_STEP = 5  # points between the totals of the table


def nomogram_tables(model: RiskModel | None) -> dict[str, pd.DataFrame]:
    """Return tables ``risk_points`` and ``risk_scale``; empty ones where there is no model."""
    if model is None:
        names = ("risk_points", "risk_scale")
        return {name: pd.DataFrame(columns=describe(name).names) for name in names}
    drawn = nomogram(model)
    return {"risk_points": points_table(drawn), "risk_scale": scale_table(drawn)}


def points_of(model: RiskModel | None) -> Callable[[np.ndarray], np.ndarray] | None:
    """Return what turns linear predictors into total points; None where there is no model."""
    return None if model is None else nomogram(model).points


def points_table(drawn: Nomogram) -> pd.DataFrame:
    """Return table ``risk_points``: every value that has a tick."""
    rows = [
        (axis.term, value, points, effect, bool(outside))
        for axis in drawn.axes
        for value, points, effect, outside in zip(
            axis.values, axis.points, axis.effect, axis.outside, strict=True
        )
    ]
    return pd.DataFrame(rows, columns=describe("risk_points").names)


def scale_table(drawn: Nomogram) -> pd.DataFrame:
    """Return table ``risk_scale``: the risk of round totals, and the total of round risks."""
    most = drawn.most
    totals = [*np.arange(0, most, TOTAL_STEP), most, *(total for _, total in risk_ticks(drawn))]
    totals = np.unique(np.round(totals, 10))
    risks = drawn.risk(totals)
    return pd.DataFrame({"total_points": totals, "risk": risks})
