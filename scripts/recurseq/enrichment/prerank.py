"""Scores of gene sets along a ranking, by GSEApy's multilevel method."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice

import numpy as np
import pandas as pd

from recurseq.cohort.genes.gene_sets import GeneSets
from recurseq.enrichment.ranking import running_score
from recurseq.stats.adjust import benjamini_hochberg

log = logging.getLogger(__name__)

RANDOM_SETS = 10_000  # before the multilevel sampling; GSEApy's 1,000 make p-values that scatter
SMALLEST = 1e-10  # below, sampling goes on for half of the time and changes nothing else
MOST_SETS = 400  # of one call: GSEApy keeps the running sum of each, a megabyte for 20,000 genes
NO_PVALUE = "almost no random set of this size scores on this side: no p-value can be estimated"
NO_STATISTIC = "every gene of the set has the statistic 0: there is nothing to score"


def prerank(
    ranking: pd.Series,
    members: Mapping[str, list[str]],
    *,
    seed: int = 0,
    threads: int = 1,
) -> pd.DataFrame:
    """Score every set of a collection for genes that gather at one end of a ranking.

    The adaptive multilevel procedure of Korotkevich et al. (2021, bioRxiv 060012, fgsea), as
    GSEApy ports it, so p-values are never 0 (the smallest is 1e-10). Sets are
    scored 400 at a time. GSEApy sees neutral codes for genes and sets, because it changes the case
    of names and joins them by semicolons.

    Parameters
    ----------
    ranking
        Finite statistic by gene name, descending, as `recurseq.enrichment.rank_genes` gives it.
    members
        Ranked genes of each set, from `sets_of_allowed_size`.
    seed
        Seed of the sampling.
    threads
        Threads for the sampling; the result does not depend on it.

    Returns
    -------
    pandas.DataFrame
        Indexed by set, in the order of `members`: size, ES, NES, pvalue, padj, leading_edge_size,
        leading_edge, note. pvalue, NES and padj are missing, and the note says so, where fewer
        than 10 of GSEApy's 10,000 random sets score on the same side as the set, and where every
        gene of the set has the statistic 0: such genes weigh alike in the score, as in
        `running_score`, and are not given to GSEApy, which turns its sign.
    """
    weighed = {name: genes for name, genes in members.items() if ranking[genes].any()}
    rows = {}
    for start in range(0, len(weighed), MOST_SETS):
        part = dict(islice(weighed.items(), start, start + MOST_SETS))
        rows |= _run(ranking, part, seed, threads)
    rows |= {n: _flat_set(ranking, genes) for n, genes in members.items() if n not in rows}
    table = pd.DataFrame([rows[name] for name in members], index=list(members))
    table.insert(0, "size", [len(genes) for genes in members.values()])
    table.insert(4, "padj", benjamini_hochberg(table["pvalue"]))
    return table


def _flat_set(ranking: pd.Series, genes: list[str]) -> dict:
    """Row of a set whose genes all have the statistic 0."""
    score = running_score(ranking, genes)
    peak = int(np.abs(score).argmax())
    ahead = ranking.index[: peak + 1] if score[peak] > 0 else ranking.index[peak:][::-1]
    edge = [gene for gene in ahead if gene in set(genes)]
    return _row(float(score[peak]), np.nan, np.nan, edge, NO_STATISTIC)


def _row(score: float, normalised: float, pvalue: float, edge: list[str], note: str | None) -> dict:
    row = {"ES": score, "NES": normalised, "pvalue": pvalue}
    return {**row, "leading_edge_size": len(edge), "leading_edge": ";".join(edge), "note": note}


def sets_of_allowed_size(
    gene_sets: GeneSets, ranking: pd.Series, *, min_size: int = 15, max_size: int = 500
) -> dict[str, list[str]]:
    """Return the ranked genes of each set whose number is allowed, sets sorted by name.

    A set of all ranked genes cannot gather and is left out.
    """
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
) -> dict[str, dict]:
    """Call GSEApy; the row of each set."""
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
            permutation_num=RANDOM_SETS,
            eps=SMALLEST,
            ascending=None,  # keep our order, ties included
            min_size=1,
            max_size=len(ranking),
            threads=threads,
            seed=seed,
            outdir=None,
            no_plot=True,
        ).res2d
    rows = {}
    for found in outcome.to_dict("records"):
        edge = [names[int(code[1:])] for code in found["Lead_genes"].split(";")]
        pvalue = float(found["NOM p-val"])
        note = NO_PVALUE if np.isnan(pvalue) else None
        row = _row(float(found["ES"]), float(found["NES"]), pvalue, edge, note)
        rows[set_codes[found["Term"]]] = row
    return rows


@contextmanager
def _without_messages() -> Iterator[None]:
    """Silence GSEApy, whose warning that ties have an arbitrary order is not true here."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
