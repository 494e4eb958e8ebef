"""Design matrices as linear algebra, whatever they were made from.

Columns are brought to unit length before anything is judged: a column of seconds since 1970 then
weighs no more than a column of zeros and ones.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

_NEGLIGIBLE = 1e-8  # of the length of a column


def confounded_columns(design: pd.DataFrame) -> dict[str, list[str]]:
    """Find the columns that a design matrix cannot tell apart.

    Parameters
    ----------
    design
        Samples x coefficients.

    Returns
    -------
    dict
        Each column that is a linear combination of earlier ones, with those it is made of; empty
        when the matrix is of full column rank.
    """
    values = _unit_columns(design)
    independent, _ = _independent(values)
    found = {}
    for index in sorted(set(range(values.shape[1])) - set(independent)):
        earlier = [k for k in independent if k < index]
        weights = np.linalg.lstsq(values[:, earlier], values[:, index], rcond=None)[0]
        parts = [earlier[k] for k in np.flatnonzero(np.abs(weights) > _NEGLIGIBLE)]
        found[str(design.columns[index])] = [str(design.columns[k]) for k in parts]
    return found


def column_rank(design: pd.DataFrame) -> int:
    """Return the number of columns that are not linear combinations of earlier ones."""
    return len(_independent(_unit_columns(design))[0])


def columns_outside(part: pd.DataFrame, design: pd.DataFrame) -> list[str]:
    """Find the columns of a design that another design cannot express.

    Parameters
    ----------
    part
        Samples x columns; nested in `design` when nothing is found.
    design
        The same samples x columns.

    Returns
    -------
    list of str
        Names of columns of `part`.
    """
    _, basis = _independent(_unit_columns(design))
    return [
        str(name)
        for name, column in zip(part.columns, _unit_columns(part).T, strict=True)
        if np.linalg.norm(_left_over(basis, column)) > _NEGLIGIBLE
    ]


def column_lengths(values: np.ndarray) -> np.ndarray:
    """Length of each column, and 1 for a column of zeros: what to divide by before solving."""
    lengths = np.linalg.norm(values, axis=0)
    return np.where(lengths == 0, 1.0, lengths)


def column_spreads(values: np.ndarray) -> np.ndarray:
    """Return the standard deviation of each column, and 1 for a constant one."""
    spreads = values.std(axis=0) if len(values) else np.zeros(values.shape[1])
    return np.where(spreads > 0, spreads, 1.0)


def _unit_columns(design: pd.DataFrame) -> np.ndarray:
    values = design.to_numpy(dtype=float)
    return values / column_lengths(values)


def _independent(values: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Positions of the columns that earlier ones do not express, and an orthonormal basis."""
    positions: list[int] = []
    basis = np.empty((len(values), 0))
    for index, column in enumerate(values.T):
        rest = _left_over(basis, column)
        length = np.linalg.norm(rest)
        if length > _NEGLIGIBLE:
            positions.append(index)
            basis = np.column_stack([basis, rest / length])
    return positions, basis


def _left_over(orthonormal: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Take off a column what orthonormal columns express, twice, as rounding needs."""
    for _ in range(2):
        column = column - orthonormal @ (orthonormal.T @ column)
    return column
