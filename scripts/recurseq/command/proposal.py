"""What a new configuration will say: levels, contrasts and remarks, from a described sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from recurseq.base.errors import InputError, Problem, raise_if_any
from recurseq.base.text import suggest
from recurseq.command.columns import SheetColumn, by_reference
from recurseq.study.meaning import words_of

PAIRWISE_UP_TO = 4  # levels; with more, each is compared with the reference only
_LONGEST_NAME = 64

Sides = tuple[tuple[str, ...], tuple[str, ...]]  # levels of numerator and denominator


@dataclass(frozen=True)
class Proposal:
    """Everything a new configuration says.

    Attributes
    ----------
    title
        Of the study.
    counts, counts_key, counts_kind, estimated
        Path, ``path`` or ``directory``, and what the counts were recognised as, in words.
    transcripts
        Table of transcripts and genes, or None.
    stranded
        Whether the counts have a column for each strand.
    samples, sample_id
        Path of the sheet and its column of sample names.
    factor, levels
        The column to compare, and its levels (the first is the reference).
    formula, labels
        The design, and the levels of its further columns whose numbers are labels.
    keep
        Columns by whose values samples are left out, and the values that stay.
    contrasts
        Name to the levels on either side.
    annotation, liver
        As the configuration names it, and whether the panel and gene sets of liver cancer that
        come with recurseq are used: human or mouse genes, and the user wants them or files speak
        of liver.
    mouse
        Whether the counts are of mouse genes, for which human names are translated.
    adjustable
        Formula that takes in one further column, and what the column holds.
    not_adjustable
        Columns that the design cannot take in, and why.
    names_of_numbers
        Columns of `adjustable` whose numbers are names, and these names in order.
    missing
        Words of the sheet that stand for a missing value.
    gene_sets
        Name of each collection and its file.
    """

    title: str
    counts: str
    counts_key: str
    counts_kind: str
    estimated: str
    transcripts: str | None
    stranded: bool
    samples: str
    sample_id: str
    factor: str
    levels: tuple[str, ...]
    formula: str
    labels: Mapping[str, Sequence[str]]
    keep: Mapping[str, Sequence[str]]
    contrasts: Mapping[str, Sides]
    annotation: str
    liver: bool
    mouse: bool
    adjustable: Mapping[str, str]
    not_adjustable: Mapping[str, str]
    names_of_numbers: Mapping[str, Sequence[str]]
    missing: Sequence[str]
    gene_sets: Mapping[str, str]


def choose_levels(
    column: SheetColumn, wanted: Sequence[str], reference: str | None
) -> tuple[str, ...]:
    """Order the levels to compare, the reference first.

    Parameters
    ----------
    column
        The column to compare.
    wanted
        Levels as the user gave them: one per item, or several with commas; empty for all that have
        two samples or more.
    reference
        Level that others are compared with; None takes the first of `wanted`, or the likeliest.

    Raises
    ------
    InputError
        When a name is no value of the column, or fewer than two are left.
    """
    levels = [level for item in wanted for level in _levels_in(item, column.values, "--levels")]
    levels = list(dict.fromkeys(levels)) or by_reference(column.large_enough)
    if reference is not None:
        (first,) = _levels_in(reference, column.values, "--reference", split=False)
        levels = [first, *(level for level in levels if level != first)]
    if len(levels) < 2:
        found = f"only {', '.join(levels) or 'nothing'} to compare in the column {column.name!r}"
        raise InputError([Problem("--levels", found, "two or more levels")])
    return tuple(levels)


def _levels_in(
    text: str, values: Iterable[str], where: str, *, split: bool = True
) -> tuple[str, ...]:
    """Find the levels that a text names; a level that holds a comma is found as it is."""
    known = list(values)
    if text.strip() in known:
        return (text.strip(),)
    parts = [part.strip() for part in text.split(",")] if split else [text.strip()]
    problems = [
        Problem(where, f"no sample has {part!r} in the compared column",
                f"one of {', '.join(known)}", suggest(part, known))
        for part in parts
        if part not in known
    ]  # fmt: skip
    raise_if_any(problems)
    return tuple(parts)


def choose_contrasts(
    levels: Sequence[str], wanted: Sequence[str], expected: Sequence[str] = ()
) -> dict[str, Sides]:
    """Name what is compared with what.

    Parameters
    ----------
    levels
        In order; the first is the reference.
    wanted
        ``numerator:denominator`` or ``name=numerator:denominator``, where a side may be several
        levels joined by commas; empty for the obvious ones: every level over those before it, or
        over the reference only when there are more than four levels.
    expected
        Names of contrasts that a marker panel knows; such a name is used where it fits.
    """
    if wanted:
        given = [_parse_contrast(text, levels) for text in wanted]
    elif len(levels) <= PAIRWISE_UP_TO:
        given = [("", (b,), (a,)) for a, b in combinations(levels, 2)]
    else:
        given = [("", (level,), (levels[0],)) for level in levels[1:]]
    found: dict[str, Sides] = {}
    for name, numerator, denominator in given:
        name = name or _known_name(numerator, denominator, expected)
        name = name or contrast_name(numerator, denominator)
        stem, number = name, 2
        while name in found:
            name = f"{stem[: _LONGEST_NAME - 3]}_{number}"
            number += 1
        found[name] = (numerator, denominator)
    return found


def _parse_contrast(
    text: str, levels: Sequence[str]
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Split ``[name=]numerator:denominator``, whatever characters the levels hold."""
    problem = None
    name, equals, rest = text.partition("=")
    named = [(name.strip(), rest)] if equals and _is_name(name.strip()) else []
    for label, sides in [("", text), *named]:
        for colon in [at for at, character in enumerate(sides) if character == ":"]:
            try:
                numerator = _levels_in(sides[:colon], levels, "--contrast")
                denominator = _levels_in(sides[colon + 1 :], levels, "--contrast")
            except InputError as error:
                problem = error
                continue
            return label, numerator, denominator
    if problem is None:
        found = f"{text!r} does not name two sides"
        raise InputError([Problem("--contrast", found, "numerator:denominator")])
    raise problem


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", text) is not None


def contrast_name(numerator: Sequence[str], denominator: Sequence[str]) -> str:
    """Return a name made of letters, digits and ``_``, as results need it for their folder."""
    sides = ["_and_".join(side) for side in (numerator, denominator)]
    plain = [re.sub(r"[^A-Za-z0-9]+", "_", side).strip("_") or "level" for side in sides]
    longest = (_LONGEST_NAME - len("_vs_")) // 2
    return "_vs_".join(side[:longest].strip("_") for side in plain)


def _known_name(
    numerator: Sequence[str], denominator: Sequence[str], expected: Sequence[str]
) -> str:
    """Return the name under which a panel knows a comparison; empty when it does not."""
    if len(numerator) != 1 or len(denominator) != 1:
        return ""
    for name in expected:
        above, versus, below = name.partition("_vs_")
        if versus and _is_meant(above, numerator[0]) and _is_meant(below, denominator[0]):
            return name
    return ""


def _is_meant(side: str, level: str) -> bool:
    """Whether a panel's word is a level: early is early_recurrence, none is no_recurrence."""
    words = words_of(level)
    return words[:1] == [side] or (side == "none" and words[:1] == ["no"] and len(words) > 1)
