"""Who is at risk at each time of an event, and sums over them: what every hazard model adds up."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

EFRON, BRESLOW = "efron", "breslow"
# Rows from the last time to the first within strata, and where each time's sum begins and ends.
Places = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Subjects:
    """Rows of follow-up: one per patient, or one per piece of a patient's follow-up.

    Attributes
    ----------
    time, event
        End of the row, and whether it ends with an event; n rows.
    covariates
        n x p.
    entry
        When the row begins; None where all begin at the origin. At risk from after it up to `time`.
    strata
        Codes; risk sets do not mix them. None for one.
    weights
        Case weights; None for 1.
    """

    time: np.ndarray
    event: np.ndarray
    covariates: np.ndarray
    entry: np.ndarray | None = None
    strata: np.ndarray | None = None
    weights: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.time)

    @property
    def case_weights(self) -> np.ndarray:
        """Weights, 1 where there are none."""
        return np.ones(len(self)) if self.weights is None else self.weights

    @property
    def stratum(self) -> np.ndarray:
        """Stratum of each row, 0 where there are none."""
        return np.zeros(len(self), dtype=int) if self.strata is None else self.strata

    def with_covariates(self, covariates: np.ndarray) -> Subjects:
        """Return the same rows with other covariates."""
        return Subjects(self.time, self.event, covariates, self.entry, self.strata, self.weights)

    def take(self, rows: np.ndarray) -> Subjects:
        """Return some of the rows."""
        parts = (self.entry, self.strata, self.weights)
        return Subjects(
            self.time[rows],
            self.event[rows],
            self.covariates[rows],
            *(None if part is None else part[rows] for part in parts),
        )


class RiskSets:
    """The times of events of `Subjects`, by stratum, and sums over those at risk at each.

    Tied events are taken one after another: of d events at a time, the k-th (from 0) sees the
    events of that time with the weight 1 - k/d (Efron), or with their whole weight (Breslow).

    Attributes
    ----------
    times, stratum
        Of each of the m distinct times of events, ordered by stratum, then time.
    deaths
        Rows with an event, ordered by their time's number `of_death`.
    number
        Events at each time.
    part_of, fraction
        Of each single event: the number of its time, and the weight k/d that tied events lose.
    """

    def __init__(self, subjects: Subjects, ties: str = EFRON):
        self.subjects = subjects
        stratum, time = subjects.stratum, subjects.time
        event = np.asarray(subjects.event, dtype=bool)
        rows = np.flatnonzero(event)
        rows = rows[np.lexsort((time[rows], stratum[rows]))]
        new = np.ones(len(rows), dtype=bool)
        if len(rows):
            new[1:] = (np.diff(time[rows]) != 0) | (np.diff(stratum[rows]) != 0)
        first = np.flatnonzero(new)
        self.deaths, self.of_death = rows, np.cumsum(new) - 1
        self.times, self.stratum = time[rows[first]], stratum[rows[first]]
        self.number = np.diff(np.append(first, len(rows)))
        self._first = first
        self.part_of = self.of_death
        rank = np.arange(len(rows)) - first[self.of_death] if len(rows) else np.zeros(0)
        self.fraction = rank / self.number[self.of_death] if ties == EFRON else np.zeros(len(rows))

    def __len__(self) -> int:
        return len(self.times)

    def with_covariates(self, covariates: np.ndarray) -> RiskSets:
        """Return the same risk sets with other covariates."""
        other = copy(self)
        other.subjects = self.subjects.with_covariates(covariates)
        return other

    @cached_property
    def mean_weight(self) -> np.ndarray:
        """Mean case weight of the events at each time."""
        return self.sum_of_deaths(self.subjects.case_weights[:, None])[:, 0] / self.number

    def sum_at_risk(self, values: np.ndarray) -> np.ndarray:
        """Sum rows of `values` (n x q) over those at risk at each time: m x q."""
        total = _sums(values, self._until)
        if self.subjects.entry is not None:
            total -= _sums(values, self._before)
        return total

    def sum_of_deaths(self, values: np.ndarray) -> np.ndarray:
        """Sum rows of `values` (n x q) over the events at each time: m x q."""
        if not len(self):
            return np.zeros((0, values.shape[1]))
        return np.add.reduceat(values[self.deaths], self._first, axis=0)

    @cached_property
    def _until(self) -> Places:
        """Rows of a time's stratum that end at it or later; the same whatever is summed."""
        return self._places(self.subjects.time)

    @cached_property
    def _before(self) -> Places:
        """Rows of a time's stratum that enter at it or later."""
        return self._places(self.subjects.entry)

    def _places(self, times: np.ndarray) -> Places:
        """Rows from the last time to the first within strata, and which of them each sum takes."""
        order = np.lexsort((-times, self.subjects.stratum))
        stratum, falling = self.subjects.stratum[order], -times[order]
        begin = np.searchsorted(stratum, self.stratum, side="left")
        last = np.searchsorted(stratum, self.stratum, side="right")
        end = np.empty(len(self), dtype=int)
        for own in np.unique(self.stratum):
            chosen = self.stratum == own
            low, high = begin[chosen][0], last[chosen][0]
            inside = np.searchsorted(falling[low:high], -self.times[chosen], side="right")
            end[chosen] = low + inside
        return order, begin, end

    def spans(self) -> tuple[np.ndarray, np.ndarray]:
        """Return, for each row, the first and last+1 number of the times at which it is at risk."""
        stratum, time = self.subjects.stratum, self.subjects.time
        begin, end = np.zeros(len(time), dtype=int), np.zeros(len(time), dtype=int)
        for own in np.unique(stratum):
            rows = stratum == own
            low, high = np.searchsorted(self.stratum, [own, own + 1])
            times = self.times[low:high]
            end[rows] = low + np.searchsorted(times, time[rows], side="right")
            entry = self.subjects.entry
            begin[rows] = low
            if entry is not None:
                begin[rows] += np.searchsorted(times, entry[rows], side="right")
        return begin, end


def _sums(values: np.ndarray, places: Places) -> np.ndarray:
    """Sum the rows of `values` that each time takes."""
    order, begin, end = places
    running = np.concatenate([np.zeros((1, values.shape[1])), values[order].cumsum(axis=0)])
    return running[end] - running[begin]
