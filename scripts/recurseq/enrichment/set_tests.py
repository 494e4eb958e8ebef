"""Gene sets tested on the samples, with their genes' correlation; the table of a collection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.cohort.genes.gene_sets import GeneSets
from recurseq.deseq import Fit
from recurseq.design.calling import DIRECTIONS, SetRule
from recurseq.enrichment.prerank import prerank, sets_of_allowed_size
from recurseq.enrichment.random_sets import random_sets
from recurseq.enrichment.ranking import rank_genes
from recurseq.limma import gene_set_tests, voom_contrast
from recurseq.stats.adjust import benjamini_hochberg

TESTS = ("competitive", "camera", "fry")


class Enrichment(NamedTuple):
    """The sets of a collection in one contrast.

    Attributes
    ----------
    table
        Table ``gsea``.
    ranking
        Statistic by gene, in the order in which the sets were scored.
    random
        P-values of the competitive test of random sets (`recurseq.enrichment.random_sets`).
    """

    table: pd.DataFrame
    ranking: pd.Series
    random: np.ndarray


def enrich(
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
    names: tuple[str, str] = ("", ""),
    threads: int = 1,
) -> Enrichment:
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
        Seed of the preranked sampling, and of the random sets.
    names
        Contrast and collection, see `recurseq.enrichment.random_sets`.
    threads
        Threads of the preranked sampling; no result depends on them.

    Returns
    -------
    Enrichment
        Its table is sorted by the p-value of the competitive test, then set; without rows, and
        without random sets, when no set has an allowed size.
    """
    ranking = rank_genes(genes, rank_by)
    members = sets_of_allowed_size(gene_sets, ranking, min_size=min_size, max_size=max_size)
    columns = describe("gsea").names
    if not members:
        return Enrichment(pd.DataFrame(columns=columns), ranking, np.array([]))
    drawn = random_sets(genes, members, seed=seed, names=names)
    tested = set_tests(fit, contrast, genes, [*members.values(), *drawn])
    own = _adjusted(tested.iloc[: len(members)].set_axis(list(members)))
    table = prerank(ranking, members, seed=seed, threads=threads).join(own)
    rule = SetRule(alpha)
    table["significant"] = rule.mask(table)
    table["direction"] = rule.direction(table, "sign")
    table["competitiveDirection"] = np.where(table["sign"] > 0, *DIRECTIONS)
    table = table.rename_axis("set").reset_index()
    table = table.sort_values(["competitivePvalue", "set"], kind="stable", ignore_index=True)
    random = tested["competitivePvalue"].to_numpy()[len(members) :]
    return Enrichment(table[columns], ranking, random)


def _adjusted(tested: pd.DataFrame) -> pd.DataFrame:
    padj = {f"{name}Padj": benjamini_hochberg(tested[f"{name}Pvalue"]) for name in TESTS}
    return tested.assign(**padj)


def set_tests(
    fit: Fit, contrast: pd.Series, genes: pd.DataFrame, sets: Sequence[list[str]]
) -> pd.DataFrame:
    """Test sets by limma-voom's effects and residuals, see `recurseq.limma.gene_set_tests`.

    Parameters
    ----------
    fit, contrast, genes
        As for `enrich`; all of `genes` are what a set is compared with.
    sets
        Names of each set's genes.

    Returns
    -------
    pandas.DataFrame
        One row per set, in their order: interGeneCorrelation, sign (of the competitive test),
        competitivePvalue, cameraPvalue and fryPvalue, not adjusted. The result of a set does not
        depend on the others.
    """
    names = pd.Series(genes.index, index=genes["gene_id"])
    whole = fit.normalization_factors
    factors = fit.size_factors if whole is None else whole
    counts = fit.counts[names.index]
    fitted, found = voom_contrast(counts, fit.design, factors, contrast, keep_residuals=True)
    places = pd.Index(names.reindex(fitted))
    tests = gene_set_tests(found, [places.get_indexer(chosen) for chosen in sets])
    columns = {"interGeneCorrelation": tests.correlation, "sign": tests.competitive.sign}
    columns |= {f"{name}Pvalue": getattr(tests, name).pvalue for name in TESTS}
    return pd.DataFrame(columns)
