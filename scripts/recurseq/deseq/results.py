"""The table of a contrast and of the omnibus test: every gene of the input, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.deseq.filtering import Adjusted, adjust
from recurseq.deseq.fit import Fit
from recurseq.deseq.notes import gene_notes, status_codes
from recurseq.deseq.omnibus import likelihood_ratio_test
from recurseq.deseq.shrinkage import shrink
from recurseq.deseq.wald import threshold_test, wald_test


@dataclass(frozen=True)
class Options:
    """How genes are tested.

    Attributes
    ----------
    alpha
        Adjusted p-value that independent filtering optimises for.
    lfc_threshold
        Log2 fold change to test against; 0 tests against no change only.
    independent_filtering
        Whether genes of low mean count are left out of the adjustment.
    cooks
        Whether a single outlying count withholds the p-value.
    shrinkage
        ``apeglm`` or ``none``.
    """

    alpha: float = 0.05
    lfc_threshold: float = 0.0
    independent_filtering: bool = True
    cooks: bool = True
    shrinkage: str = "apeglm"


_DEFAULTS = Options()


@dataclass(frozen=True)
class GeneResults:
    """One test of all genes.

    Attributes
    ----------
    table
        A row for each gene of the annotation, in its order.
    filter_thresholds
        Column of adjusted p-values to the mean count below which independent filtering left genes
        out of the adjustment; 0 where it left out none.
    """

    table: pd.DataFrame
    filter_thresholds: Mapping[str, float]


def contrast_results(
    fit: Fit,
    contrast: pd.Series,
    options: Options = _DEFAULTS,
    *,
    annotation: pd.DataFrame | None = None,
    compared: pd.Series | None = None,
    threads: int = 1,
) -> GeneResults:
    """Test one contrast.

    Parameters
    ----------
    fit
        Fitted model.
    contrast
        One weight per column of the design.
    options
        See `Options`.
    annotation
        Every gene that gets a row (index), with ``gene_name`` and, for genes that were not fitted,
        ``drop_code`` and ``drop_reason``. The fitted genes alone, named by their identifier, when
        absent.
    compared
        Boolean per sample: whether it is on either side of the contrast (see `wald.all_zero`).
    threads
        Blocks of genes solved at the same time, for the shrinkage.

    Returns
    -------
    GeneResults
        Columns gene_id, gene_name, baseMean, log2FoldChange, lfcSE, stat, pvalue, padj,
        shrunkenLog2FoldChange, shrunkenLfcSE, pvalueThreshold, padjThreshold, note, status.
    """
    table, adjusted = contrast_tests(fit, contrast, options, compared=compared)
    if options.shrinkage == "none":
        table["shrunkenLog2FoldChange"] = table["shrunkenLfcSE"] = np.nan
    else:
        table = table.join(shrink(fit, contrast, table, threads=threads))
    withheld = _withheld(fit, options)
    decides = ("pvalueThreshold", "padjThreshold") if options.lfc_threshold > 0 else _ORDINARY
    table["status"] = status_codes(fit, withheld, table[decides[0]], adjusted[decides[1]])
    table["note"] = gene_notes(fit, withheld, adjusted)
    return _complete(table, fit, annotation, _CONTRAST_COLUMNS, adjusted)


def contrast_tests(
    fit: Fit, contrast: pd.Series, options: Options, *, compared: pd.Series | None = None
) -> tuple[pd.DataFrame, dict[str, Adjusted]]:
    """Test a contrast, and no more: what a call needs, without shrinkage, notes and annotation.

    Parameters
    ----------
    fit, contrast, options, compared
        As for `contrast_results`.

    Returns
    -------
    tuple
        Genes x (log2FoldChange, lfcSE, stat, pvalue, pvalueThreshold, padj, padjThreshold), and
        how the last two were adjusted.
    """
    table = wald_test(fit, contrast, compared=compared)
    table["pvalueThreshold"] = np.nan
    if options.lfc_threshold > 0:
        table["pvalueThreshold"] = threshold_test(table, options.lfc_threshold)
    table.loc[_withheld(fit, options), ["pvalue", "pvalueThreshold"]] = np.nan
    adjusted = {
        "padj": _adjusted(fit, table["pvalue"], options),
        "padjThreshold": _adjusted(fit, table["pvalueThreshold"], options),
    }
    return table.assign(**{name: one.padj for name, one in adjusted.items()}), adjusted


_ORDINARY = ("pvalue", "padj")
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
    "note",
    "status",
]
_OMNIBUS_COLUMNS = ["stat", "df", "pvalue", "padj", "note", "status"]


def contrast_table(*arguments: object, **keywords: object) -> pd.DataFrame:
    """Return the table of `contrast_results`, whose arguments it takes."""
    return contrast_results(*arguments, **keywords).table


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
    fit, annotation, threads
        As for `contrast_results`.
    reduced
        Design matrix of the reduced model, samples x columns.
    options
        Gives alpha, independent_filtering and cooks.

    Returns
    -------
    pandas.DataFrame
        Table ``omnibus_genes``: gene_id, gene_name, baseMean, stat, df, pvalue, padj, note, status.
    """
    table = likelihood_ratio_test(fit, reduced, threads=threads)
    withheld = _withheld(fit, options)
    table.loc[withheld, "pvalue"] = np.nan
    adjusted = {"padj": _adjusted(fit, table["pvalue"], options)}
    table["padj"] = adjusted["padj"].padj
    table["status"] = status_codes(fit, withheld, table["pvalue"], adjusted["padj"])
    table["note"] = gene_notes(fit, withheld, adjusted)
    return _complete(table, fit, annotation, _OMNIBUS_COLUMNS, adjusted).table


def _withheld(fit: Fit, options: Options) -> np.ndarray:
    return fit.genes["cooksOutlier"].to_numpy() & options.cooks


def _adjusted(fit: Fit, pvalues: pd.Series, options: Options) -> Adjusted:
    return adjust(
        pvalues,
        fit.genes["baseMean"],
        alpha=options.alpha,
        independent_filtering=options.independent_filtering,
    )


def _complete(table, fit, annotation, columns, adjusted) -> GeneResults:
    """Give every gene of the annotation a row, fitted or not."""
    if annotation is None:
        annotation = pd.DataFrame({"gene_name": fit.genes.index}, index=fit.genes.index)
    full = table.reindex(annotation.index)
    dropped = ~annotation.index.isin(fit.genes.index)
    if dropped.any():
        reasons = annotation.get("drop_reason", pd.Series("", index=annotation.index))[dropped]
        full.loc[dropped, "note"] = [
            f"filtered before fitting: {reason}" if reason else "filtered before fitting"
            for reason in reasons
        ]
        codes = annotation.get("drop_code", pd.Series("filtered", index=annotation.index))
        full.loc[dropped, "status"] = codes[dropped].astype(str)
    full.insert(0, "gene_id", annotation.index)
    full.insert(1, "gene_name", annotation["gene_name"].to_numpy())
    full.insert(2, "baseMean", fit.genes["baseMean"].reindex(annotation.index).to_numpy())
    thresholds = {
        name: one.threshold if one.filtered.any() else 0.0 for name, one in adjusted.items()
    }
    ordered = full[["gene_id", "gene_name", "baseMean", *columns]].reset_index(drop=True)
    return GeneResults(ordered, thresholds)
