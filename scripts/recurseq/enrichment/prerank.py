"""Preranked gene-set enrichment by GSEApy's multilevel method."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.design.calling import rule_by_padj
from recurseq.enrichment.gene_sets import GeneSets
from recurseq.stats.adjust import benjamini_hochberg

log = logging.getLogger(__name__)

NO_PVALUE = "almost no random set of this size scores on this side: no p-value can be estimated"


def prerank(
    ranking: pd.Series,
    gene_sets: GeneSets,
    *,
    min_size: int = 15,
    max_size: int = 500,
    alpha: float = 0.05,
    seed: int = 0,
    threads: int = 1,
) -> pd.DataFrame:
    """Test every set of a collection for genes that gather at one end of a ranking.

    The adaptive multilevel procedure of Korotkevich et al. (2021, bioRxiv 060012, fgsea), as
    GSEApy ports it, so p-values are never 0 (the smallest is 1e-50). One call tests the whole
    collection. GSEApy sees neutral codes for genes and sets, because it changes the case of names
    and joins them by semicolons.

    Parameters
    ----------
    ranking
        Finite statistic by gene name, descending, as `recurseq.enrichment.rank_genes` gives it.
    gene_sets
        The collection.
    min_size, max_size
        Sets with fewer or more ranked genes than this are left out.
    alpha
        Level of padj for `direction`.
    seed
        Seed of the sampling.
    threads
        Threads for the sampling; the result does not depend on it.

    Returns
    -------
    pandas.DataFrame
        Table ``gsea``, by p-value, then set; without rows when no set has an allowed size.
        pvalue, NES and padj are missing, and the note says so, where fewer than 10 of GSEApy's
        1000 random sets score on the same side as the set.
    """
    members = _of_allowed_size(gene_sets, ranking, min_size, max_size)
    if not members:
        return pd.DataFrame(columns=describe("gsea").names)
    result = _run(ranking, members, seed, threads)
    table = pd.DataFrame(
        {
            "set": result.index,
            "size": [len(members[name]) for name in result.index],
            "ES": result["ES"],
            "NES": result["NES"],
            "pvalue": result["NOM p-val"],
            "padj": benjamini_hochberg(result["NOM p-val"]),
        }
    )
    table["direction"] = rule_by_padj(alpha).direction(table, "ES")
    table["leading_edge_size"] = result["leading_edge"].map(len)
    table["leading_edge"] = result["leading_edge"].map(";".join)
    table["note"] = np.where(table["pvalue"].isna(), NO_PVALUE, None)
    return table.sort_values(["pvalue", "set"], kind="stable", ignore_index=True)


def _of_allowed_size(
    gene_sets: GeneSets, ranking: pd.Series, min_size: int, max_size: int
) -> dict[str, list[str]]:
    """Ranked genes of each set whose number is allowed; a set of all ranked genes cannot gather."""
    members = gene_sets.members(ranking.index)
    largest = min(max_size, len(ranking) - 1)
    # Sorted, so that the order of the file cannot reach the sampling.
    kept = {
        name: genes for name, genes in sorted(members.items()) if min_size <= len(genes) <= largest
    }
    message = "%s: %d of %d sets have %d to %d of the %d ranked genes"
    level = logging.INFO if kept else logging.WARNING
    log.log(level, message, gene_sets.source, len(kept), len(members), min_size, max_size,
            len(ranking))  # fmt: skip
    return kept


def _run(
    ranking: pd.Series, members: dict[str, list[str]], seed: int, threads: int
) -> pd.DataFrame:
    """Call GSEApy; index is the set, columns its own and ``leading_edge`` (lists of genes)."""
    import gseapy

    names = [str(name) for name in ranking.index]
    gene_codes = {name: f"G{position}" for position, name in enumerate(names)}
    set_codes = {f"S{position}": name for position, name in enumerate(members)}
    coded_sets = {
        code: [gene_codes[gene] for gene in members[name]] for code, name in set_codes.items()
    }
    with _without_messages():
        outcome = gseapy.prerank(
            rnk=pd.Series(ranking.to_numpy(dtype=float), index=list(gene_codes.values())),
            gene_sets=coded_sets,
            method="multilevel",
            ascending=None,  # keep our order, ties included
            min_size=1,
            max_size=len(ranking),
            threads=threads,
            seed=seed,
            outdir=None,
            no_plot=True,
        ).res2d
    edges = outcome["Lead_genes"].str.split(";")
    return (
        outcome.assign(
            set=outcome["Term"].map(set_codes),
            leading_edge=[[names[int(code[1:])] for code in edge] for edge in edges],
        )
        .set_index("set")
        .rename_axis(None)
    )


@contextmanager
def _without_messages() -> Iterator[None]:
    """Silence GSEApy, whose warning that ties have an arbitrary order is not true here."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
