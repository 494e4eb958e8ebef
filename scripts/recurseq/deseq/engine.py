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

from recurseq.deseq import dispersion
from recurseq.deseq.basis import Regressors
from recurseq.deseq.blocks import by_blocks, dense
from recurseq.deseq.collection import collection_paused
from recurseq.deseq.cooks import distances
from recurseq.deseq.design_rows import row_group_numbers
from recurseq.deseq.glm import fit_block, fit_glm
from recurseq.deseq.limits import MINIMUM_MEAN, OUTLIER_DEVIATIONS
from recurseq.deseq.trend import Trend, fit_trend, spread_around

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


class BatchedDataSet(DeseqDataSet):
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
    quick
        See `recurseq.deseq.fit`.
    """

    def __init__(
        self,
        counts: pd.DataFrame,
        design: pd.DataFrame,
        coding: np.ndarray,
        factors: np.ndarray,
        threads: int = 1,
        *,
        quick: bool = False,
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
        self.factors, self.quick = factors, quick

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

    def fit_genewise_dispersions(self, vst: bool = False) -> None:
        """Fit the dispersion of each gene by itself, around means from a preliminary fit."""
        q, groups = self.regressors.q, self.regressors.groups
        reciprocal = dispersion.mean_reciprocal(self.factors)
        # As many row groups as coefficients: the means of the groups are the fitted means.
        saturated = len(groups.rows) == q.shape[1]

        def block(rows, factors):
            y = dense(rows)
            scaled = y / factors
            start = dispersion.starting_values(scaled, q, reciprocal)
            if saturated:
                means = dispersion.linear_means(scaled, q, factors)
            else:
                means = fit_block(y, factors, start, regressors=self.regressors)[1]
            means = np.maximum(means, MINIMUM_MEAN)
            estimates = dispersion.gene_wise_block(y, means, start, groups, self.quick)
            return scaled.mean(axis=1), means, *estimates

        averages, self.preliminary_means, dispersions, settled = by_blocks(
            block, self.X.T, self.factors, threads=self.inference.threads
        )
        self.var["_normed_means"] = averages
        self.var["genewise_dispersions"], self.var["_genewise_converged"] = dispersions, settled

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
            self.X.T,
            self.preliminary_means,
            self.regressors.values,
            np.where(gene_wise > 0.1 * expected, gene_wise, expected),
            expected,
            self.priors[1],
            quick=self.quick,
            threads=self.inference.threads,
        )
        above = np.log(gene_wise) > np.log(expected) + OUTLIER_DEVIATIONS * np.sqrt(self.priors[0])
        self.var["MAP_dispersions"] = shrunken
        self.var["_MAP_converged"] = converged
        self.var["_outlier_genes"] = above
        self.var["dispersions"] = np.where(above, gene_wise, shrunken)
        del self.preliminary_means

    def fit_LFC(self) -> None:  # noqa: N802 - PyDESeq2's name
        """Fit the coefficients (natural-log scale) and Cook's distances."""
        table = self.obsm["design_matrix"]
        groups = row_group_numbers(table)

        def block(rows, factors, dispersions):
            y = dense(rows)
            beta, means, leverages, converged, optimised = fit_block(
                y, factors, dispersions, regressors=self.regressors
            )
            scaled = y / factors
            cooks = distances(y, means, leverages, scaled, groups, len(beta.T))
            return beta, cooks, converged, optimised

        beta, cooks, converged, optimised = by_blocks(
            block,
            self.X.T,
            self.factors,
            self.var["dispersions"].to_numpy(),
            threads=self.inference.threads,
        )
        self.varm["LFC"] = pd.DataFrame(beta, index=self.var_names, columns=table.columns)
        self.layers["cooks"] = cooks.T
        self.var["_LFC_converged"], self.var["_LFC_optimised"] = converged, optimised
