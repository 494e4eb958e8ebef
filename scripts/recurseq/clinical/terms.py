"""Terms of a model as columns of numbers: levels, numbers, splines, interactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    """A term of a model.

    Attributes
    ----------
    name, kind
        Name, and one of the constants of this module.
    columns
        Rows x coefficients.
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


def build_terms(
    names: Sequence[str],
    frame: pd.DataFrame,
    patients: Patients,
    spline: Mapping[str, int],
    interactions: Sequence[tuple[str, str]] = (),
) -> list[Term]:
    """Turn variables into terms.

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
    terms = {name: _term(name, frame[name], patients, spline) for name in names}
    crossed = [
        _interaction(terms[one], terms[other])
        for one, other in interactions
        if one in terms and other in terms
    ]
    return [*terms.values(), *(term for term in crossed if term.size)]


def _term(name: str, values: pd.Series, patients: Patients, spline: Mapping[str, int]) -> Term:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return _levels(name, values)
    scale = patients.scale(name)
    scaled = TRANSFORMS[scale](values.to_numpy(dtype=float))
    if name in spline:
        return _spline(name, scaled, spline[name])
    return Term(name, NUMBER, scaled[:, None], (Label(None, step_of(patients, name)),))


def _levels(name: str, values: pd.Series) -> Term:
    """Compare each level that occurs with the first that does."""
    present = values.cat.remove_unused_categories()
    levels = list(map(str, present.cat.categories))
    codes = present.cat.codes.to_numpy()
    members = tuple(codes == place for place in range(len(levels)))
    columns = np.column_stack([*members[1:], np.zeros((len(values), 0))]).astype(float)
    labels = tuple(Label(level, levels[0]) for level in levels[1:])
    return Term(name, LEVELS, columns, labels, members)


def _spline(name: str, scaled: np.ndarray, number: int) -> Term:
    columns = restricted_cubic(scaled, knots_of(scaled, number))
    labels = [
        Label("linear", None),
        *(Label(f"bend {i}", None) for i in range(1, columns.shape[1])),
    ]
    return Term(name, SPLINE, columns, tuple(labels))


def _interaction(one: Term, other: Term) -> Term:
    """Multiply every column of one term by every column of the other."""
    columns, labels = [], []
    for i, first in enumerate(one.labels):
        for j, second in enumerate(other.labels):
            column = one.columns[:, i] * other.columns[:, j]
            if np.ptp(column) == 0:
                continue
            columns.append(column)
            labels.append(
                Label(_both(first.level, second.level), _both(first.reference, second.reference))
            )
    stacked = np.column_stack(columns) if columns else np.zeros((len(one.columns), 0))
    return Term(f"{one.name}:{other.name}", INTERACTION, stacked, tuple(labels))


def _both(one: str | None, other: str | None) -> str | None:
    return ":".join(part or "" for part in (one, other)) if one or other else None


def positions(terms: Sequence[Term]) -> dict[str, list[int]]:
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
