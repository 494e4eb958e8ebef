"""A risk model as the workflow makes it: with what stands against it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recurseq.clinical import model_cautions, patient_cautions
from recurseq.clinical.cautions import STOP, Caution
from recurseq.clinical.imputation_cautions import gaps_in_words
from recurseq.clinical.imputing import complete_only
from recurseq.clinical.model_rows import Rows
from recurseq.clinical.regression import regression
from recurseq.clinical.settings import LOGISTIC
from recurseq.clinical.terms import independent, positions, term_rules
from recurseq.clinical.validity import judge_patients
from recurseq.risk import development_cautions as own
from recurseq.risk.recipe import Recipe
from recurseq.risk.risk_model import RiskModel
from recurseq.risk.ticks import is_outside


@dataclass(frozen=True)
class Built:
    """A risk model of the workflow.

    Attributes
    ----------
    model
        None where a caution says that it must not be.
    cautions
        What a reader must know.
    """

    model: RiskModel | None
    cautions: list[Caution]


def build(recipe: Recipe, *, simulated: bool = False) -> Built:
    """Make a risk model in its development cohort.

    Parameters
    ----------
    recipe
        How.
    simulated
        Whether the patients are simulated.
    """
    rows = recipe.rows(recipe.risk.develop)
    enough = (rows.state == 1).any()
    parameters = _candidates(recipe, rows) if enough else 0
    made = recipe.made(rows) if enough else None
    found = [one for one in _cautions(recipe, rows, made, parameters) if one is not None]
    if any(one.severity == STOP for one in found):
        made = None
    elif made is None:
        found.append(own.no_estimates(_analysis(recipe)))
    model = None
    if made is not None:
        model = replace(made, parameters=parameters, simulated=simulated)
    return Built(model, found)


def _candidates(recipe: Recipe, rows: Rows) -> int:
    model, frame = recipe.model, complete_only(rows).frame
    rules = term_rules(recipe.names, frame, recipe.patients, model.spline, model.interactions)
    return sum(rule.size for rule in rules)


def _analysis(recipe: Recipe) -> str:
    return f"risk.{recipe.risk.name}"


def _cautions(
    recipe: Recipe, rows: Rows, made: RiskModel | None, parameters: int
) -> list[Caution | None]:
    analysis, risk, model = _analysis(recipe), recipe.risk, recipe.model
    limiting = regression(model, rows).limiting(rows)
    penalised = made is not None and made.penalty != "none"
    found = [
        model_cautions.few_events(analysis, limiting, parameters, penalised=penalised),
        patient_cautions.complete_case_loss(
            *(analysis, "the model", rows.dropped, rows.dropped + len(rows)),
            can_impute=model.imputations is None,
        ),
        # Without an endpoint: of those chosen by any outcome no absolute risk is told.
        *judge_patients(analysis, risk.develop, recipe.patients.cohort(risk.develop)),
    ]
    if risk.horizon is not None and len(rows):
        found.append(own.beyond_follow_up(analysis, risk.horizon, float(rows.time.max())))
    if rows.cluster is not None:
        found.append(model_cautions.few_centres(analysis, model.cluster, rows.clusters))
    if model.imputations is not None:
        found += gaps_in_words(analysis, rows.frame, model.imputations, recipe.too_empty)
    if made is not None:
        found += [
            model_cautions.separated(analysis, name) for name in _separated(recipe, rows, made)
        ]
        found.append(own.without_effect(analysis, _without_effect(made)))
        if model.entry is not None:
            entered = sum(rule.crossed is None for rule in made.rules)
            found.append(
                model_cautions.selected_by_p(analysis, model.entry, len(recipe.names), entered)
            )
        beyond = [n for n, span in made.axes.items() if any(is_outside(made, n, x) for x in span)]
        found.append(own.axes_go_on(analysis, beyond))
    return found


def _separated(recipe: Recipe, rows: Rows, made: RiskModel) -> list[str]:
    """Return the terms that have no finite coefficient without the penalty they got."""
    if made.kind != LOGISTIC or made.penalty == "none":
        return []
    columns = made.columns(rows.frame)
    used = np.flatnonzero(independent(columns))
    apart = set(used[regression(recipe.model, rows).separated(rows, columns[:, used])].tolist())
    return [name for name, places in positions(made.rules).items() if apart & set(places)]


def _without_effect(made: RiskModel) -> list[str]:
    """Return the columns that the development tells nothing of."""
    known = np.diag(made.covariance)[-len(made.coefficients) :] > 0
    found = [rule.name for rule in made.rules if not rule.size]
    return found + [
        " ".join([rule.name, label.level or ""]).strip()
        for rule, places in zip(made.rules, positions(made.rules).values(), strict=True)
        for label, place in zip(rule.labels, places, strict=True)
        if not known[place]
    ]
