"""The ratio of a treatment: odds or hazards, weighted, with errors robust to the weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recurseq.clinical.binary import logistic
from recurseq.clinical.cautions import EVENTS_TO_STOP
from recurseq.clinical.survival import residuals
from recurseq.clinical.survival.firth import fit_penalised
from recurseq.clinical.survival.partial_likelihood import fit
from recurseq.clinical.survival.risk_sets import Subjects
from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.profiles import PenalisedFit
from recurseq.stats.tails import chi_squared_tail, two_sided

FEWEST = 5  # patients of a group below which nothing is compared
OK, TOO_FEW_TREATED, TOO_FEW_CONTROLS = "ok", "too_few_treated", "too_few_controls"
NO_EVENTS, FEW_EVENTS, EMPTY_GROUP = "no_events", "few_events", "group_without_events"
NO_MAXIMUM, IMMORTAL, SELECTED = "no_maximum", "immortal_time", "outcome_selected"
TOO_MANY_COVARIATES, NO_OVERLAP = "too_many_covariates", "no_overlap"
REASONS = {
    TOO_FEW_TREATED: f"fewer than {FEWEST} treated patients",
    TOO_FEW_CONTROLS: f"fewer than {FEWEST} untreated patients",
    NO_EVENTS: "no patient has the event, or every one",
    FEW_EVENTS: f"fewer than {EVENTS_TO_STOP} events for each parameter",
    EMPTY_GROUP: "in one group nobody has the event, or everybody: no finite weighted ratio",
    NO_MAXIMUM: "the likelihood has no maximum",
    IMMORTAL: "treatment began after the origin: give a landmark",
    TOO_MANY_COVARIATES: "a group has no more patients than there are covariates",
    NO_OVERLAP: "covariates tell treated from untreated patients: hardly anybody to compare",
    SELECTED: "the patients were chosen by their outcome",
}


@dataclass(frozen=True)
class Followed:
    """Treatment and outcome of patients.

    Attributes
    ----------
    treated
        Whether each patient counts as treated.
    event
        Whether each had the event.
    time
        When it came, or observation ended; None for an endpoint of yes and no.
    counts
        How often each counts; None for once.
    """

    treated: np.ndarray
    event: np.ndarray
    time: np.ndarray | None = None
    counts: np.ndarray | None = None

    def take(self, rows: np.ndarray) -> Followed:
        """Return some of the patients."""
        parts = (self.time, self.counts)
        return Followed(
            self.treated[rows],
            self.event[rows],
            *(None if part is None else part[rows] for part in parts),
        )

    @property
    def weights(self) -> np.ndarray:
        """How often each counts, 1 where nothing else is said."""
        return np.ones(len(self.treated)) if self.counts is None else self.counts

    @property
    def limiting(self) -> int:
        """Events; of an endpoint of yes and no the rarer of both."""
        yes = int(self.event.sum())
        return yes if self.time is not None else min(yes, len(self.event) - yes)

    @property
    def smaller_group(self) -> int:
        """Patients of the smaller group."""
        n_treated = int(self.treated.sum())
        return min(n_treated, len(self.treated) - n_treated)

    def unlike(self) -> bool:
        """Whether a group has no event, or (yes and no) nothing else: no finite ratio."""
        groups = [self.event[side] for side in (self.treated, ~self.treated)]
        return any(not one.any() or (self.time is None and one.all()) for one in groups)


@dataclass(frozen=True)
class Effect:
    """Logarithm of a ratio with its 95 % interval; missing where `status` is not ``ok``."""

    log_ratio: float
    error: float
    lower: float
    upper: float
    pvalue: float
    status: str = OK
    penalty: str = "none"


def without(status: str) -> Effect:
    """Return an effect that is left out."""
    return Effect(*[np.nan] * 5, status)


def reason_against(followed: Followed, parameters: int = 1) -> str | None:
    """Say why no ratio is told of these patients; None where one may be."""
    n_treated = int(followed.treated.sum())
    if n_treated < FEWEST:
        return TOO_FEW_TREATED
    if len(followed.treated) - n_treated < FEWEST:
        return TOO_FEW_CONTROLS
    if followed.limiting == 0:
        return NO_EVENTS
    return FEW_EVENTS if followed.limiting < EVENTS_TO_STOP * parameters else None


def crude_effect(followed: Followed) -> Effect:
    """Compare the groups as they are.

    Where one has no event, Firth's penalty gives a finite ratio with limits by its profile.
    """
    status = reason_against(followed)
    if status is not None:
        return without(status)
    column = followed.treated[:, None].astype(float)
    if not followed.unlike():
        cluster = None if followed.counts is None else np.arange(len(column))
        return _fitted(followed, column, followed.counts, cluster)
    if followed.counts is not None:
        return without(EMPTY_GROUP)
    if followed.time is None:
        found = logistic.fit_penalised_logistic(followed.event.astype(float), column)
        return _penalised(found, 1)
    return _penalised(fit_penalised(Subjects(followed.time, followed.event, column)), 0)


def weighted_effect(
    followed: Followed, weights: np.ndarray, pair: np.ndarray | None = None
) -> Effect:
    """Compare weighted groups, with sandwich errors that take the weights as known.

    That the weights are estimated makes these errors too large rather than too small in most data
    (Lunceford and Davidian, Stat. Med. 23, 2937, 2004).

    Parameters
    ----------
    followed
        The patients.
    weights
        Of each, 0 for those without a part in it; times `Followed.counts`.
    pair
        Number of each patient's pair, whose members depend on one another; None without pairs.
    """
    status = reason_against(followed)
    if status is not None:
        return without(status)
    kept = weights > 0
    inside = followed.take(kept)
    status = reason_against(inside) or (EMPTY_GROUP if inside.unlike() else None)
    if status is not None:
        return without(status)
    cluster = np.arange(kept.sum()) if pair is None else pair[kept]
    column = inside.treated[:, None].astype(float)
    return _fitted(inside, column, weights[kept] * inside.weights, cluster)


def _fitted(
    followed: Followed, column: np.ndarray, weights: np.ndarray | None, cluster: np.ndarray | None
) -> Effect:
    if followed.time is None:
        outcome = followed.event.astype(float)
        found = logistic.fit_logistic(outcome, column, weights)
        covariance = found.covariance
        if cluster is not None:
            covariance = logistic.robust_covariance(outcome, column, found, cluster, weights)
        place = 1
    else:
        found = fit(Subjects(followed.time, followed.event, column, weights=weights))
        robust = cluster is not None and found.converged
        covariance = residuals.robust_covariance(found, cluster) if robust else found.covariance
        place = 0
    if not found.converged:
        return without(NO_MAXIMUM)
    return wald(float(found.coefficients[place]), float(np.sqrt(covariance[place, place])))


def wald(log_ratio: float, error: float) -> Effect:
    """Return an effect with Wald's interval and test."""
    half = NORMAL_975 * error
    limits = log_ratio - half, log_ratio + half
    return Effect(log_ratio, error, *limits, float(two_sided(log_ratio / error)))


def _penalised(found: PenalisedFit, place: int) -> Effect:
    if not found.converged:
        return without(NO_MAXIMUM)
    parts = (found.coefficients, np.sqrt(np.diag(found.covariance)), found.lower, found.upper)
    numbers = [float(part[place]) for part in (*parts, found.pvalue)]
    return Effect(*numbers, penalty="firth")


def interaction_pvalue(effects: Sequence[Effect]) -> float:
    """Test whether the ratios of strata are the same; missing with less than two.

    Strata share no patient, and one weighted model with a ratio and an intercept (or a baseline
    hazard) of its own for each has no other estimates and robust errors than these: Wald's test
    that its ratios are equal is sum (b - mean)^2 / se^2, the mean weighted by 1 / se^2.
    """
    told = [one for one in effects if one.status == OK]
    if len(told) < 2:
        return np.nan
    values = np.array([one.log_ratio for one in told])
    precision = np.array([one.error for one in told]) ** -2.0
    apart = values - np.average(values, weights=precision)
    return float(chi_squared_tail(float(precision @ apart**2), len(told) - 1))
