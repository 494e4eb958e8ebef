"""How well predictions tell who has the event: areas, curves, concordance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.clinical.survival.concordance import Concordance, concordance, uno_concordance
from recurseq.clinical.survival.risk_sets import Subjects
from recurseq.risk.answers import Answers


def area(answers: Answers, score: np.ndarray) -> float:
    """Share of pairs of a patient with the event and one without in which the former scores higher.

    Ties count one half; a pair counts the product of its weights, which at a horizon makes it the
    cumulative / dynamic area of Uno et al. (2007).

    Parameters
    ----------
    answers
        What became of the patients.
    score
        Higher means the event.
    """
    cases, others = answers.event, ~answers.event & (answers.weight > 0)
    order = np.argsort(score[others], kind="stable")
    sorted_scores = score[others][order]
    running = np.concatenate([[0.0], answers.weight[others][order].cumsum()])
    below = running[np.searchsorted(sorted_scores, score[cases], side="left")]
    up_to = running[np.searchsorted(sorted_scores, score[cases], side="right")]
    weight = answers.weight[cases]
    total = weight.sum() * running[-1]
    return float(weight @ (below + up_to) / 2 / total) if total > 0 else np.nan


@dataclass(frozen=True)
class Curve:
    """A receiver-operating curve: who scores at least a threshold is called positive."""

    threshold: np.ndarray
    sensitivity: np.ndarray
    specificity: np.ndarray


def roc_curve(answers: Answers, score: np.ndarray) -> Curve:
    """Return the corners of the curve, from the highest threshold to the lowest.

    Thresholds between corners lie on the straight line between them, as those of a tie do.

    Parameters
    ----------
    answers, score
        As for `area`.
    """
    thresholds, place = np.unique(score, return_inverse=True)
    cases = np.bincount(place, answers.weight * answers.event, len(thresholds))[::-1]
    others = np.bincount(place, answers.weight * ~answers.event, len(thresholds))[::-1]
    total = cases.sum(), others.sum()
    if not min(total) > 0:
        return Curve(*(np.zeros(0) for _ in range(3)))
    # Of neighbours with cases only, or with others only, the last is enough.
    straight = ((cases[:-1] == 0) & (cases[1:] == 0)) | ((others[:-1] == 0) & (others[1:] == 0))
    corner = np.append(~straight, True)
    sensitivity, specificity = cases.cumsum() / total[0], 1 - others.cumsum() / total[1]
    return Curve(
        np.concatenate([[np.inf], thresholds[::-1][corner]]),
        np.concatenate([[0.0], sensitivity[corner]]),
        np.concatenate([[1.0], np.maximum(specificity[corner], 0.0)]),
    )


def harrell(answers: Answers, score: np.ndarray) -> Concordance:
    """Return Harrell's concordance over the whole follow-up.

    Who had a competing event is never to have the event, and stays comparable with all who had it
    (Wolbers et al., Epidemiology 20, 555, 2009).
    """
    return concordance(_subjects(answers), score)


def uno(answers: Answers, score: np.ndarray) -> Concordance:
    """Return Uno's concordance; missing with competing events, for which it is not made."""
    if (answers.state > 1).any():
        return Concordance(np.nan, np.nan)
    return uno_concordance(_subjects(answers), score)


def _subjects(answers: Answers) -> Subjects:
    never = answers.state > 1
    time = np.where(never, answers.time.max() + 1, answers.time)
    return Subjects(time, answers.state == 1, np.zeros((len(time), 0)))
