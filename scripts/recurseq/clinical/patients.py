"""The patients as analyses see them: typed columns, endpoints, measures, groups and cohorts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.tables import read_table, write_table
from recurseq.base.text import natural
from recurseq.clinical.cells import all_numbers
from recurseq.clinical.cohorts import FLAG, flag
from recurseq.clinical.columns import read_undeclared
from recurseq.clinical.conditions import holds
from recurseq.clinical.cutoff_groups import grouped
from recurseq.clinical.dates import as_iso, days_between
from recurseq.clinical.outcome import NO, YES, Outcome, from_columns, outcome_columns, weight_column
from recurseq.clinical.settings import (
    ALL,
    MONTHS_PER,
    Clinical,
    ColumnRule,
    Competing,
    Condition,
    Dated,
    Span,
    Within,
)
from recurseq.clinical.table import DATE, EVENT, TIME, WHEN, roles

TRANSFORMS = {
    "none": lambda values: values,
    "log2": np.log2,
    "log10": np.log10,
    "log": np.log,
    "sqrt": np.sqrt,
}


@dataclass(frozen=True)
class Patients:
    """All patients of a study, or those of a cohort.

    Attributes
    ----------
    frame
        One row for each patient: columns as typed by their rules, measures as numbers, endpoints of
        yes and no and cut-offs as levels; endpoints with times in their own columns.
    settings
        The clinical sections.
    found_cutoffs
        Cut-off to its table ``clinical_cutoff``, as far as they have been found.
    """

    frame: pd.DataFrame
    settings: Clinical
    found_cutoffs: Mapping[str, pd.DataFrame]

    def __len__(self) -> int:
        return len(self.frame)

    def take(self, chosen: np.ndarray) -> Patients:
        """Return some of the patients."""
        chosen = np.asarray(chosen, dtype=bool)
        return Patients(self.frame[chosen], self.settings, self.found_cutoffs)

    def cohort(self, name: str) -> Patients:
        """Return the patients of a cohort, without those who were excluded."""
        return self.take(self.frame[flag(name)].to_numpy(dtype=bool))

    def outcome(self, name: str) -> Outcome:
        """Return an endpoint with times."""
        return from_columns(self.settings.endpoints[name], self.frame)

    def answer(self, name: str) -> tuple[np.ndarray, np.ndarray | None]:
        """Return an outcome of yes and no as 1, 0 or missing, and how often each patient counts.

        Parameters
        ----------
        name
            Endpoint of yes and no, or a column of two levels, of which the second is the event. All
            count once (None) but for an endpoint with inverse-probability-of-censoring weights.
        """
        codes = self.frame[name].cat.codes.to_numpy(dtype=float)
        endpoint = self.settings.endpoints.get(name)
        column = None if endpoint is None else weight_column(endpoint)
        weight = None if column is None else self.frame[column].to_numpy(dtype=float)
        return np.where(codes < 0, np.nan, codes), weight

    def values(self, name: str) -> pd.Series:
        """Return a variable: numbers, or levels in order."""
        return self.grouped[name] if name in self.grouped else self.frame[name]

    @cached_property
    def grouped(self) -> dict[str, pd.Series]:
        """Cut-offs as levels."""
        cutoffs = self.settings.cutoffs
        return {
            name: grouped(
                cutoffs[name], self.frame[cutoffs[name].measure], tuple(found["cut"].dropna())
            )
            for name, found in self.found_cutoffs.items()
        }

    def is_number(self, name: str) -> bool:
        """Whether a variable is a number."""
        return pd.api.types.is_float_dtype(self.values(name))

    def scaled(self, name: str) -> np.ndarray:
        """Return a number on the scale on which models take it."""
        values = self.frame[name].to_numpy(dtype=float)
        with np.errstate(invalid="ignore", divide="ignore"):
            return TRANSFORMS[self.scale(name)](values)

    def scale(self, name: str) -> str:
        """Return the name of the scale on which models take a number.

        Relative expression of an assay is a ratio: it is taken on the log2 scale.
        """
        rule = self.settings.columns.get(name)
        if rule is not None:
            return rule.transform
        measure = self.settings.measures.get(name)
        is_ratio = measure is not None and (measure.assay or measure.scale == "normalized")
        positive = is_ratio and bool((self.frame[name].dropna() > 0).all())
        return "log2" if positive else "none"

    def holds(self, condition: Condition) -> np.ndarray:
        """Say of whom a condition is true: 1, 0, or missing where it is unknown."""
        frame = pd.DataFrame(
            {name: self.values(name) for name in condition}, index=self.frame.index
        )
        return holds(condition, frame, dict(self.settings.columns))

    def months_until(self, column: str, endpoint: str) -> np.ndarray:
        """Return the months from an endpoint's origin to a date, or a column of months as it is."""
        values = self.frame[column]
        if not pd.api.types.is_datetime64_any_dtype(values):
            return values.to_numpy(dtype=float)
        start = self.settings.endpoints[endpoint]
        if not isinstance(start, Dated | Competing | Span):
            return np.full(len(values), np.nan)
        return days_between(self.frame[start.start], values) * MONTHS_PER["days"]


