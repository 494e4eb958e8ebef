"""The values of one column of the design: names that can be shown, numbers that can be read."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import control_of, few, quoted
from recurseq.study.samples import is_numeric, odd_among_numbers

LONGEST_LEVEL = 200
LARGEST_NUMBER = 1e100  # its square is still a number
# What people and programs write for a number; not all of it can be read as one.
_LIKE_A_NUMBER = re.compile(
    r"[-+]?(0x[\da-f]+|inf(inity)?|(\d+|\d{1,3}([.,' ]\d{3})+)([.,]\d+)?(e[-+]?\d+)?)",
    re.IGNORECASE,
)
_NUMBER_AND_UNIT = re.compile(
    r"~?\s*(?P<number>[-+]?\d[\d.,' ]*(e[-+]?\d+)?)\s*[^\W\d]{0,6}%?", re.IGNORECASE
)
_PLAIN = re.compile(r"[-+]?(\d+(\.\d+)?|\d{1,3}(,\d{3})+\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_UNCLEAR = re.compile(r"[-+]?\d{1,3},\d{3}")  # a thousand, or one and decimals
_SHOWN = 3


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


def number_problems(where: str, values: pd.Series, samples: pd.Series) -> list[Problem]:
    """Find numbers that would be taken for levels, or that no arithmetic can handle.

    Parameters
    ----------
    where
        File and column.
    values
        A column of the design whose levels are not listed, by line; missing values are missing.
    samples
        Names of the samples in the same lines.
    """
    present = values.dropna()
    if is_numeric(present):
        numbers = pd.to_numeric(present, errors="coerce")
        large = present[np.abs(numbers) > LARGEST_NUMBER]
        allowed = f"numbers of at most {LARGEST_NUMBER:g}"
        return [Problem(where, f"found {few(large.unique())}", allowed)] if len(large) else []
    odd = odd_among_numbers(present)
    if len(odd):
        return [_odd_problem(where, odd, len(present) - len(odd), samples)]
    if not len(present) or not all(map(_LIKE_A_NUMBER.fullmatch, present)):
        return []
    readable = pd.to_numeric(present, errors="coerce").abs() < float("inf")
    fix = "write them as 1234.5; if they are labels, list them under design.levels"
    found = f"numbers that cannot be read: {few(present[~readable].unique())}"
    return [Problem(where, found, "digits with a decimal point", fix)]


def _odd_problem(where: str, odd: pd.Series, numbers: int, samples: pd.Series) -> Problem:
    """Name the cells that would make labels of numbers, and say what to write."""
    cells = [
        f"{quoted(text)} (line {line}, sample {quoted(samples[line])})"
        for line, text in odd.iloc[:_SHOWN].items()
    ]
    rest = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
    amount = "1 cell that is no number" if len(odd) == 1 else f"{len(odd)} cells that are none"
    found = f"{numbers} numbers, and {amount}: {', '.join(cells)}{rest}"
    written = {text: number for text in odd.unique() if (number := _number_in(text))}
    fixes = [f"write {number} for {quoted(text)}" for text, number in written.items()][:_SHOWN]
    if any(text[-1].isalpha() for text in written):
        fixes.append("all in one unit")
    if words := [text for text in odd.unique() if text not in written]:
        listed = ", ".join(quoted(text) for text in words[:_SHOWN])
        fixes.append(
            f"write the number, or say samples.missing: [{listed}] and leave the sample out "
            "(samples.keep, or without its row)"
        )
    fixes.append("if they are labels, list all of them under design.levels")
    return Problem(where, found, "a number in every row", "; ".join(fixes))


def _number_in(text: str) -> str:
    """Return the number that a cell such as ``61y`` or ``61,5`` means; empty when unclear."""
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if match is None:
        return ""
    number = match["number"].replace(" ", "").replace("'", "")
    if _PLAIN.fullmatch(number):
        return number.replace(",", "")
    one_comma = number.count(",") == 1 and "." not in number and not _UNCLEAR.fullmatch(number)
    return number.replace(",", ".") if one_comma else ""
