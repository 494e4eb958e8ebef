"""How a risk model is made from patients: every step, so that each resample repeats all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recurseq.clinical.cautions import EVENTS_TO_STOP
from recurseq.clinical.model_fit import fit_terms
from recurseq.clinical.model_rows import PLAIN, Rows, rows_of
from recurseq.clinical.names import model_terms
from recurseq.clinical.patients import Patients
from recurseq.clinical.regression import Maximum, regression
from recurseq.clinical.settings import LOGISTIC, Model
from recurseq.clinical.survival.partial_likelihood import Fit, evaluate
from recurseq.clinical.survival.residuals import by_time
from recurseq.clinical.terms import columns_of, independent, levels_present, term_rules
from recurseq.risk.risk_model import Baseline, RiskModel
from recurseq.risk.settings import Risk


@dataclass(frozen=True)
class Recipe:
    """What is done with patients to have a risk model.

    Attributes
    ----------
    risk, model
        What the configuration asks for.
    patients
        All patients: their rules say on which scale numbers are taken.
    """

    risk: Risk
    model: Model
    patients: Patients

    @property
    def names(self) -> list[str]:
        """The candidate terms."""
        return model_terms(self.patients.settings, self.model.name)

    def rows(self, cohort: str) -> Rows:
        """Return the patients of a cohort of whom everything is known."""
        return rows_of(replace(self.model, cohort=cohort), self.patients, self.names, PLAIN)

    def entered(self, rows: Rows) -> list[str]:
        """Choose the terms: all of them, or by their p-value alone in these patients."""
        if self.model.entry is None:
            return self.names
        return [name for name in self.names if self._alone(rows, name) < self.model.entry]

    def _alone(self, rows: Rows, name: str) -> float:
        rules = term_rules([name], rows.frame, self.patients, self.model.spline)
        found = fit_terms(self.model, rows, [rule.term(rows.frame) for rule in rules], alone=True)
        return found.term_pvalues.get(name, np.nan)

    def made(self, rows: Rows) -> RiskModel | None:
        """Make the model from these patients; None where it has no estimates.

        A column that is a combination of others has the coefficient 0.
        """
        names = self.entered(rows)
        pairs = [pair for pair in self.model.interactions if set(pair) <= set(names)]
        rules = term_rules(names, rows.frame, self.patients, self.model.spline, pairs)
        columns = columns_of(rules, rows.frame)
        used = independent(columns)
        top, penalty = self._top(rows, columns[:, used])
        baseline = None
        if self.model.kind != LOGISTIC and top.converged:
            baseline = baseline_until(top.hazard, used, self.risk.horizon)
        # Before the first event every risk is 0, and no ratio changes it.
        if not top.converged or (baseline is not None and baseline.hazard <= 0):
            return None
        logistic = self.model.kind == LOGISTIC
        size = columns.shape[1]
        coefficients, covariance = np.zeros(size), np.zeros((size + logistic, size + logistic))
        coefficients[used] = top.coefficients
        there = np.append(True, used) if logistic else used
        covariance[np.ix_(there, there)] = top.joint_covariance
        if not np.isfinite(covariance).all():
            return None
        centre = columns.mean(axis=0)
        return RiskModel(
            name=self.risk.name,
            kind=self.model.kind,
            outcome=self.model.endpoint,
            horizon=self.risk.horizon,
            rules=tuple(rules),
            ranges=ranges(rows, names),
            intercept=top.intercept if logistic else 0.0,
            coefficients=coefficients,
            covariance=covariance,
            centre=centre,
            baseline=baseline,
            n=rows.patients,
            events=int((rows.state == 1).sum()),
            penalty=penalty,
            axes={name: span for name, span in self.risk.axes.items() if name in names},
            units=self._units(names),
            state=self.model.state,
            dropped=rows.dropped,
            parameters=size,
            whole=tuple(name for name in names if _is_whole(rows.frame[name])),
        )

    def _units(self, names: Sequence[str]) -> dict[str, str]:
        """Return the units of those numbers that have one."""
        columns = self.patients.settings.columns
        return {
            name: columns[name].unit for name in names if name in columns and columns[name].unit
        }

    def _top(self, rows: Rows, columns: np.ndarray) -> tuple[Maximum, str]:
        """Fit, with Firth's penalty where it was asked for or nothing else is finite.

        With the penalty ``auto`` it is also taken where events are few, as in the section
        ``models``.
        """
        kind, penalty = regression(self.model, rows), self.model.penalty
        few = kind.limiting(rows) < EVENTS_TO_STOP * columns.shape[1]
        if penalty == "none" or not (kind.can_penalise and (penalty == "firth" or few)):
            top = kind.maximum(rows, columns)
            # A logistic model that separates the patients is always penalised.
            asked = penalty == "auto" or self.model.kind == LOGISTIC
            if top.converged or not (asked and kind.can_penalise):
                return top, "none"
        return kind.penalised_maximum(rows, columns), "firth"


def baseline_until(fit: Fit, used: np.ndarray, horizon: float) -> Baseline:
    """Sum the baseline hazard at the mean covariates until a time, with what its error needs.

    Parameters
    ----------
    fit
        Of the columns in use.
    used
        Which of all columns they are.
    horizon
        Months.

    References
    ----------
    Tsiatis, Ann. Stat. 9, 93 (1981), for the variance with estimated coefficients.
    """
    sets = fit.risk_sets
    found = evaluate(sets, fit.coefficients)
    mean = fit.subjects.covariates.mean(axis=0)
    scale = np.exp(mean @ fit.coefficients)
    steps = np.column_stack(
        [
            found.hazard * scale,
            (found.hazard * scale)[:, None] * (found.means - mean),
            (found.hazard * scale) ** 2,
        ]
    )
    until = by_time(sets, steps)[sets.times <= horizon].sum(axis=0)
    means = np.zeros(len(used))
    means[used] = until[1:-1]
    return Baseline(float(until[0]), tuple(means.tolist()), float(until[-1]))


def _is_whole(values: pd.Series) -> bool:
    return pd.api.types.is_float_dtype(values) and bool((values.to_numpy() % 1 == 0).all())


def ranges(rows: Rows, names: Sequence[str]) -> dict[str, tuple]:
    """Return the smallest and largest value of numbers, and the levels of others."""
    found: dict[str, tuple] = {}
    for name in names:
        values = rows.frame[name]
        if hasattr(values, "cat"):
            found[name] = levels_present(values)
        else:
            numbers = values.to_numpy(dtype=float)
            found[name] = (float(numbers.min()), float(numbers.max()))
    return found
