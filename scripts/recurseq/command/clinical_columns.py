"""What the columns of a clinical table likely are: patient, dates, endpoints, levels, numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from recurseq.clinical.dates import PATTERNS, SPREADSHEET
from recurseq.command.columns import SheetColumn, by_reference, describe_columns
from recurseq.io.sheets import MISSING_TEXTS
from recurseq.study.meaning import words_of

MOST_LEVELS = 8
_IDS = ("patient_id", "patient", "patientid", "subject_id", "subject", "case_id", "id")
_MISSING_WORDS = ("", "NA", "N/A", "n/a", "NaN", "nan", "unknown", "Unknown", "missing", "?", ".")
_TIME = frozenset(["months", "month", "days", "day", "time", "years", "weeks"])
_EVENT = frozenset(["event", "status", "censor", "censored", "dead", "died", "death"])
_START = frozenset(
    [
        "surgery",
        "operation",
        "resection",
        "diagnosis",
        "treatment",
        "start",
        "baseline",
        "enrolment",
    ]
)
_DEATH = frozenset(["death", "dead", "died", "dod"])
_RECURRENCE = frozenset(["recurrence", "relapse", "progression"])
_LAST = frozenset(["last", "fu", "followup", "lastseen"])
_UNITS = {"years": "years", "yrs": "years", "cm": "cm", "mm": "mm", "pct": "%", "percent": "%",
          "kg": "kg"}  # fmt: skip
_UNIT_NAMES = {"ng_ml": "ng/mL", "g_l": "g/L", "umol_l": "umol/L", "mg_dl": "mg/dL", "u_l": "U/L"}


@dataclass(frozen=True)
class ProposedEndpoint:
    """An endpoint as the configuration will say it: keys and values, in order."""

    name: str
    keys: dict[str, object]


@dataclass(frozen=True)
class ClinicalProposal:
    """What the clinical sections of a new configuration say.

    Attributes
    ----------
    path, patient
        The table, and its column of patients.
    dates
        How dates are written; empty when there are none.
    missing
        Cells that mean missing.
    levels, numbers
        Column to its levels, the reference first; column to its unit.
    endpoints
        Those that could be recognised.
    remarks
        Columns that were left out, and why.
    link
        Column of the sample sheet that names the patients; None without counts, or when none does.
    """

    path: str
    patient: str
    dates: str
    missing: tuple[str, ...]
    levels: dict[str, list[str]]
    numbers: dict[str, str]
    endpoints: list[ProposedEndpoint]
    remarks: list[str] = field(default_factory=list)
    link: str | None = None


def propose_clinical(path: str, sheet: pd.DataFrame) -> ClinicalProposal | None:
    """Look at a clinical table and propose its sections.

    Parameters
    ----------
    path
        As the configuration will name it.
    sheet
        Cells as text.

    Returns
    -------
    ClinicalProposal or None
        None when no column can name the patients.
    """
    missing = [word for word in _MISSING_WORDS if (sheet == word).to_numpy().any()]
    known = sheet.mask(sheet.isin([*missing, *MISSING_TEXTS]), "")
    columns = describe_columns(known)
    patient = _patient(columns)
    if patient is None:
        return None
    dates, form = _dates(known)
    endpoints, used = _timed(known, columns)
    dated, taken = _dated(dates)
    names = {one.name for one in endpoints}
    endpoints += [one for one in dated if one.name not in names]
    used |= taken
    levels: dict[str, list[str]] = {}
    numbers: dict[str, str] = {}
    remarks: list[str] = []
    for column in columns:
        if column.name == patient or column.name in used or column.name in dates:
            continue
        _sort(column, levels, numbers, remarks)
    return ClinicalProposal(
        path,
        patient,
        form,
        tuple(dict.fromkeys(["", *missing])),
        levels,
        numbers,
        endpoints,
        remarks,
    )


def _patient(columns: Sequence[SheetColumn]) -> str | None:
    names = [column for column in columns if column.kind == "names" and not column.missing]
    usual = [c.name for word in _IDS for c in names if c.name.casefold() == word]
    return usual[0] if usual else names[0].name if names else None


def _sort(
    column: SheetColumn, levels: dict[str, list[str]], numbers: dict[str, str], remarks: list[str]
) -> None:
    """Take a column as levels or a number, or say why not."""
    if column.kind == "numbers":
        numbers[column.name] = _unit(column.name)
    elif column.kind == "groups" and len(column.values) <= MOST_LEVELS:
        levels[column.name] = by_reference(column.values)
    elif column.kind in ("one value", "empty"):
        remarks.append(f"{column.name} holds {column.kind.replace('empty', 'nothing')}")
    else:
        remarks.append(f"{column.name} holds {len(column.values)} different texts")


def _unit(name: str) -> str:
    plain = name.casefold()
    for ending, unit in _UNIT_NAMES.items():
        if plain.endswith(ending):
            return unit
    return next((_UNITS[word] for word in reversed(words_of(name)) if word in _UNITS), "")


def _dates(known: pd.DataFrame) -> tuple[list[str], str]:
    """Return the columns that hold dates, and the one form in which all of them can be read."""
    found: dict[str, set[str]] = {}
    for name, texts in known.items():
        present = texts[texts != ""].unique()
        if not len(present):
            continue
        forms = {
            form
            for form, pattern in PATTERNS.items()
            if form != "excel" and all(_reads(text, pattern) for text in present)
        }
        if forms:
            found[str(name)] = forms
    if not found:
        return [], ""
    shared = set.intersection(*found.values())
    order = [form for form in ("iso", "ymd", "dmy", "mdy") if form in shared]
    return list(found), order[0] if order else "iso"


def _reads(text: str, pattern: re.Pattern) -> bool:
    match = SPREADSHEET.fullmatch(text) or pattern.fullmatch(text)
    if match is None:
        return False
    parts = {key: int(value) for key, value in match.groupdict().items()}
    return 1 <= parts["m"] <= 12 and 1 <= parts["d"] <= 31


def _timed(
    known: pd.DataFrame, columns: Sequence[SheetColumn]
) -> tuple[list[ProposedEndpoint], set[str]]:
    """Pair columns with times and columns with events by what else their names say."""
    times = {
        _stem(c.name, _TIME): c for c in columns if c.kind == "numbers" and _has(c.name, _TIME)
    }
    found, used = [], set()
    for column in columns:
        stem = _stem(column.name, _EVENT)
        if not _has(column.name, _EVENT) or len(column.values) != 2 or stem not in times:
            continue
        time = times[stem]
        keys: dict[str, object] = {"time": time.name, "event": column.name}
        unit = _time_unit(time.name, known[time.name])
        keys |= {"unit": unit} if unit != "months" else {}
        codes = list(column.values)
        if codes != ["0", "1"]:
            keys["event_levels"] = _event_order(codes)
        found.append(ProposedEndpoint(stem or "survival", keys))
        used |= {time.name, column.name}
    return found, used


def _has(name: str, words: frozenset[str]) -> bool:
    return bool(set(words_of(name)) & words)


def _stem(name: str, words: frozenset[str]) -> str:
    return "_".join(word for word in words_of(name) if word not in words)


def _time_unit(name: str, texts: pd.Series) -> str:
    words = set(words_of(name))
    for unit in ("days", "weeks", "years"):
        if words & {unit, unit[:-1]}:
            return unit
    values = pd.to_numeric(texts, errors="coerce")
    return "days" if values.median() > 150 and not words & {"months", "month"} else "months"


def _event_order(codes: Iterable[str]) -> list[str]:
    """Put the value that means no event first."""
    none = ("0", "1", "alive", "no", "false", "censored", "none", "living", "free")
    return sorted(codes, key=lambda code: (code.casefold() not in none, code))


def _dated(dates: Sequence[str]) -> tuple[list[ProposedEndpoint], set[str]]:
    """Propose survival and recurrence-free survival from dates."""
    by_role = {
        role: next((name for name in dates if _has(name, words)), None)
        for role, words in (
            ("start", _START),
            ("death", _DEATH),
            ("recurrence", _RECURRENCE),
            ("last", _LAST),
        )
    }
    start, last = by_role["start"], by_role["last"]
    if start is None or last is None:
        return [], set()
    found = []
    for name, roles in (("os", ("death",)), ("dfs", ("recurrence", "death"))):
        events = [by_role[role] for role in roles if by_role[role]]
        if len(events) == len(roles):
            found.append(
                ProposedEndpoint(name, {"start": start, "events": events, "last_seen": last})
            )
    return found, set(dates) if found else set()
