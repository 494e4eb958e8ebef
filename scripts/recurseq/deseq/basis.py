"""A basis of a design's column space that does not show how the design was coded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.deseq.design_rows import RowGroups, row_groups
from recurseq.stats.design_matrix import column_lengths

_DIGITS = 13
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Regressors:
    """A design in the form in which it is fitted.

    Attributes
    ----------
    values
        Samples x p, full column rank.
    coding
        p x p, turns coefficients of `values` into those that R's rules on coefficients are about
        (see `coding`).
    groups
        Samples with equal rows of `values`.
    q, r
        QR decomposition of `values`.
    """

    values: np.ndarray
    coding: np.ndarray
    groups: RowGroups
    q: np.ndarray
    r: np.ndarray

    @classmethod
    def plain(cls, values: np.ndarray) -> Regressors:
        """Fit a design as it is; R's rules are then about its own coefficients."""
        values = np.ascontiguousarray(values, dtype=float)
        return cls.coded(values, np.eye(values.shape[1]))

    @classmethod
    def recoded(cls, design: pd.DataFrame, basis: pd.DataFrame) -> Regressors:
        """Fit a design in a basis of its column space."""
        return cls.coded(basis.to_numpy(), coding(design, basis))

    @classmethod
    def coded(cls, values: np.ndarray, coding: np.ndarray) -> Regressors:
        """Complete what follows from the other two."""
        return cls(values, coding, row_groups(values), *np.linalg.qr(values))


def orthonormal(design: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Basis Q with Q'Q = n I and the matrix that turns its coefficients into the design's.

    It follows from the column space alone, and digit for digit: an iteration that stops by a rule
    could otherwise stop a step earlier with another reference level. Samples with equal design rows
    get bitwise equal rows, so that row groups stay recognisable.

    Parameters
    ----------
    design
        Samples x p, of full column rank; the order of the samples matters.
    """
    rows, first, inverse = np.unique(
        design.to_numpy(), axis=0, return_index=True, return_inverse=True
    )
    order = np.argsort(first)  # as the rows appear: their own order depends on the coding
    place = np.argsort(order)[inverse.ravel()]
    canonical = reduced_echelon(rows[order].T).T
    _, r = np.linalg.qr(canonical[place])
    basis = canonical @ (np.linalg.inv(r) * np.sqrt(len(design)))
    lengths = column_lengths(rows)
    back = np.linalg.lstsq(rows[order] / lengths, basis, rcond=None)[0] / lengths[:, None]
    names = [f"b{k}" for k in range(basis.shape[1])]
    return pd.DataFrame(basis[place], index=design.index, columns=names), back


def coding(design: pd.DataFrame, basis: pd.DataFrame) -> np.ndarray:
    """Turn coefficients of a basis into those of the design as R is best given it.

    Two rules of R's fit depend on how a design is coded: coefficients above 30 are not believed,
    and a slight ridge keeps them finite. Both mean coefficients of levels, and of covariates that
    are centred and scaled, as R asks its users to do; so columns that hold other numbers than 0 and
    1 are centred and scaled here before coefficients are judged.

    Parameters
    ----------
    design
        Samples x p, as the user coded it.
    basis
        From `orthonormal`.

    Returns
    -------
    numpy.ndarray
        p x p, to be multiplied with coefficients of the basis from the left.
    """
    matrix = np.linalg.lstsq(standardised(design), basis.to_numpy(), rcond=None)[0]
    return np.ascontiguousarray(matrix)


def standardised(design: pd.DataFrame) -> np.ndarray:
    """Centre and scale the columns of a design that are not made of 0 and 1.

    Centred only where the other columns can express a constant: the column space stays the same.
    """
    values = design.to_numpy(dtype=float).copy()
    numeric = ~np.isin(values, (0.0, 1.0)).all(axis=0)
    levels = values[:, ~numeric]
    weights = np.linalg.lstsq(levels, np.ones(len(values)), rcond=None)[0]
    if np.allclose(levels @ weights, 1.0):
        values[:, numeric] -= values[:, numeric].mean(axis=0)
    values[:, numeric] /= np.sqrt(np.mean(values[:, numeric] ** 2, axis=0))
    return values


def reduced_echelon(rows: np.ndarray) -> np.ndarray:
    """Reduced row echelon form: the same for every basis of the space that the rows span.

    Rounded to 13 digits, which takes off what the order of operations leaves behind.

    Parameters
    ----------
    rows
        p x columns, of full row rank.
    """
    reduced = rows / np.abs(rows).max(axis=1, keepdims=True)
    done = 0
    for column in range(reduced.shape[1]):
        pivot = done + int(np.argmax(np.abs(reduced[done:, column])))
        if abs(reduced[pivot, column]) < _NEGLIGIBLE:
            continue
        reduced[[done, pivot]] = reduced[[pivot, done]]
        reduced[done] /= reduced[done, column]
        others = np.arange(len(reduced)) != done
        reduced[others] -= np.outer(reduced[others, column], reduced[done])
        done += 1
        if done == len(reduced):
            break
    scale = np.abs(reduced).max()
    return np.round(reduced / scale, _DIGITS) * scale + 0.0
