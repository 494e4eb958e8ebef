"""Columns of the clinical table as their rules say: numbers, levels, positive and negative."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import control_of, few, natural, suggest
from recurseq.clinical.cells import all_numbers, bad_cells, long_cells, read_numbers
from recurseq.clinical.settings import NEGATIVE, POSITIVE, ColumnRule

MOST_LEVELS = 200
# Beyond these a number is in another unit than is said, or mistyped.
UNIT_RANGES = {
    "%": (0, 100),
    "percent": (0, 100),
    "years": (0, 130),
    "cm": (0, 60),
    "mm": (0, 600),
}


def read_column(where: str, texts: pd.Series, rule: ColumnRule) -> tuple[pd.Series, list[Problem]]:
    """Read one column by its rule.

    Parameters
    ----------
    where
        File and column, for messages.
    texts
        Cells by row number; missing ones are missing.
    rule
        What they are.

    Returns
    -------
    (pandas.Series, list of Problem)
        Numbers (float) or levels (categorical, in order), missing where there is none, and what
        does not follow the rule.
    """
    if rule.is_number:
        return _numbers(where, texts, rule)
    if rule.cut:
        return _cut(where, texts, rule)
    if rule.positive:
        return _signs(where, texts, rule)
    return _levels(where, texts, rule)


def read_undeclared(where: str, texts: pd.Series) -> tuple[pd.Series, list[Problem]]:
    """Read a column without a rule: numbers if every value is one, else levels in natural order."""
    if all_numbers(texts):
        return read_numbers(where, texts)
    return _levels(where, texts, ColumnRule("", "", levels=None))


def _numbers(where: str, texts: pd.Series, rule: ColumnRule) -> tuple[pd.Series, list[Problem]]:
    numbers, problems = read_numbers(where, texts)
    low, high = rule.range or UNIT_RANGES.get(str(rule.unit), (-np.inf, np.inf))
    outside = (numbers < low) | (numbers > high)
    found = f"lie outside the range of {rule.name}" if rule.range else f"cannot be {rule.unit}"
    fix = "look at the unit, or give a range" if not rule.range else ""
    problems += bad_cells(where, texts, outside, found, f"{low:g} to {high:g}", fix)
    if rule.transform.startswith("log"):
        none = numbers <= 0
        allowed = "numbers above 0"
        problems += bad_cells(where, texts, none, f"have no {rule.transform}", allowed)
    if rule.transform == "sqrt":
        problems += bad_cells(where, texts, numbers < 0, "have no square root", "numbers from 0")
    return numbers, problems


def _cut(where: str, texts: pd.Series, rule: ColumnRule) -> tuple[pd.Series, list[Problem]]:
    numbers, problems = read_numbers(where, texts)
    return cut_numbers(numbers, rule), problems


def cut_numbers(numbers: pd.Series, rule: ColumnRule) -> pd.Series:
    """Make levels of numbers; one on a cut point is above it if the rule is closed on the left."""
    side = "right" if rule.closed_left else "left"
    codes = np.searchsorted(np.sort(rule.cut), numbers.to_numpy(dtype=float), side=side)
    codes = np.where(numbers.isna(), -1, codes)
    levels = pd.Categorical.from_codes(codes, list(rule.levels or ()), ordered=True)
    return pd.Series(levels, index=numbers.index)


def _signs(where: str, texts: pd.Series, rule: ColumnRule) -> tuple[pd.Series, list[Problem]]:
    spelt = dict.fromkeys(rule.negative, NEGATIVE) | dict.fromkeys(rule.positive, POSITIVE)
    unknown = texts.notna() & ~texts.isin(list(spelt))
    allowed = f"positive: {', '.join(rule.positive)}; negative: {', '.join(rule.negative)}"
    problems = _unknown(where, texts, unknown, allowed, list(spelt))
    levels = pd.Categorical(texts.map(spelt), categories=[NEGATIVE, POSITIVE])
    return pd.Series(levels, index=texts.index), problems


def _levels(where: str, texts: pd.Series, rule: ColumnRule) -> tuple[pd.Series, list[Problem]]:
    problems = long_cells(where, texts)
    odd = texts.map(lambda text: isinstance(text, str) and bool(control_of(text))).astype(bool)
    problems += bad_cells(where, texts, odd, "hold control characters", "text in one line")
    if rule.levels is None:
        levels = sorted(texts.dropna().unique(), key=natural)
        if len(levels) > MOST_LEVELS:
            found = f"{len(levels)} different values"
            fix = "name its kind under clinical.columns"
            problems.append(Problem(where, found, f"at most {MOST_LEVELS} levels", fix))
    else:
        levels = list(rule.levels)
        unknown = texts.notna() & ~texts.isin(levels)
        problems += _unknown(where, texts, unknown, f"one of {', '.join(levels)}", levels)
    values = pd.Categorical(texts, categories=levels, ordered=rule.ordered)
    return pd.Series(values, index=texts.index), problems


def _unknown(
    where: str, texts: pd.Series, unknown: pd.Series, allowed: str, levels: list[str]
) -> list[Problem]:
    fix = ""
    if unknown.any():
        close = suggest(str(texts[unknown].iloc[0]), levels)
        fix = close or "list them, or add the words that mean missing to clinical.missing"
    return bad_cells(where, texts, unknown, "hold values that are not listed", allowed, fix)


def rule_problems(name: str, rule: ColumnRule) -> list[Problem]:
    """Find keys of a column's rule that contradict each other."""
    where, problems = f"config: clinical.columns.{name}", []
    if rule.cut:
        if rule.is_number or rule.positive or rule.levels is None:
            fix = "give the levels that the cut points make"
            problems.append(Problem(where, "has cut points and no list of levels", "levels", fix))
        elif len(rule.levels) != len(rule.cut) + 1:
            found = f"{len(rule.cut)} cut points and {len(rule.levels)} levels"
            problems.append(Problem(where, found, "one level more than cut points"))
        if list(rule.cut) != sorted(rule.cut):
            problems.append(Problem(f"{where}.cut", "not ascending", "the smallest first"))
    if rule.levels and len(set(rule.levels)) < len(rule.levels):
        twice = sorted({x for x in rule.levels if rule.levels.count(x) > 1})
        found = f"{few(twice)} listed twice (1 and '1' are the same level)"
        problems.append(Problem(f"{where}.levels", found, "each level once"))
    if both := sorted(set(rule.positive) & set(rule.negative)):
        problems.append(Problem(where, f"{few(both)} positive and negative", "either of both"))
    if rule.range and rule.range[0] >= rule.range[1]:
        problems.append(Problem(f"{where}.range", "ends before it begins", "smallest, largest"))
    if rule.transform != "none" and not rule.is_number:
        found = "a transformation of levels"
        problems.append(Problem(f"{where}.transform", found, "a column with number"))
    return problems
