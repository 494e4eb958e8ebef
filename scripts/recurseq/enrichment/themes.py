"""Themes: gene sets that are called for the same genes, read as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from recurseq.base.tables import describe
from recurseq.design.calling import DIRECTIONS
from recurseq.enrichment.joint import KEY

CUT = 0.75  # distance; sets of a theme share a quarter of the smaller leading edge on average
SHARED_BY = 0.5  # share of its sets that a shared gene of a theme has to exceed


def symbols_of(genes: pd.DataFrame) -> dict[str, str]:
    """Return identifier, with and without version, to symbol.

    Collections may name genes in either way; their leading edges are compared by symbols.

    Parameters
    ----------
    genes
        Index: identifiers; column ``gene_name``.
    """
    known = genes["gene_name"].dropna()
    known = known[known.to_numpy() != known.index.to_numpy()]
    plain = [str(name).partition(".")[0] for name in known.index]
    return {**dict(zip(plain, known, strict=True)), **known.to_dict()}


def leading_edges(joined: pd.DataFrame, symbols: Mapping[str, str]) -> dict[tuple, frozenset[str]]:
    """Return the leading-edge genes of each called set, of all contrasts that call it.

    Parameters
    ----------
    joined
        From `recurseq.enrichment.joint.join_sets`.
    symbols
        From `symbols_of`.

    Returns
    -------
    dict
        Collection and set to genes, sorted by both.
    """
    called = joined[joined["significant"] & joined["leading_edge"].notna()]
    return {
        key: frozenset(
            symbols.get(gene, gene) for edge in rows["leading_edge"] for gene in edge.split(";")
        )
        for key, rows in called.groupby(KEY, sort=True)
    }


def shared_counts(edges: Sequence[frozenset[str]]) -> tuple[np.ndarray, csr_array, list[str]]:
    """Count shared genes: sets x sets; and return sets x genes (0 or 1) with the genes' names."""
    genes = sorted(frozenset().union(*edges))
    places = {gene: place for place, gene in enumerate(genes)}
    columns = [places[gene] for edge in edges for gene in sorted(edge)]
    starts = np.concatenate([[0], np.cumsum([len(edge) for edge in edges])])
    shape = len(edges), len(genes)
    held = csr_array((np.ones(len(columns), dtype=np.int32), columns, starts), shape=shape)
    return (held @ held.T).toarray(), held, genes


