"""The groups of a survival analysis as arrays: who, by which group, for how long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.clinical.landmark import known_by
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import ALL, Survival
from recurseq.clinical.survival.partial_likelihood import fit
from recurseq.clinical.survival.proportionality import KM, ProportionalityTest, proportionality
from recurseq.clinical.survival.risk_sets import Subjects
from recurseq.clinical.survival.times import aligned
from recurseq.stats.intervals import NORMAL_975


@dataclass(frozen=True)
class Groups:
    """Patients of a survival analysis with a known time and group.

    Attributes
    ----------
    patients
        In the order of the arrays.
    time, state
        Months, and 0 for censored or the number of the state.
    group
        Code of each patient's group.
    names
        Names of the groups that have patients, in their order; the first is the reference.
    strata
        Code of each patient's stratum.
    left_out
        Patients of the cohort with a known time whose group or stratum is missing.
    """

    patients: Patients
    time: np.ndarray
    state: np.ndarray
    group: np.ndarray
    names: tuple[str, ...]
    strata: np.ndarray
    left_out: int

    @property
    def event(self) -> np.ndarray:
        """Who had an event."""
        return self.state > 0

    def __len__(self) -> int:
        return len(self.time)

    def take(self, chosen: np.ndarray) -> Groups:
        """Return some of the patients, with all groups."""
        return Groups(
            self.patients.take(chosen),
            *(part[chosen] for part in (self.time, self.state, self.group)),
            self.names,
            self.strata[chosen],
            self.left_out,
        )

    def subjects(self, covariates: np.ndarray) -> Subjects:
        """Return rows for a hazard model within strata."""
        return Subjects(self.time, self.event, covariates, strata=self.strata)

    def dummies(self) -> np.ndarray:
        """One column for each group but the first."""
        return (self.group[:, None] == np.arange(1, len(self.names))).astype(float)


def groups_of(survival: Survival, patients: Patients) -> Groups:
    """Choose cohort, known times and groups; with a landmark, those left at it.

    Parameters
    ----------
    survival
        The analysis.
    patients
        All patients.
    """
    cohort = patients.cohort(survival.cohort)
    cohort = cohort.take(cohort.outcome(survival.endpoint).known)
    outcome = cohort.outcome(survival.endpoint)
    time = outcome.time
    by = None if survival.by is None else _values(survival, cohort)
    if survival.landmark is not None:
        left = time > survival.landmark
        cohort, time, outcome = cohort.take(left), time[left], outcome.take(left)
        time = aligned(time - survival.landmark)
        by = None if by is None else by[left]
    strata, known = _strata(survival, cohort)
    if by is not None:
        known &= by.notna().to_numpy()
    codes, names = _codes(by, known, len(cohort))
    return Groups(
        patients=cohort.take(known),
        time=time[known],
        state=outcome.state[known],
        group=codes,
        names=names,
        strata=strata[known],
        left_out=int((~known).sum()),
    )


def _values(survival: Survival, cohort: Patients) -> pd.Series:
    """Return the groups, as known at the landmark where they became known later."""
    column = cohort.settings.known_at.get(survival.by)
    if survival.landmark is None or column is None:
        return cohort.values(survival.by)
    months = cohort.months_until(column, survival.endpoint)
    return known_by(cohort, survival.by, months, survival.landmark)


def _codes(
    by: pd.Series | None, known: np.ndarray, size: int
) -> tuple[np.ndarray, tuple[str, ...]]:
    if by is None:
        return np.zeros(int(known.sum()), dtype=int), (ALL,)
    present = by[known].cat.remove_unused_categories()
    return present.cat.codes.to_numpy(dtype=int), tuple(map(str, present.cat.categories))


def _strata(survival: Survival, cohort: Patients) -> tuple[np.ndarray, np.ndarray]:
    """Return a code for each combination of the strata's levels, and who has all of them."""
    known = np.ones(len(cohort), dtype=bool)
    if not survival.strata:
        return np.zeros(len(cohort), dtype=int), known
    frame = pd.DataFrame({name: cohort.values(name) for name in survival.strata})
    known = frame.notna().all(axis=1).to_numpy()
    return frame.groupby(list(frame), observed=True).ngroup().to_numpy(), known


def hazard_ratios(groups: Groups) -> dict[int, tuple[float, float, float]]:
    """Return hazard ratios over the first group, with 95 % limits, by code of the group.

    A group without an event has none; without an event in the first group, there is none at all.
    """
    size = len(groups.names)
    events = np.bincount(groups.group[groups.event], minlength=size)
    compared = [code for code in range(1, size) if events[code]]
    if not compared or not events[0]:
        return {}
    kept = groups.take(np.isin(groups.group, [0, *compared]))
    covariates = (kept.group[:, None] == np.array(compared)).astype(float)
    found = fit(kept.subjects(covariates))
    if not found.converged:
        return {}
    width = NORMAL_975 * found.se
    limits = np.exp(
        np.column_stack(
            [found.coefficients, found.coefficients - width, found.coefficients + width]
        )
    )
    return {code: tuple(map(float, row)) for code, row in zip(compared, limits, strict=True)}


def global_proportionality(groups: Groups) -> ProportionalityTest | None:
    """Test whether the hazards of the groups are proportional; None where they cannot be fitted."""
    events = np.bincount(groups.group[groups.event], minlength=len(groups.names))
    if len(groups.names) < 2 or (events == 0).any():
        return None
    found = fit(groups.subjects(groups.dummies()))
    return proportionality(found, {}, KM)[-1] if found.converged else None
