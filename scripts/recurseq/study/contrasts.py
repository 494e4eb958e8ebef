"""Contrasts against the design: levels, sides, interacting columns, coefficient names."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import few, suggest
from recurseq.design.contrast import SIDES, Contrast
from recurseq.design.formula import Formula, design_matrix
from recurseq.study.model import Study


def contrast_problems(study: Study, formula: Formula, samples: pd.DataFrame) -> list[Problem]:
    """Check every contrast of a study.

    Parameters
    ----------
    study, formula
        The study and its parsed design.
    samples
        Typed samples x columns, as `recurseq.study.samples.typed_samples` gives them.
    """
    problems = []
    for contrast in study.contrasts.values():
        where = f"config: contrasts.{contrast.name}"
        if not contrast.of_levels:
            problems += _coefficient_problems(contrast, where, formula, samples)
        else:
            problems += _factor_problems(contrast, where, study, formula, samples)
    return problems


def _factor_problems(
    contrast: Contrast, where: str, study: Study, formula: Formula, samples: pd.DataFrame
) -> list[Problem]:
    factor = contrast.factor
    if factor not in formula.variables:
        allowed = f"a column of the formula {study.formula!r}"
        fix = suggest(factor, formula.variables)
        return [Problem(f"{where}.factor", f"{factor!r} is not in the design", allowed, fix)]
    if not isinstance(samples[factor].dtype, pd.CategoricalDtype):
        return [
            Problem(
                f"{where}.factor", f"{factor!r} holds numbers, so the model has one slope for it",
                "a factor",
                f"list its levels under design.levels, or use coefficients: {{{factor}: 1}}",
            )
        ]  # fmt: skip
    levels = list(samples[factor].cat.categories)
    problems = []
    for side in SIDES:
        problems += [
            Problem(f"{where}.{side}", f"{level!r} is not a level of {factor!r}",
                    f"one of {', '.join(levels)}", suggest(level, levels))
            for level in contrast.levels(side)
            if level not in levels
        ]  # fmt: skip
    both = set(contrast.numerator) & set(contrast.denominator)
    if both:
        found = f"{few(sorted(both))} on both sides"
        problems.append(Problem(where, found, "different levels in numerator and denominator"))
    return problems + _within_problems(contrast, where, formula, samples)


def _within_problems(
    contrast: Contrast, where: str, formula: Formula, samples: pd.DataFrame
) -> list[Problem]:
    """`within` must fix exactly the columns that interact with the factor."""
    interacting = formula.interacting_with(contrast.factor)
    problems = [
        Problem(
            where, f"{contrast.factor!r} interacts with {name!r}, so its effect depends on it",
            f"within: {{{name}: <value at which to compare>}}",
            "or compare effects with coefficients",
        )
        for name in interacting
        if name not in contrast.within
    ]  # fmt: skip
    for name, value in contrast.within.items():
        if name not in interacting:
            allowed = (
                f"columns that interact with {contrast.factor!r}: {few(interacting) or 'none'}"
            )
            problems.append(
                Problem(f"{where}.within", f"{name!r} does not interact", allowed, "remove it")
            )
            continue
        if isinstance(samples[name].dtype, pd.CategoricalDtype):
            levels = list(samples[name].cat.categories)
            if str(value) not in levels:
                found = f"{value!r} is not a level of {name!r}"
                allowed = f"one of {', '.join(levels)}"
                fix = suggest(value, levels)
                problems.append(Problem(f"{where}.within.{name}", found, allowed, fix))
        elif isinstance(value, str):
            problems.append(Problem(f"{where}.within.{name}", f"found {value!r}", "a number"))
    return problems


def _coefficient_problems(
    contrast: Contrast, where: str, formula: Formula, samples: pd.DataFrame
) -> list[Problem]:
    columns = list(design_matrix(formula, samples.iloc[:0]).columns)
    problems = [
        Problem(f"{where}.coefficients", f"{name!r} is not a column of the design",
                f"one of {', '.join(columns)}", suggest(name, columns))
        for name in contrast.coefficients
        if name not in columns
    ]  # fmt: skip
    if not any(contrast.coefficients.values()):
        problems.append(Problem(f"{where}.coefficients", "all weights are 0", "a weight not 0"))
    if not problems and not _compares(contrast, design_matrix(formula, samples)):
        problems.append(
            Problem(
                f"{where}.coefficients",
                "the weights give a level of expression, not a difference: every gene that is "
                "expressed at all would be significant",
                "weights of groups sum to 0, and the intercept has none",
                "subtract what it is compared with, or use factor, numerator and denominator",
            )
        )
    return problems


def _compares(contrast: Contrast, design: pd.DataFrame) -> bool:
    """Whether the weights stay where they are when a gene is twice as high in every sample."""
    values = design.to_numpy()
    if not np.isfinite(values).all():
        return True  # missing values are a problem of their own
    ones = np.ones(len(values))
    shift = np.linalg.lstsq(values, ones, rcond=None)[0]
    if np.abs(values @ shift - ones).max() > 1e-8:
        return True  # no coefficients of this design move all samples alike
    change = sum(w * shift[design.columns.get_loc(c)] for c, w in contrast.coefficients.items())
    return abs(change) <= 1e-8 * max(map(abs, contrast.coefficients.values()))
