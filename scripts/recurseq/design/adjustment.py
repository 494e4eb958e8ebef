"""Whether a model can adjust for a further column of the sheet, and the design that does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.design.columns import coded, kind_of
from recurseq.design.contrast import Contrast
from recurseq.design.formula import Formula, design_matrix
from recurseq.stats.design_matrix import column_lengths, confounded_columns

IN_FORMULA, ESTIMABLE, NOT_ESTIMABLE = "in_formula", "estimable", "not_estimable"
MISSING_VALUES, CONSTANT, IDENTIFIER = "missing_values", "constant", "identifier"
TOO_MANY_LEVELS, NOTHING_NEW = "too_many_levels", "nothing_new"
# Of the residual degrees of freedom that a column may take; the variance comes from the rest.
MOST_DEGREES = 1 / 2
_NEGLIGIBLE = 1e-8


def adjustment(samples: pd.DataFrame, contrast: Contrast, formula: Formula, column: str) -> str:
    """Say what becomes of a contrast when a column is added to the formula.

    Parameters
    ----------
    samples
        The typed sheet.
    contrast
        What is compared.
    formula
        Design of the model.
    column
        Column of the sheet.

    Returns
    -------
    str
        ``in_formula``: it is there already; ``missing_values``: a sample has none; ``constant``;
        ``identifier``: labels with more than one level for every two samples;
        ``nothing_new``: the formula says all that the column says, and still estimates the
        contrast; ``too_many_levels``: it takes more than half of the degrees of freedom that are
        left; ``not_estimable``: the contrast would be a sum that no data can tell;
        ``estimable``: none of these.
    """
    if column in formula.variables:
        return IN_FORMULA
    values = samples[column]
    if values.isna().any():
        return MISSING_VALUES
    if values.nunique() == 1:
        return CONSTANT
    added = coded(values, kind_of(values))
    if added is None:
        return IDENTIFIER
    design = design_matrix(formula, samples)
    weights = contrast.weights(formula, samples).to_numpy()
    if not _is_estimable(design, added, weights):
        return NOT_ESTIMABLE
    left = len(design) - design.shape[1]
    taken = extended(design, added).shape[1] - design.shape[1]
    if taken == 0:
        return NOTHING_NEW
    return TOO_MANY_LEVELS if taken > left * MOST_DEGREES else ESTIMABLE


def _is_estimable(design: pd.DataFrame, added: pd.DataFrame, weights: np.ndarray) -> bool:
    """Whether c'β has one value whatever solution is taken (Searle 1971, section 5.4).

    It has when c, with zeros for the added columns, is orthogonal to every vector that the joint
    design sends to zero.
    """
    values = np.column_stack([design, added])
    lengths = column_lengths(values)
    triangle = np.linalg.qr(values / lengths, mode="r")  # sends the same vectors to zero
    _, singular, right = np.linalg.svd(triangle, full_matrices=True)
    rank = int((singular > _NEGLIGIBLE * singular[0]).sum())
    extended_weights = np.append(weights, np.zeros(added.shape[1])) / lengths
    size = np.linalg.norm(extended_weights)
    return bool(np.abs(right[rank:] @ extended_weights).max(initial=0) <= _NEGLIGIBLE * size)


def extended(design: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Add to a design of full rank those columns that it cannot express.

    Coefficients of `design` keep their names, and a contrast of them its meaning where
    `adjustment` says ``estimable``.
    """
    whole = pd.concat([design, added], axis=1)
    return whole.drop(columns=list(confounded_columns(whole)))


def adjusted_design(formula: Formula, samples: pd.DataFrame, column: str) -> pd.DataFrame:
    """Design matrix of the formula with a column added that `adjustment` finds ``estimable``."""
    values = samples[column]
    return extended(design_matrix(formula, samples), coded(values, kind_of(values)))
