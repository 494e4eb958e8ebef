"""Terms of a model as columns of numbers: levels, numbers, splines, interactions.

What a term is, its levels, knots and scale, is fixed by the patients that a model is made with
(`TermRule`); its columns follow for these and for any other patients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from recurseq.clinical.continuous import step_of
from recurseq.clinical.patients import TRANSFORMS, Patients
from recurseq.clinical.survival.splines import knots_of, restricted_cubic

LEVELS, NUMBER, SPLINE, INTERACTION = "levels", "number", "spline", "interaction"


@dataclass(frozen=True)
class Label:
    """What one coefficient compares: a level with its reference, or a step of a number."""

    level: str | None
    reference: str | None


@dataclass(frozen=True)
class Term:
    """A term of a model, with the columns of some patients.

    Attributes
    ----------
    name, kind
        Name, and one of the constants of this module.
    columns
        Rows x coefficients; missing where a level was not there when the term was made.
    labels
        What each coefficient compares.
    members
        For levels, which rows have the reference (first) and each level; None for numbers.
    """

    name: str
    kind: str
    columns: np.ndarray
    labels: tuple[Label, ...]
    members: tuple[np.ndarray, ...] | None = None

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return self.columns.shape[1]

    def take(self, rows: np.ndarray) -> Term:
        """Return the term in some of the rows."""
        members = None if self.members is None else tuple(one[rows] for one in self.members)
        return Term(self.name, self.kind, self.columns[rows], self.labels, members)


@dataclass(frozen=True)
class TermRule:
    """How values of a variable become columns.

    Attributes
    ----------
    name, kind
        Name, and one of the constants of this module.
    levels
        In order, the reference first; empty for numbers.
    scale
        Scale on which a number is taken (`recurseq.clinical.patients.TRANSFORMS`).
    step
        What one step of a number is, in words.
    knots
        Of a spline.
    crossed
        For an interaction the two terms, and the pairs of their coefficients that it has.
    """

    name: str
    kind: str
    levels: tuple[str, ...] = ()
    scale: str = "none"
    step: str = ""
    knots: tuple[float, ...] = ()
    crossed: tuple[TermRule, TermRule] | None = None
    pairs: tuple[tuple[int, int], ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that it is made of."""
        if self.crossed is None:
            return (self.name,)
        return self.crossed[0].variables + self.crossed[1].variables

    @property
    def labels(self) -> tuple[Label, ...]:
        """What each coefficient compares."""
        if self.kind == LEVELS:
            return tuple(Label(level, self.levels[0]) for level in self.levels[1:])
        if self.kind == NUMBER:
            return (Label(None, self.step),)
        if self.kind == SPLINE:
            bends = range(1, len(self.knots) - 1)
            return (Label("linear", None), *(Label(f"bend {i}", None) for i in bends))
        one, other = (rule.labels for rule in self.crossed)
        return tuple(
            Label(_both(one[i].level, other[j].level), _both(one[i].reference, other[j].reference))
            for i, j in self.pairs
        )

    @property
    def size(self) -> int:
        """Number of coefficients."""
        return len(self.labels)

    def term(self, frame: pd.DataFrame) -> Term:
        """Return the columns of some patients.

        Parameters
        ----------
        frame
            Values of the variables by row, none of them missing.
        """
        if self.kind == INTERACTION:
            one, other = (rule.term(frame).columns for rule in self.crossed)
            columns = [one[:, i] * other[:, j] for i, j in self.pairs]
            return Term(self.name, self.kind, _side_by_side(columns, len(frame)), self.labels)
        values = frame[self.name]
        if self.kind == LEVELS:
            members = members_of(values, self.levels)
            columns = _side_by_side(members[1:], len(frame))
            columns[~np.any(members, axis=0)] = np.nan
            return Term(self.name, self.kind, columns, self.labels, members)
        scaled = TRANSFORMS[self.scale](values.to_numpy(dtype=float))
        if self.kind == SPLINE:
            columns = restricted_cubic(scaled, np.array(self.knots))
            return Term(self.name, self.kind, columns, self.labels)
        return Term(self.name, self.kind, scaled[:, None], self.labels)

    def as_dict(self) -> dict:
        """Plain values, as a file keeps them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping) -> TermRule:
        """Build the rule from what `as_dict` returned, or from its JSON."""
        crossed = plain["crossed"]
        return cls(
            name=plain["name"],
            kind=plain["kind"],
            levels=tuple(plain["levels"]),
            scale=plain["scale"],
            step=plain["step"],
            knots=tuple(plain["knots"]),
            crossed=None if crossed is None else tuple(cls.from_dict(one) for one in crossed),
            pairs=tuple((i, j) for i, j in plain["pairs"]),
        )


def term_rules(
    names: Sequence[str],
    frame: pd.DataFrame,
    patients: Patients,
    spline: Mapping[str, int],
    interactions: Sequence[tuple[str, str]] = (),
) -> list[TermRule]:
    """Say what the terms of a model are, by the patients that it is made with.

    Parameters
    ----------
    names
        Variables, in order.
    frame
        Their values by row of follow-up, none of them missing.
    patients
        Whose rules say on which scale a number is taken.
    spline
        Number to its knots, where its effect is smooth.
    interactions
        Pairs of names; both stand in `names`.
    """
    rules = {name: _rule(name, frame[name], patients, spline) for name in names}
    crossed = [
        _interaction(rules[one], rules[other], frame)
        for one, other in interactions
        if one in rules and other in rules
    ]
    return [*rules.values(), *(rule for rule in crossed if rule.pairs)]


def build_terms(
    names: Sequence[str],
    frame: pd.DataFrame,
    patients: Patients,
    spline: Mapping[str, int],
    interactions: Sequence[tuple[str, str]] = (),
) -> list[Term]:
    """Turn variables into terms; parameters as for `term_rules`."""
    return [rule.term(frame) for rule in term_rules(names, frame, patients, spline, interactions)]


def _rule(name: str, values: pd.Series, patients: Patients, spline: Mapping[str, int]) -> TermRule:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return TermRule(name, LEVELS, levels=levels_present(values))
    scale, step = patients.scale(name), step_of(patients, name)
    if name in spline:
        scaled = TRANSFORMS[scale](values.to_numpy(dtype=float))
        knots = tuple(float(knot) for knot in knots_of(scaled, spline[name]))
        return TermRule(name, SPLINE, scale=scale, step=step, knots=knots)
    return TermRule(name, NUMBER, scale=scale, step=step)


def _interaction(one: TermRule, other: TermRule, frame: pd.DataFrame) -> TermRule:
    """Multiply every column of one term by every column of the other, where that varies."""
    first, second = one.term(frame).columns, other.term(frame).columns
    pairs = tuple(
        (i, j)
        for i in range(first.shape[1])
        for j in range(second.shape[1])
        if np.ptp(first[:, i] * second[:, j]) > 0
    )
    return TermRule(f"{one.name}:{other.name}", INTERACTION, crossed=(one, other), pairs=pairs)


def crossed_pairs(rules: Sequence[TermRule]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of names that interact."""
    return tuple((r.crossed[0].name, r.crossed[1].name) for r in rules if r.crossed is not None)


