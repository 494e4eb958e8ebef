"""What decisions by a predicted risk are worth: net benefit over thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.risk.answers import Answers

PER = 100  # patients that avoided interventions are counted in


@dataclass(frozen=True)
class NetBenefit:
    """Worth of a decision at each threshold, in events found for each patient.

    Attributes
    ----------
    threshold
        Risk from which a patient is treated; at it, the harm of treating one without the event and
        the good of treating one with it are as threshold to 1 - threshold.
    model, treat_all
        Who is at the threshold or above is treated; everybody is. Treating nobody is worth 0.
    """

    threshold: np.ndarray
    model: np.ndarray
    treat_all: np.ndarray

    @property
    def avoided(self) -> np.ndarray:
        """Net number of interventions avoided in 100 patients, against treating all."""
        return PER * (self.model - self.treat_all) / odds(self.threshold)


def odds(threshold: np.ndarray) -> np.ndarray:
    """Return threshold / (1 - threshold)."""
    return threshold / (1 - threshold)


def thresholds_between(low: float, high: float) -> np.ndarray:
    """Return thresholds from one to the other, a hundredth apart or closer; both are among them."""
    return np.round(np.linspace(low, high, int(np.ceil(round((high - low) * 100, 9))) + 1), 10)


def net_benefit(answers: Answers, risk: np.ndarray, threshold: np.ndarray) -> NetBenefit:
    """Weigh true positives against false ones.

    NB = TP / n - FP / n * pt / (1 - pt). At a horizon, with q the share of patients at the
    threshold or above and F their incidence of the event by then, TP / n = q F and FP / n =
    q (1 - F): by Kaplan-Meier, with competing events by Aalen-Johansen.

    Parameters
    ----------
    answers
        What became of the patients.
    risk
        Predicted.
    threshold
        Between 0 and 1.

    References
    ----------
    Vickers and Elkin, Med. Decis. Making 26, 565 (2006); Vickers et al., BMC Med. Inform. Decis.
    Mak. 8, 53 (2008).
    """
    treated = risk >= threshold[:, None]
    everybody = np.ones((1, len(risk)), dtype=bool)
    return NetBenefit(
        threshold,
        _worth(answers, treated, threshold),
        _worth(answers, everybody, threshold),
    )


def _worth(answers: Answers, treated: np.ndarray, threshold: np.ndarray) -> np.ndarray:
    if answers.time is None:
        true = treated @ (answers.weight * answers.event) / answers.counted
        false = treated @ (answers.weight * ~answers.event) / answers.counted
    else:
        share, incidence = treated.mean(axis=1), _incidence(answers, treated)
        true, false = share * incidence, share * (1 - incidence)
        true, false = np.where(share > 0, true, 0.0), np.where(share > 0, false, 0.0)
    return true - false * odds(threshold)


def _incidence(answers: Answers, treated: np.ndarray) -> np.ndarray:
    """Aalen-Johansen at the horizon in each group of patients: groups x patients.

    Missing where nobody is followed until then.
    """
    order = np.argsort(answers.time, kind="stable")
    time, state, inside = answers.time[order], answers.state[order], treated[:, order].astype(float)
    times = np.unique(time[(state > 0) & (time <= answers.horizon)])
    start = np.searchsorted(time, times, side="left")
    # Sums over all patients before a place; at risk is who is not before it.
    before, ended, own = (
        np.hstack([np.zeros((len(inside), 1)), (inside * part).cumsum(axis=1)])
        for part in (1.0, state > 0, state == 1)
    )
    end = np.searchsorted(time, times, side="right")
    at_risk = before[:, -1:] - before[:, start]
    safe = np.where(at_risk > 0, at_risk, 1.0)
    survival = np.cumprod(1 - (ended[:, end] - ended[:, start]) / safe, axis=1)
    prior = np.hstack([np.ones((len(inside), 1)), survival[:, :-1]])
    value = (prior * (own[:, end] - own[:, start]) / safe).sum(axis=1)
    last = np.where(inside > 0, time, -np.inf).max(axis=1, initial=-np.inf)
    left = survival[:, -1] if len(times) else np.ones(len(inside))
    return np.where((last < answers.horizon) & (left > 1e-12), np.nan, value)
