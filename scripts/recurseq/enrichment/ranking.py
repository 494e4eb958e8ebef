"""Tested genes under the names of a collection, their order, and the running sum along it."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import numpy as np
import pandas as pd

from recurseq.cohort.genes.gene_sets import GeneSets, name_genes

RANKINGS = ("stat", "log2FoldChange", "shrunkenLog2FoldChange")

log = logging.getLogger(__name__)


def tested_genes(table: pd.DataFrame, gene_sets: GeneSets) -> pd.DataFrame:
    """Return the tested genes of a contrast, each name once.

    A gene is tested when it has a p-value. Genes that only independent filtering leaves out have
    one: they were measured and ranked, and which of them are left out depends on alpha, which the
    background of a set test should not. Genes withheld for a Cook's outlier have none: one sample
    makes their statistic. Of genes with the same name the one with the highest baseMean is kept
    (then the first by ``gene_id``): it carries most of the reads.

    Parameters
    ----------
    table
        Table ``contrast_genes``.
    gene_sets
        The collection whose gene names are used.

    Returns
    -------
    pandas.DataFrame
        Rows of `table`, indexed by the name of the gene in the collection, sorted by ``gene_id``.
    """
    named = table.assign(name=name_genes(table, gene_sets))
    tested = named[named["pvalue"].notna()]
    kept = tested.sort_values(
        ["baseMean", "gene_id"], ascending=[False, True], kind="stable"
    ).drop_duplicates("name")
    if len(kept) < len(tested):
        log.info(
            "%d of %d tested genes share their name with one of higher baseMean and are left out",
            len(tested) - len(kept), len(tested),
        )  # fmt: skip
    return kept.sort_values("gene_id", kind="stable").set_index("name")


def rank_genes(genes: pd.DataFrame, rank_by: str = "stat") -> pd.Series:
    """Order genes from the highest to the lowest value of a statistic.

    Genes of equal value are ordered by name, so that the order of the input does not matter.

    Parameters
    ----------
    genes
        Tested genes indexed by name, as `tested_genes` gives them.
    rank_by
        ``stat`` (Wald statistic), ``log2FoldChange`` or ``shrunkenLog2FoldChange``.

    Returns
    -------
    pandas.Series
        Finite values, descending, indexed by gene name. Genes without a finite value are left out.

    Raises
    ------
    ValueError
        When `rank_by` is none of these.
    """
    if rank_by not in RANKINGS:
        raise ValueError(f"rank_by is {rank_by!r}, allowed are {', '.join(RANKINGS)}")
    values = genes[rank_by].astype(float)
    values = values[np.isfinite(values)].sort_index(kind="stable")
    if len(values) < len(genes):
        log.info("%d tested genes have no %s and are not ranked", len(genes) - len(values), rank_by)
    tied = tied_genes(values)
    if tied:
        log.info("%d genes share their %s with another; these are ordered by name", tied, rank_by)
    return values.sort_values(ascending=False, kind="stable")


def tied_genes(ranking: pd.Series) -> int:
    """Count the genes that share their value with another."""
    return int(ranking.duplicated(keep=False).sum())


def running_score(ranking: pd.Series, genes: Iterable[str]) -> np.ndarray:
    """Return the running sum of a gene set along a ranking.

    The weighted Kolmogorov-Smirnov-like statistic of Subramanian et al. (2005, PNAS 102:15545,
    appendix) with exponent p = 1: a gene of the set adds its absolute statistic divided by the sum
    over the set, any other gene subtracts one divided by the number of others. The enrichment
    score is the value farthest from zero.

    Parameters
    ----------
    ranking
        Statistic by gene, descending.
    genes
        Genes of the set; those that are not ranked are ignored.

    Returns
    -------
    numpy.ndarray
        One value a ranked gene; the last is 0 up to rounding.

    Raises
    ------
    ValueError
        When none or all of the ranked genes are in the set.
    """
    hit = ranking.index.isin(list(genes))
    if hit.all() or not hit.any():
        raise ValueError("the set must hold some, not all, of the ranked genes")
    weights = np.abs(ranking.to_numpy(dtype=float)) * hit
    if weights.sum() == 0:  # every gene of the set has a statistic of 0: they count alike
        weights = hit.astype(float)
    return np.cumsum(weights / weights.sum() - ~hit / (~hit).sum())
