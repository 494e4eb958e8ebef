"""PyDESeq2's DeseqDataSet with batched inference and R DESeq2's rules.

Importing this module imports PyDESeq2 (a second or two); only fitting needs it. What differs from
PyDESeq2 0.5.4 is overridden here and nowhere else: all genes are solved together, means are held at
0.5 or above while dispersions are fitted, the climb starts and stops where R's does, and the trend
leaves out genes that do not vary.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from pydeseq2.dds import DeseqDataSet
from pydeseq2.default_inference import DefaultInference

from recurseq.deseq import dispersion
from recurseq.deseq.glm import MINIMUM_MEAN, fit_glm
from recurseq.deseq.trend import Trend, fit_trend, spread_around

OUTLIER_DEVIATIONS = 2.0


class BatchedInference(DefaultInference):
    """PyDESeq2's extension point, solving blocks of genes instead of one gene at a time."""

    def __init__(self, threads: int = 1):
        super().__init__(n_cpus=1)
        self.threads = threads

    def lin_reg_mu(self, counts, size_factors, design_matrix, min_mu):  # noqa: D102
        return dispersion.linear_means(counts.T, design_matrix, size_factors).T

    def irls(self, counts, size_factors, design_matrix, disp, *args, **kwargs):  # noqa: D102
        fitted = fit_glm(
            np.ascontiguousarray(counts.T, dtype=float),
            design_matrix,
            np.asarray(size_factors),
            disp,
            threads=self.threads,
        )
        return fitted.coefficients, fitted.means.T, fitted.leverages.T, fitted.converged

    def alpha_mle(self, counts, design_matrix, mu, alpha_hat, *args, **kwargs):  # noqa: D102
        means = np.ascontiguousarray(np.maximum(mu.T, MINIMUM_MEAN))
        transposed = np.ascontiguousarray(counts.T, dtype=float)
        return dispersion.gene_wise(
            transposed, means, design_matrix, alpha_hat, threads=self.threads
        )

    @staticmethod
    def fit_rough_dispersions(normed_counts, design_matrix):  # noqa: D102
        return dispersion.rough_estimate(normed_counts.T, np.asarray(design_matrix))

    @staticmethod
    def fit_moments_dispersions(normed_counts, size_factors):  # noqa: D102
        return dispersion.moments_estimate(normed_counts.T, np.asarray(size_factors))


class BatchedDataSet(DeseqDataSet):
    """A DeseqDataSet that takes its size factors and follows R's rules for dispersions.

    Parameters
    ----------
    counts
        Samples x genes, every gene with at least one count.
    design
        Samples x p, full column rank.
    size_factors
        One a sample.
    threads
        Blocks of genes solved at the same time.
    """

    def __init__(
        self, counts: pd.DataFrame, design: pd.DataFrame, size_factors: pd.Series, threads: int = 1
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
        self.obs["size_factors"] = size_factors.to_numpy()
        self.layers["normed_counts"] = self.X / size_factors.to_numpy()[:, None]
        self.var["_normed_means"] = self.layers["normed_counts"].mean(axis=0)

    def estimate(self, trend: Trend | None = None, priors: tuple[float, float] | None = None):
        """Fit dispersions, coefficients and Cook's distances.

        Parameters
        ----------
        trend, priors
            Trend, and (residual variance, prior variance) of an earlier fit, when only a few genes
            are fitted again; estimated when absent.
        """
        self.fit_genewise_dispersions()
        self.fit_trend_and_prior(trend, priors)
        self.fit_MAP_dispersions()
        self.fit_LFC()
        self.calculate_cooks()

    def fit_trend_and_prior(self, trend: Trend | None, priors: tuple[float, float] | None) -> None:
        """Fit the trend and the spread around it, or take those of an earlier fit."""
        means = self.var["_normed_means"].to_numpy()
        gene_wise = self.var["genewise_dispersions"].to_numpy()
        self.trend = trend or fit_trend(means, gene_wise)
        expected = self.trend.at(means)
        if priors is None:
            degrees = self.n_obs - self.obsm["design_matrix"].shape[1]
            priors = spread_around(gene_wise, expected, degrees)
        self.priors = priors
        self.var["fitted_dispersions"] = expected

    def fit_MAP_dispersions(self) -> None:  # noqa: N802 - PyDESeq2's name
        """Draw the gene-wise dispersions towards the trend, except those far above it."""
        gene_wise = self.var["genewise_dispersions"].to_numpy()
        expected = self.var["fitted_dispersions"].to_numpy()
        shrunken, converged = dispersion.maximum_a_posteriori(
            np.ascontiguousarray(self.X.T, dtype=float),
            np.ascontiguousarray(np.maximum(self.layers["_mu_hat"].T, MINIMUM_MEAN)),
            self.obsm["design_matrix"].to_numpy(),
            np.where(gene_wise > 0.1 * expected, gene_wise, expected),
            expected,
            self.priors[1],
            threads=self.inference.threads,
        )
        above = np.log(gene_wise) > np.log(expected) + OUTLIER_DEVIATIONS * np.sqrt(self.priors[0])
        self.var["MAP_dispersions"] = shrunken
        self.var["_MAP_converged"] = converged
        self.var["_outlier_genes"] = above
        self.var["dispersions"] = np.where(above, gene_wise, shrunken)
