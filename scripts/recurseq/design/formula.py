"""Design formulas: read as data, never as code, and turned into a design matrix.

The grammar is R's, without functions: column names (in backticks when they hold spaces or other
characters), ``+``, ``:``, ``*``, and ``0`` or ``1`` for the intercept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd

INTERCEPT = "Intercept"
LONGEST_FORMULA = 2_000
MOST_FACTORS = 6  # of a product: a*b*c*d*e*f stands for 63 terms, and each more doubles them
Coding = dict[str, np.ndarray]  # the columns of one variable by name
_TOKEN = re.compile(
    r"\s*(?:`(?P<quoted>[^`]+)`|(?P<name>[^\W\d][\w.\u0300-\u036f]*)|(?P<number>\d+)|(?P<operator>.))"
)


_GRAMMAR = (
    "allowed are column names, '+', ':', '*', 0 and 1 (no functions; compute a new column in the "
    "sample sheet instead, and put names with spaces or other characters in backticks)"
)


class FormulaError(ValueError):
    """The text is not a formula of the grammar; the message says where it stops being one."""


@dataclass(frozen=True)
class Formula:
    """A parsed formula.

    Attributes
    ----------
    text
        As the user wrote it.
    terms
        Each term is the tuple of its variables; main effects come before interactions.
    intercept
        Whether the model has an intercept.
    variables
        Sample-sheet columns in order of first appearance in the text.
    """

    text: str
    terms: tuple[tuple[str, ...], ...]
    intercept: bool
    variables: tuple[str, ...]

    def interacting_with(self, variable: str) -> tuple[str, ...]:
        """Return the variables that share a term with this one."""
        shared = [term for term in self.terms if variable in term]
        return tuple(dict.fromkeys(n for term in shared for n in term if n != variable))


def parse_formula(text: str) -> Formula:
    """Parse a design formula such as ``~ batch + group`` or ``~ sex * group``.

    Parameters
    ----------
    text
        The formula; the ``~`` comes first, nothing stands before it.

    Returns
    -------
    Formula

    Raises
    ------
    FormulaError
        With the offending piece of the text: unknown characters, function calls, doubled operators.
    """
    stripped = str(text).strip()
    if len(stripped) > LONGEST_FORMULA:
        found = f"a formula of {len(stripped):,} characters; at most {LONGEST_FORMULA:,} are read"
        raise FormulaError(found)
    if not stripped.startswith("~"):
        raise FormulaError(f"{text!r} does not begin with '~'; write for example '~ group'")
    summands = _split(_tokens(stripped[1:], text), "+", text)
    intercept, terms = True, {}
    for summand in summands:
        if len(summand) == 1 and summand[0] in ("0", "1"):
            intercept = summand[0] == "1"
            continue
        for term in _expand(summand, text):
            terms.setdefault(frozenset(term), term)
    ordered = sorted(terms.values(), key=len)
    variables = dict.fromkeys(name for term in terms.values() for name in term)
    return Formula(str(text), tuple(ordered), intercept, tuple(variables))


def formula_of(terms: Sequence[tuple[str, ...]]) -> str:
    """Write terms as a formula with an intercept; ``~ 1`` without any."""
    written = (":".join(map(quoted_column, term)) for term in terms)
    return f"~ {' + '.join(written) or '1'}"


def quoted_column(column: str) -> str:
    """Write a column as a formula needs it: in backticks unless it is a plain name."""
    return column if re.fullmatch(r"[^\W\d][\w.]*", column) else f"`{column}`"


def _tokens(body: str, text: str) -> list[str]:
    """Cut the right-hand side into names (marked by a leading backtick), numbers and operators."""
    tokens, position = [], 0
    body = body.rstrip()
    while position < len(body):
        match = _TOKEN.match(body, position)
        position = match.end()
        if match["operator"] and match["operator"] not in "+:*":
            raise FormulaError(
                f"{match['operator']!r} in {text!r} is not part of a formula; {_GRAMMAR}"
            )
        if match["number"] and match["number"] not in ("0", "1"):
            raise FormulaError(f"number {match['number']} in {text!r}: only 0 and 1 are meant")
        name = match["quoted"] or match["name"]
        tokens.append(f"`{name}" if name else match["number"] or match["operator"])
    return tokens


def _split(tokens: list[str], operator: str, text: str) -> list[list[str]]:
    """Split tokens at an operator; an empty side is an error."""
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token == operator:
            parts.append([])
        else:
            parts[-1].append(token)
    if not all(parts):
        raise FormulaError(
            f"{text!r} has nothing on one side of {operator!r} or of '~'; {_GRAMMAR}"
        )
    return parts


def _expand(summand: list[str], text: str) -> list[tuple[str, ...]]:
    """Write ``a*b`` out as a, b and a:b."""
    factors = []
    parts = _split(summand, "*", text)
    if len(parts) > MOST_FACTORS:
        found = f"a product of {len(parts)} columns in {text!r}; at most {MOST_FACTORS} are read"
        raise FormulaError(found)
    for part in parts:
        names = _split(part, ":", text)
        if any(len(name) != 1 or not name[0].startswith("`") for name in names):
            shown = " ".join(token.lstrip("`") for token in part)
            raise FormulaError(f"{shown!r} in {text!r} is not a term; {_GRAMMAR}")
        factors.append(tuple(name[0][1:] for name in names))
    chosen = (c for size in range(1, len(factors) + 1) for c in combinations(factors, size))
    return [tuple(dict.fromkeys(name for factor in group for name in factor)) for group in chosen]


def design_matrix(formula: Formula, metadata: pd.DataFrame) -> pd.DataFrame:
    """Build the design matrix with treatment coding, as R's ``model.matrix`` does.

    A factor in a term is coded by its non-reference levels when the term without that factor is in
    the model too, else by all its levels (Chambers and Hastie 1992, section 2.3). The columns have
    R's order: main effects before interactions, and within an interaction the levels of the
    variable that appears first in the formula change fastest.

    Parameters
    ----------
    formula
        A parsed formula.
    metadata
        Samples x columns; categorical columns (first category is the reference) or numbers.

    Returns
    -------
    pandas.DataFrame
        Samples x coefficients; columns such as ``Intercept``, ``group[early_recurrence]``, ``age``,
        ``sex[male]:group[early_recurrence]``.
    """
    columns: dict[str, np.ndarray] = {}
    if formula.intercept:
        columns[INTERCEPT] = np.ones(len(metadata))
    for term, codings in _codings(formula, metadata):
        for names in _column_parts(formula, term, codings):
            parts = [coding[name] for coding, name in zip(codings, names, strict=True)]
            columns[":".join(names)] = np.prod(parts, axis=0)
    return pd.DataFrame(columns, index=metadata.index, dtype=float)


def coefficient_names(formula: Formula, metadata: pd.DataFrame) -> Iterator[str]:
    """Yield the names of the design's columns one by one, repeated ones too.

    `design_matrix` has one column for each name. An interaction of factors with many levels has
    more names than fit into memory: take only as many as a design may have.
    """
    if formula.intercept:
        yield INTERCEPT
    for term, codings in _codings(formula, metadata.iloc[:0]):
        yield from map(":".join, _column_parts(formula, term, codings))


def column_terms(formula: Formula, metadata: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Tell of each column of the design which term, a tuple of variables, it belongs to."""
    terms = {INTERCEPT: ()} if formula.intercept else {}
    for term, codings in _codings(formula, metadata.iloc[:0]):
        terms.update((":".join(parts), term) for parts in _column_parts(formula, term, codings))
    return terms


