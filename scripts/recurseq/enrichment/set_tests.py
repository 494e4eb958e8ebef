"""Gene sets tested on the samples, with their genes' correlation; the table of a collection."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.cohort.genes.gene_sets import GeneSets
from recurseq.deseq import Fit
from recurseq.design.calling import DIRECTIONS, SetRule
from recurseq.enrichment.prerank import prerank, sets_of_allowed_size
from recurseq.enrichment.ranking import rank_genes
from recurseq.limma import gene_set_tests, voom_contrast
from recurseq.stats.adjust import benjamini_hochberg


def enrichment_table(
    fit: Fit,
    contrast: pd.Series,
    genes: pd.DataFrame,
    gene_sets: GeneSets,
    *,
    rank_by: str = "stat",
    min_size: int = 15,
    max_size: int = 500,
    alpha: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    """Score and test the sets of a collection in one contrast.

    Parameters
    ----------
    fit, contrast
        The model, and weights of its design's columns.
    genes
        Tested genes indexed by name, as `recurseq.enrichment.tested_genes` gives them.
    gene_sets
        The collection.
    rank_by
        What orders the genes for the scores; the tests do not depend on it.
    min_size, max_size
        Sets with fewer or more ranked genes than this are left out.
    alpha
        Adjusted p-value of the competitive test below which a set is called.
    seed
        Seed of the preranked sampling.

    Returns
    -------
    pandas.DataFrame
        Table ``gsea``, by the p-value of the competitive test, then set; without rows when no set
        has an allowed size.
    """
    ranking = rank_genes(genes, rank_by)
    members = sets_of_allowed_size(gene_sets, ranking, min_size=min_size, max_size=max_size)
    columns = describe("gsea").names
    if not members:
        return pd.DataFrame(columns=columns)
    table = prerank(ranking, members, seed=seed).join(set_tests(fit, contrast, genes, members))
    rule = SetRule(alpha)
    table["significant"] = rule.mask(table)
    table["direction"] = rule.direction(table, "sign")
    table["competitiveDirection"] = np.where(table["sign"] > 0, *DIRECTIONS)
    table = table.rename_axis("set").reset_index()
    return table.sort_values(["competitivePvalue", "set"], kind="stable", ignore_index=True)[
        columns
    ]


def set_tests(
    fit: Fit, contrast: pd.Series, genes: pd.DataFrame, members: Mapping[str, list[str]]
) -> pd.DataFrame:
    """Test sets by limma-voom's effects and residuals, see `recurseq.limma.gene_set_tests`.

    Parameters
    ----------
    fit, contrast, genes
        As for `enrichment_table`; all of `genes` are what a set is compared with.
    members
        Names of each set's genes.

    Returns
    -------
    pandas.DataFrame
        Sets x (cameraPvalue, cameraPadj, interGeneCorrelation, fryPvalue, fryPadj,
        competitivePvalue, competitivePadj, sign), the last of the competitive test. Adjusted over
        the sets.
    """
    names = pd.Series(genes.index, index=genes["gene_id"])
    whole = fit.normalization_factors
    factors = fit.size_factors if whole is None else whole
    counts = fit.counts[names.index]
    fitted, found = voom_contrast(counts, fit.design, factors, contrast, keep_residuals=True)
    places = pd.Series(np.arange(len(fitted)), index=names.reindex(fitted))
    tests = gene_set_tests(found, [places[list(chosen)].to_numpy() for chosen in members.values()])
    columns = {"interGeneCorrelation": tests.correlation, "sign": tests.competitive.sign}
    for name in ("competitive", "camera", "fry"):
        pvalue = getattr(tests, name).pvalue
        columns[f"{name}Pvalue"] = pvalue
        columns[f"{name}Padj"] = benjamini_hochberg(pvalue)
    return pd.DataFrame(columns, index=list(members))
