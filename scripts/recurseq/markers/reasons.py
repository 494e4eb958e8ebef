"""Why a candidate stands where it stands, in one line for people."""

from __future__ import annotations

import pandas as pd

SUPPORTED = {
    "confirmed": "confirmed by a second test",
    "unconfirmed": "not confirmed by a second test",
    "carried_by_few": "carried by few samples, perhaps a subset of the patients",
}


def reasons_of(table: pd.DataFrame) -> list[str]:
    """Write the reason of each candidate.

    Parameters
    ----------
    table
        Columns of the table ``candidates`` without ``reason``.
    """
    return [_reason(row) for row in table.to_dict("records")]


def _reason(row: dict) -> str:
    parts = [
        SUPPORTED.get(row["support"], "without a second test"),
        _area(row),
        _effect(row),
        _expression(row),
        _specificity(row),
        _stability(row),
        "" if pd.isna(row["panel"]) else f"in the panel ({row['panel'].replace(';', ', ')})",
    ]
    return "; ".join(part for part in parts if part)


def _area(row: dict) -> str:
    if pd.isna(row["auc"]):
        return ""
    upward = row["log2FoldChange"] > 0
    area = row["auc"] if upward else 1 - row["auc"]
    lower, upper = (row["aucLower"], row["aucUpper"]) if upward else (
        1 - row["aucUpper"], 1 - row["aucLower"]
    )  # fmt: skip
    word = "higher" if upward else "lower"
    return f"{word} in {area:.0%} of pairs of samples ({lower:.0%} to {upper:.0%})"


def _effect(row: dict) -> str:
    if pd.isna(row["shrunkenLog2FoldChange"]) or pd.isna(row["auc"]):
        return ""
    return f"{_fold(row['shrunkenLog2FoldChange'])} after shrinkage"


def _fold(change: float) -> str:
    return f"{2 ** min(abs(change), 60):.3g}-fold"


def _expression(row: dict) -> str:
    if pd.isna(row["mean_numerator"]):
        return ""
    means = f"mean {row['mean_numerator']:.3g} v {row['mean_denominator']:.3g} counts"
    return means if row["measurable"] else f"{means}, few for RT-PCR"


def _specificity(row: dict) -> str:
    if pd.isna(row["specificity"]):
        return ""
    if row["specificity"] > 0:
        return f"beyond every other group, nearest {row['nearestGroup']}"
    return f"not beyond {row['nearestGroup']}"


def _stability(row: dict) -> str:
    if pd.isna(row["stability"]):
        return ""
    if row["stability"] == 1:
        return "no single sample decides"
    return f"the call hangs on {str(row['flipsWithout']).replace(';', ', ')}"
