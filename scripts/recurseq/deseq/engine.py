"""PyDESeq2's DeseqDataSet with batched inference and R DESeq2's rules.

Importing this module imports PyDESeq2 (a second or two); only fitting needs it. What differs from
PyDESeq2 0.5.4 is overridden here and in `recurseq.deseq.estimation`, nowhere else: all genes are
solved together, means are held at 0.5 or above while dispersions are fitted, the climb starts and
stops where R's does, and the trend leaves out genes that do not vary.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from recurseq.deseq import dispersion
from recurseq.deseq.basis import Regressors
from recurseq.deseq.collection import collection_paused
from recurseq.deseq.estimation import Estimation
from recurseq.deseq.glm import fit_glm
from recurseq.deseq.limits import MINIMUM_MEAN

with collection_paused():
    from pydeseq2.dds import DeseqDataSet
    from pydeseq2.default_inference import DefaultInference


class BatchedInference(DefaultInference):
    """PyDESeq2's extension point, solving blocks of genes instead of one gene at a time."""

    def __init__(self, threads: int = 1):
        super().__init__(n_cpus=1)
        self.threads = threads

    def lin_reg_mu(self, counts, size_factors, design_matrix, min_mu):  # noqa: D102
        q = Regressors.plain(design_matrix).q
        return dispersion.linear_means(counts.T / size_factors, q, size_factors).T

    def irls(self, counts, size_factors, design_matrix, disp, *args, **kwargs):  # noqa: D102
        fitted = fit_glm(
            counts.T,
            np.asarray(design_matrix),
            np.broadcast_to(size_factors, counts.T.shape),
            disp,
            threads=self.threads,
        )
        return fitted.coefficients, fitted.means.T, fitted.leverages.T, fitted.converged

    def alpha_mle(self, counts, design_matrix, mu, alpha_hat, *args, **kwargs):  # noqa: D102
        means = np.maximum(mu.T, MINIMUM_MEAN)
        return dispersion.gene_wise(
            counts.T, means, np.asarray(design_matrix), alpha_hat, threads=self.threads
        )

    @staticmethod
    def fit_rough_dispersions(normed_counts, design_matrix):  # noqa: D102
        return dispersion.rough_estimate(normed_counts.T, Regressors.plain(design_matrix).q)

    @staticmethod
    def fit_moments_dispersions(normed_counts, size_factors):  # noqa: D102
        return dispersion.moments_estimate(
            normed_counts.T, float(np.mean(1 / np.asarray(size_factors)))
        )


class BatchedDataSet(Estimation, DeseqDataSet):
    """A DeseqDataSet that takes its normalisation and follows R's rules for dispersions.

    Of the matrices that PyDESeq2 keeps only the fitted means and Cook's distances exist; the rest
    is computed for a block of genes at a time and dropped.

    Parameters
    ----------
    counts
        Samples x genes, every gene with at least one count.
    design
        Samples x p, full column rank.
    coding
        p x p, see `recurseq.deseq.basis.Regressors`.
    factors
        Size or normalisation factors, genes x samples (`Normalization.rows`).
    threads
        Blocks of genes solved at the same time.
    """

    quick = False

    def __init__(
        self,
        counts: pd.DataFrame,
        design: pd.DataFrame,
        coding: np.ndarray,
        factors: np.ndarray,
        threads: int = 1,
    ):
        labels = pd.DataFrame(index=counts.index)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            super().__init__(
                counts=counts,
                metadata=labels,
                design=design,
                inference=BatchedInference(threads),
                quiet=True,
                refit_cooks=False,
            )
        self.regressors = Regressors.coded(design.to_numpy(), coding)
        self.factors, self.threads = factors, threads
