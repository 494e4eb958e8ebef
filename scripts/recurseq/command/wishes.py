"""What the user asked `recurseq init` for: on the command line, or in answer to a question."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd
import typer

from recurseq.base.errors import InputError
from recurseq.base.text import few, suggest
from recurseq.command.columns import SheetColumn
from recurseq.command.folder import argument
from recurseq.command.terminal import complain
from recurseq.design.formula import FormulaError, parse_formula, quoted_column
from recurseq.io.bytes import fail
from recurseq.study.samples import is_numeric, kept_rows

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Wishes:
    """What the user said on the command line; None or empty where nothing was said.

    Attributes
    ----------
    gene_sets
        GMT files, as they were found in the folder.
    asking
        Whether there is somebody to answer questions.
    """

    counts: Path | None = None
    samples: Path | None = None
    clinical: Path | None = None
    transcripts: Path | None = None
    sample_id: str | None = None
    factor: str | None = None
    levels: Sequence[str] = ()
    reference: str | None = None
    contrasts: Sequence[str] = ()
    formula: str | None = None
    pair: str | None = None
    keep: Sequence[str] = ()
    annotation: str | None = None
    title: str | None = None
    gene_sets: Sequence[Path] = ()
    asking: bool = False


def answer(
    wishes: Wishes, question: str, default: str | None, understood: Callable[[str], Answer]
) -> Answer:
    """Return the user's answer, asked for until it is understood; else the default."""
    while wishes.asking:
        try:
            return understood(typer.prompt(question, default=default))
        except InputError as error:
            complain(error)
    return understood(default)


def choose_file(wishes: Wishes, what: str, paths: Sequence[Path], flag: str) -> Path:
    """Let the user choose among files that could be the same thing.

    Raises
    ------
    InputError
        When there is nobody to ask.
    """
    base = Path(os.path.commonpath([path.parent for path in paths]))
    by_name = {path.relative_to(base).as_posix(): path for path in paths}
    if not wishes.asking:
        found = f"which is {what}? {few(list(by_name), 6)}"
        fix = f"name it, such as: {flag} {shlex.quote(argument(paths[0]))}"
        raise fail(str(base), found, "one of them", fix)

    def understood(text: str) -> Path:
        fits = [path for name, path in by_name.items() if text in (name, path.name)]
        if len(fits) != 1:
            raise fail(what, f"{text!r}", f"one of {', '.join(by_name)}", suggest(text, by_name))
        return fits[0]

    question = f"Which is {what}? {', '.join(by_name)}"
    return answer(wishes, question, None, understood)


def choose_kept(wishes: Wishes, sheet: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the columns by which samples are left out, and the values that stay.

    Raises
    ------
    InputError
        When there is no such column or no sample has a value.
    """
    if wishes.keep or not wishes.asking:
        return _kept(wishes.keep, sheet)
    question = "Samples to use, as COLUMN=VALUE,VALUE"
    return answer(
        wishes, question, "all", lambda text: _kept([] if text == "all" else [text], sheet)
    )


def _kept(texts: Iterable[str], sheet: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    kept: dict[str, tuple[str, ...]] = {}
    for text in texts:
        column, values = _condition(text, sheet)
        kept[column] = tuple(dict.fromkeys([*kept.get(column, ()), *values]))
    return kept


def _condition(text: str, sheet: pd.DataFrame) -> tuple[str, list[str]]:
    """Split ``COLUMN=VALUE,VALUE``; a value that holds a comma is found as it is."""
    names = [name for name in sheet.columns if text.startswith(f"{name}=")]
    if not names:
        column, equals, _ = text.partition("=")
        found = f"{column!r} is no column" if equals else f"{text!r} names no value"
        allowed = f"COLUMN=VALUE, with one of {few(list(sheet.columns), 12)}"
        raise fail("--keep", found, allowed, suggest(column, sheet.columns))
    column = max(names, key=len)
    wanted = text[len(column) + 1 :].strip()
    known = set(sheet[column])
    values = [wanted] if wanted in known else [part.strip() for part in wanted.split(",")]
    for value in values:
        if value not in known:
            found = f"no sample has {value!r} in the column {column!r}"
            raise fail("--keep", found, f"one of {few(sorted(known), 12)}", suggest(value, known))
    return column, values


def rows_kept(sheet: pd.DataFrame, kept: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return the rows of a sheet that have these values."""
    rows = kept_rows(sheet, kept)
    if rows.empty:
        raise fail("--keep", "no sample has all of these values", "at least two groups of samples")
    return rows


def factor_of_formula(formula: str, by_name: Mapping[str, SheetColumn]) -> str:
    """Return the last column of groups in a formula: what is compared comes last.

    Raises
    ------
    InputError
        When the formula is none, names no column of the sheet, or has no column of groups.
    """
    variables = formula_variables(formula, by_name)
    groups = [name for name in variables if len(by_name[name].large_enough) > 1]
    groups = [name for name in groups if by_name[name].kind != "numbers"]
    if not groups:
        raise fail("--formula", f"no column of {formula!r} holds groups", "a column to compare")
    return groups[-1]


def formula_variables(formula: str, by_name: Mapping[str, SheetColumn]) -> list[str]:
    """Return the columns of a formula in its order; all of them are in the sheet."""
    try:
        variables = list(parse_formula(formula).variables)
    except FormulaError as error:
        raise fail("--formula", str(error), "as in R: '~ batch + group'") from None
    for name in variables:
        if name not in by_name:
            allowed = f"one of {', '.join(by_name)}"
            raise fail("--formula", f"{name!r} is no column", allowed, suggest(name, by_name))
    return variables


def choose_formula(wishes: Wishes, by_name: Mapping[str, SheetColumn], factor: str) -> str:
    """Take the design from the user, else compare the groups alone.

    Raises
    ------
    InputError
        When both a formula and pairs are given, or columns do not fit.
    """
    plain = f"~ {quoted_column(factor)}"
    if wishes.pair is not None:
        if wishes.formula is not None:
            raise fail("--pair", "given together with --formula", "one of the two")
        if wishes.pair not in by_name or wishes.pair == factor:
            allowed = f"one of {', '.join(name for name in by_name if name != factor)}"
            found = f"{wishes.pair!r} is no column that could name pairs"
            raise fail("--pair", found, allowed, suggest(wishes.pair, by_name))
        return f"~ {quoted_column(wishes.pair)} + {quoted_column(factor)}"
    if wishes.formula is not None:
        return _with_factor(wishes.formula, by_name, factor)
    question = "Design, what is compared comes last"
    return answer(wishes, question, plain, lambda text: _with_factor(text, by_name, factor))


def _with_factor(formula: str, by_name: Mapping[str, SheetColumn], factor: str) -> str:
    if factor not in formula_variables(formula, by_name):
        found = f"{formula!r} does not hold {factor!r}, which is compared"
        raise fail("--formula", found, f"a formula that ends with {quoted_column(factor)}")
    return formula


def label_levels(
    formula: str, wishes: Wishes, by_name: Mapping[str, SheetColumn], factor: str
) -> dict[str, list[str]]:
    """Levels of the design's further columns whose numbers are names: of pairs, batches, groups."""
    found = {}
    for name in formula_variables(formula, by_name):
        column = by_name[name]
        labels = column.kind != "numbers" or name == wishes.pair
        if name != factor and labels and is_numeric(pd.Series(list(column.values), dtype=object)):
            found[name] = list(column.values)
    return found
