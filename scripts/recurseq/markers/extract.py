"""Every gene of the panel in every contrast and every sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recurseq.base.h5ad import Stored, gene_columns
from recurseq.base.tables import describe
from recurseq.cohort.genes.symbols import resolve_symbols
from recurseq.design.calling import CallingRule, is_called
from recurseq.design.contrast import SIDES, Contrast
from recurseq.markers.panel import EXPECTED
from recurseq.markers.verdicts import (
    AS_EXPECTED,
    NO_EXPECTATION,
    NOT_SIGNIFICANT,
    NOT_TESTED,
    OPPOSITE,
    SMALL,
)
from recurseq.stats.intervals import NORMAL_975

if TYPE_CHECKING:
    from anndata import AnnData

ESTIMATES = (
    *("log2FoldChange", "lfcSE", "shrunkenLog2FoldChange"),
    *("pvalue", "padj", "padjThreshold", "significant"),
)


def extract_markers(
    panel: pd.DataFrame,
    contrast_tables: Mapping[str, pd.DataFrame],
    contrasts: Sequence[Contrast],
    model: Stored | AnnData,
    annotation: pd.DataFrame,
    orthologues: str = "",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Look up every gene of the panel in every contrast and every sample.

    Parameters
    ----------
    panel
        As `read_panel` returns it.
    contrast_tables
        Contrast to its table ``contrast_genes``.
    contrasts
        What was compared; the order is kept.
    model
        The fitted model: samples x genes, as `recurseq.deseq.add_fit` makes it.
    annotation
        As `recurseq.cohort.genes.annotation.load_annotation` returns it, for older symbols.
    orthologues
        Species whose genes stand for human names (``genes.orthologues``), or none.

    Returns
    -------
    markers, samples : pandas.DataFrame
        Tables ``markers`` (a row for each row of the panel and contrast, in this order; several
        when several genes carry the symbol) and ``marker_samples`` (each gene found, once).
        Confidence intervals are Wald intervals, log2FoldChange -/+ 1.96 lfcSE.
    """
    from recurseq.deseq import normalized_counts  # not for figures, which only name the sides

    found = resolve_symbols(
        list(dict.fromkeys(panel["gene"])),
        list(model.var_names),
        list(model.var["gene_name"]),
        annotation,
        orthologues,
    )
    rows = panel.merge(found, left_on="gene", right_on="query", how="left")
    names = model.var["gene_name"].reindex(rows["gene_id"])
    rows["gene_name"] = names.astype(object).where(names.notna(), None).to_numpy()
    genes = rows["gene_id"].dropna().unique()
    normalized = normalized_counts(model, genes)
    tables = [
        _one_contrast(rows, contrast_tables[contrast.name], contrast, normalized, model.obs)
        for contrast in contrasts
    ]
    markers = pd.concat(tables).sort_index(kind="stable").reset_index(drop=True)
    return markers, _by_sample(model, normalized)


def _one_contrast(
    rows: pd.DataFrame,
    table: pd.DataFrame,
    contrast: Contrast,
    normalized: pd.DataFrame,
    samples: pd.DataFrame,
) -> pd.DataFrame:
    """Rows of the table ``markers`` for one contrast; index as that of `rows`."""
    measured = table.set_index("gene_id").reindex(rows["gene_id"]).set_index(rows.index)
    result = rows[["query", "set", "gene_id", "gene_name", "source"]].assign(contrast=contrast.name)
    result["matched_by"] = rows["matched_by"].where(rows["matched_by"] != "", None)
    for side in SIDES:
        result[side] = contrast.side_name(side)
        inside = contrast.members(side, samples)
        count = pd.NA if inside is None else int(inside.sum())
        means = None if inside is None else normalized[inside].mean().reindex(rows["gene_id"])
        result[f"n_{side}"] = pd.Series(count, index=rows.index, dtype="Int64")
        result[f"mean_{side}"] = np.nan if means is None else means.to_numpy()
    for column in ESTIMATES:
        result[column] = measured[column]
    half = NORMAL_975 * measured["lfcSE"]
    result["ci_lower"] = measured["log2FoldChange"] - half
    result["ci_upper"] = measured["log2FoldChange"] + half
    nothing = pd.Series(None, rows.index, dtype=object)
    result["expected"] = rows.get(f"{EXPECTED}{contrast.name}", nothing)
    estimate = measured["log2FoldChange"]
    observed = np.select([estimate > 0, estimate < 0], ["up", "down"], default="")
    result["observed"] = pd.Series(observed, rows.index, dtype=object).where(observed != "", None)
    result["verdict"] = _verdict(result, contrast.rule)
    result["note"] = _notes(rows, measured["note"], measured["pvalue"])
    return result[describe("markers").names]


def _verdict(result: pd.DataFrame, rule: CallingRule) -> np.ndarray:
    """Choose the first verdict that holds; a gene is tested when it has a p-value."""
    uncalled = ~is_called(result)
    return np.select(
        [
            result["pvalue"].isna(),
            result["expected"].isna(),
            uncalled & (result[rule.column] < rule.alpha),
            uncalled,
            result["expected"] == result["observed"],
        ],
        [NOT_TESTED, NO_EXPECTATION, SMALL, NOT_SIGNIFICANT, AS_EXPECTED],
        default=OPPOSITE,
    )


def _notes(rows: pd.DataFrame, of_contrast: pd.Series, pvalues: pd.Series) -> list[str | None]:
    """Join how the gene was found with why a value is missing in the contrast's table."""
    missing = rows["gene_id"].notna() & pvalues.isna() & of_contrast.isna()
    reasons = of_contrast.where(~missing, "no p-value in this contrast")
    parts = zip(rows["note"], reasons, strict=True)
    return ["; ".join(p for p in pair if isinstance(p, str) and p) or None for pair in parts]


def _by_sample(model: Stored | AnnData, normalized: pd.DataFrame) -> pd.DataFrame:
    """Table ``marker_samples``: by gene in panel order, then by sample in model order."""
    columns = {
        "count": gene_columns(model, "counts", normalized.columns),
        "normalized": normalized,
        # In the file it has single precision: 6 decimals.
        "vst": gene_columns(model, "vst", normalized.columns).astype(float).round(6),
    }
    chosen = model.var.loc[normalized.columns]
    factor = model.uns.get("main_factor")
    samples, genes = len(model.obs), len(chosen)
    groups = model.obs[factor].astype(object) if factor else pd.Series(None, model.obs_names)
    table = pd.DataFrame(
        {
            "gene_id": np.repeat(chosen.index.to_numpy(), samples),
            "gene_name": np.repeat(chosen["gene_name"].to_numpy(dtype=object), samples),
            "sample_id": np.tile(model.obs_names.to_numpy(), genes),
            "group": np.tile(groups.to_numpy(dtype=object), genes),
            **{name: values.to_numpy().T.ravel() for name, values in columns.items()},
        }
    )
    return table[describe("marker_samples").names]
