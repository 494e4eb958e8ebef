"""Remarks about a study that are no errors, but that a careful colleague would make."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recurseq.base.text import few, listed
from recurseq.design.confounding import INSEPARABLE, relations
from recurseq.design.confounding_table import sentence
from recurseq.design.formula import parse_formula
from recurseq.study.checks import SMALLEST_GROUP
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
    notes += [note for one in study.contrasts.values() for note in _cell_notes(one, samples)]
    return notes + _confounding_notes(study, samples)


def design_notes(study: Study, samples: pd.DataFrame) -> list[str]:
    """Say what the design means where that is easily taken for something else.

    Parameters
    ----------
    study
        A study without problems.
    samples
        Its typed samples.
    """
    return column_notes(study, samples)


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


def _cell_notes(contrast: Contrast, samples: pd.DataFrame) -> list[str]:
    """Find contrasts within a level of another factor that rest on a single sample."""
    inside = pd.Series(True, index=samples.index)
    for name, value in contrast.within.items():
        if isinstance(samples[name].dtype, pd.CategoricalDtype):
            inside &= samples[name] == str(value)
    levels = [*contrast.numerator, *contrast.denominator] if contrast.within else []
    counts = {level: int((inside & (samples[contrast.factor] == level)).sum()) for level in levels}
    return [
        f"in the contrast {contrast.name!r}, {level!r} has {count} sample within the chosen level: "
        "its estimate rests on it alone"
        for level, count in counts.items()
        if count < SMALLEST_GROUP
    ]


def _level_notes(name: str, values: pd.Series, study: Study) -> list[str]:
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return []
    notes = []
    if name not in study.cohort.levels:
        notes.append(
            f"the levels of {name!r} are not listed; in alphabetical order, "
            f"{values.cat.categories[0]!r} is the reference"
        )
    single = [str(level) for level, count in values.value_counts().items() if count == 1]
    if single:
        notes.append(
            f"levels of {name!r} with a single sample ({', '.join(sorted(single))}) are fitted "
            "exactly and tell nothing about the contrasts"
        )
    return notes
