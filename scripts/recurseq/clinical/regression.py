"""The three kinds of regression behind one face: maximum, penalty, test of a part, and ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from recurseq.clinical.binary.logistic import (
    LogisticFit,
    fit_logistic,
    fit_penalised_logistic,
    robust_covariance,
    separated,
)
from recurseq.clinical.cautions import EVENTS_TO_STOP
from recurseq.clinical.model_rows import Rows
from recurseq.clinical.settings import FINEGRAY, LOGISTIC, Model
from recurseq.clinical.survival import residuals
from recurseq.clinical.survival.concordance import Concordance, concordance, uno_concordance
from recurseq.clinical.survival.fine_gray import fit_subdistribution
from recurseq.clinical.survival.firth import fit_penalised
from recurseq.clinical.survival.partial_likelihood import Fit, fit
from recurseq.clinical.survival.risk_sets import RiskSets, Subjects
from recurseq.stats.profiles import PenalisedFit
from recurseq.stats.roc import areas

UNKNOWN = Concordance(np.nan, np.nan)


@dataclass(frozen=True)
class Maximum:
    """Where a likelihood is largest.

    Attributes
    ----------
    coefficients, covariance
        Of the columns, without an intercept; the covariance that stands in the tables.
    joint_covariance
        Of the intercept and the coefficients; without an intercept, the same as `covariance`.
    intercept
        Of a logistic model; missing in hazard models, which have none.
    loglik, loglik_null
        Log likelihood there, and without any column.
    converged
        Whether there is a maximum.
    hazard
        The fit of a hazard model; None for a logistic one.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    joint_covariance: np.ndarray
    loglik: float
    loglik_null: float
    converged: bool
    intercept: float = np.nan
    hazard: Fit | None = None


class Regression(Protocol):
    """What a kind of model knows of rows and columns."""

    by_likelihood: bool
    can_penalise: bool

    def limiting(self, rows: Rows) -> int:
        """Return the number of events that the number of parameters is held against."""

    def maximum(self, rows: Rows, columns: np.ndarray) -> Maximum:
        """Fit without a penalty."""

    def penalised(
        self,
        rows: Rows,
        columns: np.ndarray,
        groups: Sequence[Sequence[int]],
        *,
        limits: bool = True,
    ) -> PenalisedFit:
        """Fit with Firth's penalty; coefficients without the intercept; limits take most time."""

    def penalised_maximum(self, rows: Rows, columns: np.ndarray) -> Maximum:
        """Fit with Firth's penalty, without limits and tests."""

    def separated(self, rows: Rows, columns: np.ndarray) -> np.ndarray:
        """Say which columns have no finite coefficient."""

    def ranking(self, rows: Rows, score: np.ndarray) -> tuple[Concordance, Concordance]:
        """Say how well a score ranks the outcome: by all events, and by Uno's weights."""


def regression(model: Model, rows: Rows) -> Regression:
    """Return what the kind of a model knows."""
    plain = rows.cluster is None and rows.weight is None
    if model.kind == LOGISTIC:
        return _Logistic(by_likelihood=plain)
    if model.kind == FINEGRAY:
        return _Subdistribution()
    return _Hazard(model.ties, by_likelihood=rows.cluster is None)


def best(model: Model, rows: Rows, columns: np.ndarray) -> tuple[Maximum, str]:
    """Fit, with Firth's penalty where it was asked for or nothing else is finite.

    With the penalty ``auto`` it is also taken where events are few, as in the section ``models``.

    Returns
    -------
    (Maximum, str)
        The fit, and ``none`` or ``firth``.
    """
    kind, penalty = regression(model, rows), model.penalty
    few = kind.limiting(rows) < EVENTS_TO_STOP * columns.shape[1]
    if penalty == "none" or not (kind.can_penalise and (penalty == "firth" or few)):
        top = kind.maximum(rows, columns)
        # A logistic model that separates the patients is always penalised.
        asked = penalty == "auto" or model.kind == LOGISTIC
        if top.converged or not (asked and kind.can_penalise):
            return top, "none"
    return kind.penalised_maximum(rows, columns), "firth"


def loss_without(
    kind: Regression,
    rows: Rows,
    columns: np.ndarray,
    top: Maximum,
    some: Sequence[int] | np.ndarray,
) -> float:
    """Return what a model loses without some of its columns, to be compared with a chi-squared.

    The likelihood ratio where there is one likelihood, else Wald's statistic.

    Parameters
    ----------
    kind, rows
        Of the model.
    columns, top
        All columns, and the fit of them.
    some
        Places of those that are tested.
    """
    if kind.by_likelihood:
        without = kind.maximum(rows, np.delete(columns, some, axis=1))
        return max(2 * (top.loglik - without.loglik), 0.0)
    b = top.coefficients[some]
    return float(b @ np.linalg.pinv(top.covariance[np.ix_(some, some)]) @ b)


def subjects_of(rows: Rows, columns: np.ndarray) -> Subjects:
    """Return rows of a hazard model."""
    return Subjects(rows.time, rows.state == 1, columns, entry=rows.entry, strata=rows.strata)


def _events(rows: Rows) -> int:
    return int((rows.state == 1).sum())


