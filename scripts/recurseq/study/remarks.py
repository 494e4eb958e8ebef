"""Remarks about a study that are no errors, but that a careful colleague would make."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recurseq.base.text import few, listed
from recurseq.design.confounding import INSEPARABLE, relations
from recurseq.design.confounding_table import sentence
from recurseq.design.contrast import Group
from recurseq.design.formula import column_terms, parse_formula
from recurseq.design.omnibus import beyond_factor, question, reduced_without
from recurseq.study.column_notes import column_notes
from recurseq.study.model import CohortSettings, Contrast, Study
from recurseq.study.samples import (
    kept_samples,
    odd_cells,
    read_samples,
    sheet_notes,
    study_sheet,
)


def study_notes(study: Study) -> list[str]:
    """Look for choices that are allowed but often not meant.

    Parameters
    ----------
    study
        A study without problems.

    Returns
    -------
    list of str
        One sentence each.
    """
    samples = read_samples(study.cohort)
    variables = parse_formula(study.formula).variables
    notes = [*sheet_notes(study.cohort), *design_notes(study, samples)]
    notes += _odd_notes(study.cohort, variables)
    notes += [note for name in variables for note in _level_notes(name, samples[name], study)]
    return notes + _confounding_notes(study, samples)


def design_notes(study: Study, samples: pd.DataFrame) -> list[str]:
    """Say what the design and the contrasts mean where that is easily taken for something else.

    Parameters
    ----------
    study
        A study without problems.
    samples
        Its typed samples.

    Returns
    -------
    list of str
        One sentence each: slopes over names, repeated subjects, groups and levels of one sample,
        what slopes are called by, what the omnibus test takes together.
    """
    contrasts = study.contrasts.values()
    notes = column_notes(study, samples)
    notes += [note for one in contrasts for note in _single_samples(one, samples)]
    notes += _single_levels(study, samples)
    notes += [note for one in contrasts for note in _slope_notes(one, study, samples)]
    return notes + _omnibus_notes(study)


def _odd_notes(cohort: CohortSettings, variables: Sequence[str]) -> list[str]:
    """Name the columns outside the design in which a few cells make labels of numbers."""
    sheet = kept_samples(study_sheet(cohort), cohort).drop(columns=cohort.sample_id)
    return [
        f"the column {name!r} holds numbers but for {few(odd.unique(), 3)} (line {odd.index[0]}), "
        "so its values are taken for labels where columns are held against contrasts; a word for "
        "a missing value is listed under samples.missing"
        for name, odd in odd_cells(sheet).items()
        if name not in variables
    ]


def _confounding_notes(study: Study, samples: pd.DataFrame) -> list[str]:
    """Name the columns that no statistics can tell from a contrast; equal sentences once."""
    contrasts, formula = study.contrasts.values(), parse_formula(study.formula)
    found = relations(samples, contrasts, formula, study.covariates.leave_out)
    notes = {}
    for one in found:
        if one.code in INSEPARABLE:
            notes.setdefault(sentence(one), []).append(one.contrast.name)
    return [f"contrast {listed(names)}: {text}" for text, names in notes.items()]


def _single_samples(contrast: Contrast, samples: pd.DataFrame) -> list[str]:
    """Find compared groups that are a single sample."""
    return [
        f"in the contrast {contrast.name!r}, {_named(group)} is a single sample: the estimate "
        "rests on it alone, the variation is that of the other samples, and an odd count in it "
        "cannot be told from a change"
        for group in contrast.groups
        if int(group.members(samples).sum()) == 1
    ]


def _single_levels(study: Study, samples: pd.DataFrame) -> list[str]:
    """Find levels of a single sample that no contrast compares."""
    compared = {(group.factor, group.level) for group in study.cohort.compared}
    notes = []
    for name in samples[list(parse_formula(study.formula).variables)].select_dtypes("category"):
        single = sorted(
            str(level)
            for level, count in samples[name].value_counts().items()
            if count == 1 and (name, str(level)) not in compared
        )
        if single:
            notes.append(
                f"levels of {name!r} with a single sample ({', '.join(single)}) are fitted exactly "
                "and tell nothing about the contrasts"
            )
    return notes


def _named(group: Group) -> str:
    scope = ", ".join(f"{column} = {value}" for column, value in group.within)
    return f"{group.level!r} ({scope})" if scope else repr(group.level)


def _slope_notes(contrast: Contrast, study: Study, samples: pd.DataFrame) -> list[str]:
    """Say what decides which slopes of numeric columns are called."""
    if contrast.of_levels:
        return []
    terms = column_terms(parse_formula(study.formula), samples)
    columns = {
        name for one, weight in contrast.coefficients.items() if weight for name in terms[one]
    }
    numbers = [name for name in columns if pd.api.types.is_numeric_dtype(samples[name])]
    if not numbers:
        return []
    where = f"contrast {contrast.name!r}: its fold change is per unit of {listed(sorted(numbers))}"
    least = contrast.rule.min_abs_lfc
    if least > 0:
        return [f"{where}, and genes below {least:g} per unit are not called (min_abs_lfc)"]
    return [f"{where}, and genes are called by the test alone, however small the slope"]


def _omnibus_notes(study: Study) -> list[str]:
    """Say so when the omnibus test takes more together than the compared factor."""
    if study.omnibus_reduced is None or not study.main_factor:
        return []
    full, reduced = parse_formula(study.formula), parse_formula(study.omnibus_reduced)
    if not beyond_factor(full, reduced, study.main_factor):
        return []
    own = reduced_without(full, study.main_factor)
    return [
        f"the omnibus test of {study.formula!r} against {study.omnibus_reduced!r} asks whether a "
        f"gene {question(full, reduced, study.main_factor)}; for {study.main_factor} alone write "
        f"omnibus: {{reduced: auto}}, which here is {own!r}"
    ]


def _level_notes(name: str, values: pd.Series, study: Study) -> list[str]:
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return []
    if name in study.cohort.levels:
        return []
    return [
        f"the levels of {name!r} are not listed; in alphabetical order, "
        f"{values.cat.categories[0]!r} is the reference"
    ]
