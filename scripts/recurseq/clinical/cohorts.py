"""Who is analysed: exclusions in order, and named parts of the patients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.clinical.conditions import holds
from recurseq.clinical.settings import ALL, Clinical

FLAG = "cohort_"
COHORT = "cohort "  # in the flow, before the name of a cohort


def flag(name: str) -> str:
    """Return the column that says who belongs to a cohort."""
    return f"{FLAG}{name}"


def trace(settings: Clinical, frame: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """Leave patients out step by step.

    Parameters
    ----------
    settings
        The clinical sections.
    frame
        Typed columns by patient.

    Returns
    -------
    (numpy.ndarray, pandas.DataFrame)
        Who remains, and table ``clinical_flow``: the patients of the table, each exclusion, and
        the cohorts of those who remain. A patient whose value is missing is not excluded.
    """
    remaining = np.ones(len(frame), dtype=bool)
    rows = [(0, "patients in the table", None, len(frame))]
    for place, step in enumerate(settings.flow, start=1):
        out = remaining & (holds(step.condition, frame, dict(settings.columns)) == 1)
        remaining &= ~out
        rows.append((place, step.label, int(out.sum()), int(remaining.sum())))
    for name in settings.cohorts:
        inside = members(settings, frame, name) & remaining
        rows.append((len(settings.flow) + 1, COHORT + name, None, int(inside.sum())))
    return remaining, pd.DataFrame(rows, columns=describe("clinical_flow").names)


def flow_gaps(flow: pd.DataFrame, split: Sequence[str]) -> list[str]:
    """Say where a flow of patients does not add up; empty where it does.

    Parameters
    ----------
    flow
        Table ``clinical_flow``.
    split
        Cohorts into which those who remain are to be divided, each patient in one; empty for none.
    """
    gaps = []
    steps = flow[~flow["label"].str.startswith(COHORT)]
    for before, row in zip(steps["remaining"], steps.iloc[1:].itertuples(), strict=False):
        if before - row.excluded != row.remaining:
            gaps.append(f"{row.label}: {before} less {row.excluded:.0f} are not {row.remaining}")
    inside = int(flow.loc[flow["label"].isin([COHORT + name for name in split]), "remaining"].sum())
    analysed = int(steps["remaining"].iloc[-1])
    if split and inside != analysed:
        gaps.append(f"{inside} patients are in {' and '.join(split)}, and {analysed} analysed")
    return gaps


def members(settings: Clinical, frame: pd.DataFrame, name: str) -> np.ndarray:
    """Say who meets the condition of a cohort."""
    if name == ALL:
        return np.ones(len(frame), dtype=bool)
    return holds(settings.cohorts[name], frame, dict(settings.columns)) == 1


def flags(settings: Clinical, frame: pd.DataFrame) -> pd.DataFrame:
    """Return one column of true and false for each cohort, `all` first; exclusions are in none."""
    remaining, _ = trace(settings, frame)
    columns = {
        flag(name): members(settings, frame, name) & remaining for name in (ALL, *settings.cohorts)
    }
    return pd.DataFrame(columns, index=frame.index)


def overlap(settings: Clinical, frame: pd.DataFrame, one: str, other: str) -> np.ndarray:
    """Say who is in both of two cohorts."""
    return members(settings, frame, one) & members(settings, frame, other)
