"""Strata of a risk model: fixed by its cuts, looked at in the development and the validation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.base.tables import describe, put_together
from recurseq.clinical import model_cautions, patient_cautions
from recurseq.clinical.cautions import Caution
from recurseq.clinical.imputing import complete_only
from recurseq.clinical.model_rows import Rows
from recurseq.clinical.settings import FINEGRAY, LOGISTIC
from recurseq.risk import tree_cautions as own_caution
from recurseq.risk.cohorts import DEVELOPMENT, VALIDATION
from recurseq.risk.judged import averaged
from recurseq.risk.observed import Observed, observed
from recurseq.risk.recipe import Recipe
from recurseq.risk.risk_model import RiskModel
from recurseq.risk.risk_tree import RiskTree
from recurseq.risk.settings import BY_TREE
from recurseq.risk.strata import falls, stratum_of
from recurseq.risk.strata_curves import curve_table
from recurseq.risk.strata_ratios import Ratio, ratios
from recurseq.risk.tree_tables import node_rates

MEASURES = {LOGISTIC: "odds ratio", FINEGRAY: "subdistribution hazard ratio"}


@dataclass(frozen=True)
class StrataResult:
    """The tables of the strata, named as their columns are described."""

    strata: pd.DataFrame
    curves: pd.DataFrame
    cautions: list[Caution]


@dataclass(frozen=True)
class Divider:
    """Who is in which stratum.

    Attributes
    ----------
    recipe, model
        Of the risk model, and the model made with it; None where it has no estimates.
    tree
        Its tree; None without one.
    leaf_risk
        Risk of the patients of each node in the development; None without a tree.
    mean_risk
        Patient to the linear predictor of the mean risk over filled gaps; empty where the model
        does not impute.
    """

    recipe: Recipe
    model: RiskModel | None
    tree: RiskTree | None = None
    leaf_risk: np.ndarray | None = None
    mean_risk: pd.Series | None = None

    def linear(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the linear predictor of each patient; missing without a model."""
        if self.model is None:
            return np.full(len(frame), np.nan)
        found = self.model.linear(frame)
        if self.mean_risk is None:
            return found
        return np.where(np.isnan(found), self.mean_risk.reindex(frame.index), found)

    def risk(self, linear: np.ndarray) -> np.ndarray:
        """Turn linear predictors into risks; missing without a model."""
        return linear if self.model is None else self.model.risk_of(linear)

    def leaf(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the leaf of each patient; 0 where there is none, as without some value."""
        found, known = np.zeros(len(frame), dtype=int), frame.notna().all(axis=1).to_numpy()
        if self.tree is not None and known.any():
            found[known] = self.tree.leaf_of(frame[known])
        return found

    def stratum(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the place of each patient's stratum; -1 where there is none."""
        strata = self.recipe.risk.strata
        if strata is None:
            return np.full(len(frame), -1)
        if strata.by == BY_TREE:
            return stratum_of(strata, np.append(self.leaf_risk, np.nan)[self.leaf(frame) - 1])
        return stratum_of(strata, self.risk(self.linear(frame)))


def divider(
    recipe: Recipe, model: RiskModel | None, tree: RiskTree | None, cohorts: Mapping[str, Rows]
) -> Divider:
    """Fix the strata on the patients of the development.

    Who has a gap gets the mean risk over values that are filled in without the outcome, so that
    strata hold all patients; not in the tree, which is one of complete cases.
    """
    mean_risk = None
    if model is not None and recipe.imputes:
        learn, everybody = cohorts[DEVELOPMENT].frame, people(recipe)[0]
        mean_risk = averaged_linear(recipe, model, learn, everybody)
    if tree is None:
        return Divider(recipe, model, mean_risk=mean_risk)
    rates = [one.rate for one in node_rates(recipe, tree, complete_only(cohorts[DEVELOPMENT]))]
    return Divider(recipe, model, tree, np.array(rates), mean_risk)


def averaged_linear(
    recipe: Recipe, model: RiskModel, learn: pd.DataFrame, others: pd.DataFrame
) -> pd.Series:
    """Return the linear predictor of the mean risk of each patient over filled gaps.

    Parameters
    ----------
    recipe, model
        Of the risk model.
    learn
        Values of the patients of the development.
    others
        Of those who are told.
    """
    filled = recipe.filled_frames(learn, others)
    linear = [model.linear(full) for _, full in filled]
    return pd.Series(averaged(model, np.array(linear)), index=others.index)


def stratify(found: Divider, cohorts: Mapping[str, Rows]) -> StrataResult:
    """Look at the strata of a risk model in its cohorts.

    Parameters
    ----------
    found
        Who is in which stratum.
    cohorts
        ``development`` and perhaps ``validation`` to their patients.
    """
    recipe = found.recipe
    names, rows_of_table, cautions, curves = recipe.risk.strata.names, [], [], []
    for role, rows in cohorts.items():
        places = found.stratum(rows.frame)
        rates = [
            observed(rows.take(places == k), recipe.model.kind, recipe.risk.horizon)
            for k in range(len(names))
        ]
        against = ratios(recipe.model, rows, places, len(names))
        predicted = found.risk(found.linear(rows.frame))
        for k, name in enumerate(names):
            mean = float(predicted[places == k].mean()) if rates[k].n else np.nan
            rows_of_table.append(_row(name, role, rates[k], mean, against[k], len(rows)))
        curves.append(curve_table(recipe, rows, places, role))
        cautions += _of_cohort(found, role, rows, places, rates, against)
    table = pd.DataFrame(rows_of_table, columns=describe("risk_strata").names)
    table["measure"] = MEASURES.get(recipe.model.kind, "hazard ratio")
    if VALIDATION not in cohorts:
        analysis = f"risk.{recipe.risk.name}"
        cautions.append(own_caution.not_validated(analysis, "The rates of the strata"))
    return StrataResult(table, put_together(curves, "risk_strata_curve"), cautions)


def _row(name: str, role: str, rate: Observed, mean: float, ratio: Ratio, n: int) -> dict:
    return {
        "stratum": name,
        "cohort": role,
        "n": rate.n,
        "events": rate.events,
        "observed": rate.rate,
        "predicted": mean,
        "hr": ratio.value,
        "lower": rate.lower,
        "upper": rate.upper,
        "hr_lower": ratio.lower,
        "hr_upper": ratio.upper,
        "pvalue": ratio.pvalue,
        "share": rate.n / n if n else np.nan,
        "penalty": ratio.penalty,
    }


def _of_cohort(
    divided: Divider,
    role: str,
    rows: Rows,
    places: np.ndarray,
    rates: list[Observed],
    against: list[Ratio],
) -> list[Caution]:
    analysis, strata = f"risk.{divided.recipe.risk.name}", divided.recipe.risk.strata
    names = strata.names
    found: list[Caution | None] = []
    values = [one.rate for one in rates]
    below = [name for name, low in zip(names, falls(values), strict=True) if low]
    found.append(own_caution.strata_do_not_rise(analysis, role, below))
    found += [
        model_cautions.level_without_events(
            analysis, f"stratum ({role})", name, rate.n, penalised=ratio.penalty == "firth"
        )
        for k, (name, rate, ratio) in enumerate(zip(names, rates, against, strict=True))
        if rate.n and not (rows.state[places == k] == 1).any()  # ratios are of all follow-up
    ]
    what = f"the strata ({role})"
    found.append(
        patient_cautions.complete_case_loss(analysis, what, rows.dropped, len(rows) + rows.dropped)
    )
    if role != DEVELOPMENT and (strata.by == BY_TREE or divided.model is not None):
        outside = int((places < 0).sum())
        found.append(own_caution.without_place(analysis, "stratum", outside, len(rows)))
    return [one for one in found if one is not None]


def patient_table(
    found: Divider, points: Callable[[np.ndarray], np.ndarray] | None = None
) -> pd.DataFrame:
    """Return table ``risk_patients``: risk, leaf and stratum of everybody in the two cohorts.

    Parameters
    ----------
    found
        Who is in which stratum.
    points
        From linear predictors to total points of the nomogram; missing without.
    """
    frame, cohort = people(found.recipe)
    complete = frame.notna().all(axis=1).to_numpy()
    linear, leaf, place = found.linear(frame), found.leaf(frame), found.stratum(frame)
    filled = np.isfinite(linear) & ~complete
    strata = found.recipe.risk.strata
    names = np.array([*(() if strata is None else strata.names), None], dtype=object)
    table = pd.DataFrame(
        {
            "patient_id": frame.index.to_numpy(dtype=object),
            "lp": linear,
            "risk": found.risk(linear),
            "points": np.nan if points is None else points(linear),
            "node": pd.array(np.where(leaf > 0, leaf, np.nan), dtype="Int64"),
            "stratum": names[place],
            "cohort": cohort,
            "imputed": filled,
        }
    )
    return table[describe("risk_patients").names]


def people(recipe: Recipe) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the values of everybody in the development or the validation, and which it is."""
    parts = {DEVELOPMENT: recipe.risk.develop, VALIDATION: recipe.risk.validate}
    frames = {
        role: recipe.patients.cohort(name) for role, name in parts.items() if name is not None
    }
    values = [
        pd.DataFrame({name: own.values(name) for name in recipe.names}, index=own.frame.index)
        for own in frames.values()
    ]
    cohort = np.repeat(list(frames), [len(own) for own in frames.values()]).astype(object)
    return pd.concat(values), cohort
