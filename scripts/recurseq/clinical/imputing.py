"""Patients with gaps: completed several times by chained equations.

Two uses that must not be mixed up. To make a model, gaps are filled with the outcome among the
predictors: without it the effects would be too small (Moons et al., J. Clin. Epidemiol. 59, 1092,
2006). To judge a model, gaps are filled without any outcome, by regressions learnt in the patients
that the model is made with: who is to be predicted has no outcome yet, and one that leaks into the
filled values would make predictions look too good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recurseq.clinical.model_rows import Rows
from recurseq.clinical.patients import TRANSFORMS, Patients
from recurseq.clinical.survival.times import count_at_risk, step_values
from recurseq.stats.chained import FEWER, ITERATIONS, Completed, Variable, complete

MOST_MISSING = 0.5  # of the values of a variable; with more, most of it would be made up
MAKING, JUDGING = 0, 1  # streams of random numbers


@dataclass(frozen=True)
class Imputed:
    """Patients, completed several times.

    Attributes
    ----------
    rows
        The same patients in each, without gaps.
    variables
        Names of those that had gaps.
    means
        Data sets x iterations x these variables: mean of what was drawn.
    """

    rows: list[Rows]
    variables: tuple[str, ...]
    means: np.ndarray


def has_gaps(rows: Rows) -> bool:
    """Whether some value is missing."""
    return bool(rows.frame.isna().to_numpy().any())


def complete_only(rows: Rows) -> Rows:
    """Return the patients without gaps, those with gaps counted as dropped."""
    kept = rows.frame.notna().all(axis=1).to_numpy()
    lost = rows.patients - len(np.unique(rows.patient[kept]))
    return replace(rows.take(kept), dropped=rows.dropped + lost)


def too_empty(rows: Rows) -> dict[str, float]:
    """Return variables of which so much is missing that they are not imputed, and the share."""
    shares = rows.frame.isna().mean()
    return {name: share for name, share in shares.items() if share > MOST_MISSING}


def impute(
    rows: Rows, patients: Patients, count: int, seed: Sequence[int], *, fewer: bool = False
) -> Imputed:
    """Complete the patients that a model is made with.

    Beside all variables, predictors are the outcome itself, or of times the kind of event and the
    cumulative hazard of each kind (Nelson-Aalen) at the end of follow-up, and strata.

    Parameters
    ----------
    rows
        Patients with gaps; each variable has some value.
    patients
        Whose rules say on which scale a number is taken.
    count
        How many times.
    seed
        Of the draws.
    fewer
        Whether few iterations are enough.

    References
    ----------
    White and Royston, Stat. Med. 28, 1982 (2009); of competing events Bartlett and Taylor,
    Biostatistics 17, 751 (2016).
    """
    variables, outcome = _variables(rows.frame, patients), _outcome(rows)
    turns = FEWER if fewer else ITERATIONS
    found = [
        complete(variables, outcome, np.random.default_rng([*seed, MAKING, number]), turns)
        for number in range(count)
    ]
    names = tuple(name for name in rows.frame if rows.frame[name].isna().any())
    sets = [replace(rows, frame=_filled(rows.frame, one)) for one in found]
    return Imputed(sets, names, np.array([one.means for one in found]))


def fill_without_outcome(
    learn: pd.DataFrame,
    others: pd.DataFrame,
    patients: Patients,
    count: int,
    seed: Sequence[int],
) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Complete patients that a model is judged in, by those it is made with, without any outcome.

    Parameters
    ----------
    learn
        Values of the patients that regressions are made with and donors come from.
    others
        Of others, whose gaps are filled by these regressions.
    patients, count, seed
        As for `impute`.

    Returns
    -------
    list of (pandas.DataFrame, pandas.DataFrame)
        Both, completed.
    """
    frame = pd.concat([learn, others])
    own = np.arange(len(frame)) < len(learn)
    variables, nothing = _variables(frame, patients), np.zeros((len(frame), 0))
    found = []
    for number in range(count):
        random = np.random.default_rng([*seed, JUDGING, number])
        full = _filled(frame, complete(variables, nothing, random, FEWER, own))
        found.append((full.iloc[: len(learn)], full.iloc[len(learn) :]))
    return found


def _variables(frame: pd.DataFrame, patients: Patients) -> list[Variable]:
    found = []
    for name, values in frame.items():
        if isinstance(values.dtype, pd.CategoricalDtype):
            codes = values.cat.codes.to_numpy(dtype=float)
            found.append(Variable(np.where(codes < 0, np.nan, codes), len(values.cat.categories)))
        else:
            scale = TRANSFORMS[patients.scale(name)]
            found.append(Variable(scale(values.to_numpy(dtype=float))))
    return found


def _outcome(rows: Rows) -> np.ndarray:
    """Return what stands for the outcome among the predictors: rows x columns."""
    states = [rows.state == state for state in np.unique(rows.state[rows.state > 0])]
    columns = [np.asarray(event, dtype=float) for event in states]
    if not np.isnan(rows.time).all():
        columns += [nelson_aalen(rows.time, event, rows.entry) for event in states]
    if rows.strata is not None:
        columns += [(rows.strata == code).astype(float) for code in np.unique(rows.strata)[1:]]
    return np.column_stack([*columns, np.zeros((len(rows), 0))])


def nelson_aalen(time: np.ndarray, event: np.ndarray, entry: np.ndarray | None) -> np.ndarray:
    """Return the cumulative hazard of an event at the end of each patient's own follow-up.

    Parameters
    ----------
    time, event, entry
        As for `recurseq.clinical.survival.times.count_at_risk`.
    """
    counts = count_at_risk(time, event, entry)
    hazard = np.cumsum(counts.events / np.maximum(counts.at_risk, 1))
    return step_values(time, counts.time, hazard, 0.0)


def _filled(frame: pd.DataFrame, found: Completed) -> pd.DataFrame:
    columns = {}
    for place, (name, values) in enumerate(frame.items()):
        if place not in found.drawn:
            columns[name] = values
            continue
        gaps, drawn = values.isna().to_numpy(), found.drawn[place]
        if isinstance(values.dtype, pd.CategoricalDtype):
            codes = values.cat.codes.to_numpy().astype(int)
            codes[gaps] = drawn
            full = pd.Categorical.from_codes(codes, dtype=values.dtype)
        else:
            full = values.to_numpy(dtype=float, copy=True)
            full[gaps] = full[drawn]
        columns[name] = pd.Series(full, index=frame.index)
    # Of repeated patients, as in a resample, no index could align columns.
    return pd.DataFrame({k: v.array for k, v in columns.items()}, index=frame.index)
