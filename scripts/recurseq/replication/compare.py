"""One contrast of this study, gene by gene beside the same contrast of another."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.design.calling import CallingRule, is_called
from recurseq.replication.codes import (
    ABSENT,
    AMBIGUOUS,
    GENE_NOTES,
    LOOKED_UP,
    NO_ESTIMATE,
    NO_PVALUE,
)
from recurseq.replication.match import match_genes
from recurseq.stats.adjust import benjamini_hochberg

THERE = ("gene_id", "log2FoldChange", "lfcSE", "pvalue", "padj")


def side_by_side(own: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Put what another study has of a gene beside what this one has.

    Parameters
    ----------
    own
        Table ``contrast_genes``.
    other
        As `recurseq.replication.read.read_genes` returns it, with the sign of this study.

    Returns
    -------
    pandas.DataFrame
        `own` with ``matched_by`` and, for each column of `THERE`, ``<column>There``.
    """
    match = match_genes(own, other)
    found = match["place"].notna()
    rows = other[list(THERE)].iloc[match["place"][found].astype(int)]
    there = rows.set_index(own.index[found]).reindex(own.index)
    renamed = there.rename(columns={name: f"{name}There" for name in THERE})
    return own.assign(matched_by=match["matched_by"]).join(renamed)


def look_up_calls(together: pd.DataFrame, contrast: str, rule: CallingRule) -> pd.DataFrame:
    """Say what became of each gene called here.

    The p-value there is made one-sided in the direction found here (half of it, or 1 less half
    of it), and adjusted by Benjamini and Hochberg over the genes that are looked up and no others.

    Parameters
    ----------
    together
        From `side_by_side`.
    contrast
        Name of the contrast.
    rule
        Its rule: gives alpha.

    Returns
    -------
    pandas.DataFrame
        Table ``replication_genes`` without ``study``: one row per gene called here, the clearest
        first.
    """
    called = together[is_called(together)]
    called = called.sort_values([rule.column, "pvalue", "gene_id"], kind="stable")
    status = _status(called)
    estimated = status.isin([LOOKED_UP, NO_PVALUE])
    same = agrees(called)
    one_sided = one_sided_pvalue(called).where(status == LOOKED_UP)
    adjusted = benjamini_hochberg(one_sided.to_numpy())
    looked_up = (status == LOOKED_UP).to_numpy()
    table = called.assign(
        contrast=contrast,
        same_direction=same.where(estimated).astype("boolean"),
        replicationPvalue=one_sided,
        replicationPadj=adjusted,
        replicated=pd.array(
            np.where(looked_up, (adjusted < rule.alpha) & same.to_numpy(), None), dtype="boolean"
        ),
        status=status,
        note=status.map(GENE_NOTES),
    )
    return table.reset_index(drop=True)[describe("replication_genes").names]


def agrees(together: pd.DataFrame) -> pd.Series:
    """Whether the fold changes here and there have the same sign."""
    here, there = np.sign(together["log2FoldChange"]), np.sign(together["log2FoldChangeThere"])
    return (here == there) & (here != 0)


def one_sided_pvalue(together: pd.DataFrame) -> pd.Series:
    """Turn the two-sided p-value there into that of a change in the direction found here."""
    half = together["pvalueThere"] / 2
    return half.where(agrees(together), 1 - half)


def _status(called: pd.DataFrame) -> pd.Series:
    absent = called["matched_by"].isin([ABSENT, AMBIGUOUS])
    status = called["matched_by"].where(absent, LOOKED_UP)
    status = status.mask(~absent & called["pvalueThere"].isna(), NO_PVALUE)
    return status.mask(~absent & called["log2FoldChangeThere"].isna(), NO_ESTIMATE)
