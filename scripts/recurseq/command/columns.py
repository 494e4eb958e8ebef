"""The columns of a sample sheet: what each holds, and which is likely the one to compare."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import natural
from recurseq.study.meaning import (
    FEW_NUMBERS,
    are_labels,
    is_nuisance,
    is_replicate,
    survival_columns,
    words_of,
)
from recurseq.study.samples import is_numeric, odd_among_numbers, without_missing

MOST_GROUPS = 12  # more different values are no groups that one would compare
SMALLEST_GROUP = 2


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words in the name of a column, by how likely it holds what the study asks about.
_QUESTION = _words(
    "group groups condition conditions treatment treated recurrence disease diagnosis phenotype "
    "genotype dex"
)
_PERHAPS = _words(
    "tissue type class status state response responder outcome arm subtype mutation drug dose "
    "stimulation infection timepoint time strain compound knockdown knockout day days hour hours "
    "week weeks stage hpf dpf dpi"
)
# Words in the name of a level that others are compared with.
_REFERENCE = _words(
    "normal control controls contr cntrl ctrl ctl con healthy untreated untrt unstimulated unstim "
    "uninfected unexposed uninjured unperturbed untransfected uninduced unaffected vehicle veh "
    "dmso pbs saline mock placebo wt wildtype baseline base sham naive adjacent benign scramble "
    "scrambled scr shscr scrna nontargeting ntc nt shnt sint sgnt sictrl shctrl sgctrl luciferase "
    "parental nontumor nontumour nondiseased reference ref before pre prior pretreatment preop "
    "preoperative pretransplant predose resting unchallenged"
)
_TWO_WORDS = frozenset(["wild type", "non targeting", "empty vector", "steady state"])
_TIME_ZERO = re.compile(
    r"(t|time|tp|timepoint|d|day|h|hr|hour|min|minute|w|wk|week|m|mo|month|dpi|hpi|dpa|hpa|dose)0+"
    r"|0+(h|hr|hrs|hour|hours|d|day|days|m|min|mins|minutes|s|sec|w|wk|week|weeks|mo|month|months"
    r"|dpi|hpi|dpa|hpa|dpt|hpt|um|nm|mm|ng|mg|ug|gy)"
)
_MISSING_WORDS = _words(
    "unknown missing ? ?? . - -- \u2013 na n.a. n.a null none nd n.d. n/d unk #n/a"
) | {"not available", "not known", "not determined", "not done"}
_WITHOUT = _words("no non not none without never neg negative minus 0 false absent n")


@dataclass(frozen=True)
class SheetColumn:
    """One column of a sheet.

    Attributes
    ----------
    name
        As in the header.
    kind
        ``names`` (another text in every row), ``groups`` (few values that recur), ``numbers``,
        ``text``, ``one value`` or ``empty``.
    values
        Every value and how often it occurs, in natural order; missing ones are left out.
    missing
        Number of rows without a value.
    survival
        Whether it tells the outcome of patients: a time, or whether they died.
    """

    name: str
    kind: str
    values: dict[str, int]
    missing: int
    survival: bool = False

    @property
    def large_enough(self) -> list[str]:
        """Values with at least two samples."""
        return [value for value, count in self.values.items() if count >= SMALLEST_GROUP]


def describe_columns(sheet: pd.DataFrame) -> list[SheetColumn]:
    """Describe every column of a sheet read by `recurseq.io.sheets.read_sheet`."""
    survival = survival_columns(sheet)
    return [_describe(str(name), texts, str(name) in survival) for name, texts in sheet.items()]


def _describe(name: str, texts: pd.Series, survival: bool) -> SheetColumn:
    present = without_missing(texts).dropna()
    counts = present.value_counts()
    values = {value: int(counts[value]) for value in sorted(counts.index, key=natural)}
    kind = _kind(name, present, len(values), len(texts))
    return SheetColumn(name, kind, values, len(texts) - len(present), survival)


def _kind(name: str, present: pd.Series, different: int, rows: int) -> str:
    if different < 2:
        return "one value" if different else "empty"
    numeric = is_numeric(present) and not are_labels(name, present)
    if numeric and (different > FEW_NUMBERS or _fractional(present)):
        whole = not _fractional(present)
        return "names" if whole and different == rows and _codes(present) else "numbers"
    if different == rows:
        return "names"
    return "groups" if different <= min(MOST_GROUPS, len(present) - 1) else "text"


def missing_words(sheet: pd.DataFrame) -> tuple[str, ...]:
    """Find the usual words for a missing value that stand among numbers, and nowhere as a level."""
    found: dict[str, None] = {}
    elsewhere: set[str] = set()
    for _, texts in sheet.items():
        odd = odd_among_numbers(without_missing(texts))
        if len(odd):
            found |= dict.fromkeys(text for text in odd if text.casefold() in _MISSING_WORDS)
        else:
            elsewhere |= set(texts)
    return tuple(word for word in found if word not in elsewhere)


def _fractional(present: pd.Series) -> bool:
    return bool((pd.to_numeric(present) % 1 != 0).any())


def _codes(present: pd.Series) -> bool:
    """Whether whole numbers look like the numbers of samples: many digits, or 1, 2, 3 and so on."""
    numbers = sorted(map(float, present))
    return min(numbers) >= 10_000 or numbers == [float(i) for i in range(1, len(numbers) + 1)]


def reference_rank(level: str) -> int:
    """Return 0 for a control, 1 for a level that lacks something (``no_…``), 2 for any other."""
    if _marks_of_reference(level):
        return 0
    words = words_of(level)
    return 1 if words and (words[0] in _WITHOUT or "".join(words) in _WITHOUT) else 2


def _marks_of_reference(level: str) -> int:
    """Count the words that make a level the one others are compared with: control, WT, day 0."""
    words = words_of(level)
    decimal = re.search(r"\d[.,]\d", level) is not None  # half an hour is not the start
    found = 0
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        if before in ("no", "non", "not"):  # non-targeting is a reference, not normal is none
            found += f"{before} {word}" in _TWO_WORDS or f"{before}{word}" in _REFERENCE
            continue
        zero = _TIME_ZERO.fullmatch(word) or _TIME_ZERO.fullmatch(word + after)
        found += word in _REFERENCE or f"{word} {after}" in _TWO_WORDS or bool(zero and not decimal)
    return found or int("".join(words) in _REFERENCE)


def by_reference(levels: Iterable[str]) -> list[str]:
    """Order levels: likely references first, then in natural order.

    Among several controls (``WT_0h``, ``WT_6h``), the one that is a control in most respects leads.
    """
    return sorted(
        levels,
        key=lambda level: (reference_rank(level), -_marks_of_reference(level), natural(level)),
    )


def factor_score(column: SheetColumn) -> int:
    """Say how likely a column holds the groups to compare; below 0 when it cannot.

    Replicates are the same in every group, and survival is an outcome, not a group.
    """
    groups = column.kind == "groups" and len(column.large_enough) >= 2
    if not groups or column.survival or is_replicate(column.name):
        return -1
    words = words_of(column.name)
    if is_nuisance(column.name):
        return 0
    named = 4 if any(w in _QUESTION for w in words) else 2 if set(words) & _PERHAPS else 1
    return named + 2 * any(reference_rank(level) < 2 for level in column.large_enough)


def factor_candidates(columns: Sequence[SheetColumn], sample_id: str) -> list[SheetColumn]:
    """Return the columns that could be compared, the likeliest first."""
    possible = [c for c in columns if c.name != sample_id and factor_score(c) >= 0]
    return sorted(possible, key=factor_score, reverse=True)  # a stable sort: ties in sheet order


def clear_winner(candidates: Sequence[SheetColumn]) -> bool:
    """Whether the first candidate may be taken without asking."""
    if len(candidates) < 2:
        return bool(candidates)
    first, second = map(factor_score, candidates[:2])
    return first > second and (first >= 2 or second == 0)


def other_variables(
    columns: Sequence[SheetColumn], sample_id: str, factor: str
) -> list[SheetColumn]:
    """Return further columns that a design might take in: groups, persons and numbers."""
    usable = ("groups", "text", "numbers")
    return [c for c in columns if c.kind in usable and c.name not in (sample_id, factor)]
