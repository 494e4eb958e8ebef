"""Over-representation of called genes in gene sets, against the tested genes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.cohort.genes.gene_sets import GeneSets
from recurseq.stats.adjust import benjamini_hochberg

DIRECTIONS = ("up", "down")


def overrepresentation(
    genes: pd.DataFrame, gene_sets: GeneSets, *, min_size: int = 15, max_size: int = 500
) -> pd.DataFrame:
    """Test whether genes called up, and genes called down, are more often in a set than others.

    The one-sided hypergeometric test (Fisher's exact test for a larger overlap) of called among
    tested genes. It is computed here: GSEApy's `enrich` leaves sets without overlap out of the
    table and out of the adjustment, and turns symbols to upper case.

    Parameters
    ----------
    genes
        Tested genes indexed by name, with column ``direction`` (up, down, none), as
        `recurseq.enrichment.tested_genes` gives them: the background.
    gene_sets
        The collection.
    min_size, max_size
        Sets with fewer or more tested genes than this are left out.

    Returns
    -------
    pandas.DataFrame
        Table ``ora``: up, then down, each by p-value, then set. Every set of allowed size has a
        row for each direction; one without overlap (or when no gene is called) has p-value 1. The
        odds ratio is infinite when all other called genes or none of the other set's genes are
        left, and missing when nothing is called.
    """
    members = {
        name: tested
        for name, tested in gene_sets.members(genes.index).items()
        if min_size <= len(tested) <= max_size
    }
    if not members:
        return pd.DataFrame(columns=describe("ora").names)
    tables = [_one_direction(genes, members, direction) for direction in DIRECTIONS]
    return pd.concat(tables, ignore_index=True)


def _one_direction(
    genes: pd.DataFrame, members: dict[str, list[str]], direction: str
) -> pd.DataFrame:
    # Imported here: the checks before a run read gene sets and need no statistics.
    from scipy.stats import hypergeom

    called = set(genes.index[genes["direction"] == direction])
    hits = [sorted(called.intersection(tested)) for tested in members.values()]
    overlap = np.array([len(names) for names in hits])
    size = np.array([len(tested) for tested in members.values()])
    table = pd.DataFrame(
        {
            "set": list(members),
            "direction": direction,
            "overlap": overlap,
            "size": size,
            "called": len(called),
            "background": len(genes),
            "odds_ratio": odds_ratio(overlap, size, len(called), len(genes)),
            "pvalue": hypergeom.sf(overlap - 1, len(genes), size, len(called)),
        }
    )
    table["padj"] = benjamini_hochberg(table["pvalue"])
    table["genes"] = [";".join(names) or None for names in hits]
    return table.sort_values(["pvalue", "set"], kind="stable", ignore_index=True)


def odds_ratio(overlap: np.ndarray, size: np.ndarray, called: int, background: int) -> np.ndarray:
    """Return the sample odds ratio of called against other genes: infinity for x/0, NaN for 0/0."""
    others = (size - overlap) * (called - overlap)
    both = overlap * (background - size - called + overlap)
    with np.errstate(divide="ignore", invalid="ignore"):
        return both / others