def _both(one: str | None, other: str | None) -> str | None:
    return ":".join(part or "" for part in (one, other)) if one or other else None


def _side_by_side(columns: Sequence[np.ndarray], rows: int) -> np.ndarray:
    return np.column_stack([*columns, np.zeros((rows, 0))]).astype(float)


def levels_present(values: pd.Series) -> tuple[str, ...]:
    """Return the levels that occur, in their order."""
    counts = np.bincount(values.array.codes + 1, minlength=1)[1:]
    names = values.dtype.categories.tolist()
    return tuple(str(names[code]) for code in np.flatnonzero(counts))


def members_of(values: pd.Series, levels: Sequence[str]) -> tuple[np.ndarray, ...]:
    """Say of each level who has it."""
    if not isinstance(values.dtype, pd.CategoricalDtype):
        texts = values.astype(object).to_numpy()
        return tuple(texts == level for level in levels)
    # Codes are compared many times faster than texts, and resamples compare them often.
    codes, names = values.array.codes, values.dtype.categories.tolist()
    nowhere = -2  # -1 is a missing value
    return tuple(codes == (names.index(one) if one in names else nowhere) for one in levels)


def positions(terms: Sequence[Term | TermRule]) -> dict[str, list[int]]:
    """Return the places of each term's columns when all stand side by side."""
    found, start = {}, 0
    for term in terms:
        found[term.name] = list(range(start, start + term.size))
        start += term.size
    return found


def matrix(terms: Sequence[Term]) -> np.ndarray:
    """Put the columns of all terms side by side."""
    rows = len(terms[0].columns) if terms else 0
    return np.hstack([np.zeros((rows, 0)), *(term.columns for term in terms)])


def columns_of(rules: Sequence[TermRule], frame: pd.DataFrame) -> np.ndarray:
    """Return the columns of all terms for these patients; without a term, none for each of them."""
    return np.hstack([np.zeros((len(frame), 0)), *(rule.term(frame).columns for rule in rules)])


def independent(columns: np.ndarray) -> np.ndarray:
    """Say which columns are no combination of those before them (and of a constant)."""
    chosen = np.zeros(columns.shape[1], dtype=bool)
    basis = np.ones((len(columns), 1)) / np.sqrt(max(len(columns), 1))
    for place in range(columns.shape[1]):
        column = columns[:, place]
        length = np.linalg.norm(column)
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)
        if length > 0 and np.linalg.norm(rest) > 1e-8 * length:
            chosen[place] = True
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
    return chosen
