"""Remarks about a study that are no errors, but that a careful colleague would make."""

from __future__ import annotations

import pandas as pd

from recurseq.formula import parse_formula
from recurseq.study.model import Study
from recurseq.study.samples import read_samples

FEW_VALUES = 6


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
    samples = read_samples(study)
    variables = parse_formula(study.formula).variables
    return [note for name in variables for note in _column_notes(name, samples[name], study)]


def _column_notes(name: str, values: pd.Series, study: Study) -> list[str]:
    if not isinstance(values.dtype, pd.CategoricalDtype):
        if values.nunique() <= FEW_VALUES and (values % 1 == 0).all():
            return [
                f"the column {name!r} holds {values.nunique()} whole numbers and is used as a "
                "number, with one slope; if it is a label, list its levels under design.levels"
            ]
        return []
    notes = []
    if name not in study.levels:
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
