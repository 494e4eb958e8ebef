"""Kaplan-Meier curves of strata."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.base.tables import put_together
from recurseq.clinical.model_rows import Rows
from recurseq.clinical.settings import LOGISTIC, Within
from recurseq.clinical.survival.kaplan_meier import kaplan_meier
from recurseq.clinical.survival.times import aligned
from recurseq.risk.recipe import Recipe


def times_of(recipe: Recipe, rows: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray | None] | None:
    """Return time, event and entry of patients; None for an outcome without times.

    An endpoint within a time is followed on the endpoint that it was made of, until any of its
    states.
    """
    if recipe.model.kind != LOGISTIC:
        return rows.time, rows.state > 0, rows.entry
    endpoint = recipe.patients.settings.endpoints.get(recipe.model.endpoint)
    if not isinstance(endpoint, Within):
        return None
    position = recipe.patients.frame.index.get_indexer(rows.frame.index)
    outcome = recipe.patients.outcome(endpoint.of).take(position)
    return aligned(outcome.time), outcome.event, None


def curve_table(recipe: Recipe, rows: Rows, places: np.ndarray, role: str) -> pd.DataFrame:
    """Return table ``risk_strata_curve`` of one cohort: every step of the strata's curves.

    Parameters
    ----------
    recipe
        Of the risk model.
    rows
        The patients.
    places
        Stratum of each; -1 for none.
    role
        Which cohort they are.
    """
    found, parts = times_of(recipe, rows), []
    for k, stratum in enumerate(recipe.risk.strata.names if found is not None else ()):
        time, event, entry = found
        own = (places == k) & ~np.isnan(time)
        if not own.any():
            continue
        curve = kaplan_meier(time[own], event[own], None if entry is None else entry[own])
        parts.append(pd.DataFrame({"stratum": stratum, "cohort": role, **curve.columns}))
    return put_together(parts, "risk_strata_curve")
