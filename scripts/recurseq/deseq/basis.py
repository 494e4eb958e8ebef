"""A basis of a design's column space that does not show how the design was coded."""

from __future__ import annotations

import numpy as np
import pandas as pd

_DIGITS = 13
_NEGLIGIBLE = 1e-9


def orthonormal(design: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Basis Q with Q'Q = n I and the matrix that turns its coefficients into the design's.

    It follows from the column space alone, and digit for digit: an iteration that stops by a rule
    could otherwise stop a step earlier with another reference level. Samples with equal design rows
    get bitwise equal rows, so that cells stay recognisable.

    Parameters
    ----------
    design
        Samples x p, of full column rank; the order of the samples matters.
    """
    cells, first, inverse = np.unique(
        design.to_numpy(), axis=0, return_index=True, return_inverse=True
    )
    order = np.argsort(first)  # as the cells appear: their own order depends on the coding
    place = np.argsort(order)[inverse.ravel()]
    canonical = reduced_echelon(cells[order].T).T
    _, r = np.linalg.qr(canonical[place])
    basis = canonical @ (np.linalg.inv(r) * np.sqrt(len(design)))
    back = np.linalg.lstsq(cells[order], basis, rcond=None)[0]
    names = [f"b{k}" for k in range(basis.shape[1])]
    return pd.DataFrame(basis[place], index=design.index, columns=names), back


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
