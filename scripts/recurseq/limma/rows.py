"""Moderated linear models of the rows of any matrix, unweighted: limma's lmFit and eBayes.

References
----------
Smyth, Stat. Appl. Genet. Mol. Biol. 3, 3 (2004).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from recurseq.limma.linear import contrast_last, weighted_effects
from recurseq.limma.moderation import moderate, t_test


class RowFits(NamedTuple):
    """A contrast in each row, before variances are drawn together.

    Attributes
    ----------
    change
        The contrast.
    unscaled
        Its standard error for a residual variance of 1.
    variances
        Residual variances.
    degrees
        Residual degrees of freedom.
    """

    change: np.ndarray
    unscaled: np.ndarray
    variances: np.ndarray
    degrees: np.ndarray


class RowTests(NamedTuple):
    """Moderated tests of a contrast in each row; the ends are those of the 95 % interval."""

    change: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    statistic: np.ndarray
    pvalue: np.ndarray


def fit_rows(values: np.ndarray, design: np.ndarray, contrast: np.ndarray) -> RowFits:
    """Fit a linear model to every row and read a contrast from it.

    Parameters
    ----------
    values
        Rows x samples, none missing.
    design
        Samples x p, of full column rank, with fewer columns than rows.
    contrast
        One weight per column of the design.
    """
    turned = contrast_last(design, np.asarray(contrast, dtype=float))
    found = weighted_effects(turned, values, np.ones_like(values))
    degrees = design.shape[0] - design.shape[1]
    variances = np.einsum("rn,rn->r", found.residuals, found.residuals) / degrees
    return RowFits(
        found.effect * found.unscaled, found.unscaled, variances, np.full(len(values), degrees)
    )


def joined(fits: Sequence[RowFits]) -> RowFits:
    """Put fits of several matrices together, whose designs may differ."""
    return RowFits(*map(np.concatenate, zip(*fits, strict=True)))


def moderated_rows(fits: RowFits) -> RowTests:
    """Test every row by its moderated t, the prior of the variances learnt from all rows.

    A single row has its ordinary t.
    """
    moderated = moderate(fits.variances, fits.degrees)
    error = fits.unscaled * np.sqrt(moderated.variances)
    statistic = fits.change / error
    half = stdtrit(moderated.degrees, 0.975) * error
    pvalue = t_test(statistic, moderated.degrees)
    return RowTests(fits.change, fits.change - half, fits.change + half, statistic, pvalue)
