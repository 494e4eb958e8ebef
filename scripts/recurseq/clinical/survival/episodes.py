"""Follow-up cut into pieces, so that a covariate counts from the time at which it is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Episodes:
    """Pieces of follow-up.

    Attributes
    ----------
    row
        Patient of each piece.
    entry, time, event
        When it begins and ends, and whether it ends with an event.
    """

    row: np.ndarray
    entry: np.ndarray
    time: np.ndarray
    event: np.ndarray

    def has_changed(self, at: np.ndarray) -> np.ndarray:
        """Whether a change at these times (one for each patient) has happened when a piece begins.

        What happens at a time counts after it: an event at the very time belongs to the state
        before.
        """
        return np.nan_to_num(at, nan=np.inf)[self.row] <= self.entry


def cut_at(
    time: np.ndarray, event: np.ndarray, changes: list[np.ndarray], begin: float = 0.0
) -> Episodes:
    """Cut each patient's follow-up at the times of changes.

    Parameters
    ----------
    time, event
        End of follow-up, and whether it was an event.
    changes
        For each covariate its time of change by patient; missing where it does not change.
    begin
        Start of follow-up.
    """
    time, event = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    cuts = np.full((len(time), len(changes) + 2), np.nan)
    cuts[:, 0], cuts[:, -1] = begin, time
    for place, change in enumerate(changes, start=1):
        inside = (change > begin) & (change < time)
        cuts[inside, place] = np.asarray(change, dtype=float)[inside]
    cuts.sort(axis=1)  # missing ones go to the end
    starts, ends = cuts[:, :-1], cuts[:, 1:]
    real = ends > starts  # False where a time is missing or two changes coincide
    row = np.nonzero(real)[0]
    entry, end = starts[real], ends[real]
    return Episodes(row, entry, end, event[row] & (end == time[row]))
