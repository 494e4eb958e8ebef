"""The evidence beside every gene of a contrast."""

from __future__ import annotations

import pandas as pd

from recurseq.base.tables import describe
from recurseq.deseq import Fit
from recurseq.design.contrast import Contrast
from recurseq.design.formula import Formula
from recurseq.evidence.leave_one_out import flips
from recurseq.evidence.second_opinion import second_opinion
from recurseq.evidence.sides import compare_sides
from recurseq.evidence.support import support_of
from recurseq.stats.adjust import benjamini_hochberg


def support_calls(
    fit: Fit, contrast: Contrast, formula: Formula, samples: pd.DataFrame, genes: pd.DataFrame
) -> pd.DataFrame:
    """Sum up in one word what stands behind each tested gene of a contrast.

    Parameters
    ----------
    fit, formula, samples
        The model, the design it was made with, and the typed sheet.
    contrast
        What is compared, and when a gene is called.
    genes
        Table ``contrast_genes``.

    Returns
    -------
    pandas.DataFrame
        The genes that have a p-value by gene_id, in the order of `genes`: their columns, those of
        `second_opinion` and `compare_sides`, and ``support``.
    """
    weights = contrast.weights(formula, samples)
    tested = genes[genes["pvalue"].notna()].set_index("gene_id")
    names = tested.index
    normalized = fit.normalization.divide(fit.counts)[names]
    opinion = second_opinion(fit, weights, contrast.rule.lfc_threshold)
    sides = compare_sides(
        normalized, fit.counts[names], tested["log2FoldChange"], contrast, formula, samples
    )
    table = tested.join(opinion).join(sides)
    table["support"] = support_of(
        table,
        contrast.rule,
        contrast.sizes(samples) if contrast.of_levels else None,
        other_variables=formula.variables != (contrast.factor,),
    )
    return table


def weigh_evidence(
    fit: Fit,
    contrast: Contrast,
    formula: Formula,
    samples: pd.DataFrame,
    genes: pd.DataFrame,
    *,
    threads: int = 1,
) -> pd.DataFrame:
    """Weigh every tested gene of a contrast: a second test, its samples, and what a call hangs on.

    Parameters
    ----------
    fit, contrast, formula, samples, genes
        As for `support_calls`.
    threads
        Blocks of genes fitted at the same time.

    Returns
    -------
    pandas.DataFrame
        Table ``contrast_evidence``: the genes that have a p-value, in the order of `genes`.
    """
    table = support_calls(fit, contrast, formula, samples, genes)
    table["wilcoxonPadj"] = benjamini_hochberg(table["wilcoxonPvalue"])
    tested = genes[genes["pvalue"].notna()].set_index("gene_id")
    weights = contrast.weights(formula, samples)
    hanging = flips(fit, weights, tested, contrast.rule, threads=threads)
    table["flipsWithout"] = hanging.reindex(table.index).map(";".join, na_action="ignore")
    return table.reset_index()[describe("contrast_evidence").names]
