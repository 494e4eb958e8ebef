"""What lies in the way of a contrast, in words for somebody who knows the patients."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from recurseq.base.tables import describe
from recurseq.base.text import capital, listed, printable
from recurseq.design import adjustment
from recurseq.design.columns import NUMERIC
from recurseq.design.confounding import (
    ASSOCIATED,
    BALANCED,
    FEWEST,
    NESTED,
    SEPARATED,
    TOO_FEW,
    Relation,
)
from recurseq.design.contrast import DENOMINATOR, NUMERATOR, SIDES

MOST_NAMED = 6
ADDING = {
    adjustment.IN_FORMULA: "The model adjusts for it already.",
    adjustment.ESTIMABLE: "The model can adjust for it.",
    adjustment.NOT_ESTIMABLE: "No model can adjust for it: the two cannot be told apart.",
    adjustment.NOTHING_NEW: "What it says is in the model already, by other columns.",
    adjustment.TOO_MANY_LEVELS: (
        "The model cannot adjust for it: it has too many values for so few samples."
    ),
    adjustment.MISSING_VALUES: (
        "The model cannot adjust for it while samples have no value of it."
    ),
    adjustment.CONSTANT: "",
    adjustment.IDENTIFIER: "",
}
THROUGH_OTHERS = (
    "Samples outside this contrast link the values: the model can adjust for it, and the "
    "comparison then rests on them."
)
ALONG_A_LINE = "A model can adjust for it only by a straight line through both."


def confounding_table(found: Iterable[Relation]) -> pd.DataFrame:
    """Write relations as table ``qc_confounding``, each with its sentence."""
    rows = [{**one.row(), "meaning": sentence(one)} for one in found]
    return pd.DataFrame(rows, columns=describe("qc_confounding").names)


def sentence(found: Relation) -> str:
    """Say in plain words how a column lies to a contrast, and whether a model can adjust for it."""
    seen = _of_coefficients(found) if found.side is None else _WORDS[found.code](found)
    parts = [seen]
    if found.missing and found.code in (SEPARATED, NESTED, ASSOCIATED, BALANCED):
        verb = "has" if found.missing == 1 else "have"
        parts.append(f"{found.missing} of the {sum(found.sizes)} samples {verb} no value of it.")
    if found.code != TOO_FEW:
        parts.append(_adding(found))
    return printable(" ".join(part for part in parts if part))


def _adding(found: Relation) -> str:
    if found.adjustment == adjustment.ESTIMABLE and found.code == NESTED:
        return THROUGH_OTHERS
    if found.adjustment == adjustment.ESTIMABLE and found.code == SEPARATED:
        return ALONG_A_LINE if found.kind == NUMERIC else THROUGH_OTHERS
    return ADDING[found.adjustment]


def _separated(found: Relation) -> str:
    if found.kind == NUMERIC:
        spans = [f"{_span(found.on(side))} in {_name(found, side)}" for side in SIDES]
        seen = f"{found.column} does not overlap: {listed(spans)}"
    else:
        both = [
            f"all {_group(found, side)} have {found.column} {found.on(side).iloc[0]}"
            for side in SIDES
        ]
        seen = capital(listed(both))
    return f"{seen}. {_inseparable(found)}"


def _nested(found: Relation) -> str:
    # The side with fewer values is the one worth a list of them.
    few, many = sorted(SIDES, key=lambda side: found.on(side).nunique())
    values = sorted(found.on(few).unique())
    shown = listed([*values[:MOST_NAMED], *_more(values)])
    plural = "values" if len(values) > 1 else "the value"
    seen = (
        f"All {_group(found, few)} have {plural} of {found.column} ({shown}) that none of the "
        f"{_group(found, many)} has"
    )
    return f"{seen}. {_inseparable(found)}"


def _inseparable(found: Relation) -> str:
    names = listed(_name(found, side) for side in SIDES)
    return f"A difference that comes from {found.column} cannot be told from one between {names}."


def _associated(found: Relation) -> str:
    seen = f"{found.column} differs: {_difference(found)}. {_shared(found)}"
    return f"{seen}Part of what is found between them may come from it."


def _balanced(found: Relation) -> str:
    if found.values.nunique() == 1:
        return f"All samples compared have {found.column} {_number(found.values.iloc[0])}."
    seen = f"{found.column} shows no strong imbalance: {_difference(found)}. {_shared(found)}"
    return seen.rstrip()


def _shared(found: Relation) -> str:
    """Say it where half of a side or more has labels that the other side lacks."""
    if found.kind == NUMERIC:
        return ""
    common = set(found.on(NUMERATOR)) & set(found.on(DENOMINATOR))
    inside = {side: int(found.on(side).isin(common).sum()) for side in SIDES}
    if all(2 * inside[side] > len(found.on(side)) for side in SIDES):
        return ""
    counts = listed(f"{inside[side]} of {_group(found, side)}" for side in SIDES)
    return f"Values of {found.column} that occur on both sides hold {counts}. "


def _difference(found: Relation) -> str:
    """Compare both sides: medians of a number, or the share of the label that differs most."""
    if found.kind == NUMERIC:
        medians = [f"{_number(found.on(side).median())} in {_name(found, side)}" for side in SIDES]
        return f"median {listed(medians)}"
    shares = {side: found.on(side).value_counts(normalize=True) for side in SIDES}
    apart = shares[NUMERATOR].sub(shares[DENOMINATOR], fill_value=0).abs()
    # Ties go to the first in alphabetical order, so that the order of samples never shows.
    level = apart.round(12).sort_index().idxmax()
    counts = [f"{int((found.on(side) == level).sum())} of {_group(found, side)}" for side in SIDES]
    return f"{level} in {listed(counts)}"


def _too_few(found: Relation) -> str:
    for side, size in zip(SIDES, found.sizes, strict=True):
        known = len(found.on(side))
        if known < FEWEST:
            has = "none has" if not known else f"only {known} has"
            return f"Of {size} {_name(found, side)} samples {has} a value of {found.column}."
    return f"Most samples have {found.column} of their own, and there is nothing to compare within."


_WORDS = {
    SEPARATED: _separated,
    NESTED: _nested,
    ASSOCIATED: _associated,
    BALANCED: _balanced,
    TOO_FEW: _too_few,
}


def _of_coefficients(found: Relation) -> str:
    if found.code == SEPARATED:
        return f"{found.column} says the same as what this contrast asks."
    if found.code == ASSOCIATED:
        share = f"{found.statistic:.0%}".replace("%", " %")
        return (
            f"{found.column} goes along with what this contrast asks (it explains {share} of it): "
            "part of what is found may come from it."
        )
    if found.code == BALANCED:
        return f"{found.column} hardly goes along with what this contrast asks."
    return f"{found.column} has too few samples with a value, or too many values, to tell."


def _name(found: Relation, side: str) -> str:
    return str(found.contrast.side_name(side))


def _group(found: Relation, side: str) -> str:
    """Count the samples of a side that have a value: ``11 normal samples``."""
    return f"{len(found.on(side))} {_name(found, side)} samples"


def _span(numbers: pd.Series) -> str:
    return f"{_number(numbers.min())} to {_number(numbers.max())}"


def _number(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _more(values: list[str]) -> list[str]:
    rest = len(values) - MOST_NAMED
    return [f"{rest} more"] if rest > 0 else []
