"""All quality tables of a cohort."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from recurseq.base.h5ad import Stored, gene_columns
from recurseq.cohort.twins import find_twins
from recurseq.deseq.normalization import normalize
from recurseq.deseq.transform import around_zero, blind_vst, remove_batch
from recurseq.qc.components import associations, principal_components, sample_distances
from recurseq.qc.depth import library_sizes, top_genes
from recurseq.qc.flags import outlier_flags
from recurseq.qc.sex import sex_check

if TYPE_CHECKING:
    import anndata

logger = logging.getLogger(__name__)


def assess_quality(
    cohort: Stored | anndata.AnnData,
    normalization: Mapping[str, object] = MappingProxyType({}),
    adjusted_for: Sequence[str] = (),
) -> dict[str, pd.DataFrame]:
    """Compute every quality table of a cohort; size factors and transformation use kept genes.

    Parameters
    ----------
    cohort
        As `quality_tables` takes it, and ``kept`` in ``var``.
    normalization
        Arguments of `recurseq.deseq.normalize`, the same as for the model.
    adjusted_for
        Columns of the sheet whose effect is taken off a second set of principal components.

    Returns
    -------
    dict
        Table name (``qc_...`` of ``tables.yaml``) to table.

    Raises
    ------
    InputError
        When no gene has a count in every sample.
    """
    counts = gene_columns(cohort, "counts", cohort.var_names[cohort.var["kept"]])
    divisors = normalize(counts, **normalization)
    vst = blind_vst(counts, divisors)
    del counts  # of a large study, before all genes are read
    tables = quality_tables(cohort, divisors.size_factors, vst)
    return tables | batch_removed(vst, cohort, adjusted_for) if adjusted_for else tables


def batch_removed(
    vst: pd.DataFrame, cohort: Stored | anndata.AnnData, columns: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Compute principal components after taking off the effect of some columns of the sheet.

    Parameters
    ----------
    vst
        Samples × genes, log2 scale.
    cohort
        The typed sheet in ``obs`` and the main factor, whose effect stays, in ``uns``.
    columns
        Factors or numbers of the sheet.

    Returns
    -------
    dict
        Tables ``qc_pca_batch_removed`` and ``qc_pca_batch_removed_variance``; for display only.
    """
    factor = cohort.obs[str(cohort.uns["main_factor"])]
    kept = around_zero(factor).assign(Intercept=1.0)
    removed = pd.concat([around_zero(cohort.obs[name]) for name in columns], axis=1)
    scores, variance = principal_components(remove_batch(vst, kept, removed))
    return {"qc_pca_batch_removed": scores, "qc_pca_batch_removed_variance": variance}


def quality_tables(
    cohort: Stored | anndata.AnnData, size_factor: pd.Series, vst: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Compute every quality table from counts, size factors and transformed expression.

    Parameters
    ----------
    cohort
        Samples × genes with ``layers["counts"]``, the typed sheet in ``obs``, ``gene_name`` in
        ``var`` and the main factor's name in ``uns["main_factor"]`` ("" for none).
    size_factor
        One per sample, in the cohort's order.
    vst
        Samples × kept genes, log2 scale, computed blind to the design.

    Returns
    -------
    dict
        Table name (``qc_...`` of ``tables.yaml``) to table; samples in the cohort's order.
    """
    counts = cohort.layers["counts"][:]
    names = cohort.var["gene_name"].astype(object).to_numpy()
    factor = str(cohort.uns.get("main_factor", ""))
    groups = cohort.obs[factor] if factor else None
    sizes = library_sizes(counts, cohort.obs_names, names, groups)
    scores, variance = principal_components(vst)
    distances = sample_distances(vst)
    sex = sex_check(counts, names, size_factor.to_numpy(dtype=float), cohort.obs)
    twins = find_twins(counts.T, list(cohort.obs_names))
    flags = outlier_flags(sizes, size_factor, distances, sex, groups, twins)
    logger.info("%d quality flags on %d samples", len(flags), flags["sample_id"].nunique())
    return {
        "qc_library_sizes": sizes,
        "qc_size_factors": pd.DataFrame(
            {"sample_id": cohort.obs_names, "size_factor": size_factor.to_numpy(dtype=float)}
        ),
        "qc_pca": scores,
        "qc_pca_variance": variance,
        "qc_pca_association": associations(scores, cohort.obs),
        "qc_distances": distances,
        "qc_sex_check": sex,
        "qc_top_genes": top_genes(counts, cohort.obs_names, cohort.var_names, names),
        "qc_flags": flags,
    }
