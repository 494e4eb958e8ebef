"""Who is compared: as treated at any time, as treated by a landmark, and who is left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.base.text import setting
from recurseq.clinical.landmark import before_known
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import Benefit, Clinical, Within
from recurseq.clinical.survival.times import aligned
from recurseq.risk.benefit.effect import Followed

# Steps of the flow, of which the reasons are told again in a caution.
NO_TREATMENT, NO_COVARIATE = "treatment, or when it began, not known", "a covariate is missing"
BY_LANDMARK = "event or end of observation before month"


@dataclass(frozen=True)
class Sample:
    """Patients with a known treatment, outcome, stratum and covariates.

    Attributes
    ----------
    frame
        Covariates by patient.
    followed
        Treatment and outcome.
    stratum
        Name of each patient's stratum; empty texts without strata.
    start
        Months at which the treatment began; missing for the untreated, and where nobody tells.
    """

    frame: pd.DataFrame
    followed: Followed
    stratum: np.ndarray
    start: np.ndarray

    def __len__(self) -> int:
        return len(self.frame)

    def take(self, rows: np.ndarray) -> Sample:
        """Return some of the patients, by a mask."""
        return Sample(
            self.frame[rows], self.followed.take(rows), self.stratum[rows], self.start[rows]
        )


@dataclass(frozen=True)
class Samples:
    """The patients of a comparison.

    Attributes
    ----------
    naive
        Treated whenever they were.
    landmark
        Still without the event at the landmark, and treated by then; None without a landmark.
    flow
        Table ``benefit_flow``.
    """

    naive: Sample
    landmark: Sample | None
    flow: pd.DataFrame

    @property
    def compared(self) -> Sample:
        """The patients that adjusted estimates are made of."""
        return self.naive if self.landmark is None else self.landmark


def column_of_start(settings: Clinical, benefit: Benefit) -> str | None:
    """Return the column that says when the treatment began; None where nobody tells."""
    return benefit.started or settings.known_at.get(benefit.treatment)


def endpoint_with_times(settings: Clinical, benefit: Benefit) -> str | None:
    """Return the endpoint whose times follow the patients; None for a column of yes and no."""
    endpoint = settings.endpoints.get(benefit.endpoint)
    if endpoint is None:
        return None
    return endpoint.of if isinstance(endpoint, Within) else endpoint.name


def samples_of(benefit: Benefit, patients: Patients, strata: pd.Series | None) -> Samples:
    """Say who is compared.

    Parameters
    ----------
    benefit
        The comparison.
    patients
        All patients, with the cut-offs that are needed.
    strata
        Stratum by patient, missing where there is none; None where they are not divided.
    """
    cohort = patients.cohort(benefit.cohort)
    levels = cohort.values(benefit.treatment)
    start = _start(benefit, cohort)
    base, steps = _complete(benefit, cohort, strata, start)
    naive_arm = _arm(benefit, levels)
    naive = _sample(benefit, cohort, strata, start, naive_arm).take(base & (naive_arm >= 0))
    landmark, arm = None, naive_arm
    if benefit.landmark is not None:
        month = benefit.landmark
        time = cohort.outcome(endpoint_with_times(cohort.settings, benefit)).time
        with np.errstate(invalid="ignore"):
            still, later = time > month, start > month
        steps.append((f"{BY_LANDMARK} {setting(month)}", base & still))
        base = base & still
        arm = _arm(benefit, before_known(levels, later))
        whole = _sample(benefit, cohort, strata, start, arm, month)
        landmark = whole.take(base & (arm >= 0))
    steps.append(("another treatment", base & (arm >= 0)))
    return Samples(naive, landmark, _flow(benefit, len(cohort), steps))


def _start(benefit: Benefit, cohort: Patients) -> np.ndarray:
    column = column_of_start(cohort.settings, benefit)
    endpoint = endpoint_with_times(cohort.settings, benefit)
    if column is None or endpoint is None:
        return np.full(len(cohort), np.nan)
    untreated = cohort.values(benefit.treatment).cat.codes.to_numpy() <= 0
    return np.where(untreated, np.nan, cohort.months_until(column, endpoint))


def _complete(
    benefit: Benefit, cohort: Patients, strata: pd.Series | None, start: np.ndarray
) -> tuple[np.ndarray, list[tuple[str, np.ndarray]]]:
    """Say of whom everything is known, and who is left after each step."""
    codes = cohort.values(benefit.treatment).cat.codes.to_numpy()
    known = codes >= 0
    if column_of_start(cohort.settings, benefit) is not None:
        known &= (codes == 0) | ~np.isnan(start)
    covariates = pd.DataFrame({name: cohort.values(name) for name in benefit.covariates})
    checks = [("outcome not known", _outcome_known(benefit, cohort))]
    if strata is not None:
        checks.append(("no stratum", strata.reindex(cohort.frame.index).notna().to_numpy()))
    checks.append((NO_TREATMENT, known))
    checks.append((NO_COVARIATE, covariates.notna().all(axis=1).to_numpy()))
    left, steps = np.ones(len(cohort), dtype=bool), []
    for label, passed in checks:
        left = left & passed
        steps.append((label, left))
    return left, steps


def _outcome_known(benefit: Benefit, cohort: Patients) -> np.ndarray:
    endpoint = cohort.settings.endpoints.get(benefit.endpoint)
    if endpoint is None or isinstance(endpoint, Within):
        answer, weight = cohort.answer(benefit.endpoint)
        return ~np.isnan(answer) & (True if weight is None else weight > 0)
    return cohort.outcome(benefit.endpoint).known


def _arm(benefit: Benefit, levels: pd.Series) -> np.ndarray:
    """Return 1 for treated, 0 for the first level, -1 for another treatment or none known."""
    names = [str(level) for level in levels.cat.categories]
    counted = benefit.treated or names[1:]
    place = np.array([0, *(1 if name in counted else -1 for name in names[1:]), -1])
    return place[levels.cat.codes.to_numpy()]


def _sample(
    benefit: Benefit,
    cohort: Patients,
    strata: pd.Series | None,
    start: np.ndarray,
    arm: np.ndarray,
    month: float = 0.0,
) -> Sample:
    """Put the patients of a cohort together, followed from a month on."""
    endpoint = cohort.settings.endpoints.get(benefit.endpoint)
    counts = time = None
    if endpoint is None or isinstance(endpoint, Within):
        answer, counts = cohort.answer(benefit.endpoint)
        event = answer == 1
    else:
        outcome = cohort.outcome(benefit.endpoint)
        event, time = outcome.event, aligned(outcome.time - month)
    stratum = np.full(len(cohort), "", dtype=object)
    if strata is not None:
        stratum = strata.reindex(cohort.frame.index).astype(object).to_numpy()
    frame = pd.DataFrame({name: cohort.values(name) for name in benefit.covariates})
    return Sample(frame, Followed(arm == 1, event, time, counts), stratum, start)


def _flow(benefit: Benefit, n: int, steps: list[tuple[str, np.ndarray]]) -> pd.DataFrame:
    rows, before = [(0, f"patients of {benefit.cohort}", None, n)], n
    for place, (label, left) in enumerate(steps, start=1):
        remaining = int(left.sum())
        rows.append((place, label, before - remaining, remaining))
        before = remaining
    return pd.DataFrame(rows, columns=describe("benefit_flow").names)
