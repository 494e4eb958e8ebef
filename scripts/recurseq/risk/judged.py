"""Predictions of a model for patients, and all that is measured of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recurseq.clinical.model_rows import Rows
from recurseq.clinical.settings import LOGISTIC
from recurseq.risk import calibration, discrimination
from recurseq.risk.answers import Answers, by_horizon, yes_and_no
from recurseq.risk.decision import net_benefit
from recurseq.risk.risk_model import RiskModel
from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.roc import areas

AUC, BRIER, SCALED_BRIER = "auc", "brier", "scaled_brier"
INTERCEPT, SLOPE, OVER = "calibration_intercept", "calibration_slope", "observed_expected"
HARRELL, UNO = "harrell_c", "uno_c"
OF_ANSWERS = (AUC, BRIER, SCALED_BRIER, INTERCEPT, SLOPE, OVER)
IN_TIME = (HARRELL, UNO, AUC, BRIER, SCALED_BRIER, SLOPE, OVER)
# Set by the fit: in the patients that a model is made with they are 0 or 1.
FITTED = (INTERCEPT, SLOPE, OVER)
# Compared between models, and given an interval by resampling where no formula has one.
COMPARED = (HARRELL, UNO, AUC, BRIER, SCALED_BRIER)


@dataclass(frozen=True)
class Predicted:
    """Predictions for patients and what became of them.

    Attributes
    ----------
    answers
        What became of them.
    linear, risk
        Linear predictor and risk of each.
    patients
        Their names.
    missing
        Patients without a prediction: a value is missing, or a level that the model has not seen.
    """

    answers: Answers
    linear: np.ndarray
    risk: np.ndarray
    patients: pd.Index
    missing: int

    def __len__(self) -> int:
        return len(self.risk)

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of the measures that there are for such an outcome."""
        return OF_ANSWERS if self.answers.time is None else IN_TIME

    def take(self, rows: np.ndarray) -> Predicted:
        """Return some of the patients, by their places."""
        return replace(
            self,
            answers=self.answers.take(rows),
            linear=self.linear[rows],
            risk=self.risk[rows],
            patients=self.patients[rows],
        )


def predicted(model: RiskModel, rows: Rows) -> Predicted:
    """Predict patients who have all values."""
    return _told(model, rows, model.linear(rows.frame))


def _told(model: RiskModel, rows: Rows, linear: np.ndarray) -> Predicted:
    known = np.isfinite(linear)
    if model.kind == LOGISTIC:
        answers = yes_and_no(rows.state == 1, rows.weight)
    else:
        answers = by_horizon(rows.time, rows.state, model.horizon)
    found = Predicted(
        answers,
        linear,
        model.risk_of(linear),
        rows.frame.index,
        rows.dropped + int((~known).sum()),
    )
    return found if known.all() else found.take(np.flatnonzero(known))


def predicted_over(model: RiskModel, sets: Sequence[Rows]) -> Predicted:
    """Predict patients whose gaps were filled several times without the outcome.

    Each patient's risk is the mean over the completed data sets, and this is what is judged: how
    well patients are told who may lack a value (pragmatic performance). Measures of each data set
    would be of risks by values drawn at random, whose slope is too small; values filled with the
    outcome would tell it.

    Parameters
    ----------
    model
        The model.
    sets
        The same patients, completed; one where there was no gap.

    References
    ----------
    Wood, Royston and White, Biom. J. 57, 614 (2015); Mertens, Banzato and de Wreede, Biom. J. 62,
    724 (2020).
    """
    if len(sets) == 1:
        return predicted(model, sets[0])
    linear = np.array([model.linear(rows.frame) for rows in sets])
    return _told(model, sets[0], averaged(model, linear))


def averaged(model: RiskModel, linear: np.ndarray) -> np.ndarray:
    """Return the linear predictor of the mean risk of each patient.

    Parameters
    ----------
    model
        The model.
    linear
        Completed data sets x patients.
    """
    with np.errstate(divide="ignore"):
        middle = model.linear_of(model.risk_of(linear).mean(axis=0))
    # Who has no gap keeps the very number.
    return np.where((linear == linear[0]).all(axis=0), linear[0], middle)


