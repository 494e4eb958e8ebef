"""Likelihood-ratio test of the full against a reduced design, on the same dispersions."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from recurseq.deseq.basis import Regressors, orthonormal
from recurseq.deseq.blocks import by_blocks, dense
from recurseq.deseq.fit import LOG2_E, Fit
from recurseq.deseq.glm import fit_block, likelihood_kernel
from recurseq.deseq.limits import MINIMUM_MEAN
from recurseq.stats.design_matrix import column_rank, columns_outside


def likelihood_ratio_test(fit: Fit, reduced: pd.DataFrame, *, threads: int = 1) -> pd.DataFrame:
    """Test whether the columns that the reduced design lacks explain anything.

    Parameters
    ----------
    fit
        Fitted full model.
    reduced
        Samples x columns, a design nested in the full one (``Intercept`` alone tests everything).
    threads
        Blocks of genes solved at the same time.

    Returns
    -------
    pandas.DataFrame
        Genes x (stat, df, pvalue): twice the difference of log-likelihoods, chi-squared with as
        many degrees of freedom as columns are lacking. NaN for genes without a count.

    Raises
    ------
    ValueError
        When the reduced design is not nested in the full one, or lacks no column.

    References
    ----------
    Love, Huber and Anders 2014, Methods, "Likelihood-ratio test"; R's ``nbinomLRT``.
    """
    reduced = reduced.loc[fit.design.index].astype(float)
    degrees = _degrees_of_freedom(fit.design, reduced)
    order = np.argsort(fit.design.index.to_numpy(), kind="stable")
    genes = np.flatnonzero(fit.estimated)
    genes = genes[np.argsort(fit.counts.columns.to_numpy()[genes], kind="stable")]
    full = fit.design.to_numpy(dtype=float)[order]
    basis, _ = orthonormal(reduced.iloc[order])
    constant = basis.shape[1] == 1 and basis.nunique().iloc[0] == 1
    smaller = Regressors.recoded(reduced.iloc[order], basis)

    def block(rows, factors, dispersions, coefficients, optimised):
        y = dense(rows)
        full_means = _for_likelihood(factors * np.exp(coefficients @ full.T), optimised)
        if constant:  # the mean of normalised counts, as R does it
            means = factors * (y / factors).mean(axis=1, keepdims=True)
        else:
            _, means, _, _, maximised = fit_block(y, factors, dispersions, regressors=smaller)
            means = _for_likelihood(means, maximised)
        gain = likelihood_kernel(y, full_means, dispersions) - likelihood_kernel(
            y, means, dispersions
        )
        return (np.where(y.any(axis=1), 2 * gain, 0.0),)  # 0: outliers replaced by zeros

    samples, names = fit.counts.index[order], fit.counts.columns[genes]
    (stat,) = by_blocks(
        block,
        fit.fitted_counts.to_numpy()[order].T[genes],
        fit.normalization.rows(samples, names),
        fit.genes["dispersion"].to_numpy()[genes],
        fit.coefficients.to_numpy()[genes] / LOG2_E,
        fit.genes["optimised"].to_numpy()[genes],
        threads=threads,
    )
    table = pd.DataFrame(np.nan, index=fit.genes.index, columns=["stat", "df", "pvalue"])
    table.iloc[genes, 0] = stat
    table.iloc[genes, 1] = degrees
    table.iloc[genes, 2] = chdtrc(degrees, np.maximum(stat, 0.0))
    return table


def _for_likelihood(means: np.ndarray, optimised: np.ndarray) -> np.ndarray:
    """Hold the means at 0.5 where R does: after its optimiser (``fitNbinomGLMsOptim``)."""
    return np.where(optimised[:, None], np.maximum(means, MINIMUM_MEAN), means)


def _degrees_of_freedom(full: pd.DataFrame, reduced: pd.DataFrame) -> int:
    if outside := columns_outside(reduced, full):
        raise ValueError(f"the full design cannot express the reduced design's columns {outside}")
    if column_rank(reduced) < reduced.shape[1]:
        raise ValueError("the reduced design is not of full rank")
    degrees = full.shape[1] - reduced.shape[1]
    if degrees < 1:
        raise ValueError("the reduced design must lack at least one column of the full design")
    return degrees
