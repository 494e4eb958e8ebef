"""Regression of an endpoint: each term alone, all together, from a landmark, and over time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from recurseq.base.tables import describe, put_together
from recurseq.clinical import model_cautions, patient_cautions, survival_cautions
from recurseq.clinical.candidates import (
    Candidates,
    candidates,
    imputation_cautions,
    imputation_table,
)
from recurseq.clinical.cautions import STOP, Caution
from recurseq.clinical.cutoff_use import WITHHELD, cutoff_cautions, is_optimised
from recurseq.clinical.model_fit import FittedModel, fit_terms
from recurseq.clinical.model_rows import LANDMARK, PLAIN, TIME_VARYING, known_at, rows_of
from recurseq.clinical.names import model_terms
from recurseq.clinical.patients import Patients
from recurseq.clinical.pooled_fit import fit_pooled, stacked
from recurseq.clinical.selection import backward
from recurseq.clinical.settings import LOGISTIC, Model
from recurseq.clinical.survival.proportionality import GLOBAL, KM, TRANSFORMS, proportionality
from recurseq.clinical.survival.residuals import scaled_schoenfeld
from recurseq.clinical.terms import (
    LEVELS,
    Term,
    build_terms,
    crossed_pairs,
    positions,
    term_rules,
)
from recurseq.clinical.validity import judge, judge_patients
from recurseq.stats.tails import chi_squared_tail

UNIVARIABLE, MULTIVARIABLE, NAIVE = "univariable", "multivariable", "naive"
COMPLETE = "complete_cases"


@dataclass
class ModelResult:
    """Tables of a model, named as their columns are described.

    Attributes
    ----------
    of_hazards
        Whether it is a model of hazards, which may change with time.
    imputation
        Table ``model_imputation``; None for a model that does not impute.
    """

    terms: pd.DataFrame
    summary: pd.DataFrame
    proportionality: pd.DataFrame
    residuals: pd.DataFrame
    of_hazards: bool
    imputation: pd.DataFrame | None
    cautions: list[Caution] = field(default_factory=list)


def fit_outcome(model: Model, patients: Patients, seed: int = 0) -> ModelResult:
    """Fit a model as the configuration asks.

    Parameters
    ----------
    model
        The model.
    patients
        All patients, with the cut-offs that are needed.
    seed
        Of imputations.
    """
    analysis = f"models.{model.name}"
    names = model_terms(patients.settings, model.name)
    alone = {
        name: _fit(model, patients, [name], PLAIN, alone=True)
        for name in dict.fromkeys([*model.univariable, *names])
    }
    people = candidates(model, patients, names, seed)
    model, entered, found = _entry(analysis, model, patients, people, names, alone)
    late = [name for name in entered if name in known_at(model, patients)]
    fits = _together(model, patients, people, entered, naive=bool(late))
    named = [*((UNIVARIABLE, one) for one in alone.values()), *fits.items()]
    rows = [row for name, one in named for row in _term_rows(name, one)]
    summary = [_summary(name, one) for name, one in fits.items()]
    found += _cautions(analysis, model, patients, fits, alone)
    found += imputation_cautions(analysis, model, people)
    hazards, residuals = _hazards(fits.get(COMPLETE, next(iter(fits.values()), None)))
    by_km = hazards[(hazards["term"] == GLOBAL) & (hazards["transform"] == KM)]["pvalue"]
    found.append(
        survival_cautions.non_proportional(analysis, float(by_km.iloc[0]) if len(by_km) else np.nan)
    )
    terms = pd.DataFrame(rows, columns=describe("model_terms").names)
    terms = _withhold(terms, model, patients, found)
    found += [_not_at_random(analysis, name, terms) for name in late]
    summaries = pd.DataFrame(summary, columns=describe("model_summary").names)
    if _chosen_by_outcome(found):
        summaries["pvalue"] = hazards["pvalue"] = np.nan
    return ModelResult(
        terms=terms,
        summary=summaries,
        proportionality=hazards,
        residuals=residuals,
        of_hazards=model.kind != LOGISTIC,
        imputation=None if model.imputations is None else imputation_table(people),
        cautions=[one for one in found if one],
    )


def _together(
    model: Model, patients: Patients, people: Candidates, names: list[str], *, naive: bool
) -> dict[str, FittedModel]:
    """Fit the terms that entered together, in every form that is asked for."""
    if not names:
        return {}
    naive = naive or model.landmark is not None or bool(model.time_varying)
    main, complete = NAIVE if naive else MULTIVARIABLE, _fit(model, patients, names, PLAIN)
    if people.imputed is None:
        fits = {main: complete}
    else:
        fits = {main: _fit_imputed(model, patients, people, names), COMPLETE: complete}
    if model.landmark is not None:
        fits[LANDMARK] = _fit(model, patients, names, LANDMARK)
    if model.time_varying:
        fits[TIME_VARYING] = _fit(model, patients, names, TIME_VARYING)
    return fits


def _fit(
    model: Model, patients: Patients, names: list[str], form: str, *, alone: bool = False
) -> FittedModel:
    rows = rows_of(model, patients, names, form)
    pairs = [pair for pair in model.interactions if set(pair) <= set(names)] if not alone else []
    terms = build_terms(names, rows.frame, patients, model.spline, pairs)
    return fit_terms(model, rows, terms, alone=alone)


def _fit_imputed(
    model: Model, patients: Patients, people: Candidates, names: list[str]
) -> FittedModel:
    pairs = [pair for pair in model.interactions if set(pair) <= set(names)]
    rules = term_rules(names, stacked(people.sets), patients, model.spline, pairs)
    return fit_pooled(model, people.rows, people.sets, rules)


def _entry(
    analysis: str,
    model: Model,
    patients: Patients,
    people: Candidates,
    names: list[str],
    alone: dict[str, FittedModel],
) -> tuple[Model, list[str], list[Caution | None]]:
    """Choose the terms of the model; of its interactions those stay that were chosen."""
    if model.entry is None:
        return model, names, []
    if model.entry.backward:
        rules = term_rules(names, stacked(people.sets), patients, model.spline, model.interactions)
        kept = backward(model, people.sets, rules, model.entry.limit)
        entered = [rule.name for rule in kept if rule.crossed is None]
        model = replace(model, interactions=crossed_pairs(kept))
    else:
        limit = model.entry.limit
        entered = [name for name in names if alone[name].term_pvalues.get(name, np.nan) < limit]
    told = model_cautions.selected_by_p(analysis, model.entry, len(names), len(entered))
    return model, entered, [told]


def _term_rows(model: str, found: FittedModel) -> list[dict]:
    rows, places = [], positions(found.terms)
    for term in found.terms:
        pvalue = found.term_pvalues.get(term.name, np.nan) if found.term_test else np.nan
        for label, members, place in zip(
            term.labels, _members(term), places[term.name], strict=True
        ):
            coefficient, se = found.coefficients[place], found.se[place]
            rows.append(
                {
                    "model": model,
                    "term": term.name,
                    "level": label.level,
                    "reference": label.reference,
                    "n": len(np.unique(found.rows.patient[members])),
                    "events": int((found.rows.state[members] == 1).sum()),
                    "coef": coefficient,
                    "se": se,
                    "ratio": np.exp(coefficient),
                    "lower": np.exp(found.lower[place]),
                    "upper": np.exp(found.upper[place]),
                    "z": coefficient / se,
                    "pvalue": found.pvalue[place],
                    "lrt_pvalue": pvalue,
                    "vif": found.vif[place],
                    "note": found.notes[place],
                    "term_test": None if np.isnan(pvalue) else found.term_test,
                    "df": np.nan if found.df is None else found.df[place],
                    "fmi": np.nan if found.fmi is None else found.fmi[place],
                }
            )
    return rows


def _members(term: Term) -> list[np.ndarray]:
    """Rows that each coefficient is about: those of a level, or all who have the value."""
    if term.kind == LEVELS:
        return list(term.members[1:])
    return [np.isfinite(term.columns).all(axis=1)] * term.size


def _summary(name: str, found: FittedModel) -> dict:
    fitted = found.converged and not found.too_few
    df = len(found.used)
    # Of patients in clusters, and of a subdistribution, this is no likelihood.
    tested = fitted and found.by_likelihood
    statistic = 2 * (found.loglik - found.loglik_null) if tested else np.nan
    return {
        "model": name,
        "n": found.rows.patients,
        "events": found.events,
        "dropped_missing": found.rows.dropped,
        "parameters": found.parameters,
        "epv": found.limiting / found.parameters if found.parameters else np.nan,
        "loglik": found.loglik if fitted else np.nan,
        "lrt": statistic,
        "df": df if fitted else np.nan,
        "pvalue": float(chi_squared_tail(statistic, df)) if tested and df else np.nan,
        "c_index": found.concordance.value,
        "c_se": found.concordance.se,
        "c_uno": found.uno.value,
        "aic": _akaike(found, df) if tested and found.penalty == "none" else np.nan,
        "penalty": found.penalty,
        "converged": fitted,
        "intercept": found.intercept,
        "imputations": found.imputations or None,
    }


def _akaike(found: FittedModel, df: int) -> float:
    """Twice the parameters, the intercept among them, less twice the log likelihood."""
    return 2 * (df + np.isfinite(found.intercept)) - 2 * found.loglik


def _hazards(found: FittedModel | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test proportional hazards, and return scaled residuals."""
    tests, residuals = [], []
    if found is not None and found.fit is not None and found.converged and len(found.used):
        places = positions(found.terms)
        terms = {
            name: at
            for name, columns in places.items()
            if (at := [int(x) for x in np.flatnonzero(np.isin(found.used, columns))])
        }
        for transform in TRANSFORMS:
            tests += [
                (one.term, one.transform, one.statistic, one.df, one.pvalue)
                for one in proportionality(found.fit, terms, transform)
            ]
        times, scaled = scaled_schoenfeld(found.fit)
        labels = [_coefficient(term, label) for term in found.terms for label in term.labels]
        residuals = [
            pd.DataFrame({"term": labels[place], "time": times, "scaled_schoenfeld": column})
            for place, column in zip(found.used, scaled.T, strict=True)
        ]
    return (
        pd.DataFrame(tests, columns=describe("model_proportionality").names),
        put_together(residuals, "model_residuals"),
    )


