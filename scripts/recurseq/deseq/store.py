"""The fitted model as an AnnData object, and back from its file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recurseq.base.h5ad import Stored, gene_columns
from recurseq.deseq.blocks import by_blocks
from recurseq.deseq.cooks import cutoff
from recurseq.deseq.design_rows import row_group_numbers
from recurseq.deseq.fit import GENE_COLUMNS, Fit
from recurseq.deseq.normalization import Normalization
from recurseq.deseq.transform import vst
from recurseq.deseq.trend import Trend

if TYPE_CHECKING:
    import anndata

_BOOLEANS = ("dispOutlier", "cooksOutlier", "replaced", "converged", "optimised")


def add_fit(cohort: Stored | anndata.AnnData, fit: Fit) -> anndata.AnnData:
    """Put a fit beside the cohort it was made from.

    Every gene of the cohort keeps its place; genes that were not fitted hold missing values.

    Parameters
    ----------
    cohort
        Samples x genes with the layer ``counts``.
    fit
        Fitted on a part of the cohort's genes and all of its samples.

    Returns
    -------
    anndata.AnnData
        The tables of the cohort and its counts, with obs ``size_factor``; layers ``normalized`` and
        ``vst``, for figures and other programs (float32: 7 digits) and, from transcript lengths,
        ``normalization_factor`` (float64); var columns of `Fit.genes`; varm ``coefficients``
        (p, log2) and ``covariance`` (its upper triangle row by row, p (p + 1) / 2 columns, log2
        squared); obsm ``design_matrix``; uns ``formula``, ``fit_type``, ``trend``,
        ``trend_curve``, ``prior_variance``, ``cooks_limit`` (a larger distance is an outlier's),
        ``replicates`` (most samples alike in the design), ``replacements``. There is no ``X``.
    """
    import anndata

    samples, genes = cohort.obs_names, cohort.var_names
    positions = fit.genes.index.get_indexer(genes)
    upper = np.triu_indices(fit.design.shape[1])
    return anndata.AnnData(
        obs=cohort.obs.assign(size_factor=fit.size_factors.reindex(samples)),
        var=cohort.var.assign(**_gene_columns(fit, genes)),
        uns=dict(cohort.uns) | _notes(fit),
        layers=_layers(pd.DataFrame(cohort.layers["counts"][:], samples, genes), fit),
        varm={
            "coefficients": _placed(fit.coefficients.to_numpy(), positions),
            "covariance": _placed(fit.covariance[:, *upper], positions),
        },
        obsm={"design_matrix": fit.design.reindex(samples)},
    )


def _layers(counts: pd.DataFrame, fit: Fit) -> dict[str, np.ndarray]:
    divisors = fit.normalization.rows(counts.index, counts.columns).T
    (normalized,) = by_blocks(
        lambda y, f: ((y / f).astype(np.float32),), counts.to_numpy(), divisors
    )
    transformed = vst(
        counts, fit.normalization, fit.trend, fitted=fit.counts.columns, precision=np.float32
    )
    layers = {
        "counts": counts.to_numpy(),
        "normalized": normalized,
        "vst": transformed.to_numpy(),
    }
    if fit.normalization_factors is not None:
        layers["normalization_factor"] = np.ascontiguousarray(divisors)
    return layers


def _gene_columns(fit: Fit, genes: pd.Index) -> dict[str, pd.Series]:
    columns = {name: fit.genes[name].reindex(genes) for name in GENE_COLUMNS}
    for name, values in columns.items():
        if name in _BOOLEANS:
            columns[name] = values.eq(True)
        elif name == "cooksSample":
            columns[name] = values.fillna("").astype("category")
        else:
            columns[name] = values.astype(float)
    return columns


def _placed(values: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Rows at the positions; missing values where there is none."""
    placed = values[positions]
    placed[positions < 0] = np.nan
    return placed


def _notes(fit: Fit) -> dict[str, object]:
    return {
        "formula": fit.formula,
        "fit_type": fit.trend.kind,
        "trend": np.array([fit.trend.asymptote, fit.trend.extra_poisson]),
        "trend_curve": np.array(fit.trend.curve),  # empty unless the trend is local
        "prior_variance": fit.prior_variance,
        "cooks_limit": cutoff(*fit.design.shape),
        "replicates": int(np.bincount(row_group_numbers(fit.design)).max()),  # samples alike
        "replacements": fit.replacements.reset_index(drop=True).rename(index=str),
    }


def read_fit(model: Stored | anndata.AnnData) -> Fit:
    """Take the fit out of what `add_fit` made (the kept genes only).

    Parameters
    ----------
    model
        From `add_fit`, perhaps written to a file. Of an opened file (`recurseq.base.h5ad`) no more
        is read than the fit holds.
    """
    everything = np.ones(len(model.var), dtype=bool)
    kept = model.var["kept"].to_numpy(dtype=bool) if "kept" in model.var else everything
    genes = model.var.loc[kept, list(GENE_COLUMNS)].copy()
    design = pd.DataFrame(model.obsm["design_matrix"], index=model.obs_names)
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
        covariance=_symmetric(np.asarray(model.varm["covariance"])[kept], design.shape[1]),
        replacements=model.uns["replacements"].reset_index(drop=True),
        trend=Trend(
            str(model.uns["fit_type"]), *(float(value) for value in model.uns["trend"]), curve
        ),
        prior_variance=float(model.uns["prior_variance"]),
        formula=str(model.uns["formula"]),
        normalization_factors=factors,
    )


def normalized_counts(model: Stored | anndata.AnnData, genes: Sequence[str]) -> pd.DataFrame:
    """Divide the counts of some genes in full precision; the layer ``normalized`` holds 7 digits.

    Parameters
    ----------
    model
        From `add_fit`.
    genes
        Identifiers.

    Returns
    -------
    pandas.DataFrame
        Samples x `genes`.
    """
    factors = None
    if "normalization_factor" in model.layers:
        factors = gene_columns(model, "normalization_factor", genes)
    counts = gene_columns(model, "counts", genes)
    return Normalization(model.obs["size_factor"], factors).divide(counts)


def _symmetric(upper: np.ndarray, width: int) -> np.ndarray:
    """Genes x p x p from the upper triangles."""
    rows, columns = np.triu_indices(width)
    whole = np.empty((len(upper), width, width))
    whole[:, rows, columns] = whole[:, columns, rows] = upper
    return whole
