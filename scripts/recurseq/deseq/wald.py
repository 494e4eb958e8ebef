"""Wald tests of a contrast: one number per gene, c'beta, with its standard error."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtr

from recurseq.deseq.fit import Fit
from recurseq.stats.design_matrix import column_lengths


def contrast_estimate(fit: Fit, contrast: pd.Series) -> pd.DataFrame:
    """Value and standard error of a contrast.

    Parameters
    ----------
    fit
        Fitted model.
    contrast
        One weight per column of the design.

    Returns
    -------
    pandas.DataFrame
        Genes x (log2FoldChange, lfcSE): c'beta and sqrt(c' Sigma c), log2 scale.

    Raises
    ------
    ValueError
        When the weights do not belong to the design, or are all zero.
    """
    weights = aligned_weights(fit, contrast)
    used = np.flatnonzero(weights)
    coefficients = fit.coefficients.to_numpy()
    # Summed term by term: a matrix product may round a gene differently from row to row.
    value = sum(weights[i] * coefficients[:, i] for i in used)
    variance = sum(weights[i] * weights[j] * fit.covariance[:, i, j] for i in used for j in used)
    return pd.DataFrame(
        {
            "log2FoldChange": value,
            "lfcSE": np.sqrt(np.maximum(variance, 0)),
        },
        index=fit.genes.index,
    )


def aligned_weights(fit: Fit, contrast: pd.Series) -> np.ndarray:
    """Weights in the order of the design's columns."""
    if set(contrast.index) != set(fit.design.columns):
        raise ValueError(
            f"the contrast has weights for {list(contrast.index)}, "
            f"the design has the columns {list(fit.design.columns)}"
        )
    weights = contrast.reindex(fit.design.columns).to_numpy(dtype=float)
    if not weights.any():
        raise ValueError("all weights of the contrast are zero: it compares nothing")
    return weights


def sample_weights(fit: Fit, contrast: pd.Series) -> pd.Series:
    """Weight of each sample in the contrast: X (X'X)^-1 c.

    Positive on the numerator's side, negative on the denominator's, zero for samples that the
    contrast leaves alone.
    """
    ordered = fit.design.sort_index()
    design = ordered.to_numpy(dtype=float)
    lengths = column_lengths(design)
    q, r = np.linalg.qr(design / lengths)
    weights = q @ np.linalg.solve(r.T, aligned_weights(fit, contrast) / lengths)
    weights[np.abs(weights) < 1e-10 * np.abs(weights).max()] = 0.0
    return pd.Series(weights, index=ordered.index).reindex(fit.design.index)


def all_zero(fit: Fit, contrast: pd.Series, compared: pd.Series | None = None) -> np.ndarray:
    """Genes without a count in any compared sample, though expressed elsewhere.

    There is nothing to compare in them, and what the model says is rounding: R's
    ``contrastAllZeroCharacter`` and ``contrastAllZeroNumeric``.

    Parameters
    ----------
    fit, contrast
        Fitted model and weights.
    compared
        Boolean, one per sample: whether it is on either side. From `sample_weights` when absent.
    """
    if compared is None:
        compared = sample_weights(fit, contrast) != 0
    chosen = compared.reindex(fit.counts.index).to_numpy(dtype=bool)
    empty = ~fit.counts.to_numpy()[chosen].any(axis=0)
    return empty & fit.estimated & ~np.all(fit.coefficients == 0, axis=1).to_numpy()


def wald_test(fit: Fit, contrast: pd.Series, *, compared: pd.Series | None = None) -> pd.DataFrame:
    """Test that a contrast is zero.

    Parameters
    ----------
    fit
        Fitted model.
    contrast
        One weight per column of the design.
    compared
        See `all_zero`; those genes get log2FoldChange 0, stat 0, pvalue 1.

    Returns
    -------
    pandas.DataFrame
        Genes x (log2FoldChange, lfcSE, stat, pvalue); NaN for genes without a count.

    References
    ----------
    Love, Huber and Anders 2014, Methods, "Wald test".
    """
    table = contrast_estimate(fit, contrast)
    with np.errstate(invalid="ignore"):
        table["stat"] = table["log2FoldChange"] / table["lfcSE"]
    emptied = np.all(fit.coefficients == 0, axis=1).to_numpy()  # outliers replaced by zeros
    table.loc[emptied | all_zero(fit, contrast, compared), ["log2FoldChange", "stat"]] = 0.0
    table["pvalue"] = 2 * ndtr(-table["stat"].abs())
    return table


def threshold_test(tested: pd.DataFrame, threshold: float) -> pd.Series:
    """P-value of the hypothesis that the absolute fold change is at most `threshold`.

    It uses nothing but the contrast's value and standard error, so the reference level of the
    design cannot matter (R's ``altHypothesis = "greaterAbs"``).

    Parameters
    ----------
    tested
        From `wald_test`.
    threshold
        Log2 fold change, above 0.
    """
    beyond = tested["log2FoldChange"].abs() - threshold
    spread = tested["lfcSE"].where(tested["lfcSE"] != 0)
    pvalues = np.minimum(1.0, 2 * ndtr(-beyond / spread))
    # without spread or without a difference nothing lies beyond the threshold
    untestable = tested["lfcSE"].eq(0) | tested["stat"].eq(0)
    return pd.Series(pvalues, index=tested.index).mask(untestable, 1.0)
