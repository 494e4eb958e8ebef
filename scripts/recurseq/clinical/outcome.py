"""What is known of patients at an endpoint with times, and at one of yes and no."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.clinical.settings import Clinical, Competing, Endpoint, Within

EVENT = "event"
CENSORED = "censored"
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Outcome:
    """Times of an endpoint.

    Attributes
    ----------
    time
        Months from the origin to the event or the end of observation; missing where unknown.
    state
        0 for censored, else 1 + the place of the state in `states`; 0 where the time is missing.
    states
        Names of the states; ``event`` alone for an endpoint of one kind.
    """

    time: np.ndarray
    state: np.ndarray
    states: tuple[str, ...]

    @property
    def known(self) -> np.ndarray:
        """Which patients have a time."""
        return ~np.isnan(self.time)

    @property
    def event(self) -> np.ndarray:
        """Which patients reached any of the states."""
        return self.state > 0

    def number_of(self, state: str) -> int:
        """Return the number that stands for a state."""
        return self.states.index(state) + 1

    def take(self, chosen: np.ndarray) -> Outcome:
        """Return some of the patients."""
        return Outcome(self.time[chosen], self.state[chosen], self.states)


def outcome_columns(endpoint: Endpoint) -> list[str]:
    """Return the columns of the table of outcomes that an endpoint fills."""
    name = endpoint.name
    if isinstance(endpoint, Within):
        weight = weight_column(endpoint)
        return [name] if weight is None else [name, weight]
    second = "state" if isinstance(endpoint, Competing) else "event"
    return [f"{name}_time", f"{name}_{second}"]


def weight_column(endpoint: Endpoint) -> str | None:
    """Return the column with how often each patient counts; None where all count once.

    With inverse-probability-of-censoring weights, who was followed long enough stands for those who
    were not.
    """
    weighted = isinstance(endpoint, Within) and endpoint.too_short == "ipcw"
    return f"{endpoint.name}_weight" if weighted else None


def as_columns(endpoint: Endpoint, outcome: Outcome) -> dict[str, np.ndarray]:
    """Write an outcome with times as columns; of several states, their names."""
    time, kind = outcome_columns(endpoint)
    if isinstance(endpoint, Competing):
        names = np.array([CENSORED, *outcome.states], dtype=object)[outcome.state]
        return {time: outcome.time, kind: np.where(outcome.known, names, None)}
    return {time: outcome.time, kind: np.where(outcome.known, outcome.state, np.nan)}


def from_columns(endpoint: Endpoint, frame: pd.DataFrame) -> Outcome:
    """Read an outcome with times from its columns."""
    time, kind = outcome_columns(endpoint)
    months = frame[time].to_numpy(dtype=float)
    if isinstance(endpoint, Competing):
        states = tuple(endpoint.states)
        codes = {CENSORED: 0} | {name: place for place, name in enumerate(states, start=1)}
        state = frame[kind].map(codes).fillna(0).to_numpy(dtype=int)
        return Outcome(months, state, states)
    return Outcome(months, frame[kind].fillna(0).to_numpy(dtype=int), (EVENT,))


def times_in(settings: Clinical, frame: pd.DataFrame) -> dict[str, Outcome]:
    """Return every endpoint with times that a table of patients holds."""
    return {
        name: from_columns(endpoint, frame)
        for name, endpoint in settings.endpoints.items()
        if not isinstance(endpoint, Within) and set(outcome_columns(endpoint)) <= set(frame)
    }
