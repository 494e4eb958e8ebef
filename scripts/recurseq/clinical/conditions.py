"""Conditions of the configuration on columns: lists of values, and comparisons of numbers."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import few, suggest
from recurseq.clinical.settings import NEGATIVE, POSITIVE, ColumnRule, Condition

_COMPARISON = re.compile(r"(>=|<=|>|<)\s*(\S.*)")
_OPERATORS = {
    ">=": np.greater_equal,
    "<=": np.less_equal,
    ">": np.greater,
    "<": np.less,
}


def holds(
    condition: Condition, frame: pd.DataFrame, rules: dict[str, ColumnRule] | None = None
) -> np.ndarray:
    """Say of each patient whether a condition is true.

    Each column must hold one of its values; a text such as ``>=3`` compares on columns of numbers
    and dates, and is a level elsewhere.

    Parameters
    ----------
    condition
        Column to its values.
    frame
        Typed columns by patient.
    rules
        Rules of declared columns: for a positive or negative one, its spellings are known too.

    Returns
    -------
    numpy.ndarray
        1 where it is true, 0 where it is not, missing where a column has no value.
    """
    result = np.ones(len(frame))
    for column, values in condition.items():
        spellings = _spellings((rules or {}).get(column))
        wanted = [spellings.get(value, value) for value in values]
        series = frame[column]
        met = np.zeros(len(frame), dtype=bool)
        for value in wanted:
            met |= _meets(series, value)
        known = series.notna().to_numpy()
        one = np.where(known, met.astype(float), np.nan)
        # Not true is not true, whatever the other columns would say.
        result = np.where((result == 0) | (one == 0), 0.0, result * one)
    return result


def _spellings(rule: ColumnRule | None) -> dict[str, str]:
    if rule is None:
        return {}
    return dict.fromkeys(rule.positive, POSITIVE) | dict.fromkeys(rule.negative, NEGATIVE)


def _meets(series: pd.Series, value: str) -> np.ndarray:
    compared = _COMPARISON.fullmatch(value)
    if pd.api.types.is_datetime64_any_dtype(series):
        operator, text = (compared[1], compared[2]) if compared else (None, value)
        day = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
        if operator is None:
            return (series == day).to_numpy()
        return (_OPERATORS[operator](series, day) & series.notna()).to_numpy()
    if pd.api.types.is_float_dtype(series):
        numbers = series.to_numpy(dtype=float)
        if compared:
            return _OPERATORS[compared[1]](numbers, float(compared[2]))
        return numbers == _number(value)
    return (series.astype(object) == value).to_numpy(dtype=bool, na_value=False)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def condition_problems(
    where: str,
    condition: Condition,
    frame: pd.DataFrame,
    rules: dict[str, ColumnRule] | None = None,
) -> list[Problem]:
    """Find values of a condition that its columns cannot have.

    Parameters
    ----------
    where
        Key of the configuration.
    condition, frame, rules
        As for `holds`; columns that are not in the frame are a problem of their own.
    """
    problems = []
    for column, values in condition.items():
        if column not in frame:
            continue
        series, rule = frame[column], (rules or {}).get(column)
        place = f"{where}.{column}"
        for value in values:
            problems += _value_problems(place, value, series, rule)
    return problems


def _value_problems(
    place: str, value: str, series: pd.Series, rule: ColumnRule | None
) -> list[Problem]:
    compared = _COMPARISON.fullmatch(value)
    plain = compared[2] if compared else value
    if pd.api.types.is_datetime64_any_dtype(series):
        if pd.isna(pd.to_datetime(plain, format="%Y-%m-%d", errors="coerce")):
            return [Problem(place, f"found {value!r}", "a date such as '<2019-01-01'")]
        return []
    if pd.api.types.is_float_dtype(series):
        if np.isnan(_number(plain)):
            return [Problem(place, f"found {value!r}", "a number, or a comparison such as '>=3'")]
        return []
    known = [*map(str, series.cat.categories), *_spellings(rule)]
    if value not in known:
        found = f"no patient has {value!r}"
        return [Problem(place, found, f"one of {few(known, 10)}", suggest(value, known))]
    return []
