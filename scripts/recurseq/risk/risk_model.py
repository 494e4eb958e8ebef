"""A risk model as numbers: all that a calculator needs, and no row of a patient.

Of single patients it holds the smallest and largest value of each number, beyond which it does not
answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from recurseq.base.whole_file import write_whole
from recurseq.clinical.settings import LOGISTIC
from recurseq.clinical.terms import LEVELS, TermRule, columns_of, members_of
from recurseq.stats.intervals import NORMAL_975


@dataclass(frozen=True)
class Baseline:
    """Hazard of a patient at the centre, until the horizon.

    Attributes
    ----------
    hazard
        Cumulative (subdistribution) hazard.
    means
        Integral of the mean covariates, less the centre, over its steps; one for each coefficient.
    variance
        Of the hazard with the coefficients known.
    """

    hazard: float
    means: tuple[float, ...]
    variance: float


@dataclass(frozen=True)
class RiskModel:
    """From a patient's values to a risk.

    Attributes
    ----------
    name, kind, outcome
        Names of the risk model and of what it predicts; ``logistic``, ``cox`` or ``finegray``.
    horizon
        Months of the risk; None for a logistic model.
    rules
        The terms.
    ranges
        Variable to the smallest and largest value, or to the levels, of the patients it was made
        with: it does not answer outside of them.
    intercept, coefficients
        Of the columns of all terms, in order; the intercept is 0 in a hazard model.
    covariance
        Of intercept and coefficients; without the intercept in a hazard model.
    centre
        Mean of each column in those patients.
    baseline
        Of a hazard model.
    n, events, penalty
        Patients and events it was made with, and whether by Firth's penalty.
    axes
        Of the nomogram: the smallest and largest value of numbers, where they are not the ranges.
    units
        Of numbers, as far as they are known.
    state
        Of an endpoint with several, which one the risk is of.
    whole
        Numbers of which every value is a whole one.
    dropped
        Patients with a known outcome who lacked a value.
    parameters
        Coefficients of all candidate terms.
    simulated
        Whether the patients it was made with are simulated.
    imputations, incomplete
        How often gaps were filled to make it, and how many patients had some; 0 for complete cases.
    """

    name: str
    kind: str
    outcome: str
    horizon: float | None
    rules: tuple[TermRule, ...]
    ranges: Mapping[str, tuple]
    intercept: float
    coefficients: np.ndarray
    covariance: np.ndarray
    centre: np.ndarray
    baseline: Baseline | None
    n: int
    events: int
    penalty: str
    axes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    state: str | None = None
    whole: tuple[str, ...] = ()
    dropped: int = 0
    parameters: int = 0
    simulated: bool = False
    imputations: int = 0
    incomplete: int = 0

    @property
    def variables(self) -> tuple[str, ...]:
        """What must be known of a patient, each once."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.variables))

    def beyond(self, frame: pd.DataFrame) -> int:
        """Count patients with a number outside of those that the model was made with."""
        outside = np.zeros(len(frame), dtype=bool)
        for name, span in self.ranges.items():
            if not isinstance(span[0], str):
                values = frame[name].to_numpy(dtype=float)
                outside |= (values < span[0]) | (values > span[1])
        return int(outside.sum())

    def columns(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the columns of all terms: patients x coefficients.

        Parameters
        ----------
        frame
            Values of the variables; a row with a level that the model has not seen is missing.
        """
        return columns_of(self.rules, frame)

    def linear(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the linear predictor of each patient; missing with a level the model has not seen.

        Parameters
        ----------
        frame
            Values of the variables, none of them missing.
        """
        seen = np.ones(len(frame), dtype=bool)
        for rule in self.rules:
            if rule.kind == LEVELS and not rule.size:  # no column that could be missing
                seen &= np.any(members_of(frame[rule.name], rule.levels), axis=0)
        return np.where(seen, self.linear_predictor(self.columns(frame)), np.nan)

    def linear_predictor(self, columns: np.ndarray) -> np.ndarray:
        """Return log odds, or the log hazard ratio to a patient at the centre."""
        if self.kind == LOGISTIC:
            return self.intercept + columns @ self.coefficients
        return (columns - self.centre) @ self.coefficients

    def risk_of(self, linear: np.ndarray) -> np.ndarray:
        """Turn linear predictors into risks."""
        if self.kind == LOGISTIC:
            return expit(linear)
        return -np.expm1(-self.baseline.hazard * np.exp(linear))

    def linear_of(self, risk: np.ndarray) -> np.ndarray:
        """Turn risks into linear predictors."""
        if self.kind == LOGISTIC:
            return logit(risk)
        return np.log(-np.log1p(-risk) / self.baseline.hazard)

    def risk(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the risk of each patient."""
        return self.risk_of(self.linear(frame))

    def interval(self, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return 95 % limits of the risk that a patient like this has on average.

        Of a logistic model on the scale of log odds; of a hazard model on that of the log
        cumulative hazard, with the error of the baseline (Tsiatis 1981).
        """
        linear = self.linear_predictor(columns)
        if self.kind == LOGISTIC:
            x = np.column_stack([np.ones(len(columns)), columns])
            half = NORMAL_975 * np.sqrt(np.einsum("ij,jk,ik->i", x, self.covariance, x))
            return expit(linear - half), expit(linear + half)
        base = self.baseline
        moved = base.hazard * (columns - self.centre) - np.array(base.means)
        variance = base.variance + np.einsum("ij,jk,ik->i", moved, self.covariance, moved)
        half = NORMAL_975 * np.sqrt(variance) / base.hazard
        return self.risk_of(linear - half), self.risk_of(linear + half)

    def as_dict(self) -> dict:
        """Plain values, as the file and the calculator of the report keep them."""
        return asdict(self) | {
            "rules": [rule.as_dict() for rule in self.rules],
            "coefficients": self.coefficients.tolist(),
            "covariance": self.covariance.tolist(),
            "centre": self.centre.tolist(),
        }

    @classmethod
    def from_dict(cls, plain: Mapping) -> RiskModel:
        """Build the model from what `as_dict` returned, or from its JSON."""
        arrays = {name: np.array(plain[name]) for name in ("coefficients", "covariance", "centre")}
        baseline = plain["baseline"]
        parts = {
            "rules": tuple(map(TermRule.from_dict, plain["rules"])),
            "ranges": {name: tuple(span) for name, span in plain["ranges"].items()},
            "axes": {name: tuple(span) for name, span in plain["axes"].items()},
            "whole": tuple(plain["whole"]),
            "baseline": None
            if baseline is None
            else Baseline(baseline["hazard"], tuple(baseline["means"]), baseline["variance"]),
        }
        return cls(**{**plain, **arrays, **parts})

    @classmethod
    def read(cls, path: str | Path) -> RiskModel | None:
        """Read what `write_model` wrote."""
        plain = json.loads(Path(path).read_text(encoding="utf-8"))
        return None if plain is None else cls.from_dict(plain)


def write_model(model: RiskModel | None, path: str | Path) -> None:
    """Write a model as JSON, ``null`` where there is none; numbers come back to the last digit."""
    plain = None if model is None else model.as_dict()
    text = json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(text + "\n", path)