def measure(found: Predicted, name: str) -> float:
    """Return one measure of predictions; missing where patients do not tell it."""
    answers = found.answers
    if not 0 < answers.events < len(answers):
        return np.nan
    if name == AUC:
        return discrimination.area(answers, found.linear)
    if name == BRIER:
        return calibration.brier(answers, found.risk)
    if name == SCALED_BRIER:
        return calibration.scaled_brier(answers, found.risk)
    return estimate(found, name)[0]


def estimate(found: Predicted, name: str) -> tuple[float, float, float, str]:
    """Return a measure with its 95 % interval by formula, and what that is.

    The limits are missing where there is no formula.
    """
    answers = found.answers
    if name == AUC and answers.plain:
        one = areas(found.linear, answers.event)
        value, error = float(one.value[0]), float(one.se[0])
        return *_cut(_around(value, error), 0, 1), "DeLong"
    if name == BRIER and answers.plain:
        squares = (answers.event - found.risk) ** 2
        error = float(squares.std(ddof=1) / np.sqrt(len(squares)))
        return *_around(float(squares.mean()), error), "mean of squares"
    if name in (HARRELL, UNO):
        rank = discrimination.harrell if name == HARRELL else discrimination.uno
        one = rank(answers, found.linear)
        return *_cut(_around(one.value, one.se), 0, 1), "infinitesimal jackknife"
    if name == INTERCEPT:
        method = "logistic model with the log odds as offset"
        return *_around(*calibration.intercept(answers, found.risk)), method
    if name == SLOPE:
        value = calibration.slope(answers, found.risk, found.linear)
        return *_around(*value), "model of the linear predictor"
    if name == OVER:
        value = calibration.observed_over_expected(answers, found.risk)
        return *value, "interval of the observed share"
    return measure(found, name), np.nan, np.nan, ""


def _around(value: float, error: float) -> tuple[float, float, float]:
    return value, value - NORMAL_975 * error, value + NORMAL_975 * error


def _cut(value: tuple[float, float, float], low: float, high: float) -> tuple[float, float, float]:
    return value[0], max(value[1], low), min(value[2], high)


@dataclass(frozen=True)
class Layout:
    """What stands where when everything measured of predictions is one list of numbers.

    Attributes
    ----------
    measures
        Names.
    thresholds
        At which net benefit is looked at; after it come avoided interventions.
    grid
        Predicted risks at which the flexible calibration curve is read.
    """

    measures: tuple[str, ...]
    thresholds: np.ndarray
    grid: np.ndarray

    def values(self, found: Predicted) -> np.ndarray:
        """Measure all that the list holds."""
        return np.concatenate([self.measured(found), self.decided(found), self.curve(found)])

    def measured(self, found: Predicted) -> np.ndarray:
        """Return the measures."""
        return np.array([measure(found, name) for name in self.measures])

    def decided(self, found: Predicted) -> np.ndarray:
        """Return net benefit and avoided interventions."""
        if not len(self.thresholds):
            return np.zeros(0)
        one = net_benefit(found.answers, found.risk, self.thresholds)
        return np.concatenate([one.model, one.avoided])

    def curve(self, found: Predicted) -> np.ndarray:
        """Return the flexible calibration curve."""
        if not len(self.grid):
            return np.zeros(0)
        return calibration.flexible_curve(found.answers, found.risk, self.grid).value

    def split(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Return the parts of a list (the last axis): measures, net_benefit, avoided, curve."""
        steps = np.cumsum([len(self.measures), len(self.thresholds), len(self.thresholds)])
        parts = np.split(values, steps, axis=-1)
        return dict(zip(("measures", "net_benefit", "avoided", "curve"), parts, strict=True))


def without_curve(layout: Layout, names: Sequence[str]) -> Layout:
    """Return the list with these measures only, and without the calibration curve."""
    kept = tuple(name for name in layout.measures if name in names)
    return Layout(kept, layout.thresholds, np.zeros(0))
