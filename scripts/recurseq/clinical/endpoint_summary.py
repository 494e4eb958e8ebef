"""Endpoints in numbers: events, follow-up, and early risk counted in three ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.clinical import patient_cautions
from recurseq.clinical.cautions import Caution
from recurseq.clinical.cohorts import flag
from recurseq.clinical.endpoints import rule_in_words, target_states
from recurseq.clinical.outcome import NO, YES, Outcome
from recurseq.clinical.settings import ALL, Clinical, Within
from recurseq.clinical.survival.incidence import cumulative_incidence
from recurseq.clinical.survival.kaplan_meier import follow_up

SENSITIVITY = (6.0, 12.0, 18.0, 24.0)  # months at which early recurrence is also told


@dataclass(frozen=True)
class Risk:
    """Share of patients with an event within some months, counted in three ways.

    Attributes
    ----------
    n, events, too_short
        Patients with a known outcome, events in time, and patients not followed long enough.
    naive
        Events over all: who was not followed long enough counts as without the event.
    complete_case
        Events over those who were followed long enough.
    estimate, lower, upper
        Cumulative incidence with its 95 % interval, which uses everybody as long as observed.
    """

    n: int
    events: int
    too_short: int
    naive: float
    complete_case: float
    estimate: float
    lower: float
    upper: float


def early_risk(time: np.ndarray, state: np.ndarray, within: float) -> Risk:
    """Count the risk of state 1 within some months.

    Parameters
    ----------
    time, state
        Months and 0 censored, 1 the event, 2 another state first; missing where unknown.
    within
        Months.
    """
    with np.errstate(invalid="ignore"):
        state = np.where(np.isnan(state) & (time > within), 2.0, state)
    known = ~(np.isnan(time) | np.isnan(state))
    time, state = time[known], state[known]
    n = len(time)
    events = int(((state == 1) & (time <= within)).sum())
    too_short = int(((state == 0) & (time < within)).sum())
    if not n:
        return Risk(0, 0, 0, *[np.nan] * 5)
    estimate, lower, upper = np.nan, np.nan, np.nan
    if within <= time.max():
        at = cumulative_incidence(time, state.astype(int), 1).at(np.array([within]))
        estimate, lower, upper = (float(at[key][0]) for key in ("value", "lower", "upper"))
    followed = n - too_short
    complete = events / followed if followed else np.nan
    return Risk(n, events, too_short, events / n, complete, estimate, lower, upper)


def summarise(
    settings: Clinical,
    outcomes: Mapping[str, Outcome],
    columns: pd.DataFrame,
    table: pd.DataFrame,
    chosen: np.ndarray,
) -> pd.DataFrame:
    """Return one row for each endpoint: table ``clinical_endpoints``.

    Parameters
    ----------
    settings
        The clinical sections.
    outcomes, columns
        As `recurseq.clinical.endpoints.derive` returns them.
    table
        Typed clinical table.
    chosen
        Patients who are analysed.
    """
    rows = []
    for name, endpoint in settings.endpoints.items():
        row = {"endpoint": name, "rule": rule_in_words(endpoint)}
        if isinstance(endpoint, Within):
            of = outcomes[endpoint.of].take(chosen)
            state = target_states(endpoint, of, settings, table[chosen])
            rows.append(row | _binary(endpoint, of, state, columns[name][chosen]))
        else:
            rows.append(row | _with_times(outcomes[name].take(chosen)))
    return pd.DataFrame(rows, columns=describe("clinical_endpoints").names)


def _with_times(outcome: Outcome) -> dict[str, object]:
    known = outcome.take(outcome.known)
    events = int(known.event.sum())
    found = {
        "n": len(known.time),
        "events": events,
        "censored": len(known.time) - events,
        "missing": int((~outcome.known).sum()),
    }
    if len(known.time):
        middle = follow_up(known.time, known.event)
        found |= {"median_follow_up": middle.value, "lower": middle.lower, "upper": middle.upper}
    return found


def _binary(
    endpoint: Within, of: Outcome, state: np.ndarray, values: pd.Series
) -> dict[str, object]:
    yes, no = int((values == YES).sum()), int((values == NO).sum())
    risk = early_risk(of.time, state, endpoint.within)
    return {
        "n": yes + no,
        "events": yes,
        "censored": no,
        "missing": int(values.isna().sum()),
        "too_short": risk.too_short,
        "naive_risk": risk.naive,
        "complete_case_risk": risk.complete_case,
        "km_risk": risk.estimate,
        "horizon": endpoint.within,
    }


def horizons(
    settings: Clinical, outcomes: Mapping[str, Outcome], table: pd.DataFrame, chosen: np.ndarray
) -> pd.DataFrame:
    """Return early risk at 6, 12, 18 and 24 months and the endpoint's own: ``clinical_horizons``.

    Parameters
    ----------
    settings, outcomes, table, chosen
        As for `summarise`.
    """
    rows, told = [], set()
    for name, endpoint in settings.endpoints.items():
        if not isinstance(endpoint, Within):
            continue
        of = outcomes[endpoint.of].take(chosen)
        state = target_states(endpoint, of, settings, table[chosen])
        for months in sorted({*SENSITIVITY, endpoint.within}):
            key = (endpoint.of, endpoint.state, str(endpoint.when), months)
            if key in told:
                continue
            told.add(key)
            risk = early_risk(of.time, state, months)
            rows.append(
                {
                    "endpoint": name,
                    "horizon": months,
                    "n": risk.n,
                    "events": risk.events,
                    "too_short": risk.too_short,
                    "naive_risk": risk.naive,
                    "complete_case_risk": risk.complete_case,
                    "km_risk": risk.estimate,
                    "lower": risk.lower,
                    "upper": risk.upper,
                }
            )
    return pd.DataFrame(rows, columns=describe("clinical_horizons").names)


def endpoint_cautions(
    settings: Clinical, endpoints: pd.DataFrame, frame: pd.DataFrame
) -> list[Caution]:
    """Return what a reader must know of the endpoints.

    Parameters
    ----------
    settings
        The clinical sections.
    endpoints
        Table ``clinical_endpoints``.
    frame
        Typed clinical table with its cohorts.
    """
    found: list[Caution | None] = []
    for row in endpoints[endpoints["horizon"].notna()].itertuples():
        n = int(row.n + row.missing)
        risks = (row.naive_risk, row.complete_case_risk, row.km_risk)
        analysis = f"endpoints.{row.endpoint}"
        found.append(
            patient_cautions.short_follow_up(analysis, int(row.too_short), n, *map(float, risks))
        )
    for name in settings.outcome_selected:
        size = int(frame[flag(name)].sum())
        everyone = int(frame[flag(ALL)].sum())
        if size:
            found.append(patient_cautions.left_out_of_risks("endpoints", name, size, everyone))
    return [one for one in found if one is not None]
