"""Predictions of a model for patients, and all that is measured of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from recurseq.clinical.model_rows import Rows
from recurseq.clinical.settings import LOGISTIC
from recurseq.risk import calibration, discrimination
from recurseq.risk.answers import Answers, by_horizon, yes_and_no
from recurseq.risk.decision import net_benefit
from recurseq.risk.risk_model import RiskModel
from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.roc import areas
from recurseq.stats.rubin import pool_one, pool_share

AUC, BRIER, SCALED_BRIER = "auc", "brier", "scaled_brier"
INTERCEPT, SLOPE, OVER = "calibration_intercept", "calibration_slope", "observed_expected"
HARRELL, UNO = "harrell_c", "uno_c"
OF_ANSWERS = (AUC, BRIER, SCALED_BRIER, INTERCEPT, SLOPE, OVER)
IN_TIME = (HARRELL, UNO, AUC, BRIER, SCALED_BRIER, SLOPE, OVER)
# Set by the fit: in the patients that a model is made with they are 0 or 1.
FITTED = (INTERCEPT, SLOPE, OVER)
# Compared between models, and given an interval by resampling where no formula has one.
COMPARED = (HARRELL, UNO, AUC, BRIER, SCALED_BRIER)
RANKS = (AUC, HARRELL, UNO)
POOLED = ", pooled over imputations"


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
    fills
        Linear predictor and risk of each in every completed data set, where gaps were filled; then
        `risk` is the mean over these, and measures are pooled over them.
    """

    answers: Answers
    linear: np.ndarray
    risk: np.ndarray
    patients: pd.Index
    missing: int
    fills: tuple[tuple[np.ndarray, np.ndarray], ...] = ()

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
            fills=tuple((linear[rows], risk[rows]) for linear, risk in self.fills),
        )

    def fill(self, number: int) -> Predicted:
        """Return the predictions of one completed data set, by its number in any round."""
        if not self.fills:
            return self
        linear, risk = self.fills[number % len(self.fills)]
        return replace(self, linear=linear, risk=risk, fills=())

    @property
    def each(self) -> list[Predicted]:
        """The predictions of every completed data set; these alone where nothing was filled."""
        return [self.fill(number) for number in range(len(self.fills))] or [self]


def predicted(model: RiskModel, rows: Rows) -> Predicted:
    """Predict patients who have all values."""
    linear = model.linear_predictor(model.columns(rows.frame))
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
    """Predict patients whose gaps were filled several times; their risk is the mean."""
    if len(sets) == 1:
        return predicted(model, sets[0])
    each = [predicted(model, rows) for rows in sets]
    names = each[0].patients
    for one in each[1:]:  # a filled level may be one that the model has not seen
        names = names[names.isin(one.patients)]
    each = [one.take(one.patients.get_indexer(names)) for one in each]
    linear, risk = (np.array([getattr(one, part) for one in each]) for part in ("linear", "risk"))
    mean = risk.mean(axis=0)
    known = (linear == linear[0]).all(axis=0)
    with np.errstate(divide="ignore"):
        middle = np.where(known, linear[0], model.linear_of(mean))
    lost = sets[0].dropped + len(sets[0]) - len(names)
    return replace(
        each[0],
        linear=middle,
        risk=np.where(known, risk[0], mean),
        missing=lost,
        fills=tuple(zip(linear, risk, strict=True)),
    )


