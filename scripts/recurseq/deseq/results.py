"""The table of a contrast and of the omnibus test: every gene of the input, one row each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.deseq.filtering import adjust
from recurseq.deseq.fit import Fit
from recurseq.deseq.notes import contrast_notes, omnibus_notes
from recurseq.deseq.omnibus import likelihood_ratio_test
from recurseq.deseq.shrinkage import shrink
from recurseq.deseq.wald import threshold_test, wald_test


@dataclass(frozen=True)
class Options:
    """How a contrast is tested.

    Attributes
    ----------
    alpha
        Adjusted p-value below which a gene is called; independent filtering optimises for it.
    lfc_threshold
        Log2 fold change to test against; 0 tests against no change only.
    min_abs_lfc
        Smallest absolute log2 fold change of a called gene.
    independent_filtering
        Whether genes of low mean count are left out of the adjustment.
    cooks
        Whether a single outlying count withholds the p-value.
    shrinkage
        ``apeglm`` or ``none``.
    """

    alpha: float = 0.05
    lfc_threshold: float = 0.0
    min_abs_lfc: float = 0.0
    independent_filtering: bool = True
    cooks: bool = True
    shrinkage: str = "apeglm"


_DEFAULTS = Options()


def contrast_table(
    fit: Fit,
    contrast: pd.Series,
    options: Options = _DEFAULTS,
    *,
    annotation: pd.DataFrame | None = None,
    compared: pd.Series | None = None,
    threads: int = 1,
) -> pd.DataFrame:
    """Test one contrast.

    Parameters
    ----------
    fit
        Fitted model.
    contrast
        One weight a column of the design.
    options
        See `Options`.
    annotation
        Every gene that gets a row (index), with ``gene_name`` and, for genes that were not fitted,
        ``drop_reason``. The fitted genes alone, named by their identifier, when absent.
    compared
        Boolean, one a sample: whether it is on either side of the contrast (see `wald.all_zero`).
    threads
        Blocks of genes solved at the same time, for the shrinkage.

    Returns
    -------
    pandas.DataFrame
        Table ``contrast_genes``: gene_id, gene_name, baseMean, log2FoldChange, lfcSE, stat, pvalue,
        padj, shrunkenLog2FoldChange, shrunkenLfcSE, pvalueThreshold, padjThreshold, significant,
        direction, note; in the order of `annotation`.
    """
    table = wald_test(fit, contrast, compared=compared)
    if options.shrinkage == "none":
        table["shrunkenLog2FoldChange"] = table["shrunkenLfcSE"] = np.nan
    else:
        table = table.join(shrink(fit, contrast, table, threads=threads))
    table["pvalueThreshold"] = np.nan
    if options.lfc_threshold > 0:
        table["pvalueThreshold"] = threshold_test(table, options.lfc_threshold)
    withheld = fit.genes["cooksOutlier"].to_numpy() & options.cooks
    table.loc[withheld, ["pvalue", "pvalueThreshold"]] = np.nan
    ordinary = _adjusted(fit, table["pvalue"], options)
    beyond = _adjusted(fit, table["pvalueThreshold"], options)
    table["padj"], table["padjThreshold"] = ordinary.padj, beyond.padj
    deciding = table["padjThreshold"] if options.lfc_threshold > 0 else table["padj"]
    table["significant"] = deciding.lt(options.alpha) & table["log2FoldChange"].abs().ge(
        options.min_abs_lfc
    )
    upward = np.where(table["log2FoldChange"] > 0, "up", "down")
    table["direction"] = np.where(table["significant"], upward, "none")
    notes = contrast_notes(fit, withheld, {"padj": ordinary, "padjThreshold": beyond})
    return _complete(table.assign(note=notes), fit, annotation, _CONTRAST_COLUMNS)


_CONTRAST_COLUMNS = [
    "log2FoldChange",
    "lfcSE",
    "stat",
    "pvalue",
    "padj",
    "shrunkenLog2FoldChange",
    "shrunkenLfcSE",
    "pvalueThreshold",
    "padjThreshold",
    "significant",
    "direction",
    "note",
]


def omnibus_table(
    fit: Fit,
    reduced: pd.DataFrame,
    options: Options = _DEFAULTS,
    *,
    annotation: pd.DataFrame | None = None,
    threads: int = 1,
) -> pd.DataFrame:
    """Test the full against a reduced design.

    Parameters
    ----------
    fit, options, annotation, threads
        As for `contrast_table`; `options` gives alpha, independent_filtering and cooks.
    reduced
        Design matrix of the reduced model, samples x columns.

    Returns
    -------
    pandas.DataFrame
        Table ``omnibus_genes``: gene_id, gene_name, baseMean, stat, df, pvalue, padj, note.
    """
    table = likelihood_ratio_test(fit, reduced, threads=threads)
    withheld = fit.genes["cooksOutlier"].to_numpy() & options.cooks
    table.loc[withheld, "pvalue"] = np.nan
    adjusted = _adjusted(fit, table["pvalue"], options)
    table["padj"] = adjusted.padj
    table["note"] = omnibus_notes(fit, withheld, adjusted)
    return _complete(table, fit, annotation, ["stat", "df", "pvalue", "padj", "note"])


def _adjusted(fit: Fit, pvalues: pd.Series, options: Options):
    return adjust(
        pvalues,
        fit.genes["baseMean"],
        alpha=options.alpha,
        independent_filtering=options.independent_filtering,
    )


def _complete(table, fit, annotation, columns) -> pd.DataFrame:
    """Give every gene of the annotation a row, fitted or not."""
    if annotation is None:
        annotation = pd.DataFrame({"gene_name": fit.genes.index}, index=fit.genes.index)
    full = table.reindex(annotation.index)
    dropped = ~annotation.index.isin(fit.genes.index)
    if "significant" in full:
        full["significant"] = full["significant"].eq(True)
        full["direction"] = full["direction"].fillna("none")
    if dropped.any():
        reasons = annotation.get("drop_reason", pd.Series("", index=annotation.index))[dropped]
        full.loc[dropped, "note"] = [
            f"filtered before fitting: {reason}" if reason else "filtered before fitting"
            for reason in reasons
        ]
    full.insert(0, "gene_id", annotation.index)
    full.insert(1, "gene_name", annotation["gene_name"].to_numpy())
    full.insert(2, "baseMean", fit.genes["baseMean"].reindex(annotation.index).to_numpy())
    return full[["gene_id", "gene_name", "baseMean", *columns]].reset_index(drop=True)
