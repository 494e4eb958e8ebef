"""How a risk model is made from patients: every step, so that each resample repeats all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recurseq.clinical.model_fit import fit_terms
from recurseq.clinical.model_rows import PLAIN, Rows, rows_of
from recurseq.clinical.names import model_terms
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import LOGISTIC, Model
from recurseq.clinical.survival.partial_likelihood import evaluate
from recurseq.clinical.survival.residuals import by_time
from recurseq.clinical.terms import matrix, term_rules
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
        """Make the model from these patients; None where there is none to be had.

        Columns without an estimate (no event, too few patients, combinations of others) have the
        coefficient 0.
        """
        names = self.entered(rows)
        pairs = [pair for pair in self.model.interactions if set(pair) <= set(names)]
        rules = term_rules(names, rows.frame, self.patients, self.model.spline, pairs)
        terms = [rule.term(rows.frame) for rule in rules]
        found = fit_terms(self.model, rows, terms)
        if not found.converged:
            return None
        columns = matrix(terms)
        coefficients = np.nan_to_num(found.coefficients)
        return RiskModel(
            name=self.risk.name,
            kind=self.model.kind,
            outcome=self.model.endpoint,
            horizon=self.risk.horizon,
            rules=tuple(rules),
            ranges=ranges(rows, names),
            intercept=found.intercept if self.model.kind == LOGISTIC else 0.0,
            coefficients=coefficients,
            covariance=found.covariance,
            centre=columns.mean(axis=0),
            baseline=None,
            n=rows.patients,
            events=found.events,
            penalty=found.penalty,
        )


def ranges(rows: Rows, names: Sequence[str]) -> dict[str, tuple]:
    """Return the smallest and largest value of numbers, and the levels of others."""
    found: dict[str, tuple] = {}
    for name in names:
        values = rows.frame[name]
        if hasattr(values, "cat"):
            found[name] = tuple(map(str, values.cat.remove_unused_categories().cat.categories))
        else:
            found[name] = (float(values.min()), float(values.max()))
    return found
