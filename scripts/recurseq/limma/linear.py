"""Weighted linear models of all genes together.

A contrast is made the last coefficient of the design; each gene's observations are then taken apart
into what they say of the other coefficients, of the contrast, and the residuals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

_VALUES_PER_BLOCK = 1 << 18
_FEWEST_GENES, _MOST_GENES = 16, 4096


class Effects(NamedTuple):
    """What the weighted observations of each gene say of a contrast.

    Attributes
    ----------
    effect
        One per gene: the contrast over its unscaled standard error.
    unscaled
        One per gene: the standard error of the contrast for a residual variance of 1.
    residuals
        Genes x samples: residuals times the roots of the weights.
    """

    effect: np.ndarray
    unscaled: np.ndarray
    residuals: np.ndarray


def blocks(genes: int, samples: int, coefficients: int) -> Iterator[slice]:
    """Yield slices of genes whose arrays stay in the processor's cache."""
    size = _VALUES_PER_BLOCK // (samples * (coefficients + 1))
    size = min(max(size, _FEWEST_GENES), _MOST_GENES)
    for start in range(0, genes, size):
        yield slice(start, start + size)


def contrast_last(design: np.ndarray, contrast: np.ndarray) -> np.ndarray:
    """Rewrite a design so that its last coefficient is the contrast.

    With a reflection H that turns the weights c into r times the first axis, X b = (X H)(H'b) and
    the first coefficient of X H is c'b / r.

    Parameters
    ----------
    design
        Samples x p, of full column rank.
    contrast
        One weight per column.
    """
    reflection, length = np.linalg.qr(contrast[:, None], mode="complete")
    turned = design @ reflection
    return np.column_stack([turned[:, 1:], turned[:, 0] / length[0, 0]])


def weighted_effects(design: np.ndarray, values: np.ndarray, weights: np.ndarray) -> Effects:
    """Take the observations of each gene apart, by modified Gram-Schmidt on its weighted design.

    Parameters
    ----------
    design
        Samples x p, of full column rank; the contrast is the last coefficient.
    values, weights
        Genes x samples; the weights are inverse relative variances.

    References
    ----------
    Golub and Van Loan, Matrix Computations, 4th ed. (2013), sections 5.2.8 and 5.3.5.
    """
    basis, factor = np.linalg.qr(design)  # the last coefficient is that of the basis / factor
    basis[:, -1] *= factor[-1, -1]
    roots = np.sqrt(weights)
    rest = values * roots
    columns = [roots * column for column in basis.T]
    for k, column in enumerate(columns):
        length = np.sqrt(_products(column, column))
        column /= length[:, None]
        for other in columns[k + 1 :]:
            other -= _products(column, other)[:, None] * column
        effect = _products(column, rest)
        rest -= effect[:, None] * column
    return Effects(effect, 1 / length, rest)


def _products(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.einsum("gn,gn->g", one, other)
