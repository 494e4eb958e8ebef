"""Design matrices as linear algebra, whatever they were made from."""

from __future__ import annotations

import numpy as np
import pandas as pd


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
    values = design.to_numpy(dtype=float)
    scale = np.linalg.norm(values, axis=0)
    values = values / np.where(scale == 0, 1.0, scale)
    independent: list[int] = []
    found: dict[str, list[str]] = {}
    for index in range(values.shape[1]):
        basis = values[:, independent]
        weights = np.linalg.lstsq(basis, values[:, index], rcond=None)[0]
        if np.linalg.norm(values[:, index] - basis @ weights) > 1e-8:
            independent.append(index)
        else:
            parts = [independent[k] for k in np.flatnonzero(np.abs(weights) > 1e-8)]
            found[str(design.columns[index])] = [str(design.columns[k]) for k in parts]
    return found
