"""How deeply each sample was sequenced, and which genes took the reads."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.deseq.blocks import by_blocks

TOP = 50


def library_sizes(
    counts: np.ndarray, sample_ids: pd.Index, gene_names: np.ndarray, groups: pd.Series | None
) -> pd.DataFrame:
    """Measure depth and complexity of every sample.

    Parameters
    ----------
    counts
        Raw counts, samples × genes.
    sample_ids
        Names of the rows.
    gene_names
        Names of the columns.
    groups
        Level of the main factor of every sample, or None.

    Returns
    -------
    DataFrame
        Table ``qc_library_sizes``, one row per sample. Shares of an empty library are missing.
    """
    sizes = counts.sum(axis=1, dtype=np.int64)
    depth = np.where(sizes > 0, sizes, np.nan)
    largest = counts.argmax(axis=1)
    top = min(TOP, counts.shape[1])
    top_sum = np.partition(counts, counts.shape[1] - top, axis=1)[:, -top:].sum(axis=1)
    return pd.DataFrame(
        {
            "sample_id": sample_ids,
            "group": None if groups is None else groups.astype(object).to_numpy(),
            "library_size": sizes,
            "detected_genes": (counts > 0).sum(axis=1),
            "top_gene": np.where(sizes > 0, gene_names[largest], None),
            "top_gene_share": counts.max(axis=1) / depth,
            "top_50_share": top_sum / depth,
        }
    )


def top_genes(
    counts: np.ndarray, sample_ids: pd.Index, gene_ids: pd.Index, gene_names: np.ndarray
) -> pd.DataFrame:
    """List the genes that take the largest share of the reads, averaged over samples.

    Parameters
    ----------
    counts
        Raw counts, samples × genes.
    sample_ids, gene_ids, gene_names
        Names of the rows, and identifiers and names of the columns.

    Returns
    -------
    DataFrame
        Table ``qc_top_genes``: at most 50 genes, largest mean share first, ties by identifier.
    """
    sizes = np.maximum(counts.sum(axis=1, dtype=np.int64), 1)

    def block(genes: np.ndarray) -> tuple[np.ndarray, ...]:
        share = genes / sizes
        return share.mean(axis=1), share.max(axis=1), share.argmax(axis=1)

    mean_share, max_share, largest = by_blocks(block, counts.T)
    table = pd.DataFrame(
        {
            "gene_id": gene_ids,
            "gene_name": gene_names,
            "mean_share": mean_share,
            "max_share": max_share,
            "max_sample": np.asarray(sample_ids)[largest],
        }
    )
    ordered = table.sort_values(["mean_share", "gene_id"], ascending=[False, True], kind="stable")
    return ordered.head(TOP).reset_index(drop=True)
