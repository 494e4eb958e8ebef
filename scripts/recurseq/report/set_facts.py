"""What the report says about the marker panel and about pathways."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recurseq.base.tables import read_table
from recurseq.report.layout import Figure, Layout
from recurseq.report.words import is_missing

TOP_SETS = 10
LEADING_GENES = 10
ENRICHMENT_FIGURES = ("dotplot", "running_scores")
# More cells than this would make the page heavy; the table file has them all.
MARKER_CELLS = 1500
VERDICTS = ("as expected", "opposite", "not significant", "no expectation", "not tested")


@dataclass(frozen=True)
class MarkerFacts:
    """The panel: verdicts counted by contrast, and the genes of each set with one cell a contrast.

    Attributes
    ----------
    contrasts
        Names of the contrasts, in column order.
    counts
        Contrast to verdict to number of genes.
    sets
        (set, genes): each gene a dict with query, gene_name, matched_by, note and cells, one row
        of the marker table (or None) a contrast.
    genes, shown
        Genes of the panel, and how many of them the page shows.
    """

    contrasts: list[str]
    counts: dict[str, dict[str, int]]
    sets: list[tuple[str, list[dict]]]
    genes: int
    shown: int
    figures: list[Figure]
    link: str
    samples_link: str


@dataclass(frozen=True)
class PathwayFacts:
    """One collection in one contrast: sets called by ranking, and by over-representation."""

    collection: str
    tested: int
    up: int
    down: int
    smallest: float | None
    top_up: list[dict]
    top_down: list[dict]
    over: list[dict]
    over_background: int | None
    over_called: int
    figures: list[Figure]
    links: dict[str, str]


def marker_facts(layout: Layout) -> MarkerFacts | None:
    """Read the marker table, None when the study has no panel."""
    if not layout.markers.is_file():
        return None
    rows = read_table(layout.markers, "markers")
    contrasts = [name for name in layout.contrasts if (rows["contrast"] == name).any()]
    panel = rows[["set", "query"]].drop_duplicates()
    shown = panel.head(max(1, MARKER_CELLS // max(1, len(contrasts))))
    cells = {(row["set"], row["query"], row["contrast"]): row for row in rows.to_dict("records")}
    sets = [
        (name, [_marker(name, query, contrasts, cells) for query in group["query"]])
        for name, group in shown.groupby("set", sort=False, dropna=False)
    ]
    return MarkerFacts(
        contrasts=contrasts,
        counts={name: _verdicts(rows[rows["contrast"] == name]) for name in contrasts},
        sets=sets,
        genes=len(panel),
        shown=len(shown),
        figures=layout.figures("markers", "figures"),
        link=layout.link(layout.markers),
        samples_link=_link_if_there(layout, layout.marker_samples),
    )


def _verdicts(rows: pd.DataFrame) -> dict[str, int]:
    found = rows["verdict"].value_counts()
    return {verdict: int(found.get(verdict, 0)) for verdict in VERDICTS}


def _marker(name: str, query: str, contrasts: list[str], cells: dict) -> dict:
    own = [cells.get((name, query, contrast)) for contrast in contrasts]
    known = next(row for row in own if row is not None)
    notes = dict.fromkeys(row["note"] for row in own if row and not is_missing(row["note"]))
    return {
        "query": query,
        "gene_name": known["gene_name"],
        "gene_id": known["gene_id"],
        "matched_by": known["matched_by"],
        "note": "; ".join(notes),
        "cells": own,
    }


def pathway_facts(layout: Layout, contrast: str, alpha: float) -> list[PathwayFacts]:
    """Read every collection of a contrast; empty when the study has none."""
    return [
        _collection_facts(layout, contrast, collection, alpha)
        for collection in layout.collections
        if layout.enrichment(contrast, collection, "gsea").is_file()
    ]


def _collection_facts(layout: Layout, contrast: str, collection: str, alpha: float) -> PathwayFacts:
    ranked_file = layout.enrichment(contrast, collection, "gsea")
    ranked = read_table(ranked_file, "gsea")
    called = ranked[ranked["padj"] < alpha].sort_values(["padj", "set"], kind="stable")
    up, down = called[called["NES"] > 0], called[called["NES"] < 0]
    over_file = layout.enrichment(contrast, collection, "ora")
    over = read_table(over_file, "ora") if over_file.is_file() else pd.DataFrame()
    over_called = over[over["padj"] < alpha] if len(over) else over
    smallest = ranked["padj"].min()
    return PathwayFacts(
        collection=collection,
        tested=int(ranked["padj"].notna().sum()),
        up=len(up),
        down=len(down),
        smallest=None if is_missing(smallest) else float(smallest),
        top_up=_set_rows(up, "leading_edge"),
        top_down=_set_rows(down, "leading_edge"),
        over=_over_rows(over_called),
        over_background=int(over["background"].iloc[0]) if len(over) else None,
        over_called=len(over_called),
        figures=layout.figures(
            "enrichment", contrast, "figures", kinds=ENRICHMENT_FIGURES, prefix=f"{collection}."
        ),
        links={
            kind: link
            for kind, path in (("gsea", ranked_file), ("ora", over_file))
            if (link := _link_if_there(layout, path))
        },
    )


def _set_rows(rows: pd.DataFrame, genes: str) -> list[dict]:
    return [_with_genes(row, genes) for row in rows.head(TOP_SETS).to_dict("records")]


def _over_rows(rows: pd.DataFrame) -> list[dict]:
    if rows.empty:
        return []
    ordered = rows.sort_values(["padj", "set"], kind="stable")
    return [
        row
        for way in ("up", "down")
        for row in _set_rows(ordered[ordered["direction"] == way], "genes")
    ]


def _with_genes(row: dict, column: str) -> dict:
    genes = [] if is_missing(row[column]) else str(row[column]).split(";")
    return {**row, "first_genes": genes[:LEADING_GENES], "more_genes": len(genes) - LEADING_GENES}


def _link_if_there(layout: Layout, path: Path) -> str:
    return layout.link(path) if path.is_file() else ""