def cluster_sets(shared: np.ndarray, cut: float = CUT) -> np.ndarray:
    """Cluster sets by the genes they share.

    The distance of two sets is 1 - (shared genes) / (genes of the smaller one), the overlap
    coefficient; clusters are joined by their average distance, up to `cut`.

    Parameters
    ----------
    shared
        Shared genes, sets x sets; on the diagonal their sizes, at least 1.
    cut
        Largest average distance within a cluster.

    Returns
    -------
    numpy.ndarray
        Number of the cluster of each set.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if len(shared) == 1:
        return np.array([1])
    sizes = np.diag(shared)
    distance = 1 - shared / np.minimum(sizes[:, None], sizes[None, :])
    tree = linkage(squareform(distance, checks=False), method="average")
    return fcluster(tree, cut, criterion="distance")


def find_themes(joined: pd.DataFrame, symbols: Mapping[str, str]) -> pd.DataFrame:
    """Gather the called sets into themes.

    Sets enter that are called in any contrast by the joint adjustment. A theme bears the name of
    the set that holds most of the others: of the stronger half of its sets by p-value, the one with
    the largest mean share of each set's leading edge that lies in its own; of equal ones that with
    the smallest p-value, then by name. Themes are numbered by their smallest p-value.

    Parameters
    ----------
    joined, symbols
        As for `leading_edges`.

    Returns
    -------
    pandas.DataFrame
        Table ``themes``: by theme, representative first, then p-value; without rows when no set
        is called.
    """
    edges = leading_edges(joined, symbols)
    columns = describe("themes").names
    if not edges:
        return pd.DataFrame(columns=columns)
    shared, held, genes = shared_counts(list(edges.values()))
    sets = pd.DataFrame(list(edges), columns=KEY)
    sets["cluster"] = cluster_sets(shared)
    called = joined[joined["significant"]]
    sets = sets.join(called.groupby(KEY)["pvalue"].min(), on=KEY)
    for way in DIRECTIONS:
        there = called[called["direction"] == way].groupby(KEY)["contrast"]
        sets = sets.join(there.agg(";".join).rename(way), on=KEY)
    sets["genes"] = np.diag(shared)
    themes = [_theme(rows, shared, held, genes) for _, rows in sets.groupby("cluster", sort=False)]
    themes.sort(key=lambda theme: (theme["pvalue"].min(), *theme[KEY].iloc[0]))
    numbered = [theme.assign(theme=number) for number, theme in enumerate(themes, start=1)]
    return pd.concat(numbered, ignore_index=True)[columns]


def _theme(
    rows: pd.DataFrame, shared: np.ndarray, held: csr_array, genes: Sequence[str]
) -> pd.DataFrame:
    """Name a theme, find its shared genes, and order its sets."""
    places = rows.index.to_numpy()
    holds = (shared[np.ix_(places, places)] / rows["genes"].to_numpy()).mean(axis=1)
    rows = rows.assign(holds=holds.round(9))
    ordered = rows.sort_values(["pvalue", *KEY], kind="stable")
    stronger = ordered.iloc[: (len(ordered) + 1) // 2]
    first = stronger.sort_values("holds", ascending=False, kind="stable").index[:1]
    ordered = ordered.loc[[*first, *ordered.index.difference(first, sort=False)]]
    name = theme_name(ordered["set"].iloc[0], len(ordered))
    own = held[ordered.index].toarray()
    times = own.sum(axis=0)
    most = [p for p in np.argsort(-times, kind="stable") if times[p] > SHARED_BY * len(own)]
    common = [";".join(genes[p] for p in most if has[p]) or None for has in own]
    return ordered.assign(
        name=name,
        representative=np.arange(len(ordered)) == 0,
        sets=len(ordered),
        shared_genes=";".join(genes[p] for p in most) or None,
        own_shared_genes=common,
    )


def theme_name(representative: str, sets: int) -> str:
    """Name a theme by one of its sets and the number of the others."""
    return representative if sets == 1 else f"{representative} (+{sets - 1})"


def theme_summary(
    themes: pd.DataFrame, joined: pd.DataFrame, contrasts: Sequence[str]
) -> pd.DataFrame:
    """Tell what the sets of each theme do in each contrast.

    Parameters
    ----------
    themes
        From `find_themes`.
    joined
        From `recurseq.enrichment.joint.join_sets`.
    contrasts
        Names, in the order of the rows.

    Returns
    -------
    pandas.DataFrame
        Table ``theme_summary``: one row per theme and contrast.
    """
    columns = describe("theme_summary").names
    if themes.empty:
        return pd.DataFrame(columns=columns)
    rows = joined.merge(themes[["theme", *KEY]], on=KEY)
    counts = {
        way: rows[rows["direction"] == way].groupby(["theme", "contrast"]).size()
        for way in DIRECTIONS
    }
    first = themes[themes["representative"]]
    kinds = themes.groupby("theme")["collection"].value_counts(sort=False)
    collections = {
        theme: ";".join(f"{name} {number}" for (_, name), number in one.items())
        for theme, one in kinds.groupby(level="theme")
    }
    table = first.assign(representative=first["set"], collections=first["theme"].map(collections))
    table = table.merge(pd.DataFrame({"contrast": list(contrasts)}), how="cross")
    own = joined.set_index([*KEY, "contrast"])[["NES", "padj"]]
    table = table.join(own, on=[*KEY, "contrast"])
    for way in DIRECTIONS:
        table = table.join(counts[way].rename(f"called_{way}"), on=["theme", "contrast"])
    numbers = table[["called_up", "called_down"]].fillna(0).astype(int)
    up, down = (numbers[f"called_{way}"] > 0 for way in DIRECTIONS)
    words = np.select([up & down, up, down], ["mixed", *DIRECTIONS], "none")
    return table.assign(**numbers, direction=words)[columns]
