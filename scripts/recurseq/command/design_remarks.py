"""Further columns that a design could take in, and those it cannot: what `init` says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from recurseq.command.columns import SheetColumn
from recurseq.design.formula import design_matrix, parse_formula, quoted_column
from recurseq.stats.design_matrix import confounded_columns
from recurseq.study.meaning import (
    is_nuisance,
    is_person,
    is_replicate,
    repeat_as_names,
    words_of,
)
from recurseq.study.samples import is_numeric, without_missing


@dataclass(frozen=True)
class DesignRemarks:
    """Which further columns a design could take in, and which it cannot.

    Attributes
    ----------
    adjustable
        Formula to what its column holds.
    not_adjustable
        Column to the reason why it cannot be taken in.
    labels
        Columns of `adjustable` whose numbers are names, and these names in order: without them
        under ``design.levels``, the model would fit a slope.
    """

    adjustable: Mapping[str, str]
    not_adjustable: Mapping[str, str]
    labels: Mapping[str, tuple[str, ...]]


def design_remarks(
    sheet: pd.DataFrame, columns: Sequence[SheetColumn], factor: str, levels: Sequence[str]
) -> DesignRemarks:
    """Say which further columns a design could take in, and which it cannot.

    Parameters
    ----------
    sheet
        The sheet as text, restricted to the samples that are used.
    columns
        Further columns.
    factor, levels
        What is compared.
    """
    possible, impossible, labels = {}, {}, {}
    kept = sheet[sheet[factor].isin(levels)]
    for column in columns:
        if column.survival:
            impossible[column.name] = "it tells survival, which is an outcome (see clinical)"
            continue
        texts = without_missing(kept[column.name])
        named = is_numeric(texts) and repeat_as_names(column.name, texts, kept[factor])
        if "`" in column.name or not (named or _may_adjust(column)):
            continue
        formula = f"~ {quoted_column(column.name)} + {quoted_column(factor)}"
        numeric = column.kind == "numbers" and not named
        reason, free = _fit(kept, column.name, factor, levels, formula, numeric=numeric)
        if reason:
            impossible[column.name] = reason
            continue
        possible[formula] = _held(kept, column, factor, numeric=numeric)
        if not numeric:
            spent = texts.nunique() - 1
            possible[formula] += f"; {spent} of {free + spent} degrees of freedom are spent on it"
        if not numeric and is_numeric(texts):
            labels[column.name] = tuple(sorted(texts.unique(), key=float))
    return DesignRemarks(possible, impossible, labels)


def _may_adjust(column: SheetColumn) -> bool:
    is_age = column.kind == "numbers" and "age" in words_of(column.name)
    return is_person(column.name) or is_nuisance(column.name) or is_age


def _fit(
    kept: pd.DataFrame,
    column: str,
    factor: str,
    levels: Sequence[str],
    formula: str,
    *,
    numeric: bool,
) -> tuple[str, int]:
    """Return why a column cannot stand in the design, or else the degrees of freedom left."""
    texts = without_missing(kept[column])
    if texts.isna().any():
        return f"no value for {int(texts.isna().sum())} of the samples", 0
    if texts.nunique() < 2:
        return "one value in all samples used", 0
    values = pd.to_numeric(texts) if numeric else pd.Categorical(texts)
    groups = pd.Categorical(kept[factor], categories=list(levels))
    metadata = pd.DataFrame({column: values, factor: groups}, index=kept.index)
    design = design_matrix(parse_formula(formula), metadata)
    free = len(design) - design.shape[1]
    if free <= 0:
        found = f"{texts.nunique()} values among {len(kept)} samples leave nothing to estimate from"
        return found, 0
    return (f"confounded with {factor}", 0) if confounded_columns(design) else ("", free)


def _held(kept: pd.DataFrame, column: SheetColumn, factor: str, *, numeric: bool) -> str:
    """Describe a column: its values, or that its samples are paired across groups."""
    if numeric:
        return f"{column.name} as a number, with one slope"
    groups = kept.groupby(column.name)[factor].nunique()
    paired = int((groups > 1).sum())
    if is_replicate(column.name):
        return (
            f"replicates as blocks, only where samples of one {column.name} belong together (made "
            "on one day, from one litter): numbers that merely count are no block"
        )
    if paired and (is_person(column.name) or not is_nuisance(column.name)):
        return f"a paired design: {paired} of {len(groups)} values have samples in several groups"
    counts = kept[column.name].value_counts()
    values = [f"{value} {counts[value]}" for value in column.values if value in counts]
    return ", ".join(values) if len(values) <= 4 else f"{len(values)} values"
