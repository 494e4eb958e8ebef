"""What became of patients by a horizon, and how much each counts for those lost before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.clinical.survival.kaplan_meier import censoring_survival
from recurseq.clinical.survival.times import step_values


@dataclass(frozen=True)
class Answers:
    """Outcome of patients, as predictions are held against it.

    Attributes
    ----------
    event
        Who had the event (by the horizon).
    weight
        How much each patient counts; 0 for one who was lost before the horizon.
    counted
        Sum that means are taken over: the weights of an outcome of yes and no, the number of
        patients followed in time.
    time, state
        Months, and 0 for censored, 1 for the event, 2 for a competing one; None for an outcome of
        yes and no.
    horizon
        Months; None for an outcome of yes and no.
    """

    event: np.ndarray
    weight: np.ndarray
    counted: float
    time: np.ndarray | None = None
    state: np.ndarray | None = None
    horizon: float | None = None

    def __len__(self) -> int:
        return len(self.event)

    @property
    def events(self) -> int:
        """Number of patients with the event (by the horizon)."""
        return int(self.event.sum())

    @property
    def plain(self) -> bool:
        """Whether everybody is known and counts once."""
        return self.time is None and bool((self.weight == 1).all())

    def take(self, rows: np.ndarray) -> Answers:
        """Return some of the patients; who is lost among them is looked at anew."""
        if self.time is None:
            return yes_and_no(self.event[rows], self.weight[rows])
        return by_horizon(self.time[rows], self.state[rows], self.horizon)


def yes_and_no(event: np.ndarray, weight: np.ndarray | None = None) -> Answers:
    """Return answers of patients who are all known, or weighted for those who are not."""
    weight = np.ones(len(event)) if weight is None else weight
    return Answers(event.astype(bool), weight, float(weight.sum()))


def by_horizon(time: np.ndarray, state: np.ndarray, horizon: float) -> Answers:
    """Say who had the event by a time, with inverse-probability-of-censoring weights.

    With G the survival of censoring, who reached a state at T up to the horizon t counts 1 / G(T-),
    who was seen beyond it 1 / G(t). Beyond the last follow-up all weights are missing.

    Parameters
    ----------
    time, state
        As in `Answers`.
    horizon
        Months.

    References
    ----------
    Graf et al., Stat. Med. 18, 2529 (1999); Uno et al., J. Am. Stat. Assoc. 102, 527 (2007); for
    competing risks Blanche et al., Stat. Med. 32, 5381 (2013), definition 2: who had a competing
    event first stays a patient without the event.
    """
    reached = (state > 0) & (time <= horizon)
    steps, values = censoring_survival(time, state > 0)
    own = step_values(time, steps, values, 1.0, before=True)
    # Where all are censored at the horizon, they were seen until then.
    at_end = not (time > horizon).any()
    seen = ~reached & (time >= horizon if at_end else time > horizon)
    there = step_values(np.array([horizon]), steps, values, 1.0, before=at_end)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(reached, 1 / own, np.where(seen, 1 / there, 0.0))
    if not seen.any() and not reached.all():
        weight = np.full(len(time), np.nan)
    event = reached & (state == 1)
    return Answers(event, weight, float(len(time)), time, state, horizon)
