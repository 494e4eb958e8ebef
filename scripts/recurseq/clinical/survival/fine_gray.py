"""The model of Fine and Gray: covariates on the cumulative incidence of one of several states."""

from __future__ import annotations

import numpy as np

from recurseq.clinical.survival.partial_likelihood import Fit, evaluate, maximise
from recurseq.clinical.survival.residuals import by_time
from recurseq.clinical.survival.risk_sets import BRESLOW, RiskSets, Subjects
from recurseq.clinical.survival.times import count_at_risk, step_values


class SubdistributionSets(RiskSets):
    """Risk sets in which a patient stays after a competing event, with the weight G(t-) / G(T-).

    G is the survival of censoring and T the time of the competing event. Ties after Breslow.
    """

    def __init__(self, time: np.ndarray, state: np.ndarray, which: int, covariates: np.ndarray):
        super().__init__(Subjects(time, state == which, covariates), BRESLOW)
        self.competing = np.flatnonzero((state > 0) & (state != which))
        self.censored = np.asarray(state) == 0
        counts = count_at_risk(time, self.censored)
        self.steps = counts.time
        # Here a censoring does not wait for the events of its time, as in cmprsk.
        self.staying = np.cumprod(1 - counts.events / counts.at_risk)
        self.held = step_values(self.times, self.steps, self.staying, 1.0, before=True)
        left = step_values(time[self.competing], self.steps, self.staying, 1.0, before=True)
        order = np.argsort(time[self.competing], kind="stable")
        self.competing, self.share = self.competing[order], 1 / left[order]

    def sum_at_risk(self, values: np.ndarray) -> np.ndarray:
        """Sum over those at risk, and over those who had a competing event before."""
        return super().sum_at_risk(values) + self.held[:, None] * self.lingering(values)

    def lingering(self, values: np.ndarray) -> np.ndarray:
        """Sum rows of competing events before each time, each over G at its event."""
        own = values[self.competing] * self.share[:, None]
        running = np.concatenate([np.zeros((1, own.shape[1])), own.cumsum(axis=0)])
        return running[np.searchsorted(self.subjects.time[self.competing], self.times, "left")]


def fit_subdistribution(
    time: np.ndarray, state: np.ndarray, covariates: np.ndarray, which: int
) -> tuple[Fit, np.ndarray]:
    """Fit the proportional-subdistribution-hazards model.

    Parameters
    ----------
    time
        Time of the first state, or of censoring; n.
    state
        0 for censored, else the number of the state reached first.
    covariates
        n x p.
    which
        State whose incidence is modelled.

    Returns
    -------
    (Fit, ndarray)
        The fit, and the covariance of its coefficients that counts the estimate of G in (p x p).

    References
    ----------
    Fine and Gray, J. Am. Stat. Assoc. 94, 496 (1999), sections 3 and 4.
    """
    sets = SubdistributionSets(np.asarray(time, float), np.asarray(state), which, covariates)
    fit = maximise(sets)
    total = _martingale_part(sets, fit) + _censoring_part(sets, fit)
    change = total @ fit.covariance
    return fit, change.T @ change


def _martingale_part(sets: SubdistributionSets, fit: Fit) -> np.ndarray:
    """η: the integral of (x - E) over each patient's weighted martingale, n x p."""
    found = evaluate(sets, fit.coefficients)
    x, relative = sets.subjects.covariates, np.exp(sets.subjects.covariates @ fit.coefficients)
    steps = by_time(sets, np.column_stack([found.hazard, found.hazard[:, None] * found.means]))
    running = np.concatenate([np.zeros((1, steps.shape[1])), steps.cumsum(axis=0)])
    begin, end = sets.spans()
    passed = running[end] - running[begin]
    held = np.concatenate(
        [np.zeros((1, steps.shape[1])), (sets.held[:, None] * steps).cumsum(axis=0)]
    )
    passed[sets.competing] += sets.share[:, None] * (held[-1] - held[end[sets.competing]])
    part = -relative[:, None] * (x * passed[:, :1] - passed[:, 1:])
    part[sets.deaths] += x[sets.deaths] - found.means
    return part


def _censoring_part(sets: SubdistributionSets, fit: Fit) -> np.ndarray:
    """ψ: what the estimate of G adds; the integral of q/π over each martingale of censoring."""
    found = evaluate(sets, fit.coefficients)
    x, time = sets.subjects.covariates, sets.subjects.time
    relative = np.exp(x @ fit.coefficients)
    steps = by_time(sets, np.column_stack([found.hazard, found.hazard[:, None] * found.means]))
    held = (sets.held[:, None] * steps)[::-1].cumsum(axis=0)[::-1]
    to_come = np.concatenate([held, np.zeros((1, steps.shape[1]))])
    # Of each time of a censoring: those who lingered by then, and what they see from there on.
    own = relative[sets.competing, None] * sets.share[:, None]
    own = np.concatenate([own, own * x[sets.competing]], axis=1)
    own = np.concatenate([np.zeros((1, own.shape[1])), own.cumsum(axis=0)])
    counts = count_at_risk(time, sets.censored)
    here = counts.events > 0
    at, n, d = counts.time[here], counts.at_risk[here], counts.events[here]
    lingered = own[np.searchsorted(time[sets.competing], at, "left")]
    future = to_come[np.searchsorted(sets.times, at, "left")]
    q = lingered[:, 1:] * future[:, :1] - lingered[:, :1] * future[:, 1:]
    jump = q / n[:, None]
    running = np.concatenate([np.zeros((1, x.shape[1])), (jump * (d / n)[:, None]).cumsum(axis=0)])
    part = -running[np.searchsorted(at, time, "right")]
    part[sets.censored] += jump[np.searchsorted(at, time[sets.censored])]
    return part