def write_patients(frame: pd.DataFrame, path: str | Path, table: str) -> None:
    """Write typed columns by patient; dates as ISO text, true and false as TRUE and FALSE."""
    columns: dict[str, object] = {"patient_id": frame.index.to_numpy(dtype=object)}
    for name, values in frame.items():
        if pd.api.types.is_datetime64_any_dtype(values):
            columns[name] = as_iso(values).to_numpy(dtype=object)
        elif pd.api.types.is_bool_dtype(values):
            columns[name] = np.where(values, "TRUE", "FALSE").astype(object)
        elif pd.api.types.is_float_dtype(values):
            columns[name] = values.to_numpy(dtype=float)
        else:
            columns[name] = values.astype(object).where(values.notna(), None).to_numpy(dtype=object)
    write_table(pd.DataFrame(columns), path, table)


def read_typed(path: str | Path, table: str, settings: Clinical) -> pd.DataFrame:
    """Read a table of patients and give each column the type it had."""
    texts = read_table(path, table).set_index("patient_id")
    known_roles = roles(settings)
    outcome_texts = {
        column: endpoint
        for endpoint in settings.endpoints.values()
        for column in outcome_columns(endpoint)
    }
    typed = {
        str(name): _typed(str(name), values, settings, known_roles.get(str(name)), outcome_texts)
        for name, values in texts.items()
    }
    return pd.DataFrame(typed, index=texts.index)


def _typed(
    name: str, texts: pd.Series, settings: Clinical, role: str | None, outcomes: Mapping
) -> pd.Series:
    if name.startswith(FLAG):
        return texts == "TRUE"
    if name in outcomes:
        return _outcome_column(name, texts, outcomes[name])
    if name in settings.measures and settings.measures[name].levels:
        levels = settings.measures[name].levels
        return pd.Series(pd.Categorical(texts, categories=levels), index=texts.index)
    if name in settings.measures or role in (TIME, EVENT):
        return pd.to_numeric(texts).astype(float)
    if role == DATE or (role == WHEN and not all_numbers(texts)):
        return pd.to_datetime(texts, format="%Y-%m-%d").astype("datetime64[s]")
    rule = settings.columns.get(name)
    if rule is None:
        return read_undeclared(name, texts)[0]
    if rule.is_number:
        return pd.to_numeric(texts).astype(float)
    levels = _levels_of(rule, texts)
    return pd.Series(
        pd.Categorical(texts, categories=levels, ordered=rule.ordered or bool(rule.cut)),
        index=texts.index,
    )


def _levels_of(rule: ColumnRule, texts: pd.Series) -> list[str]:
    return sorted(texts.dropna().unique(), key=natural) if rule.levels is None else [*rule.levels]


def _outcome_column(name: str, texts: pd.Series, endpoint: object) -> pd.Series:
    if isinstance(endpoint, Within) and name == endpoint.name:
        return pd.Series(pd.Categorical(texts, categories=[NO, YES]), index=texts.index)
    if isinstance(endpoint, Competing) and name.endswith("_state"):
        return texts
    return pd.to_numeric(texts).astype(float)


def read_patients(
    path: str | Path, settings: Clinical, cutoffs: Mapping[str, str | Path] | None = None
) -> Patients:
    """Read ``clinical/patients.tsv``.

    Parameters
    ----------
    path
        The file.
    settings
        The clinical sections.
    cutoffs
        Files of the cut-offs that are needed, by name.
    """
    found = {name: read_table(file, "clinical_cutoff") for name, file in (cutoffs or {}).items()}
    return Patients(read_typed(path, "clinical_patients", settings), settings, found)


def observed(settings: Clinical, frame: pd.DataFrame) -> np.ndarray:
    """Say who remains after the exclusions and was not chosen by the outcome.

    Only these can tell a risk. Where everybody was chosen, all are returned.
    """
    chosen = frame[flag(ALL)].to_numpy(dtype=bool)
    unselected = chosen.copy()
    for name in settings.outcome_selected:
        unselected &= ~frame[flag(name)].to_numpy(dtype=bool)
    return unselected if unselected.any() else chosen


def joined(frame: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Add the endpoints; they take the place of the columns that they were made of."""
    rest = frame.drop(columns=[name for name in outcomes if name in frame])
    return rest.join(outcomes)
