"""What the section of pathways says of all sets together: themes, random sets, rankings."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from scipy.special import bdtrc

from recurseq.base.text import listed
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.words import count, is_missing, many, number, spaced
from recurseq.study import Study

TOP_THEMES = 12
SHARED_GENES = 8
AS_CHANCE = 2  # calls that are no more than twice those that chance alone makes
MANY = 0.01  # chance of so many random calls below which it is said


@dataclass(frozen=True)
class ThemeFacts:
    """All sets in all contrasts.

    Attributes
    ----------
    rows
        The first themes: number, name, place of its representative in the explorer (contrast,
        collection, set), collections, one cell per contrast (direction, called_up, called_down,
        NES, padj), genes, more_genes.
    contrasts
        Name and label of each contrast.
    themes, sets, several
        Number of themes, of sets in them, and of themes with more than one set.
    chance
        A sentence per contrast: sets called, expected by chance, and called random sets.
    rankings
        Sentences on genes that tie or share their name.
    links
        Words to the file of each table.
    """

    rows: list[dict]
    contrasts: dict[str, str]
    themes: int
    sets: int
    several: int
    chance: list[str]
    rankings: list[str]
    figures: list[DrawnFigure]
    links: dict[str, str]


def collect_themes(results: Results, study: Study) -> ThemeFacts | None:
    """Gather what is known of all sets together; None before the themes were sought."""
    summary, random = results.table("theme_summary"), results.table("random_sets")
    if summary is None or random is None:
        return None
    labels = {name: spaced(contrast.label) for name, contrast in study.contrasts.items()}
    first = summary.drop_duplicates("theme")
    files = {"Themes (TSV)": "themes", "All sets over contrasts (TSV)": "set_matrix",
             "Random sets (TSV)": "random_sets"}  # fmt: skip
    return ThemeFacts(
        rows=_rows(summary, labels, len(study.collections) > 1),
        contrasts=labels,
        themes=len(first),
        sets=int(first["sets"].sum()),
        several=int((first["sets"] > 1).sum()),
        chance=_chance(random, labels),
        rankings=_rankings(results, study),
        figures=[one for one in results.figures("pathways") if one.entry.name == "themes"],
        links={words: results.table_link(name) for words, name in files.items()},
    )


def _collections(text: str, several: bool) -> list[str]:
    """Name the sets of each collection; of a single collection give their number alone."""
    return text.split(";") if several else [text.rpartition(" ")[2]]


def _rows(summary: pd.DataFrame, labels: dict[str, str], several: bool) -> list[dict]:
    rows = []
    for _, theme in summary[summary["theme"] <= TOP_THEMES].groupby("theme"):
        first = theme.iloc[0]
        clearest = theme.sort_values("padj", kind="stable")["contrast"].iloc[0]
        cells = theme.set_index("contrast").to_dict("index")
        genes = [] if is_missing(first["shared_genes"]) else first["shared_genes"].split(";")
        rows.append(
            {
                "theme": first["theme"],
                "name": first["name"],
                "place": (clearest, first["collection"], first["representative"]),
                "collections": _collections(str(first["collections"]), several),
                "cells": [cells[name] for name in labels],
                "genes": genes[:SHARED_GENES],
                "more_genes": len(genes) - SHARED_GENES,
            }
        )
    return rows


def _chance(random: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    """Set the calls of each contrast, over its collections, beside those of chance."""
    sums = random.groupby("contrast").sum(numeric_only=True)
    said = []
    for name, label in labels.items():
        row = sums.loc[name]
        if not row["sets"]:
            continue
        text = (
            f"{label}: {many(row['called'], 'set')} of {count(row['sets'])} called; chance alone "
            f"would call up to {number(row['expected'], 1)}. Of {count(row['random'])} random sets "
            f"of the same sizes {count(row['random_called'])} "
            f"{'is' if row['random_called'] == 1 else 'are'} called "
            f"({number(row['random_expected'], 1)} expected)."
        )
        if 0 < row["called"] <= AS_CHANCE * row["expected"]:
            text += (
                " That is no more than twice what chance makes: the limit comes from other "
                f"contrasts. Adjusted by itself, {count(row['called_alone'])} "
                f"{'is' if row['called_alone'] == 1 else 'are'} called."
            )
        called, drawn = int(row["random_called"]), int(row["random"])
        if called and bdtrc(called - 1, drawn, row["random_expected"] / drawn) < MANY:
            text += (
                " That is more than chance makes: sets of these sizes and mean counts shift "
                "whatever their genes, so take sets near the limit with care."
            )
        said.append(text)
    return said


def _rankings(results: Results, study: Study) -> list[str]:
    """Say how many genes tie, or share their name, and what was done."""
    said = []
    for collection in study.collections:
        table = results.table("set_rankings", collection=collection)
        if table is None:
            continue
        parts = []
        if table["repeated"].max() > 0:
            genes = _between(table["repeated"])
            parts.append(f"{genes} have the name of another with a higher mean count and were "
                         "left out")  # fmt: skip
        if table["tied"].max() > 0:
            genes = _between(table["tied"])
            parts.append(f"{genes} share their statistic with another and are ordered by name")
        if parts:
            size = _between(table["ranked"], "")
            said.append(f"{spaced(collection)}: of {size} ranked genes {listed(parts)}.")
    return said


def _between(values: pd.Series, noun: str = " genes") -> str:
    low, high = int(values.min()), int(values.max())
    return f"{count(low)}{noun}" if low == high else f"{count(low)} to {count(high)}{noun}"
