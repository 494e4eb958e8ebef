"""The values of one column of the design: names that can be shown, numbers that can be read."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import control_of, few, quoted
from recurseq.study.samples import is_numeric

LONGEST_LEVEL = 200
LARGEST_NUMBER = 1e100  # its square is still a number
# What people and programs write for a number; not all of it can be read as one.
_LIKE_A_NUMBER = re.compile(
    r"[-+]?(0x[\da-f]+|inf(inity)?|(\d+|\d{1,3}([.,' ]\d{3})+)([.,]\d+)?(e[-+]?\d+)?)",
    re.IGNORECASE,
)


def level_problems(where: str, levels: list[str]) -> list[Problem]:
    """Find levels that no table or figure can show: too long, or with control characters."""
    problems = []
    if long := [level for level in levels if len(level) > LONGEST_LEVEL]:
        found = f"a value of {len(long[0]):,} characters: {quoted(long[0])}"
        problems.append(Problem(where, found, f"at most {LONGEST_LEVEL} characters"))
    if odd := [level for level in levels if control_of(level)]:
        found = f"control characters in {few(odd)}"
        problems.append(Problem(where, found, "text in one line", "remove the characters"))
    return problems


def number_problems(where: str, values: pd.Series) -> list[Problem]:
    """Find numbers that would be taken for levels, or that no arithmetic can handle.

    Parameters
    ----------
    where
        File and column.
    values
        A column of the design whose levels are not listed; missing values are missing.
    """
    present = values.dropna()
    if is_numeric(present):
        numbers = pd.to_numeric(present, errors="coerce")
        large = present[np.abs(numbers) > LARGEST_NUMBER]
        allowed = f"numbers of at most {LARGEST_NUMBER:g}"
        return [Problem(where, f"found {few(large.unique())}", allowed)] if len(large) else []
    if not len(present) or not all(map(_LIKE_A_NUMBER.fullmatch, present)):
        return []
    readable = pd.to_numeric(present, errors="coerce").abs() < float("inf")
    fix = "write them as 1234.5; if they are labels, list them under design.levels"
    found = f"numbers that cannot be read: {few(present[~readable].unique())}"
    return [Problem(where, found, "digits with a decimal point", fix)]
