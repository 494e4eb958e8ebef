"""R DESeq2's steps from counts to coefficients, on the arrays of a data set.

PyDESeq2's data set takes these steps (`recurseq.deseq.engine`), and so does a plain one that holds
the same arrays and costs nothing to make, for fits by the hundred.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.deseq import dispersion
from recurseq.deseq.basis import Regressors
from recurseq.deseq.blocks import by_blocks, dense
from recurseq.deseq.cooks import distances
from recurseq.deseq.design_rows import row_group_numbers
from recurseq.deseq.glm import fit_block
from recurseq.deseq.limits import MINIMUM_MEAN, OUTLIER_DEVIATIONS
from recurseq.deseq.trend import Trend, fit_trend, spread_around


class Estimation:
    """The steps. Names are PyDESeq2's; of its matrices only means and Cook's distances exist.

    Attributes
    ----------
    X, n_obs, var_names
        Counts, samples x genes; number of samples; the genes.
    var, varm, obsm, layers
        What is found of each gene; ``obsm["design_matrix"]`` is the design.
    regressors, factors, threads, quick
        Set by the data set; see `recurseq.deseq.engine.BatchedDataSet`.
    """

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
            block, self.X.T, self.factors, threads=self.threads
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
            threads=self.threads,
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
            threads=self.threads,
        )
        self.varm["LFC"] = pd.DataFrame(beta, index=self.var_names, columns=table.columns)
        self.layers["cooks"] = cooks.T
        self.var["_LFC_converged"], self.var["_LFC_optimised"] = converged, optimised


class PlainDataSet(Estimation):
    """Counts and design for fits beside that of the study.

    Parameters are those of `recurseq.deseq.engine.BatchedDataSet`, and so are the numbers.
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
        self.X, self.n_obs, self.var_names = counts.to_numpy(), len(counts), counts.columns
        self.var, self.varm, self.layers = pd.DataFrame(index=counts.columns), {}, {}
        self.obsm = {"design_matrix": design}
        self.regressors = Regressors.coded(design.to_numpy(), coding)
        self.factors, self.threads = factors, threads


class QuickDataSet(PlainDataSet):
    """The same for fits that nobody compares with R's gene by gene: Newton's dispersions."""

    quick = True
