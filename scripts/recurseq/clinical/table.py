"""The clinical table: its cells read into typed columns, one row for each patient."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.text import control_of, few, suggest
from recurseq.clinical.cells import (
    all_numbers,
    bad_cells,
    present,
    read_numbers,
    rows_in_words,
)
from recurseq.clinical.columns import read_column, read_undeclared, rule_problems
from recurseq.clinical.dates import read_dates
from recurseq.clinical.names import used_columns
from recurseq.clinical.settings import Clinical, ColumnRule, Competing, Dated, Span, Timed
from recurseq.io.sheets import read_sheet

ROW = "row"  # name of the index that holds the row of the file
DATE, TIME, EVENT, WHEN, RULE, PLAIN = "date", "time", "event", "when", "rule", "plain"
SMALLEST_SERIAL = 10_000  # Excel's number of a day in 1927; no follow-up has as many months
LONGEST_NAME = 200


@dataclass(frozen=True)
class Table:
    """The typed clinical table.

    Attributes
    ----------
    frame
        One row for each patient, indexed by patient; numbers as float, levels as categories, dates
        as ``datetime64``. Columns that could not be read are left out.
    rows
        Row of the file of each patient.
    header
        Columns of the file.
    path
        The file.
    """

    frame: pd.DataFrame
    rows: pd.Index
    header: tuple[str, ...]
    path: str

    def problems(
        self, chosen: np.ndarray, found: str, allowed: str, fix: str = ""
    ) -> list[Problem]:
        """Tell the rows of some patients."""
        rows = self.rows[np.asarray(chosen, dtype=bool)]
        if not len(rows):
            return []
        return [Problem(f"{self.path}, {rows_in_words(rows)}", found, allowed, fix)]


def read_table(settings: Clinical) -> tuple[Table, list[Problem]]:
    """Read the clinical table.

    Parameters
    ----------
    settings
        The clinical sections.

    Returns
    -------
    (Table, list of Problem)
        The table as far as it could be read, in the order of the file, and what is wrong with it.

    Raises
    ------
    InputError
        When the file cannot be read, or does not say who the patients are.
    """
    sheet = read_sheet(settings.path)
    sheet.index.name = ROW
    if settings.id not in sheet:
        found = f"{settings.id!r} is no column of {settings.path}"
        allowed = f"one of {few(sheet.columns, 12)}"
        fix = suggest(settings.id, sheet.columns)
        raise InputError([Problem("config: clinical.id", found, allowed, fix)])
    problems = _patient_problems(settings, sheet[settings.id])
    columns = {}
    for name in used_columns(settings, sheet.columns):
        values, found = _column(settings, sheet, name)
        problems += found
        if values is not None:
            columns[name] = values
    frame = pd.DataFrame(columns, index=sheet.index)
    frame.index = pd.Index(sheet[settings.id], name="patient_id")
    return Table(frame, sheet.index, tuple(sheet.columns), settings.path), problems


def as_read(frame: pd.DataFrame, path: str) -> Table:
    """Return typed columns that were written by an earlier job as a table."""
    return Table(frame, pd.RangeIndex(2, len(frame) + 2), tuple(frame.columns), path)


def _patient_problems(settings: Clinical, names: pd.Series) -> list[Problem]:
    where = f"{settings.path}, column {settings.id!r}"
    missing = names.isin(["", *settings.missing])
    long = names.str.len() > LONGEST_NAME
    odd = names.map(lambda text: bool(control_of(text))).astype(bool)
    twice = names.duplicated(keep=False) & ~missing
    shown = names.str.slice(0, 60)
    allowed = "a name for each patient"
    fix = "one row for each patient; several visits belong in several columns"
    problems = [
        *bad_cells(where, shown, missing, "name no patient", allowed),
        *bad_cells(where, shown, long, "are too long", f"at most {LONGEST_NAME} characters"),
        *bad_cells(where, shown, odd, "hold control characters", "text in one line"),
        *bad_cells(where, shown, twice, "name a patient twice", "each patient once", fix),
    ]
    if not len(names):
        problems.append(Problem(settings.path, "a header and no patient", "a row for each patient"))
    return problems


def roles(settings: Clinical) -> dict[str, str]:
    """Say what each column that endpoints read is: a date, a time, an event."""
    found: dict[str, str] = {}
    for endpoint in settings.endpoints.values():
        if isinstance(endpoint, Timed):
            found |= {endpoint.time: TIME, endpoint.event: EVENT}
        elif isinstance(endpoint, Dated | Competing | Span):
            found |= dict.fromkeys(endpoint.columns, DATE)
    entries = [m.delayed_entry for m in settings.models.values() if m.delayed_entry]
    found |= {name: TIME for name in entries if name not in found}
    found |= {name: WHEN for name in settings.known_at.values() if name not in found}
    return found


def _column(
    settings: Clinical, sheet: pd.DataFrame, name: str
) -> tuple[pd.Series | None, list[Problem]]:
    """Read one used column by its role in an endpoint, its rule, or as it is."""
    rule = settings.columns.get(name)
    source = rule.source if rule else name
    if source not in sheet:
        key = f"clinical.columns.{name}" + (".from" if source != name else "")
        found = f"{source!r} is no column of {settings.path}"
        allowed = f"one of {few(sheet.columns, 12)}"
        return None, [Problem(f"config: {key}", found, allowed, suggest(source, sheet.columns))]
    where = f"{settings.path}, column {source!r}"
    texts = present(sheet[source], settings.missing)
    wrong = rule_problems(name, rule) if rule else []
    if wrong:
        return None, wrong
    role = roles(settings).get(name, RULE if rule else PLAIN)
    if role == WHEN:
        role = _when(settings, texts)
    if role == DATE:
        return read_dates(where, texts, settings.dates)
    if role == TIME:
        return read_numbers(where, texts)
    if role == EVENT:
        return _events(where, texts, settings, name, rule)
    return read_column(where, texts, rule) if rule else read_undeclared(where, texts)


def _when(settings: Clinical, texts: pd.Series) -> str:
    """Whether a column tells dates or months since the origin."""
    if not all_numbers(texts):
        return DATE
    large = pd.to_numeric(texts.dropna()).min() > SMALLEST_SERIAL
    return DATE if settings.dates == "excel" and large else TIME


def _events(
    where: str, texts: pd.Series, settings: Clinical, name: str, rule: ColumnRule | None
) -> tuple[pd.Series, list[Problem]]:
    """Read 0 and 1, or the two values that stand for them."""
    levels = _event_levels(settings, name)
    if levels is None and rule is not None and rule.positive:
        spelt = dict.fromkeys(rule.negative, 0.0) | dict.fromkeys(rule.positive, 1.0)
    else:
        none, event = levels or ("0", "1")
        spelt = {none: 0.0, event: 1.0}
    plain = texts.map(lambda text: _whole(text) if isinstance(text, str) else text)
    unknown = texts.notna() & ~texts.isin(list(spelt)) & ~plain.isin(list(spelt))
    values = texts.map(spelt).fillna(plain.map(spelt)).astype(float)
    allowed = f"{next(iter(spelt))} for none and {list(spelt)[-1]} for an event"
    return values, bad_cells(
        where, texts, unknown, "are no events", allowed, _event_fix(name, texts, settings)
    )


def _whole(text: str) -> str:
    """Write 1.0 as 1."""
    return text.removesuffix(".0").removesuffix(".00")


def _event_fix(name: str, texts: pd.Series, settings: Clinical) -> str:
    codes = sorted(texts.dropna().map(_whole).unique())
    if codes == ["1", "2"]:
        return 'coded 1 and 2? Then say which is which: event_levels: ["1", "2"]'
    if len(codes) == 2:
        shown = ", ".join(f'"{code}"' for code in codes)
        return f"say which is which: event_levels: [{shown}]"
    return "one column with two values"


def _event_levels(settings: Clinical, name: str) -> tuple[str, str] | None:
    for endpoint in settings.endpoints.values():
        if isinstance(endpoint, Timed) and endpoint.event == name and endpoint.event_levels:
            return endpoint.event_levels
    return None


def undeclared(settings: Clinical, header: Collection[str]) -> list[str]:
    """List columns that are used without a rule and without a part in an endpoint."""
    known = {*settings.columns, *roles(settings)}
    return [name for name in used_columns(settings, header) if name not in known]
