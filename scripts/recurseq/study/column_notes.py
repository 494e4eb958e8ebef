"""What the numbers of a model rest on, and its formula does not show: slopes, repeated subjects."""

from __future__ import annotations

import pandas as pd

from recurseq.base.text import few, listed
from recurseq.design.columns import labels
from recurseq.design.formula import parse_formula
from recurseq.study.meaning import (
    FEW_NUMBERS,
    is_subject,
    repeat_as_names,
    repeated_in_group,
)
from recurseq.study.model import Study


def column_notes(study: Study, samples: pd.DataFrame) -> list[str]:
    """Say what is allowed, changes every number of the model, and is often not meant.

    Parameters
    ----------
    study
        A study with counts.
    samples
        Kept samples, typed.

    Returns
    -------
    list of str
        One sentence or two each, for `recurseq check` and for the report.
    """
    variables = parse_formula(study.formula).variables
    notes = [note for name in variables for note in _slope_notes(name, samples, study)]
    return notes + _subject_notes(samples, study)


def _slope_notes(name: str, samples: pd.DataFrame, study: Study) -> list[str]:
    values = samples[name]
    if isinstance(values.dtype, pd.CategoricalDtype) or not (values % 1 == 0).all():
        return []
    different = values.nunique()
    groups = samples[study.main_factor] if study.main_factor else None
    if repeat_as_names(name, values, groups):
        first = few(labels(values.dropna().sort_values()).unique(), 3)
        return [
            f"the {different} different whole numbers of {name!r} ({first}) repeat as the "
            "names of pairs or batches do, but the model fits one slope over them, where a factor "
            "would tell every one apart. If they are names, list all of them under "
            f"design.levels: {{{name}: […]}}, at the cost of {different - 1} degrees of freedom "
            "instead of 1"
        ]
    if different <= FEW_NUMBERS:
        return [
            f"the column {name!r} holds {different} whole numbers and is used as a number, with "
            "one slope; if it is a label, list its levels under design.levels"
        ]
    return []


def _subject_notes(samples: pd.DataFrame, study: Study) -> list[str]:
    """Name the subjects that have several samples in one group."""
    factor = study.main_factor
    variables = parse_formula(study.formula).variables
    notes = []
    for column in samples.columns if factor else ():
        if not is_subject(column) or column == factor:
            continue
        repeated = repeated_in_group(labels(samples[column]), samples[factor])
        if not repeated:
            continue
        where = listed(
            f"{len(names)} in {group} ({few(names, 3)})" for group, names in repeated.items()
        )
        meant = (
            f"what they share is taken off by {column!r} in the formula"
            if column in variables
            else "the model takes each for an independent sample, which makes p-values too small"
        )
        notes.append(
            f"some values of {column!r} have several samples in one group: {where}; {meant}. "
            "Libraries of one sample are added up first (samples.merge)"
        )
    return notes
