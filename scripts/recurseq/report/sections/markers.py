"""The marker panel: verdicts, and every gene of each set with one cell per contrast."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recurseq.base.text import listed
from recurseq.cohort.genes.orthologues import in_words
from recurseq.design.contrast import Contrast
from recurseq.markers.verdicts import VERDICTS
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.report.words import count, is_missing, spaced
from recurseq.study import Study

TITLE = "Marker panel"
# More than these would make the page heavy; the table file has them all.
MOST_CELLS = 1500
CANDIDATES = 10  # of each contrast; the table file has more


@dataclass(frozen=True)
class MarkerFacts:
    """The panel.

    Attributes
    ----------
    contrasts
        Name, heading and samples of each contrast, in column order.
    verdicts
        Contrast to verdict to number of genes of the panel.
    sets
        (set, genes): each gene a dict with query, gene_name, matched_by, note and cells, one row
        of the marker table (or None) per contrast.
    genes, shown
        Genes of the panel, and how many of them the page shows.
    file
        Name of the file of the panel.
    rules
        Calling rules of the contrasts, in words.
    candidates
        (heading, origin, rows of the table ``candidates``) of each contrast that has any.
    orthologues
        Species whose genes stand for human names, or an empty text.
    """

    contrasts: list[tuple[str, str, str]]
    verdicts: dict[str, dict[str, int]]
    sets: list[tuple[str, list[dict]]]
    genes: int
    shown: int
    file: str
    rules: list[str]
    figures: list[DrawnFigure]
    link: str
    samples_link: str
    candidates: list[tuple[str, str, list[dict]]]
    candidates_link: str
    orthologues: str
    verdict_names: tuple[str, ...] = VERDICTS


def collect(results: Results, study: Study) -> MarkerFacts | None:
    """Gather the facts of the panel; None when the study has none."""
    rows = results.table("markers")
    if rows is None:
        return None
    contrasts = [one for one in study.contrasts.values() if (rows["contrast"] == one.name).any()]
    names = [one.name for one in contrasts]
    panel = rows[["set", "query"]].drop_duplicates()
    shown = panel.head(max(1, MOST_CELLS // max(1, len(names))))
    cells = {(row["set"], row["query"], row["contrast"]): row for row in rows.to_dict("records")}
    return MarkerFacts(
        contrasts=[
            (one.name, spaced(one.label), _sizes(*one.sizes(results.samples))) for one in contrasts
        ],
        verdicts={name: verdict_counts(rows, name) for name in names},
        sets=[
            (name, [_marker(name, query, names, cells) for query in group["query"]])
            for name, group in shown.groupby("set", sort=False, dropna=False)
        ],
        genes=len(panel),
        shown=len(shown),
        file=Path(study.panel).name if study.panel else "the table of the run",
        rules=list(dict.fromkeys(one.rule.sentence for one in contrasts)),
        figures=results.figures("markers"),
        link=results.table_link("markers"),
        samples_link=results.table_link("marker_samples"),
        candidates=_candidates(results, contrasts),
        candidates_link=results.table_link("candidates"),
        orthologues=study.orthologues,
    )


def _candidates(results: Results, contrasts: list[Contrast]) -> list[tuple[str, str, list[dict]]]:
    table = results.table("candidates")
    if table is None:
        return []
    found = [
        (spaced(one.label), one.origin(results.samples), table[table["contrast"] == one.name])
        for one in contrasts
    ]
    return [
        (heading, origin, rows.head(CANDIDATES).to_dict("records"))
        for heading, origin, rows in found
        if len(rows)
    ]


def _sizes(above: int | None, below: int | None) -> str:
    return "" if above is None else f"n = {above} v {below}"


def verdict_counts(rows: pd.DataFrame, contrast: str) -> dict[str, int]:
    """Count the genes of the panel by verdict in one contrast, of the table ``markers``."""
    found = rows.loc[rows["contrast"] == contrast, "verdict"].value_counts()
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


def methods(facts: MarkerFacts) -> list[Paragraph]:
    """Write how the panel was looked up and judged."""
    text = (
        f"The {count(facts.genes)} genes of the marker panel ({facts.file}) were looked up by "
        "identifier, symbol and alias. Their adjusted p-values are those of the whole contrast, "
        "not of the panel alone. Verdicts compare the direction of called genes with the panel's "
        f"expectation; called means that {listed(facts.rules, last='or')}. Intervals are 95 % Wald "
        f"intervals of the maximum-likelihood estimate.{in_words(facts.orthologues)}"
    )
    return [Paragraph("Marker panel", text)]