def measure(found: Predicted, name: str) -> float:
    """Return one measure of predictions; missing where patients do not tell it."""
    if found.fills:
        return float(np.mean([measure(one, name) for one in found.each]))
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

    The limits are missing where there is no formula. Over completed data sets it is pooled by
    Rubin's rules, areas and concordance on the scale of log odds, observed / expected on that of
    its logarithm (Marshall et al., BMC Med. Res. Methodol. 9, 57, 2009).
    """
    if name == OVER:
        return _observed_expected(found)
    each = [_with_error(one, name) for one in found.each]
    if any(one is None for one in each):
        return measure(found, name), np.nan, np.nan, ""
    method = each[0][2]
    if len(each) == 1:
        value = _around(*each[0][:2])
        return *(_cut(value, 0, 1) if name in RANKS else value), method
    values, errors = np.array([one[:2] for one in each]).T
    if name in RANKS:
        value, error, _ = pool_share(values, errors)
        limits = expit(logit(value) + NORMAL_975 * error * np.array([-1, 1]))
        return value, float(limits[0]), float(limits[1]), method + POOLED
    return *_around(*pool_one(values, errors)), method + POOLED


def _with_error(found: Predicted, name: str) -> tuple[float, float, str] | None:
    """Return a measure, its standard error and what that is; None without a formula."""
    answers = found.answers
    if name == AUC and answers.plain:
        one = areas(found.linear, answers.event)
        return float(one.value[0]), float(one.se[0]), "DeLong"
    if name == BRIER and answers.plain:
        squares = (answers.event - found.risk) ** 2
        error = float(squares.std(ddof=1) / np.sqrt(len(squares)))
        return float(squares.mean()), error, "mean of squares"
    if name in (HARRELL, UNO):
        rank = discrimination.harrell if name == HARRELL else discrimination.uno
        one = rank(answers, found.linear)
        return one.value, one.se, "infinitesimal jackknife"
    if name == INTERCEPT:
        method = "logistic model with the log odds as offset"
        return *calibration.intercept(answers, found.risk), method
    if name == SLOPE:
        value = calibration.slope(answers, found.risk, found.linear)
        return *value, "model of the linear predictor"
    return None


def _observed_expected(found: Predicted) -> tuple[float, float, float, str]:
    each = np.array(
        [calibration.observed_over_expected(one.answers, one.risk) for one in found.each]
    )
    method = "interval of the observed share"
    if len(each) == 1:
        return *map(float, each[0]), method
    if not (each > 0).all():
        return *map(float, each.mean(axis=0)), f"{method}, mean over imputations"
    # What was observed is the same in all: the interval moves with the expected number only.
    value, low, high = np.log(each).T
    between = (1 + 1 / len(each)) * value.var(ddof=1)
    middle = value.mean()
    below, above = (
        np.sqrt(np.mean(side) ** 2 + NORMAL_975**2 * between)
        for side in (value - low, high - value)
    )
    limits = np.exp([middle, middle - below, middle + above])
    return *map(float, limits), method + POOLED


def curve_of(found: Predicted, grid: np.ndarray) -> calibration.Flexible:
    """Return the flexible calibration curve, pooled over completed data sets on log odds."""
    each = [calibration.flexible_curve(one.answers, one.risk, grid) for one in found.each]
    if len(each) == 1:
        return each[0]
    values, low, high = (
        calibration.log_odds(np.array([getattr(one, part) for one in each]))
        for part in ("value", "lower", "upper")
    )
    errors = (high - low) / (2 * NORMAL_975)
    variance = (errors**2).mean(axis=0) + (1 + 1 / len(each)) * values.var(axis=0, ddof=1)
    middle, half = values.mean(axis=0), NORMAL_975 * np.sqrt(variance)
    return calibration.Flexible(grid, expit(middle), expit(middle - half), expit(middle + half))


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
        each = [net_benefit(one.answers, one.risk, self.thresholds) for one in found.each]
        return np.mean([np.concatenate([one.model, one.avoided]) for one in each], axis=0)

    def curve(self, found: Predicted) -> np.ndarray:
        """Return the flexible calibration curve."""
        if not len(self.grid):
            return np.zeros(0)
        return curve_of(found, self.grid).value

    def split(self, values: np.ndarray) -> dict[str, np.ndarray]:
        """Return the parts of a list (the last axis): measures, net_benefit, avoided, curve."""
        steps = np.cumsum([len(self.measures), len(self.thresholds), len(self.thresholds)])
        parts = np.split(values, steps, axis=-1)
        return dict(zip(("measures", "net_benefit", "avoided", "curve"), parts, strict=True))


def without_curve(layout: Layout, names: Sequence[str]) -> Layout:
    """Return the list with these measures only, and without the calibration curve."""
    kept = tuple(name for name in layout.measures if name in names)
    return Layout(kept, layout.thresholds, np.zeros(0))
