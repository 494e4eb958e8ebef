"""How well a risk model predicts: its tables, and what a reader must know beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recurseq.clinical.cautions import STOP, Caution
from recurseq.clinical.imputation_cautions import much_imputed
from recurseq.clinical.model_rows import Rows
from recurseq.clinical.validity import judge_patients
from recurseq.risk import calibration, cautions
from recurseq.risk.build import build
from recurseq.risk.centres import centres_of, enough, left_out
from recurseq.risk.centres_rows import over_centres, too_few
from recurseq.risk.compared_rows import compare
from recurseq.risk.decision import thresholds_between
from recurseq.risk.judged import (
    AUC,
    HARRELL,
    OVER,
    SLOPE,
    Layout,
    Predicted,
    estimate,
    predicted_over,
)
from recurseq.risk.optimism import Optimism, optimism, resamples
from recurseq.risk.performance_rows import (
    APPARENT,
    BY_CENTRE,
    LEFT_OUT,
    VALIDATION,
    Tables,
    calibrated,
    corrected,
    decided,
    limits_by_resampling,
    measured,
    ranked,
)
from recurseq.risk.recipe import Recipe
from recurseq.risk.selection_table import selection_table
from recurseq.risk.told import WORDS

POINTS = 41  # of a flexible calibration curve


@dataclass
class RiskPerformance:
    """Tables of a risk model by their names, and cautions."""

    tables: dict[str, pd.DataFrame]
    cautions: list[Caution] = field(default_factory=list)


def validate_risk(name: str, recipes: Mapping[str, Recipe], seed: int) -> RiskPerformance:
    """Judge a risk model in its own patients, without the optimism of that, and in others.

    Parameters
    ----------
    name
        Of the risk model.
    recipes
        Of all risk models, by name.
    seed
        Of the resamples.
    """
    recipe, analysis, tables = recipes[name], f"risk.{name}", Tables()
    risk = recipe.risk
    rows = recipe.rows(risk.develop)
    told: list[Caution | None] = [*_judge(recipe, analysis)]
    if rows.entry is not None:
        told.append(cautions.delayed_entry(analysis))
    made = None if _refused(told) else build(recipe).model
    if made is None:
        frames = tables.frames() | _selection(recipe, (), ())
        return RiskPerformance(frames, [one for one in told if one is not None])
    found = predicted_over(made, recipe.own(rows))
    grid = calibration.grid_of(found.risk, POINTS)
    layout = Layout(found.measures, thresholds_between(*risk.decision), grid)
    tried, more = _develop(tables, recipe, rows, found, layout, seed)
    told += more
    others = _others(recipe, analysis, rows, told)
    if others is not None:
        found = predicted_over(made, [full for _, full in recipe.filled(rows, others)])
        beyond = made.beyond(others.frame)
        told.append(cautions.beyond_development(analysis, risk.validate, beyond, len(others)))
        told += _validate(tables, recipe, found, layout, seed)
    for other in risk.compare:
        more = compare(recipe, recipes[other], rows, others, layout, seed)
        tables.performance += more.performance
        tables.decision += more.decision
    tests = sum(pd.notna(row.get("pvalue")) for row in tables.performance)
    told.append(cautions.many_comparisons(analysis, tests, len(risk.compare)))
    frames = tables.frames() | _selection(recipe, [rule.name for rule in made.rules], tried.kept)
    return RiskPerformance(frames, [one for one in told if one is not None])


def _selection(
    recipe: Recipe, chosen: Sequence[str], resamples: Sequence[frozenset[str]]
) -> dict[str, pd.DataFrame]:
    """Tell how often terms are chosen, of a model that chooses them."""
    if recipe.model.entry is None:
        return {}
    names = [*recipe.names, *(f"{one}:{other}" for one, other in recipe.model.interactions)]
    return {"risk_selection": selection_table(names, chosen, resamples)}


def _judge(recipe: Recipe, analysis: str) -> list[Caution]:
    risk, cutoffs = recipe.risk, recipe.patients.settings.cutoffs
    chosen = [name for name in recipe.names if name in cutoffs and cutoffs[name].optimised]
    return [cautions.cutoff_chosen_before(analysis, name) for name in chosen] + [
        one
        for cohort in (risk.develop, risk.validate)
        if cohort is not None
        for one in judge_patients(analysis, cohort, recipe.patients.cohort(cohort))
    ]


def _refused(told: Sequence[Caution | None]) -> bool:
    return any(one is not None and one.severity == STOP for one in told)


def _develop(
    tables: Tables, recipe: Recipe, rows: Rows, found: Predicted, layout: Layout, seed: int
) -> tuple[Optimism, list[Caution | None]]:
    """Judge the model in the patients it was made with, and take the optimism off."""
    risk, analysis = recipe.risk, f"risk.{recipe.risk.name}"
    draws = list(resamples(len(rows), risk.bootstrap, seed))
    limits = limits_by_resampling(found, layout, draws)
    tables.performance += measured(APPARENT, found, limits, risk.bootstrap)
    tables.calibration += calibrated(APPARENT, found, layout.grid)
    tables.roc += ranked(APPARENT, found)
    tables.decision += decided(APPARENT, found, limits, risk.bootstrap)
    apparent = layout.values(found)
    tried = optimism([recipe], rows, draws, lambda one: layout.values(one[0]))
    told: list[Caution | None] = [cautions.failed_resamples(analysis, tried.failed, risk.bootstrap)]
    if tried.used:
        performance, curve, decision = corrected(found, layout, apparent, tried)
        tables.performance += performance
        tables.calibration += curve
        tables.decision += decision
        told += _of_optimism(analysis, layout, apparent, tried, validated=risk.validate is not None)
    area = estimate(found, AUC)[0]
    told.append(cautions.near_perfect(analysis, "the development", area, found.risk))
    tables.performance += _left_out(recipe, rows, layout, seed)
    return tried, told


def _of_optimism(
    analysis: str, layout: Layout, apparent: np.ndarray, tried: Optimism, *, validated: bool
) -> list[Caution | None]:
    corrected_values = layout.split(apparent - tried.mean)["measures"]
    values = dict(zip(layout.measures, corrected_values, strict=True))
    name = HARRELL if HARRELL in values else AUC
    shown = apparent[layout.measures.index(name)]
    return [
        cautions.apparent_performance(
            analysis, WORDS[name], shown, values[name], validated=validated
        ),
        cautions.overfitted(analysis, values[SLOPE]),
    ]


def _left_out(recipe: Recipe, rows: Rows, layout: Layout, seed: int) -> list[dict]:
    """Judge models in each centre of the development that they were made without."""
    centres = centres_of(recipe, rows.frame.index)
    if centres is None:
        return []
    found = [
        row
        for name, one in left_out(recipe, rows, centres)
        if one is not None
        for row in _one_centre(LEFT_OUT, recipe, one, layout, seed, name)
    ]
    return found + over_centres(found)


def _one_centre(
    data: str, recipe: Recipe, found: Predicted, layout: Layout, seed: int, centre: str
) -> list[dict]:
    if not enough(found):
        return [too_few(data, found, centre)]
    draws = list(resamples(len(found), recipe.risk.bootstrap, seed))
    asked = Layout(layout.measures, np.zeros(0), np.zeros(0))
    limits = limits_by_resampling(found, asked, draws)
    return measured(data, found, limits, len(draws), centre)


def _others(recipe: Recipe, analysis: str, rows: Rows, told: list[Caution | None]) -> Rows | None:
    """Return the patients of the validation; None where there are none, or the same ones."""
    if recipe.risk.validate is None:
        return None
    others = recipe.rows(recipe.risk.validate)
    both = int(others.frame.index.isin(rows.frame.index).sum())
    told.append(cautions.validation_leak(analysis, recipe.risk.validate, both))
    if recipe.imputes:
        told += [
            much_imputed(analysis, f"{name} in {recipe.risk.validate}", float(share))
            for name, share in others.frame.isna().mean().items()
        ]
    return None if both or not len(others) else others


def _validate(
    tables: Tables, recipe: Recipe, found: Predicted, layout: Layout, seed: int
) -> list[Caution | None]:
    """Judge the model in patients it has not seen, and in each of their centres."""
    risk, analysis = recipe.risk, f"risk.{recipe.risk.name}"
    told = [
        cautions.unseen(analysis, risk.validate, found.missing, len(found)),
        cautions.few_to_judge(analysis, risk.validate, int(found.answers.events), len(found)),
    ]
    if not 0 < found.answers.events < len(found):
        return told
    draws = list(resamples(len(found), risk.bootstrap, seed))
    limits = limits_by_resampling(found, layout, draws)
    tables.performance += measured(VALIDATION, found, limits, risk.bootstrap)
    grid = calibration.grid_of(found.risk, POINTS)
    tables.calibration += calibrated(VALIDATION, found, grid)
    tables.roc += ranked(VALIDATION, found)
    tables.decision += decided(VALIDATION, found, limits, risk.bootstrap)
    over, slope = (estimate(found, name)[:3] for name in (OVER, SLOPE))
    told.append(cautions.uncalibrated(analysis, "the validation", over, slope))
    area = estimate(found, AUC)[0]
    told.append(cautions.near_perfect(analysis, "the validation", area, found.risk))
    centres = centres_of(recipe, found.patients)
    if centres is None:
        return told
    for name in sorted(set(centres)):
        one = found.take(np.flatnonzero(centres == name))
        tables.performance += _one_centre(BY_CENTRE, recipe, one, layout, seed, name)
    return told
