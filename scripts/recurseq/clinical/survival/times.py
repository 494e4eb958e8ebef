"""Times of events as arrays: what counts as tied, who is at risk, how many have an event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TIED = 2.0**-26  # of the mean time: differences below are noise of the subtraction of dates


@dataclass(frozen=True)
class AtRisk:
    """Numbers at each distinct time of one group.

    Attributes
    ----------
    time
        Distinct times of events and censorings, ascending.
    at_risk
        Patients under observation just before each time (entered before it, not left before it).
    events, censored
        Patients with an event, and censored, at each time.
    """

    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    censored: np.ndarray


def aligned(time: np.ndarray) -> np.ndarray:
    """Make times equal that differ by rounding only, so that ties are ties.

    Months are quotients of days and a landmark is subtracted from them: 12.4 - 2 is not 10.4.
    Missing times stay missing.
    """
    time = np.array(time, dtype=float)
    known = ~np.isnan(time)
    values, place = np.unique(time[known], return_inverse=True)
    if len(values) > 1:
        smallest = TIED * max(float(np.mean(np.abs(values))), np.finfo(float).tiny)
        new = np.concatenate([[True], np.diff(values) > smallest])
        time[known] = values[new][np.cumsum(new) - 1][place]
    return time


def count_at_risk(time: np.ndarray, event: np.ndarray, entry: np.ndarray | None = None) -> AtRisk:
    """Count who is at risk, has an event and is censored at each distinct time.

    Parameters
    ----------
    time, event
        Time of the event or the end of observation, and whether it was an event; n patients.
    entry
        Time at which observation begins (left truncation); at the origin when absent.
    """
    time, event = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    distinct, place = np.unique(time, return_inverse=True)
    left = np.bincount(place, minlength=len(distinct))
    events = np.bincount(place[event], minlength=len(distinct))
    at_risk = left[::-1].cumsum()[::-1]
    if entry is not None:
        at_risk = at_risk - count_from(np.asarray(entry, dtype=float), distinct)
    return AtRisk(distinct, at_risk, events, left - events)


def count_from(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Count how many values are at or after each time."""
    return len(values) - np.searchsorted(np.sort(values), times, side="left")


def step_values(
    at: np.ndarray, steps: np.ndarray, values: np.ndarray, start: float, *, before: bool = False
) -> np.ndarray:
    """Read a step function that jumps at `steps` to `values` and begins at `start`.

    Parameters
    ----------
    at
        Where to read it.
    steps, values
        Ascending places of the steps, and the values from there on.
    start
        Value before the first step.
    before
        Whether a step at the very place has not happened yet (the left limit).
    """
    side = "left" if before else "right"
    place = np.searchsorted(steps, np.asarray(at, dtype=float), side=side)
    return np.concatenate([[start], values])[place]