def _coefficient(term: Term, label) -> str:
    return f"{term.name} {label.level}" if label.level else term.name


def _chosen_by_outcome(found: list[Caution | None]) -> bool:
    """Whether all patients were chosen by their outcome, of whom no p-value is told."""
    return any(one and one.code == "outcome_selected" and one.severity == STOP for one in found)


def _withhold(
    terms: pd.DataFrame,
    model: Model,
    patients: Patients,
    found: list[Caution | None],
) -> pd.DataFrame:
    """Leave out numbers that stand for nothing, and say so in their note."""
    estimates = ["coef", "se", "ratio", "lower", "upper", "z", "pvalue", "lrt_pvalue"]
    selected = _chosen_by_outcome(found)
    for place, row in terms.iterrows():
        parts = row["term"].split(":")
        plain = row["model"] in (UNIVARIABLE, MULTIVARIABLE, NAIVE, COMPLETE)
        stops = [
            one.code
            for one in found
            if one and one.severity == STOP and one.number in parts and plain
        ]
        if selected:
            stops.append("outcome_selected")
        if stops:
            terms.loc[place, estimates] = np.nan
            terms.loc[place, "term_test"] = None
            terms.loc[place, "note"] = f"left out: {stops[0]}"
        elif any(is_optimised(patients, part) for part in parts):
            terms.loc[place, ["pvalue", "lrt_pvalue", "z"]] = np.nan
            terms.loc[place, "term_test"] = None
            terms.loc[place, "note"] = WITHHELD
        elif row["model"] == UNIVARIABLE and any(x in known_at(model, patients) for x in parts):
            terms.loc[place, "note"] = row["note"] or "naive: known after the origin"
    return terms


