"""Rows of what one risk model adds to another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recurseq.clinical.model_rows import Rows
from recurseq.risk.comparison import (
    added_terms,
    area_difference,
    common,
    compared_layout,
    shared,
    subtract,
)
from recurseq.risk.judged import AUC, Layout, Predicted, predicted_over
from recurseq.risk.optimism import optimism, resampled, resamples
from recurseq.risk.performance_rows import (
    APPARENT,
    CORRECTED,
    PERCENTILES,
    SHIFTED,
    VALIDATION,
    Tables,
    of_patients,
)
from recurseq.risk.recipe import Recipe


def compare(
    recipe: Recipe, other: Recipe, rows: Rows, others: Rows | None, layout: Layout, seed: int
) -> Tables:
    """Make both models in the patients who have all values of both, and hold them together.

    Parameters
    ----------
    recipe, other
        The model, and the one it is compared with.
    rows, others
        Patients of the development and of the validation (None without one).
    layout
        What is measured of the model.
    seed
        Of the resamples.
    """
    tables, name, asked = Tables(), other.risk.name, compared_layout(layout)
    recipes = [recipe, other]
    both = shared(rows, other.rows(recipe.risk.develop))
    made = [one.made(both) for one in recipes]
    if any(one is None for one in made):
        return tables
    found = [predicted_over(model, one.own(both)) for one, model in zip(recipes, made, strict=True)]
    # Terms that the data took out of the other model were taken out because they add little.
    test = added_terms(recipe, both, *made) if other.model.entry is None else None
    if test is not None:
        tables.performance.append(
            {"data": APPARENT, "measure": test.name, "estimate": test.statistic, "df": test.df}
            | {"pvalue": test.pvalue, "against": name, **of_patients(found[0])}
            | {"method": "both models fitted to the same patients"}
        )
    draws = list(resamples(len(both), recipe.risk.bootstrap, seed))
    _add_fixed(tables, APPARENT, name, asked, found, draws)
    tried = optimism(recipes, both, draws, lambda one: subtract(one, asked))
    if tried.used:
        apparent = subtract(found, asked)
        told = {"resamples": tried.used, "against": name, **of_patients(found[0])}
        _add(
            *(tables, CORRECTED, asked, apparent - tried.mean, *tried.limits(apparent)),
            {"failed": tried.failed, "method": SHIFTED} | told,
        )
        means = asked.split(tried.mean)["measures"]
        for row, mean in zip(tables.performance[-len(means) :], means, strict=True):
            row["optimism"] = mean
    if others is None:
        return tables
    outside = shared(others, other.rows(recipe.risk.validate))
    seen = common(
        [
            predicted_over(model, [full for _, full in one.filled(both, outside)])
            for one, model in zip(recipes, made, strict=True)
        ]
    )
    if 0 < seen[0].answers.events < len(seen[0]):
        draws = list(resamples(len(seen[0]), recipe.risk.bootstrap, seed))
        _add_fixed(tables, VALIDATION, name, asked, seen, draws)
    return tables


def _add_fixed(
    tables: Tables,
    data: str,
    name: str,
    asked: Layout,
    found: Sequence[Predicted],
    draws: Sequence[np.ndarray],
) -> None:
    """Add the differences of models that stay as they are."""
    limits = resampled(list(found), draws, lambda one: subtract(one, asked))
    told = {"resamples": len(draws), "against": name, **of_patients(found[0])}
    before = len(tables.performance)
    _add(tables, data, asked, subtract(found, asked), *limits, told | {"method": PERCENTILES})
    by_formula = area_difference(*found)
    if by_formula is None:
        return
    row = next(one for one in tables.performance[before:] if one["measure"] == AUC)
    row |= {"lower": by_formula.lower, "upper": by_formula.upper}
    row |= {"resamples": None, "method": "DeLong"}
    # In the patients that both were made with, the test of areas keeps no level (Demler 2012).
    row["pvalue"] = by_formula.pvalue if data == VALIDATION else np.nan


def _add(
    tables: Tables,
    data: str,
    asked: Layout,
    values: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    told: dict,
) -> None:
    parts, low, high = map(asked.split, (values, lower, upper))
    tables.performance += [
        {"data": data, "measure": name, "estimate": parts["measures"][place]}
        | {"lower": low["measures"][place], "upper": high["measures"][place], **told}
        for place, name in enumerate(asked.measures)
    ]
    known = {key: told[key] for key in ("resamples", "against", "n", "events")}
    tables.decision += [
        {"data": data, "threshold": at, "net_benefit": parts["net_benefit"][place]}
        | {"lower": low["net_benefit"][place], "upper": high["net_benefit"][place]}
        | {"avoided": parts["avoided"][place], "avoided_lower": low["avoided"][place]}
        | {"avoided_upper": high["avoided"][place], **known}
        for place, at in enumerate(asked.thresholds)
    ]
