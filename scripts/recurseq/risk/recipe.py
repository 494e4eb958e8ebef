"""How a risk model is made from patients: every step, so that each resample repeats all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from recurseq.clinical.imputing import fill_without_outcome, has_gaps, impute, too_empty
from recurseq.clinical.model_fit import fit_terms
from recurseq.clinical.model_rows import PLAIN, Rows, rows_of
from recurseq.clinical.names import model_terms
from recurseq.clinical.patients import Patients
from recurseq.clinical.pooled_fit import fit_pooled, stacked
from recurseq.clinical.regression import Maximum, best
from recurseq.clinical.selection import backward
from recurseq.clinical.settings import LOGISTIC, Model
from recurseq.clinical.survival.partial_likelihood import Fit, evaluate
from recurseq.clinical.survival.residuals import by_time
from recurseq.clinical.terms import (
    TermRule,
    columns_of,
    independent,
    levels_present,
    term_rules,
)
from recurseq.risk.pooled_model import pooled_baseline
from recurseq.risk.risk_model import Baseline, RiskModel
from recurseq.risk.settings import Risk
from recurseq.stats.rubin import pool

IN_RESAMPLE = 3  # imputations


@dataclass(frozen=True)
class Recipe:
    """What is done with patients to have a risk model.

    Where the model imputes, each resample imputes anew. There three imputations are enough, with
    which pooled tests and covariances are still those of the recipe: what few of them add to the
    spread of one resample, hundreds of resamples average out.

    Attributes
    ----------
    risk, model
        What the configuration asks for.
    patients
        All patients: their rules say on which scale numbers are taken.
    seed
        Of imputations.

    References
    ----------
    Schomaker and Heumann, Stat. Med. 37, 2252 (2018): few imputations in each of many resamples.
    """

    risk: Risk
    model: Model
    patients: Patients
    seed: int = 0

    @property
    def names(self) -> list[str]:
        """The candidate terms."""
        return model_terms(self.patients.settings, self.model.name)

    @cached_property
    def too_empty(self) -> dict[str, float]:
        """Terms of which too much is missing in the development to be imputed, and the share."""
        return too_empty(self._rows(self.risk.develop, gaps=True))

    @property
    def imputes(self) -> bool:
        """Whether gaps are filled."""
        return self.model.imputations is not None and not self.too_empty

    def rows(self, cohort: str) -> Rows:
        """Return the patients of a cohort: with their gaps where these are filled, or without."""
        return self._rows(cohort, gaps=self.imputes)

    def _rows(self, cohort: str, *, gaps: bool) -> Rows:
        model = replace(self.model, cohort=cohort)
        return rows_of(model, self.patients, self.names, PLAIN, gaps=gaps)

    def completed(self, rows: Rows, number: int = 0) -> list[Rows]:
        """Complete patients to make the model with them.

        Parameters
        ----------
        rows
            The patients.
        number
            Of the resample that they are; 0 for patients as they were.

        Returns
        -------
        list of Rows
            Empty where a variable has no value at all, as a resample may.
        """
        if not self.imputes or not has_gaps(rows):
            return [rows]
        if not rows.frame.notna().any().all():
            return []
        count = IN_RESAMPLE if number else self.model.imputations
        seed = [self.seed, number]
        return impute(rows, self.patients, count, seed, fewer=number > 0).rows

    def filled(self, learn: Rows, rows: Rows, number: int = 0) -> list[tuple[Rows, Rows]]:
        """Complete patients to judge a model in them, without their outcome.

        Parameters
        ----------
        learn
            Patients that the model is made with, from whom is learnt how gaps are filled.
        rows
            Others.
        number
            As for `completed`.

        Returns
        -------
        list of (Rows, Rows)
            Both, completed.
        """
        return [
            (replace(learn, frame=own), replace(rows, frame=others))
            for own, others in self.filled_frames(learn.frame, rows.frame, number)
        ]

    def filled_frames(
        self, learn: pd.DataFrame, others: pd.DataFrame, number: int = 0
    ) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
        """Complete values; as `filled`."""
        gaps = learn.isna().to_numpy().any() or others.isna().to_numpy().any()
        if not self.imputes or not gaps:
            return [(learn, others)]
        count = IN_RESAMPLE if number else self.model.imputations
        return fill_without_outcome(learn, others, self.patients, count, [self.seed, number])

    def own(self, rows: Rows) -> list[Rows]:
        """Complete the patients that the model is made with, to judge it in them."""
        return [own for own, _ in self.filled(rows, rows.take(np.zeros(0, dtype=int)))]

    def entered(self, sets: Sequence[Rows]) -> list[TermRule]:
        """Choose the terms: all of them, or as the model says by what these patients tell.

        Parameters
        ----------
        sets
            Completed data sets of the same patients; p-values are pooled over them.
        """
        entry, model = self.model.entry, self.model
        frame = stacked(sets)
        rules = term_rules(self.names, frame, self.patients, model.spline, model.interactions)
        if entry is None:
            return rules
        if entry.backward:
            return backward(model, sets, rules, entry.limit)
        kept = {r.name for r in rules if not r.crossed and self._alone(sets, r) < entry.limit}
        return [rule for rule in rules if set(rule.variables) <= kept]

    def _alone(self, sets: Sequence[Rows], rule: TermRule) -> float:
        if len(sets) == 1:
            term = rule.term(sets[0].frame)
            found = fit_terms(self.model, sets[0], [term], alone=True)
        else:
            found = fit_pooled(self.model, sets[0], sets, [rule], alone=True)
        return found.term_pvalues.get(rule.name, np.nan)

    def made(self, rows: Rows, number: int = 0) -> RiskModel | None:
        """Make the model from these patients; None where it has no estimates.

        Parameters
        ----------
        rows, number
            As for `completed`.
        """
        sets = self.completed(rows, number)
        found = self.made_of(rows, sets)
        return None if found is None else self._described(found, rows, sets)

    def _described(self, made: RiskModel, rows: Rows, sets: Sequence[Rows]) -> RiskModel:
        """Add what a reader of the model needs and no resample: its ranges, units and axes."""
        names = [rule.name for rule in made.rules if rule.crossed is None]
        frame = stacked(sets)
        return replace(
            made,
            ranges=ranges(frame, names),
            axes={name: span for name, span in self.risk.axes.items() if name in names},
            units=self._units(names),
            whole=tuple(name for name in names if _is_whole(frame[name])),
            incomplete=int(rows.frame[self.names].isna().any(axis=1).sum()) if self.imputes else 0,
        )

    def made_of(self, rows: Rows, sets: Sequence[Rows]) -> RiskModel | None:
        """Make the model from completed data sets, as numbers alone; None without estimates.

        A column that is a combination of others has the coefficient 0. Coefficients, covariance
        and the logarithm of the baseline hazard are pooled by Rubin's rules.

        Parameters
        ----------
        rows, sets
            Patients, and what `completed` made of them.
        """
        if not sets:
            return None
        rules = self.entered(sets)
        columns = [columns_of(rules, one.frame) for one in sets]
        used = np.all([independent(one) for one in columns], axis=0)
        tops, penalty = self._tops(sets, [one[:, used] for one in columns])
        if not all(top.converged for top in tops):
            return None
        centres = np.array([one.mean(axis=0) for one in columns])
        pooled = self._pooled(tops, used, centres)
        if pooled is None:
            return None
        estimate, covariance, baseline = pooled
        logistic = self.model.kind == LOGISTIC
        return RiskModel(
            name=self.risk.name,
            kind=self.model.kind,
            outcome=self.model.endpoint,
            horizon=self.risk.horizon,
            rules=tuple(rules),
            ranges={},
            intercept=float(estimate[0]) if logistic else 0.0,
            coefficients=estimate[int(logistic) :],
            covariance=covariance,
            centre=centres.mean(axis=0),
            baseline=baseline,
            n=rows.patients,
            events=int((rows.state == 1).sum()),
            penalty=penalty,
            state=self.model.state,
            dropped=rows.dropped,
            parameters=len(used),
            imputations=len(sets) if len(sets) > 1 else 0,
        )

    def _pooled(
        self, tops: Sequence[Maximum], used: np.ndarray, centres: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, Baseline | None] | None:
        """Pool coefficients (the intercept first), covariance and baseline; None without one."""
        logistic = self.model.kind == LOGISTIC
        there = np.append(True, used) if logistic else used
        estimates = np.zeros((len(tops), len(there)))
        covariances = np.zeros((len(tops), len(there), len(there)))
        for place, top in enumerate(tops):
            own = np.append(top.intercept, top.coefficients) if logistic else top.coefficients
            estimates[place, there] = own
            covariances[place][np.ix_(there, there)] = top.joint_covariance
        if not np.isfinite(covariances).all():
            return None
        found, baseline = pool(estimates, covariances), None
        if not logistic:
            each = [baseline_until(top.hazard, used, self.risk.horizon) for top in tops]
            # Before the first event every risk is 0, and no ratio changes it.
            if any(one.hazard <= 0 for one in each):
                return None
            baseline = pooled_baseline(each, centres, estimates, covariances)
        return found.estimate, found.covariance, baseline

    def _units(self, names: Sequence[str]) -> dict[str, str]:
        """Return the units of those numbers that have one."""
        columns = self.patients.settings.columns
        return {
            name: columns[name].unit for name in names if name in columns and columns[name].unit
        }

    def _tops(
        self, sets: Sequence[Rows], columns: Sequence[np.ndarray]
    ) -> tuple[list[Maximum], str]:
        """Fit each completed data set; where one needs Firth's penalty, all have it."""
        found = [best(self.model, *both) for both in zip(sets, columns, strict=True)]
        if len({penalty for _, penalty in found}) > 1:
            model = replace(self.model, penalty="firth")
            found = [best(model, *both) for both in zip(sets, columns, strict=True)]
        return [top for top, _ in found], found[0][1]


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


def ranges(frame: pd.DataFrame, names: Sequence[str]) -> dict[str, tuple]:
    """Return the smallest and largest value of numbers, and the levels of others."""
    found: dict[str, tuple] = {}
    for name in names:
        values = frame[name]
        if hasattr(values, "cat"):
            found[name] = levels_present(values)
        else:
            numbers = values.to_numpy(dtype=float)
            found[name] = (float(numbers.min()), float(numbers.max()))
    return found