def _of_hazard(found: Fit, covariance: np.ndarray) -> Maximum:
    return Maximum(
        found.coefficients,
        covariance,
        covariance,
        found.loglik,
        found.loglik_null,
        found.converged,
        hazard=found,
    )


def _with_intercept(found: LogisticFit | PenalisedFit, covariance: np.ndarray) -> Maximum:
    return Maximum(
        found.coefficients[1:],
        covariance[1:, 1:],
        covariance,
        found.loglik,
        found.loglik_null,
        found.converged,
        intercept=float(found.coefficients[0]),
    )


@dataclass(frozen=True)
class _Hazard:
    """Cox's model."""

    ties: str
    by_likelihood: bool
    can_penalise: bool = True

    def limiting(self, rows: Rows) -> int:
        return _events(rows)

    def maximum(self, rows: Rows, columns: np.ndarray) -> Maximum:
        found = fit(subjects_of(rows, columns), self.ties)
        covariance = found.covariance
        if rows.cluster is not None and found.converged:
            covariance = residuals.robust_covariance(found, rows.cluster)
        return _of_hazard(found, covariance)

    def penalised(self, rows, columns, groups, *, limits=True) -> PenalisedFit:
        subjects = subjects_of(rows, columns)
        return fit_penalised(subjects, self.ties, groups, estimates_only=not limits)

    def penalised_maximum(self, rows: Rows, columns: np.ndarray) -> Maximum:
        subjects = subjects_of(rows, columns)
        found = fit_penalised(subjects, self.ties, estimates_only=True)
        # The baseline that belongs to these coefficients needs the risk sets they were found in.
        hazard = Fit(
            found.coefficients,
            found.covariance,
            found.loglik,
            found.loglik_null,
            found.converged,
            RiskSets(subjects, self.ties),
        )
        return _of_hazard(hazard, found.covariance)

    def separated(self, rows: Rows, columns: np.ndarray) -> np.ndarray:
        return np.zeros(columns.shape[1], dtype=bool)  # seen by levels without an event

    def ranking(self, rows: Rows, score: np.ndarray) -> tuple[Concordance, Concordance]:
        subjects = subjects_of(rows, np.zeros((len(rows), 0)))
        plain = rows.entry is None and rows.strata is None
        return concordance(subjects, score), (
            uno_concordance(subjects, score) if plain else UNKNOWN
        )


@dataclass(frozen=True)
class _Subdistribution:
    """Fine and Gray's model of one of several states."""

    by_likelihood: bool = False
    can_penalise: bool = False

    def limiting(self, rows: Rows) -> int:
        return _events(rows)

    def maximum(self, rows: Rows, columns: np.ndarray) -> Maximum:
        found, covariance = fit_subdistribution(rows.time, rows.state, columns, 1)
        return _of_hazard(found, covariance)

    def penalised(self, rows, columns, groups, *, limits=True) -> PenalisedFit:
        raise NotImplementedError("refused by the checks of the configuration")

    def penalised_maximum(self, rows: Rows, columns: np.ndarray) -> Maximum:
        raise NotImplementedError("refused by the checks of the configuration")

    def separated(self, rows: Rows, columns: np.ndarray) -> np.ndarray:
        return np.zeros(columns.shape[1], dtype=bool)

    def ranking(self, rows: Rows, score: np.ndarray) -> tuple[Concordance, Concordance]:
        return UNKNOWN, UNKNOWN


@dataclass(frozen=True)
class _Logistic:
    """Logistic regression of an outcome of yes and no."""

    by_likelihood: bool
    can_penalise: bool = True

    def limiting(self, rows: Rows) -> int:
        yes = _events(rows)
        return min(yes, len(rows) - yes)

    def maximum(self, rows: Rows, columns: np.ndarray) -> Maximum:
        outcome = (rows.state == 1).astype(float)
        found = fit_logistic(outcome, columns, rows.weight)
        covariance = found.covariance
        if not self.by_likelihood and found.converged:
            # Rows weighted for those who left early are no counts: each is a cluster of its own.
            cluster = rows.patient if rows.cluster is None else rows.cluster
            covariance = robust_covariance(outcome, columns, found, cluster, rows.weight)
        return _with_intercept(found, covariance)

    def penalised(self, rows, columns, groups, *, limits=True) -> PenalisedFit:
        outcome = (rows.state == 1).astype(float)
        after_intercept = [[place + 1 for place in group] for group in groups]
        found = fit_penalised_logistic(outcome, columns, after_intercept, estimates_only=not limits)
        return replace(
            found,
            intercept=float(found.coefficients[0]),
            covariance=found.covariance[1:, 1:],
            **{
                name: getattr(found, name)[1:]
                for name in ("coefficients", "lower", "upper", "pvalue")
            },
        )

    def penalised_maximum(self, rows: Rows, columns: np.ndarray) -> Maximum:
        outcome = (rows.state == 1).astype(float)
        found = fit_penalised_logistic(outcome, columns, estimates_only=True)
        return _with_intercept(found, found.covariance)

    def separated(self, rows: Rows, columns: np.ndarray) -> np.ndarray:
        return separated((rows.state == 1).astype(float), columns)

    def ranking(self, rows: Rows, score: np.ndarray) -> tuple[Concordance, Concordance]:
        found = areas(score, rows.state == 1)
        return Concordance(float(found.value[0]), float(found.se[0])), UNKNOWN
