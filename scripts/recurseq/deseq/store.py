"""The fitted model as an AnnData object, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recurseq.deseq.cooks import cutoff
from recurseq.deseq.fit import GENE_COLUMNS, Fit
from recurseq.deseq.transform import vst
from recurseq.deseq.trend import Trend

if TYPE_CHECKING:
    import anndata

_BOOLEANS = ("dispOutlier", "cooksOutlier", "replaced", "converged", "optimised")


def add_fit(cohort: anndata.AnnData, fit: Fit) -> anndata.AnnData:
    """Put a fit into a copy of the cohort it was made from.

    Every gene of the cohort keeps its place; genes that were not fitted hold missing values.

    Parameters
    ----------
    cohort
        Samples x genes.
    fit
        Fitted on a part of the cohort's genes and all of its samples.

    Returns
    -------
    anndata.AnnData
        With obs ``size_factor``; layers ``normalized``, ``vst`` and, from transcript lengths,
        ``normalization_factor``; var columns of `Fit.genes`;
        varm ``coefficients`` (p, log2) and ``covariance`` (p x p, row major); obsm
        ``design_matrix``; uns ``formula``, ``trend``, ``fit_type``, ``prior_variance``,
        ``replacements``.
    """
    model = cohort.copy()
    model.obs["size_factor"] = fit.size_factors.reindex(model.obs_names)
    counts = pd.DataFrame(model.layers["counts"], model.obs_names, model.var_names)
    model.layers["normalized"] = fit.normalization.divide(counts).to_numpy()
    model.layers["vst"] = vst(
        counts, fit.normalization, fit.trend, fitted=fit.counts.columns
    ).to_numpy()
    if fit.normalization_factors is not None:
        factors = fit.normalization.rows(model.obs_names, model.var_names).T
        model.layers["normalization_factor"] = np.ascontiguousarray(factors)
    for name in GENE_COLUMNS:
        values = fit.genes[name].reindex(model.var_names)
        if name in _BOOLEANS:
            values = values.eq(True)
        elif name == "cooksSample":
            values = values.fillna("").astype("category")
        else:
            values = values.astype(float)
        model.var[name] = values
    positions = fit.genes.index.get_indexer(model.var_names)
    width = fit.design.shape[1]
    coefficients = fit.coefficients.to_numpy()[positions]
    variances = fit.covariance.reshape(-1, width * width)[positions]
    coefficients[positions < 0] = np.nan
    variances[positions < 0] = np.nan
    model.varm["coefficients"] = coefficients
    model.varm["covariance"] = variances
    model.obsm["design_matrix"] = fit.design.reindex(model.obs_names)
    model.uns["formula"] = fit.formula
    model.uns["fit_type"] = fit.trend.kind
    model.uns["trend"] = np.array([fit.trend.asymptote, fit.trend.extra_poisson])
    model.uns["trend_curve"] = np.array(fit.trend.curve)  # empty unless the trend is local
    model.uns["prior_variance"] = fit.prior_variance
    model.uns["cooks_limit"] = cutoff(*fit.design.shape)
    model.uns["replicates"] = int(fit.design.value_counts().max())  # samples alike in the design
    model.uns["replacements"] = fit.replacements.reset_index(drop=True).rename(index=str)
    return model


def read_fit(model: anndata.AnnData) -> Fit:
    """Take the fit out of what `add_fit` made (the kept genes only).

    Parameters
    ----------
    model
        From `add_fit`, perhaps written to and read from a file.
    """
    kept = model.var["kept"].to_numpy(dtype=bool) if "kept" in model.var else slice(None)
    genes = model.var.loc[kept, list(GENE_COLUMNS)].copy()
    design = pd.DataFrame(model.obsm["design_matrix"], index=model.obs_names)
    width = design.shape[1]
    names = genes.index
    genes["cooksSample"] = genes["cooksSample"].astype(str)
    factors = None
    if "normalization_factor" in model.layers:
        factors = pd.DataFrame(
            model.layers["normalization_factor"][:, kept], model.obs_names, names
        )
    curve = tuple(map(tuple, np.asarray(model.uns["trend_curve"]).tolist()))
    return Fit(
        counts=pd.DataFrame(model.layers["counts"][:, kept], model.obs_names, names),
        design=design,
        size_factors=model.obs["size_factor"].astype(float),
        genes=genes,
        coefficients=pd.DataFrame(
            np.asarray(model.varm["coefficients"])[kept], index=names, columns=design.columns
        ),
        covariance=np.asarray(model.varm["covariance"])[kept].reshape(-1, width, width),
        replacements=model.uns["replacements"].reset_index(drop=True),
        trend=Trend(
            str(model.uns["fit_type"]), *(float(value) for value in model.uns["trend"]), curve
        ),
        prior_variance=float(model.uns["prior_variance"]),
        formula=str(model.uns["formula"]),
        normalization_factors=factors,
    )
