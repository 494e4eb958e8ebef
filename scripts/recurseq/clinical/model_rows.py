"""Rows of follow-up of a model: patients as they are, from a landmark, or in pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recurseq.clinical.cautions import FEWEST_CLUSTERS
from recurseq.clinical.landmark import before_known, known_by
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import LOGISTIC, Model, Span
from recurseq.clinical.survival.episodes import cut_at
from recurseq.clinical.survival.times import aligned

PLAIN, LANDMARK, TIME_VARYING = "plain", "landmark", "time_varying"


@dataclass(frozen=True)
class Rows:
    """Rows of follow-up with everything a model needs, none of it missing.

    Attributes
    ----------
    frame
        Values of the variables by row; gaps in it where they were asked for.
    time, state
        End of each row, and 0 or the number of the state it ends with.
    entry
        When each row begins; None where all begin at the origin.
    strata, cluster
        Codes; None where there are none.
    weight
        How often each row counts; None where all count once.
    patient
        Number of the patient of each row.
    dropped
        Patients with a known outcome who have no row because a value is missing.
    """

    frame: pd.DataFrame
    time: np.ndarray
    state: np.ndarray
    entry: np.ndarray | None
    strata: np.ndarray | None
    cluster: np.ndarray | None
    patient: np.ndarray
    dropped: int
    weight: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.time)

    @property
    def patients(self) -> int:
        """Number of patients."""
        return len(np.unique(self.patient))

    @property
    def clusters(self) -> int:
        """Number of clusters; none without a column of them."""
        return 0 if self.cluster is None else len(np.unique(self.cluster))

    def with_enough_clusters(self) -> Rows:
        """Return the rows without their clusters where these are too few to tell an error."""
        return self if self.clusters >= FEWEST_CLUSTERS else replace(self, cluster=None)

    def take(self, rows: np.ndarray) -> Rows:
        """Return some of the rows, by a mask or by their places (which may be repeated)."""
        optional = (self.entry, self.strata, self.cluster)
        return Rows(
            self.frame.iloc[rows],
            self.time[rows],
            self.state[rows],
            *(None if part is None else part[rows] for part in optional),
            self.patient[rows],
            self.dropped,
            None if self.weight is None else self.weight[rows],
        )


def known_at(model: Model, patients: Patients) -> dict[str, str]:
    """Return variables that became known after the origin, and the column that says when.

    What becomes known at the event from which a span is counted is known from its start.
    """
    told = patients.settings.known_at | dict(model.time_varying)
    endpoint = patients.settings.endpoints.get(model.endpoint)
    start = endpoint.start if isinstance(endpoint, Span) else None
    return {name: column for name, column in told.items() if column != start}


def rows_of(
    model: Model, patients: Patients, names: Sequence[str], form: str, *, gaps: bool = False
) -> Rows:
    """Prepare the rows of a model.

    Parameters
    ----------
    model
        The model.
    patients
        All patients, with the cut-offs that are needed.
    names
        Variables; patients who lack one are left out.
    form
        ``plain``, ``landmark`` or ``time_varying``.
    gaps
        Whether those who lack a variable stay, with gaps (not with ``time_varying``). Who lacks
        the outcome, a stratum or the cluster is left out in any case.
    """
    cohort = patients.cohort(model.cohort)
    if model.kind == LOGISTIC:
        return _answers(model, cohort, names, gaps)
    cohort = cohort.take(cohort.outcome(model.endpoint).known)
    outcome = cohort.outcome(model.endpoint)
    time, state = outcome.time, _states(model, outcome.state, outcome.states)
    entry = None
    if model.delayed_entry is not None:
        entry = cohort.months_until(model.delayed_entry, model.endpoint)
    months = {
        name: cohort.months_until(column, model.endpoint)
        for name, column in known_at(model, patients).items()
        if name in names
    }
    if form == TIME_VARYING:
        return _pieces(model, cohort, names, time, state, months)
    values = {name: cohort.values(name) for name in names}
    begin = np.zeros(len(time)) if entry is None else entry
    left = np.ones(len(time), dtype=bool)
    if form == LANDMARK:
        left = time > model.landmark
        values |= {name: known_by(cohort, name, at, model.landmark) for name, at in months.items()}
        time, begin = time - model.landmark, np.maximum(begin - model.landmark, 0.0)
    frame = pd.DataFrame(values, index=cohort.frame.index)
    complete, strata, cluster = _complete(model, cohort, frame, gaps)
    # As in R, who entered at the end or later, or nobody knows when, was never seen at risk.
    kept = left & complete & (True if entry is None else begin < time)
    rows = Rows(
        frame, aligned(time), state, None if entry is None else aligned(begin), strata, cluster,
        np.arange(len(time)), int((left & ~kept).sum()),
    )  # fmt: skip
    return rows.take(kept)


def _answers(model: Model, cohort: Patients, names: Sequence[str], gaps: bool) -> Rows:
    """Return one row for each patient of whom an endpoint of yes and no is known."""
    answer, weight = cohort.answer(model.endpoint)
    known = ~np.isnan(answer) & (True if weight is None else weight > 0)
    values = {name: cohort.values(name) for name in names}
    frame = pd.DataFrame(values, index=cohort.frame.index)
    complete, _, cluster = _complete(model, cohort, frame, gaps)
    rows = Rows(
        frame,
        np.full(len(cohort), np.nan),
        np.where(answer == 1, 1, 0),
        None,
        None,
        cluster,
        np.arange(len(cohort)),
        int((known & ~complete).sum()),
        weight,
    )
    return rows.take(known & complete)


def _states(model: Model, state: np.ndarray, states: tuple[str, ...]) -> np.ndarray:
    """Give the modelled state the number 1; without one, all states are alike."""
    if model.state is None:
        return (state > 0).astype(int)
    wanted = states.index(model.state) + 1
    if model.kind == "finegray":
        return np.where(state == wanted, 1, np.where(state > 0, 2, 0))
    return (state == wanted).astype(int)


def _pieces(
    model: Model,
    cohort: Patients,
    names: Sequence[str],
    time: np.ndarray,
    state: np.ndarray,
    months: Mapping[str, np.ndarray],
) -> Rows:
    """Cut follow-up where a value becomes known; before that it counts as the reference."""
    # A patient without the value, who was not seen at its time, has no such moment.
    pieces = cut_at(time, state > 0, list(months.values()))
    values = {}
    for name in names:
        own = cohort.values(name).iloc[pieces.row].reset_index(drop=True)
        if name in months:
            not_yet = ~pieces.has_changed(months[name]) & ~np.isnan(months[name])[pieces.row]
            own = before_known(own, not_yet)
        values[name] = own
    frame = pd.DataFrame(values, index=range(len(pieces.row)))
    _, strata, cluster = _complete(model, cohort, pd.DataFrame(index=cohort.frame.index), True)
    known = frame.notna().all(axis=1).to_numpy()
    for codes in (strata, cluster):
        known &= True if codes is None else codes[pieces.row] >= 0
    kept_patients = len(np.unique(pieces.row[known]))
    rows = Rows(
        frame,
        aligned(pieces.time),
        np.where(pieces.event, state[pieces.row], 0),
        aligned(pieces.entry),
        None if strata is None else strata[pieces.row],
        None if cluster is None else cluster[pieces.row],
        pieces.row,
        len(time) - kept_patients,
    )
    return rows.take(known)


def _complete(
    model: Model, cohort: Patients, frame: pd.DataFrame, gaps: bool
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Say who has all values that are needed, and code strata and clusters (-1 where missing)."""
    complete = frame.notna().all(axis=1).to_numpy() | gaps
    strata = cluster = None
    if model.strata:
        levels = pd.DataFrame({name: cohort.values(name) for name in model.strata})
        known = levels.notna().all(axis=1).to_numpy()
        strata = np.where(known, levels.groupby(list(levels), observed=True).ngroup(), -1)
        complete &= known
    if model.cluster is not None:
        codes = pd.factorize(cohort.values(model.cluster), sort=True)[0]
        cluster = np.asarray(codes)
        complete &= cluster >= 0
    return complete, strata, cluster
