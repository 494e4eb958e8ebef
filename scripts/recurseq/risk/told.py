"""What the table of performance says, by data and measure, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from recurseq.clinical.words import interval_text
from recurseq.risk.judged import (
    AUC,
    BRIER,
    HARRELL,
    INTERCEPT,
    OVER,
    SCALED_BRIER,
    SLOPE,
    UNO,
)
from recurseq.risk.performance_rows import APPARENT, CORRECTED, VALIDATION

WORDS = {
    AUC: "area under the curve",
    HARRELL: "Harrell's C",
    UNO: "Uno's C",
    BRIER: "Brier score",
    SCALED_BRIER: "scaled Brier score",
    INTERCEPT: "calibration intercept",
    SLOPE: "calibration slope",
    OVER: "observed / expected events",
}
# The order in which performance is read: others first, the patients it was made with last.
READ = (VALIDATION, CORRECTED, APPARENT)
IN_WORDS = {
    VALIDATION: "in other patients (validation)",
    CORRECTED: "in the development, less the optimism (corrected)",
    APPARENT: "in the patients it was made with (apparent, too good)",
}
FINE = (BRIER, SCALED_BRIER)


@dataclass(frozen=True)
class Told:
    """A measure with its 95 % interval; the limits may be missing.

    Attributes
    ----------
    pvalue
        Of a difference; missing where none holds.
    """

    data: str
    measure: str
    estimate: float
    lower: float
    upper: float
    n: int
    events: int
    pvalue: float
    against: str | None = None

    @property
    def text(self) -> str:
        """The value with its interval."""
        digits = 3 if self.measure in FINE or self.against is not None else 2
        values = [round(x, digits) + 0.0 for x in (self.estimate, self.lower, self.upper)]
        if pd.isna(self.lower):
            return f"{values[0]:.{digits}f} (no interval)"
        return interval_text(*values, digits)

    @property
    def name(self) -> str:
        """The measure in words."""
        return WORDS[self.measure]

    @property
    def higher(self) -> bool:
        """Whether the interval lies above 0; of a difference, whether the model is better."""
        return self.lower > 0

    @property
    def lowered(self) -> bool:
        """Whether the interval lies below 0."""
        return self.upper < 0


def told(table: pd.DataFrame, data: str, measure: str, against: str | None = None) -> Told | None:
    """Return one measure of all patients of some data; None where there is none.

    Parameters
    ----------
    table
        Table ``risk_performance``.
    data, measure
        As in its columns.
    against
        Other model; None for the model itself.
    """
    own = table[(table["data"] == data) & (table["measure"] == measure) & table["centre"].isna()]
    own = own[own["against"].isna() if against is None else own["against"] == against]
    return None if own.empty or pd.isna(own["estimate"].iloc[0]) else _told(own.iloc[0])


def told_of(table: pd.DataFrame, data: str, against: str | None = None) -> list[Told]:
    """Return all measures of some data that have a value, in the order of the table."""
    found = (told(table, data, measure, against) for measure in WORDS)
    return [one for one in found if one is not None]


def _told(row: pd.Series) -> Told:
    against = None if pd.isna(row["against"]) else row["against"]
    numbers = (row[name] for name in ("estimate", "lower", "upper"))
    return Told(
        row["data"], row["measure"], *map(_number, numbers), int(row["n"]), int(row["events"]),
        _number(row["pvalue"]), against,
    )  # fmt: skip


def _number(value: object) -> float:
    return float("nan") if pd.isna(value) else float(value)


def ranking(table: pd.DataFrame) -> str:
    """Return the measure that says how well patients are ranked: Harrell's C where it is told."""
    return HARRELL if (table["measure"] == HARRELL).any() else AUC


def compared(table: pd.DataFrame) -> list[str]:
    """Name the models that a model is compared with."""
    return list(dict.fromkeys(table["against"].dropna()))


def judged_first(table: pd.DataFrame) -> str | None:
    """Return the data that tell most of other patients: validation, else corrected, else None."""
    there = set(table.loc[table["against"].isna() & table["estimate"].notna(), "data"])
    return next((data for data in (VALIDATION, CORRECTED) if data in there), None)


def read_in_order(table: pd.DataFrame) -> Iterator[str]:
    """Give the data in the order they are read; apparent only where others are there too."""
    if judged_first(table) is None:
        return
    yield from (data for data in READ if told_of(table, data))
