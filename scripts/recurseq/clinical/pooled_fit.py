"""A model of patients who were completed several times: fitted in each, and pooled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from recurseq.clinical.model_fit import FittedModel, fit_terms, tested_together
from recurseq.clinical.model_rows import Rows
from recurseq.clinical.settings import LOGISTIC, Model
from recurseq.clinical.survival.concordance import Concordance
from recurseq.clinical.terms import TermRule
from recurseq.stats.rubin import pool, pool_share, pooled_wald


def stacked(sets: Sequence[Rows]) -> pd.DataFrame:
    """Return the values of all completed data sets, from which levels and knots are taken."""
    return sets[0].frame if len(sets) == 1 else pd.concat([one.frame for one in sets])


def complete_df(model: Model, events: int, n: int, parameters: int) -> float:
    """Return the degrees of freedom without gaps, as mice takes them.

    Patients less parameters (the intercept among them) of a logistic model, else events less
    parameters.
    """
    left = n - parameters - 1 if model.kind == LOGISTIC else events - parameters
    return float(max(left, 1))


def fit_pooled(
    model: Model,
    gaps: Rows,
    sets: Sequence[Rows],
    rules: Sequence[TermRule],
    *,
    alone: bool = False,
) -> FittedModel:
    """Fit a model in each completed data set and pool it.

    Levels without events are set aside, and Firth's penalty is taken, as without gaps; where one
    data set needs the penalty, all have it. Then limits and tests are Wald's, not by profile.

    Parameters
    ----------
    model
        The model.
    gaps, sets
        The patients as they are, and completed.
    rules
        The terms, the same for all data sets.
    alone
        As for `recurseq.clinical.model_fit.fit_terms`.

    Returns
    -------
    FittedModel
        Its rows and terms are those with gaps, so that only observed values are counted.
    """
    fits = _fits(model, sets, rules, alone)
    if len({one.penalty for one in fits}) > 1:
        fits = _fits(replace(model, penalty="firth"), sets, rules, alone)
    first = fits[0]
    found = replace(
        first,
        terms=[rule.term(gaps.frame) for rule in rules],
        rows=gaps,
        notes=_notes(fits),
        converged=all(one.converged for one in fits),
        by_likelihood=False,
        intercept=float(np.mean([one.intercept for one in fits])),
        imputations=len(sets),
        fit=None,
        separated=list(dict.fromkeys(name for one in fits for name in one.separated)),
        term_pvalues={},
        **{name: np.full(first.parameters, np.nan) for name in _ARRAYS},
    )
    estimates = np.array([one.coefficients for one in fits])
    used = np.flatnonzero(np.isfinite(estimates).all(axis=0) & _without_note(found))
    if found.converged and len(used):
        _pool(found, model, fits, used)
    found.concordance = _ranking([one.concordance for one in fits])
    found.uno = _ranking([one.uno for one in fits])
    return found


_ARRAYS = ("coefficients", "se", "lower", "upper", "pvalue", "vif", "df", "fmi")


def _fits(
    model: Model, sets: Sequence[Rows], rules: Sequence[TermRule], alone: bool
) -> list[FittedModel]:
    terms = [[rule.term(rows.frame) for rule in rules] for rows in sets]
    return [fit_terms(model, *both, alone=alone) for both in zip(sets, terms, strict=True)]


def _notes(fits: Sequence[FittedModel]) -> list[str | None]:
    """Return for each coefficient the first reason against it in any data set."""
    return [
        next((note for note in notes if note is not None), None)
        for notes in zip(*(one.notes for one in fits), strict=True)
    ]


def _without_note(found: FittedModel) -> np.ndarray:
    return np.array([note is None for note in found.notes], dtype=bool)


def _pool(found: FittedModel, model: Model, fits: Sequence[FittedModel], used: np.ndarray) -> None:
    estimates = np.array([one.coefficients[used] for one in fits])
    covariances = np.array([one.covariance[np.ix_(used, used)] for one in fits])
    left = complete_df(model, found.events, len(found.rows), len(used))
    pooled = pool(estimates, covariances, left)
    found.used = used
    found.coefficients[used], found.se[used] = pooled.estimate, pooled.se
    found.lower[used], found.upper[used] = pooled.limits
    found.pvalue[used], found.df[used], found.fmi[used] = pooled.pvalue, pooled.df, pooled.fmi
    found.vif[used] = np.mean([one.vif[used] for one in fits], axis=0)
    for name, own in tested_together(found.terms).items():
        at = np.flatnonzero(np.isin(used, own))
        if len(at) == 1:
            found.term_pvalues[name] = float(pooled.pvalue[at[0]])
        elif len(at):
            test = pooled_wald(estimates[:, at], covariances[:, at][:, :, at])
            found.term_pvalues[name] = test.pvalue


def _ranking(found: Sequence[Concordance]) -> Concordance:
    value, _, error = pool_share([one.value for one in found], [one.se for one in found])
    return Concordance(value, error)