def _cautions(
    analysis: str,
    model: Model,
    patients: Patients,
    fits: dict[str, FittedModel],
    alone: dict[str, FittedModel],
) -> list[Caution | None]:
    found: list[Caution | None] = []
    for name in alone:
        changes = name in model.time_varying
        found += judge(
            analysis,
            patients,
            model.endpoint,
            name,
            model.landmark,
            changes=changes,
            naive=model.kind != LOGISTIC,
        )
    cohort = patients.cohort(model.cohort)
    found += judge_patients(analysis, model.cohort, cohort, endpoint=model.endpoint)
    for name, one in fits.items():
        found.append(
            model_cautions.few_events(
                analysis, one.limiting, one.parameters, penalised=one.penalty != "none"
            )
        )
        if name != COMPLETE:  # its patients are all in the model beside it
            what = f"the {name.replace('_', '-')} model"
            found.append(_lost(analysis, what, one, can_impute=model.imputations is None))
    found += [_lost(analysis, f"{name} alone", one) for name, one in alone.items()]
    for one in [*fits.values(), *alone.values()]:
        found += [model_cautions.separated(analysis, term) for term in one.separated]
        found += [
            model_cautions.level_without_events(
                analysis, empty.term, empty.level, empty.n, penalised=one.penalty != "none"
            )
            for empty in one.empty_levels
        ]
    first = next(iter(fits.values()), None)
    if model.cluster is not None and first is not None:
        found.append(model_cautions.few_centres(analysis, model.cluster, first.rows.clusters))
    return found + cutoff_cautions(analysis, cohort, list(alone), model.endpoint, model.state)


def _not_at_random(analysis: str, name: str, terms: pd.DataFrame) -> Caution:
    """Judge a term that came after the origin by its least biased ratio, if it has one."""
    own = terms[(terms["term"] == name) & terms["model"].isin([TIME_VARYING, LANDMARK])]
    ratios = own.sort_values("model", ascending=False, kind="stable")["ratio"]
    ratio = float(ratios.iloc[0]) if len(ratios) else np.nan
    return patient_cautions.confounded_by_indication(analysis, name, ratio)


def _lost(
    analysis: str, what: str, one: FittedModel, *, can_impute: bool = False
) -> Caution | None:
    dropped, n = one.rows.dropped, one.rows.dropped + one.rows.patients
    return patient_cautions.complete_case_loss(analysis, what, dropped, n, can_impute=can_impute)
