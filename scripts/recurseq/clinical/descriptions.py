"""An early event described: when it occurs, and how patients are at it beside other such events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.clinical.cautions import STOP, Caution
from recurseq.clinical.endpoints import is_asked_for
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import ALL, Description, Within
from recurseq.clinical.validity import judge_patients
from recurseq.stats.intervals import binomial_interval

SHARES = ("share", "cumulative_share", "lower", "upper")
METHOD = "Clopper-Pearson"


@dataclass(frozen=True)
class DescriptionResult:
    """Tables ``description_occurrence``, ``description_shares`` and ``description_cohorts``."""

    occurrence: pd.DataFrame
    shares: pd.DataFrame
    cohorts: pd.DataFrame
    cautions: list[Caution] = field(default_factory=list)


def describe_event(description: Description, patients: Patients) -> DescriptionResult:
    """Describe an early event.

    Parameters
    ----------
    description
        What is described.
    patients
        All patients, with the cut-offs that are needed.
    """
    cohort = patients.cohort(description.cohort)
    endpoint = patients.settings.endpoints[description.endpoint]
    outcome = cohort.outcome(endpoint.of)
    answer, _ = cohort.answer(endpoint.name)
    groups = {
        endpoint.name: answer == 1,
        other_events(endpoint): is_asked_for(endpoint, outcome) & (answer == 0),
    }
    months = outcome.time[answer == 1]
    rows = [row for name in description.variables for row in _shares(name, cohort, groups)]
    analysis = f"descriptions.{description.name}"
    found = judge_patients(analysis, description.cohort, cohort, by=endpoint.name)
    tables = {
        "occurrence": occurrence(months, endpoint.within),
        "shares": pd.DataFrame(rows, columns=describe("description_shares").names),
    }
    if _stops(found):
        for table in tables.values():
            table[[name for name in SHARES if name in table]] = np.nan
    tables["cohorts"] = _cohorts(analysis, endpoint.name, patients)
    return DescriptionResult(**tables, cautions=found)


def _stops(found: Sequence[Caution]) -> bool:
    return any(one.severity == STOP for one in found)


def occurrence(months: np.ndarray, within: float) -> pd.DataFrame:
    """Count events by month, with exact intervals of the share that has occurred by its end.

    Parameters
    ----------
    months
        From the origin to each event.
    within
        Months after which none counts.

    Returns
    -------
    pandas.DataFrame
        Table ``description_occurrence``: a row for each month that began, the last one may be
        shorter. An event on the last day of a month belongs to it.
    """
    ends = np.minimum(np.arange(1, np.ceil(within) + 1), within)
    total = len(months)
    by_end = (months[:, None] <= ends).sum(axis=0)
    events = np.diff(by_end, prepend=0)
    limits = np.array([binomial_interval(int(count), total) for count in by_end])
    with np.errstate(invalid="ignore"):
        share, cumulative = events / total, by_end / total
    columns = (ends, total, events, share, by_end, cumulative, *limits.T, METHOD)
    names = describe("description_occurrence").names
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def _cohorts(analysis: str, endpoint: str, patients: Patients) -> pd.DataFrame:
    """Count patients with the event in each cohort; one chosen by the outcome has no share."""
    rows = []
    for name in (ALL, *patients.settings.cohorts):
        cohort = patients.cohort(name)
        answer, _ = cohort.answer(endpoint)
        n, events = int((~np.isnan(answer)).sum()), int((answer == 1).sum())
        share, limits = np.nan, (np.nan, np.nan)
        if n and not _stops(judge_patients(analysis, name, cohort)):
            share, limits = events / n, binomial_interval(events, n)
        rows.append((name, n, events, len(answer) - n, share, *limits, METHOD))
    return pd.DataFrame(rows, columns=describe("description_cohorts").names)


def other_events(endpoint: Within) -> str:
    """Name the group of those with an event of the same kind that does not count."""
    return f"other {endpoint.state or endpoint.of}"


def _shares(variable: str, cohort: Patients, groups: dict[str, np.ndarray]) -> Iterator[dict]:
    """Count the levels of a variable in each group, among those with a value."""
    values = cohort.values(variable)
    for level in values.cat.categories:
        for group, members in groups.items():
            own = values[members]
            n, total = int((own == level).sum()), int(own.notna().sum())
            lower, upper = binomial_interval(n, total)
            yield {
                "column": variable,
                "level": str(level),
                "group": group,
                "n": n,
                "total": total,
                "missing": len(own) - total,
                "share": n / total if total else np.nan,
                "lower": lower,
                "upper": upper,
                "method": METHOD,
            }
