"""Endpoints by rule: from dates and columns to times, events and early recurrence."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import few, listed, setting
from recurseq.clinical.conditions import holds
from recurseq.clinical.dates import days_between
from recurseq.clinical.outcome import EVENT, NO, YES, Outcome, as_columns
from recurseq.clinical.settings import (
    MONTHS_PER,
    Clinical,
    Competing,
    Dated,
    Endpoint,
    Span,
    Timed,
    Within,
)
from recurseq.clinical.survival.kaplan_meier import censoring_survival
from recurseq.clinical.survival.times import aligned, step_values
from recurseq.clinical.table import Table

LONGEST_MEDIAN = 150  # months: a longer median time is likely in days
OVERALL = "os"
SHORTER = ("dfs", "rfs", "pfs", "efs", "ttp", "ttr")  # none of them outlasts survival
ROUNDED = 0.05  # months by which rounded times may be out of order


def derive(settings: Clinical, table: Table) -> tuple[dict[str, Outcome], pd.DataFrame, list]:
    """Derive every endpoint of a study.

    Parameters
    ----------
    settings
        The clinical sections.
    table
        The typed table.

    Returns
    -------
    (dict of Outcome, pandas.DataFrame, list of Problem)
        Endpoints with times; all endpoints as columns, one row for each patient; and what is wrong.
        Endpoints whose columns could not be read are left out.
    """
    outcomes: dict[str, Outcome] = {}
    columns: dict[str, np.ndarray] = {}
    problems: list[Problem] = []
    for name, endpoint in settings.endpoints.items():
        if isinstance(endpoint, Within) or not set(endpoint.columns) <= set(table.frame):
            continue
        outcome, found = _DERIVE[type(endpoint)](endpoint, table)
        problems += found
        outcomes[name] = outcome
        columns |= as_columns(endpoint, outcome)
    problems += _order_problems(outcomes, table)
    for endpoint in settings.endpoints.values():
        if isinstance(endpoint, Within) and _can_derive(endpoint, outcomes, table):
            columns |= within_columns(endpoint, outcomes[endpoint.of], settings, table.frame)
    return outcomes, pd.DataFrame(columns, index=table.frame.index), problems


def _can_derive(endpoint: Within, outcomes: Mapping[str, Outcome], table: Table) -> bool:
    of = outcomes.get(endpoint.of)
    has_state = of is not None and (endpoint.state is None or endpoint.state in of.states)
    return has_state and set(endpoint.when) <= set(table.frame)


def _timed(endpoint: Timed, table: Table) -> tuple[Outcome, list[Problem]]:
    time = table.frame[endpoint.time].to_numpy(dtype=float) * MONTHS_PER[endpoint.unit]
    event = table.frame[endpoint.event].to_numpy(dtype=float)
    name = endpoint.name
    problems = table.problems(
        (event == 1) & np.isnan(time), f"an event of {name} without a time", "a time"
    )
    problems += _time_problems(name, time, table)
    if np.any(~np.isnan(time)) and np.nanmedian(time) > LONGEST_MEDIAN:
        found = f"a median of {np.nanmedian(time):,.0f} {endpoint.unit}"
        if endpoint.unit != "months":
            found += f", which are {np.nanmedian(time):,.0f} months"
        where = f"config: endpoints.{name}.unit"
        fix = "are the times in days? Then say: unit: days"
        problems.append(Problem(where, found, f"a median below {LONGEST_MEDIAN} months", fix))
    known = ~np.isnan(time) & ~np.isnan(event)
    return _outcome(np.where(known, time, np.nan), (event == 1).astype(int)), problems


def _outcome(time: np.ndarray, state: np.ndarray, states: tuple[str, ...] = (EVENT,)) -> Outcome:
    return Outcome(aligned(time), np.where(np.isnan(time), 0, state), states)


def _time_problems(name: str, time: np.ndarray, table: Table) -> list[Problem]:
    with np.errstate(invalid="ignore"):
        negative, zero = time < 0, time == 0
    allowed = "times above 0"
    fix = "count an event on the day of the origin half a day after it, or leave the patient out"
    return [
        *table.problems(negative, f"a time of {name} below 0", allowed, "look at the dates"),
        *table.problems(zero, f"a time of {name} of 0", allowed, fix),
    ]


def _dated(endpoint: Dated, table: Table) -> tuple[Outcome, list[Problem]]:
    dates = {name: table.frame[name] for name in endpoint.events}
    first = pd.DataFrame(dates).min(axis=1)
    outcome, problems = _from_dates(endpoint, first, table)
    return outcome, problems + _before_origin(endpoint, list(dates), table)


def _span(endpoint: Span, table: Table) -> tuple[Outcome, list[Problem]]:
    """Count from an event that not all have; who was last seen at it is not followed after it."""
    outcome, problems = _from_dates(endpoint, table.frame[endpoint.to], table)
    return outcome, problems + _before_origin(endpoint, [endpoint.to], table)


def _competing(endpoint: Competing, table: Table) -> tuple[Outcome, list[Problem]]:
    dates = pd.DataFrame({s: table.frame[column] for s, column in endpoint.states.items()})
    first = dates.min(axis=1)
    at_first = dates.eq(first, axis=0)
    order = [*endpoint.ties, *(s for s in endpoint.states if s not in endpoint.ties)]
    tied = (at_first.sum(axis=1) > 1).to_numpy()
    names = tuple(endpoint.states)
    state = np.zeros(len(dates), dtype=int)
    for name in reversed(order):
        state[at_first[name].to_numpy()] = names.index(name) + 1
    outcome, problems = _from_dates(endpoint, first, table)
    unordered = tied & (at_first[[s for s in names if s not in endpoint.ties]].sum(axis=1) > 1)
    fix = f"say which counts, for example ties: [{', '.join(names)}]"
    found = f"two states of {endpoint.name} on the same day"
    problems += table.problems(unordered, found, "one state first", fix)
    problems += _before_origin(endpoint, list(endpoint.states.values()), table)
    reached = np.where(outcome.event, state, 0)
    return Outcome(outcome.time, reached, names), problems


def _from_dates(
    endpoint: Dated | Span | Competing, first: pd.Series, table: Table
) -> tuple[Outcome, list[Problem]]:
    """Count months from the origin to the first event, else to the last visit."""
    start = table.frame[endpoint.start]
    happened = first.notna()
    end = first
    if endpoint.last_seen is not None:
        end = first.where(happened, table.frame[endpoint.last_seen])
    time = days_between(start, end) * MONTHS_PER["days"]
    problems = []
    if not isinstance(endpoint, Span):
        without = happened & start.isna()
        found = f"an event of {endpoint.name} without the date of its origin"
        problems += table.problems(without, found, f"a date in {endpoint.start!r}")
    if isinstance(endpoint, Span):
        time = np.where(~happened & (time == 0), np.nan, time)
    problems += _time_problems(endpoint.name, np.where(happened, np.nan, time), table)
    with np.errstate(invalid="ignore"):
        zero = happened.to_numpy() & (time == 0)
    problems += _time_problems(endpoint.name, np.where(zero, 0.0, np.nan), table)
    return _outcome(time, happened.to_numpy().astype(int)), problems


def _before_origin(
    endpoint: Dated | Span | Competing, columns: list[str], table: Table
) -> list[Problem]:
    start, problems = table.frame[endpoint.start], []
    for column in columns:
        early = (table.frame[column] < start).to_numpy()
        found = f"{column!r} lies before {endpoint.start!r}"
        problems += table.problems(early, found, "events after the origin", "look at the dates")
    return problems


_DERIVE: dict[type[Endpoint], Callable[..., tuple[Outcome, list[Problem]]]] = {
    Timed: _timed,
    Dated: _dated,
    Span: _span,
    Competing: _competing,
}


def _order_problems(outcomes: Mapping[str, Outcome], table: Table) -> list[Problem]:
    """Find patients whose recurrence-free time is longer than their survival."""
    overall, problems = outcomes.get(OVERALL), []
    for name in SHORTER if overall is not None else ():
        if name not in outcomes:
            continue
        with np.errstate(invalid="ignore"):
            longer = outcomes[name].time > overall.time + ROUNDED
        found = f"a time of {name} that is longer than that of {OVERALL}"
        problems += table.problems(longer, found, f"{name} up to {OVERALL}", "look at the times")
    return problems


def within_columns(
    endpoint: Within, outcome: Outcome, settings: Clinical, frame: pd.DataFrame
) -> dict[str, np.ndarray]:
    """Say of each patient whether an endpoint happened within some months.

    Who had it in time, and met the condition, is yes; who was observed for as long without it, or
    reached another state first, is no; who was not followed long enough is missing.
    """
    state, time = target_states(endpoint, outcome, settings, frame), outcome.time
    with np.errstate(invalid="ignore"):
        early = outcome.event & (time <= endpoint.within)
        followed = time >= endpoint.within
    value = np.full(len(time), np.nan)
    value[followed & ~early] = 0.0
    value[early & (state == 1)] = 1.0
    another_first = early & ~is_asked_for(endpoint, outcome)
    value[early & (state == 2) & ~another_first] = 0.0
    if endpoint.death_first == NO:
        value[another_first] = 0.0
    words = np.where(np.isnan(value), None, np.where(value == 1, YES, NO))
    columns = {endpoint.name: words.astype(object)}
    if endpoint.too_short == "ipcw":
        columns[f"{endpoint.name}_weight"] = censoring_weights(outcome, value, endpoint.within)
    return columns


def target_states(
    endpoint: Within, outcome: Outcome, settings: Clinical, frame: pd.DataFrame
) -> np.ndarray:
    """Return 1 for the event that is asked for, 2 for any other, 0 for censored.

    Missing where an event happened and it is not known whether it met the condition.
    """
    wanted = is_asked_for(endpoint, outcome)
    state = np.where(wanted, 1.0, np.where(outcome.event, 2.0, 0.0))
    if endpoint.when:
        met = holds(endpoint.when, frame, dict(settings.columns))
        state = np.where(wanted, np.where(np.isnan(met), np.nan, np.where(met == 1, 1, 2)), state)
    return state


def is_asked_for(endpoint: Within, outcome: Outcome) -> np.ndarray:
    """Who had the event that is asked for, at any time, whether or not it meets the condition."""
    if endpoint.state is None:
        return outcome.event
    return outcome.state == outcome.number_of(endpoint.state)


def censoring_weights(outcome: Outcome, value: np.ndarray, within: float) -> np.ndarray:
    """Weight patients whose answer is known by the inverse probability that it is.

    An event at t counts 1 / G(t-), a patient observed beyond the limit 1 / G(limit); G is the
    survival of censoring.
    """
    known = outcome.known
    steps, values = censoring_survival(outcome.time[known], outcome.event[known])
    early = outcome.event & (np.nan_to_num(outcome.time, nan=np.inf) <= within)
    before = step_values(np.nan_to_num(outcome.time), steps, values, 1.0, before=True)
    at_limit = step_values(np.full(len(value), within), steps, values, 1.0, before=True)
    chance = np.where(early, before, at_limit)
    with np.errstate(divide="ignore"):
        return np.where(np.isnan(value) | (chance <= 0), np.nan, 1 / chance)


def rule_in_words(endpoint: Endpoint) -> str:
    """Say by which rule an endpoint is derived."""
    if isinstance(endpoint, Timed):
        unit = "" if endpoint.unit == "months" else f"; {endpoint.unit} made months"
        return f"{endpoint.event} at {endpoint.time}{unit}"
    if isinstance(endpoint, Within):
        what = endpoint.of + (f", {endpoint.state}" if endpoint.state else "")
        text = f"{what} within {setting(endpoint.within)} months"
        if endpoint.when:
            parts = [f"{name} {listed(values, 'or')}" for name, values in endpoint.when.items()]
            text += f", if {listed(parts)}"
        return text
    end = f", else {endpoint.last_seen}" if endpoint.last_seen else ""
    counted = "; months are days / 30.4375"
    if isinstance(endpoint, Span):
        return f"from {endpoint.start} to {endpoint.to}{end}{counted}"
    if isinstance(endpoint, Competing):
        return f"first of {listed(endpoint.states)} after {endpoint.origin}{end}{counted}"
    return f"first of {few_plain(endpoint.events)} after {endpoint.origin}{end}{counted}"


def few_plain(names: tuple[str, ...]) -> str:
    """Name columns for a sentence."""
    return listed(names) if len(names) < 6 else few(names)
