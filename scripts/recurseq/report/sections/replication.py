"""Replication: the calls of this study in other studies, and all studies together."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.replication.codes import IN_WORDS, REPLICATES
from recurseq.replication.combine import ALONE, FIXED, RANDOM
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.report.words import count, is_missing, many, spaced
from recurseq.study import Study

TITLE = "Replication"
GENES = 15  # of each contrast, in the table of all studies together


@dataclass(frozen=True)
class TogetherFacts:
    """One contrast over all studies: its heading, rows of ``replication_meta``, and figures.

    `differ` tells whether any summary lets the studies differ (random effects).
    """

    name: str
    title: str
    rows: list[dict]
    of_panel: bool
    differ: bool
    figures: list[DrawnFigure]


@dataclass(frozen=True)
class ReplicationFacts:
    """What other studies have of the calls.

    Attributes
    ----------
    rows
        Rows of the table ``replication_summary`` with ``title``, ``answer`` (the verdict in words),
        ``sides`` (those of the other study where they are known) and ``link``.
    together
        The summary over studies by contrast.
    alpha
        Of the replication FDR.
    most_studies
        The largest number of studies in a summary.
    """

    rows: list[dict]
    together: list[TogetherFacts]
    alpha: float
    most_studies: int
    link: str
    meta_link: str


def collect(results: Results, study: Study) -> ReplicationFacts | None:
    """Gather the replication; None when the study names no other one."""
    summary, meta = results.table("replication_summary"), results.table("replication_meta")
    if summary is None or meta is None:
        return None
    titles = {name: spaced(contrast.label) for name, contrast in study.contrasts.items()}
    rows = [
        {
            **row,
            "title": titles[row["contrast"]],
            "answer": IN_WORDS[row["verdict"]],
            "sides": _sides(row),
            "link": results.table_link("replication_genes", other_study=row["study"]),
        }
        for row in summary.to_dict("records")
    ]
    together = [
        TogetherFacts(
            name,
            titles[name],
            *_leading(meta[meta["contrast"] == name]),
            results.figures("replication", replicated=name),
        )
        for name in dict.fromkeys(summary["contrast"])
    ]
    return ReplicationFacts(
        rows=rows,
        together=together,
        alpha=study.testing.alpha,
        most_studies=int(meta["studies"].max()) if len(meta) else 0,
        link=results.table_link("replication_summary"),
        meta_link=results.table_link("replication_meta"),
    )


def _sides(row: dict) -> str:
    """Name both sides of the other study with their samples, as far as it says."""
    parts = []
    for side in ("numerator", "denominator"):
        name, size = row[f"{side}_there"], row[f"n_{side}_there"]
        if not is_missing(name):
            parts.append(spaced(name) + (f" ({count(size)})" if not is_missing(size) else ""))
    return " v ".join(parts)


def _leading(meta: pd.DataFrame) -> tuple[list[dict], bool, bool]:
    """Return the genes that are shown, whether they are the panel's, and whether studies differ."""
    pooled = meta[meta["method"] != ALONE]
    of_panel = bool(pooled["panel"].any())
    shown = pooled[pooled["panel"]] if of_panel else pooled
    leading = shown.sort_values("pvalue", kind="stable").head(GENES)
    differ = bool((leading["method"] == RANDOM).any())
    return leading.to_dict("records"), of_panel, differ


def lead(facts: ReplicationFacts) -> str:
    """Say how many comparisons replicate."""
    good = sum(row["verdict"] == REPLICATES for row in facts.rows)
    asked = len(facts.rows)
    return (
        f"In other studies, the calls of {count(good)} of {many(asked, 'comparison')} replicate "
        "beyond chance."
    )


def methods(facts: ReplicationFacts) -> list[Paragraph]:
    """Write how calls were looked up, and how studies were put together."""
    looked_up = (
        "Genes were matched to those of other studies by stable identifier without its version, "
        "else by symbol; what several genes carry was left out. For each gene called here the "
        "p-value there was made one-sided in the direction found here and adjusted by the "
        "Benjamini-Hochberg procedure over the genes that were looked up; a gene is replicated "
        f"when the direction is the same and this replication FDR is below {facts.alpha:g}. The "
        "share of the same direction has an exact binomial interval and is held against one half "
        "and against the share among genes of like mean count that were not called."
    )
    pooled = (
        "Log2 fold changes (maximum likelihood, never shrunken) and their standard errors were "
        "summarised over this and the other studies: from three studies on by random effects with "
        "the variance between studies by restricted maximum likelihood (by DerSimonian and Laird "
        "beside it in the table), the interval of Hartung and Knapp and a prediction interval; of "
        "two studies by a fixed effect, without heterogeneity, which two cannot tell."
    )
    paragraphs = [Paragraph("Replication", looked_up, ("bh", "clopper"))]
    if facts.most_studies > 1:
        cites = ("reml", "dersimonian", "hartung", "prediction")
        paragraphs.append(Paragraph("Summary over studies", pooled, cites))
    return paragraphs


def limits(facts: ReplicationFacts) -> list[str]:
    """State what a replication does not say."""
    said = [
        "Called genes were chosen for a large estimate here, so that it is too large on average "
        "(winner's curse): in another study most of them are smaller, and the summary over "
        "studies, which holds the estimate that chose them, is still too large.",
        "The interval of the share of directions takes genes for independent. They are not: what "
        "moves many genes at once, such as purity, makes the share of unrelated studies lie "
        "further from a half than the interval says.",
        "A gene that is not replicated is not refuted: the other study may be too small to see it.",
    ]
    if any(row["method"] == FIXED for part in facts.together for row in part.rows):
        said.append(
            "The summary of two studies takes both for measurements of the same change. If the "
            "true change differs between them, its interval is too narrow."
        )
    elif facts.most_studies:
        said.append(
            "With three to five studies the variance between studies is hardly known. The interval "
            "of Hartung and Knapp allows for it, but is too narrow where studies differ much in "
            "size, or where estimates happen to lie close together."
        )
    simulated = dict.fromkeys(row["study"] for row in facts.rows if row["simulated_there"] is True)
    said += [f"The data of the study {spaced(name)} are simulated." for name in simulated]
    return said


def entries(facts: ReplicationFacts) -> list[tuple[str, str]]:
    """List the contrasts whose studies are put together."""
    shown = [part for part in facts.together if part.rows or part.figures]
    return [(f"replication-{part.name}", part.title) for part in shown]