def _column_parts(
    formula: Formula, term: tuple[str, ...], codings: list[Coding]
) -> Iterator[tuple[str, ...]]:
    """Yield what the columns of a term are products of, in R's order; named as the term is."""
    fastest_last = sorted(range(len(term)), key=lambda k: -formula.variables.index(term[k]))
    back = np.argsort(fastest_last)
    for parts in product(*(codings[k] for k in fastest_last)):
        yield tuple(parts[k] for k in back)


def _codings(
    formula: Formula, metadata: pd.DataFrame
) -> Iterator[tuple[tuple[str, ...], list[Coding]]]:
    """For each term the columns of each of its variables."""
    present = {frozenset(term) for term in formula.terms}
    if formula.intercept:
        present.add(frozenset())
    for term in formula.terms:
        yield (
            term,
            [
                _coding(name, metadata[name], reduced=frozenset(term) - {name} in present)
                for name in term
            ],
        )
        if len(term) == 1 and isinstance(metadata[term[0]].dtype, pd.CategoricalDtype):
            present.add(frozenset())  # a factor coded in full stands in for a missing intercept


def _coding(name: str, values: pd.Series, reduced: bool) -> Coding:
    """Columns of one variable: itself when numeric, indicators of its levels when categorical."""
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return {name: values.to_numpy(dtype=float)}
    levels = list(values.cat.categories)[1 if reduced else 0 :]
    return {f"{name}[{level}]": (values == level).to_numpy(dtype=float) for level in levels}


def contrast_vector(
    formula: Formula, metadata: pd.DataFrame, contrast: Mapping[str, object]
) -> pd.Series:
    """Weights of the coefficients in a contrast.

    The design rows of two imagined samples are subtracted: one whose factor has the numerator's
    level (the mean of the rows when there are several), one with the denominator's. All other
    variables are equal on both sides and cancel, unless they interact with the factor; `within`
    then gives their values.

    Parameters
    ----------
    formula, metadata
        As for `design_matrix`.
    contrast
        Either ``factor``, ``numerator``, ``denominator`` (sequences of levels) and ``within``
        (column to level or number), or ``coefficients`` (column of the design to weight).

    Returns
    -------
    pandas.Series
        One weight per column of the design matrix.

    Raises
    ------
    KeyError
        When a coefficient is not a column of the design.
    """
    names = design_matrix(formula, metadata.iloc[:0]).columns
    if contrast.get("coefficients"):
        weights = pd.Series(0.0, index=names)
        for name, weight in contrast["coefficients"].items():
            if name not in weights.index:
                raise KeyError(name)
            weights[name] = float(weight)
        return weights
    sides = {}
    for side in ("numerator", "denominator"):
        imagined = _imagined_samples(metadata, contrast, list(contrast[side]))
        sides[side] = design_matrix(formula, imagined).mean(axis=0)
    return (sides["numerator"] - sides["denominator"]).reindex(names)


def _imagined_samples(
    metadata: pd.DataFrame, contrast: Mapping[str, object], levels: list[str]
) -> pd.DataFrame:
    """One sample for each level of the contrast's factor, everything else held equal."""
    fixed = {**(contrast.get("within") or {})}
    columns = {}
    for name, values in metadata.items():
        if isinstance(values.dtype, pd.CategoricalDtype):
            categories = values.cat.categories
            if categories.empty:
                continue  # a column of the sheet without a value, which no formula can name
            chosen = levels if name == contrast["factor"] else [fixed.get(name, categories[0])]
            chosen = [str(level) for level in chosen] * (len(levels) // len(chosen))
            columns[name] = pd.Categorical(chosen, categories=categories)
        elif pd.api.types.is_numeric_dtype(values.dtype):
            columns[name] = np.full(len(levels), float(fixed.get(name, 0.0)))
    return pd.DataFrame(columns)
