"""Candidates for markers: the called genes of a contrast, those worth a second look first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recurseq.base.h5ad import Stored
from recurseq.base.tables import describe
from recurseq.design.calling import is_called
from recurseq.design.contrast import DENOMINATOR, NUMERATOR, SIDES, Contrast
from recurseq.markers.reasons import reasons_of
from recurseq.stats.intervals import NORMAL_975

if TYPE_CHECKING:
    from anndata import AnnData

MOST = 50  # of each contrast
# Fewer reads are few molecules, whose number varies by chance alone by 14 % and more.
MEASURABLE_FROM = 50
SUPPORT = ("confirmed", "unconfirmed", "carried_by_few")  # the best first


def nominate_markers(
    contrasts: Sequence[Contrast],
    genes: Mapping[str, pd.DataFrame],
    evidence: Mapping[str, pd.DataFrame],
    markers: pd.DataFrame,
    model: Stored | AnnData,
) -> pd.DataFrame:
    """Rank the called genes of every contrast as candidates for markers.

    The order is that of support, then measurable before others, then the lower end of the interval
    of the area in the direction of the call (two decimals), then the shrunken fold change; for a
    contrast of coefficients, which has no sides, support and the p-value.

    Parameters
    ----------
    contrasts
        What was compared.
    genes, evidence
        Contrast to its tables ``contrast_genes`` and ``contrast_evidence``.
    markers
        Table ``markers``, for the sets of the panel.
    model
        The fitted model.

    Returns
    -------
    pandas.DataFrame
        Table ``candidates``: at most 50 rows for each contrast.
    """
    panel = (
        markers.dropna(subset="gene_id")
        .groupby("gene_id")["set"]
        .agg(lambda sets: ";".join(dict.fromkeys(sets)))
    )
    tables = [
        _candidates(contrast, genes[contrast.name], evidence[contrast.name], panel, model)
        for contrast in contrasts
    ]
    filled = [table for table in tables if len(table)]
    if not filled:
        return pd.DataFrame(columns=describe("candidates").names)
    return pd.concat(filled, ignore_index=True)


def _candidates(
    contrast: Contrast,
    genes: pd.DataFrame,
    evidence: pd.DataFrame,
    panel: pd.Series,
    model: Stored | AnnData,
) -> pd.DataFrame:
    called = genes[is_called(genes)].set_index("gene_id")
    beside = ["auc", "aucLower", "aucUpper", "flipsWithout", "support"]
    table = called.join(evidence.set_index("gene_id")[beside])
    table = table.join(levels_of(contrast, table, model))
    half = NORMAL_975 * table["lfcSE"]
    table["ci_lower"] = table["log2FoldChange"] - half
    table["ci_upper"] = table["log2FoldChange"] + half
    compared = contrast.compared(model.obs)
    number = len(model.obs) if compared is None else int(compared.sum())
    hanging = table["flipsWithout"].map(_entries, na_action="ignore").astype(float)
    table["stability"] = 1 - hanging / number
    table["panel"] = panel.reindex(table.index)
    table = _ranked(table).head(MOST)
    table = table.assign(contrast=contrast.name, rank=np.arange(1, len(table) + 1))
    table["reason"] = reasons_of(table)
    return table.rename_axis("gene_id").reset_index()[describe("candidates").names]


def _entries(listed: str) -> int:
    return len([entry for entry in str(listed).split(";") if entry])


def levels_of(contrast: Contrast, table: pd.DataFrame, model: Stored | AnnData) -> pd.DataFrame:
    """Give the expression of genes on both sides, and how far the numerator is from other groups.

    Parameters
    ----------
    contrast
        What was compared.
    table
        Index gene_id, column ``log2FoldChange``.
    model
        The fitted model.

    Returns
    -------
    pandas.DataFrame
        Genes x (mean_numerator, mean_denominator, measurable, specificity, nearestGroup). Means of
        normalised counts. ``specificity`` is log2 of the ratio of the numerator's mean plus 1 to
        that of the nearest other level of the factor in the direction of the change, above 0 when
        the numerator lies beyond every other level. All missing for a contrast of coefficients.
    """
    from recurseq.deseq import normalized_counts  # not for those who only name the sides

    columns = ["mean_numerator", "mean_denominator", "measurable", "specificity", "nearestGroup"]
    if not contrast.of_levels or table.empty:
        return pd.DataFrame(None, table.index, columns, dtype=object)
    normalized = normalized_counts(model, table.index)
    means = {side: normalized[contrast.members(side, model.obs)].mean() for side in SIDES}
    levels = model.obs[contrast.factor].astype(str)
    others = [level for level in dict.fromkeys(levels) if level not in contrast.numerator]
    members = {
        level: replace(contrast, numerator=(level,)).members(NUMERATOR, model.obs)
        for level in sorted(others)
    }
    elsewhere = pd.DataFrame(
        {level: normalized[inside].mean() for level, inside in members.items() if inside.any()}
    )
    # How far the numerator lies beyond each of them, in the direction of the change.
    ahead = -np.log2(elsewhere + 1).sub(np.log2(means[NUMERATOR] + 1), axis=0)
    ahead = ahead.mul(np.sign(table["log2FoldChange"]), axis=0)
    return pd.DataFrame(
        {
            "mean_numerator": means[NUMERATOR],
            "mean_denominator": means[DENOMINATOR],
            "measurable": np.maximum(means[NUMERATOR], means[DENOMINATOR]) >= MEASURABLE_FROM,
            "specificity": ahead.min(axis=1),
            "nearestGroup": ahead.idxmin(axis=1),
        }
    )


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    """Order candidates, the best first, as `nominate_markers` says."""
    upward = table["log2FoldChange"] > 0
    lower = table["aucLower"].where(upward, 1 - table["aucUpper"]).astype(float).round(2)
    order = pd.DataFrame(
        {
            "support": table["support"].map({word: i for i, word in enumerate(SUPPORT)}),
            "measurable": ~table["measurable"].eq(True),
            "area": -lower,
            "effect": -table["shrunkenLog2FoldChange"].abs().where(lower.notna()),
            "pvalue": table["pvalue"],
            "gene": table.index,
        },
        index=table.index,
    )
    return table.loc[order.sort_values(list(order.columns), kind="stable").index]
