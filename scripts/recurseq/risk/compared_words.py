"""What a risk model adds to another one, in sentences: no difference without its interval."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from recurseq.base.text import capital, listed, setting
from recurseq.clinical.words import pvalue_text
from recurseq.risk.comparison import LIKELIHOOD, WALD
from recurseq.risk.performance_rows import APPARENT, CORRECTED, VALIDATION
from recurseq.risk.told import WORDS, Told, ranking, told

WHERE = {
    VALIDATION: "in other patients (validation)",
    CORRECTED: "in the development, less the optimism",
}
TESTS = {LIKELIHOOD: "likelihood ratio", WALD: "Wald's statistic of the added terms"}


def added(
    name: str, other: str, table: pd.DataFrame, decision: pd.DataFrame | None = None
) -> list[str]:
    """Say what a model adds to another one, the validation first.

    Parameters
    ----------
    name, other
        The models.
    table, decision
        Tables ``risk_performance`` and ``risk_decision`` of the model; without the second,
        nothing is said of net benefit.
    """
    return [
        *_patients(name, other, table),
        *_ranking(name, other, table),
        *_terms(other, table),
        *(() if decision is None else _decisions(other, decision)),
    ]


def _patients(name: str, other: str, table: pd.DataFrame) -> Iterator[str]:
    """Say in which patients both were made and judged, and how many more the model alone has."""
    sizes = []
    for data, cohort in ((CORRECTED, "the development"), (VALIDATION, "the validation")):
        alone, both = (told(table, data, ranking(table), one) for one in (None, other))
        if both is not None:
            text = f"{both.n:,} of {cohort}"
            fewer = alone is not None and alone.n != both.n
            sizes.append(f"{text} ({name} alone has {alone.n:,})" if fewer else text)
    if sizes:
        yield (
            f"Both were made anew and judged in the same patients, who have all values of both: "
            f"{listed(sizes)}. {other} alone may have others, so areas of two tables are not to be "
            "subtracted."
        )


def _ranking(name: str, other: str, table: pd.DataFrame) -> Iterator[str]:
    measure = ranking(table)
    for data, words in WHERE.items():
        one = told(table, data, measure, other)
        if one is not None:
            yield f"{capital(words)}: {difference(name, other, one)}."


def difference(name: str, other: str, one: Told) -> str:
    """Say whether a model ranks patients better: only where the interval says so."""
    value = f"difference in {WORDS[one.measure]} {one.text}"
    if pd.notna(one.pvalue):
        value += f", {pvalue_text(one.pvalue)}"
    if one.higher:
        return f"{name} ranks patients better than {other} ({value})"
    if one.lowered:
        return f"{name} ranks patients worse than {other} ({value})"
    return f"it is not shown that {name} ranks patients otherwise than {other} ({value})"


def _terms(other: str, table: pd.DataFrame) -> Iterator[str]:
    own = table[
        (table["data"] == APPARENT) & table["measure"].isin(TESTS) & (table["against"] == other)
    ]
    if own.empty:
        yield (
            f"Its terms were not tested against those of {other}: they do not hold all of them as "
            "they are there, or a penalty or a p-value chose among them."
        )
    for row in own.to_dict("records"):
        yield (
            f"Terms that {other} has not, in the {int(row['n']):,} patients that both were made "
            f"with: {TESTS[row['measure']]} {row['estimate']:.2f}, df {int(row['df'])}, "
            f"{pvalue_text(row['pvalue'])}. A small p says that they belong to the model, not that "
            "they are of use."
        )


def _decisions(other: str, decision: pd.DataFrame) -> Iterator[str]:
    for data, words in WHERE.items():
        own = decision[(decision["data"] == data) & (decision["against"] == other)]
        if own.empty:
            continue
        low, high = (_percent(own["threshold"].iloc[place]) for place in (0, -1))
        parts = [
            f"{word} at thresholds of {', '.join(found)}"
            for word, found in (
                ("higher", spans(own["threshold"], own["lower"] > 0)),
                ("lower", spans(own["threshold"], own["upper"] < 0)),
            )
            if found
        ]
        what = f"is {' and '.join(parts)}" if parts else "differs at none by more than chance"
        yield (f"Net benefit {words} {what}, of those from {low} to {high}, each looked at alone.")


def spans(thresholds: pd.Series, which: pd.Series) -> list[str]:
    """Return runs of neighbouring thresholds: ``20 to 35 %``."""
    runs: list[list[float]] = []
    before = False
    for threshold, inside in zip(thresholds, which, strict=True):
        if inside and before:
            runs[-1][1] = threshold
        elif inside:
            runs.append([threshold, threshold])
        before = bool(inside)
    return [
        _percent(low) if low == high else f"{setting(round(100 * low, 4))} to {_percent(high)}"
        for low, high in runs
    ]


def _percent(threshold: float) -> str:
    return f"{setting(round(100 * threshold, 4))} %"
