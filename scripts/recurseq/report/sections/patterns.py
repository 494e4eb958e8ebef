"""Patterns: what genes do from step to step, how many, and the leading ones of each."""

from __future__ import annotations

from dataclasses import dataclass

from recurseq.patterns.classify import CHANGE, margin_of
from recurseq.patterns.codes import CHANGING, NO_EVIDENCE, title
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.report.words import count, many, spaced
from recurseq.study import Study

TITLE = "Patterns"
TOP_GENES = 6


@dataclass(frozen=True)
class PatternFacts:
    """The steps, the genes of each pattern, and the leading ones.

    Attributes
    ----------
    steps
        Heading and origin of each step, in order.
    counts
        Rows of the table ``pattern_counts`` with ``title``.
    top
        (pattern, rows): rows of the table ``patterns`` with ``changes``, one per step.
    genes, classed
        Genes with an estimate in every step, and those that were classed.
    margins
        What a gene must stay below to be unchanged: one value, or one for each step.
    """

    steps: list[tuple[str, str]]
    counts: list[dict]
    top: list[tuple[str, list[dict]]]
    genes: int
    classed: int
    alpha: float
    margins: list[float]
    figures: list[DrawnFigure]
    link: str
    counts_link: str


def collect(results: Results, study: Study) -> PatternFacts | None:
    """Gather the patterns; None when the study has none."""
    table, counts = results.table("patterns"), results.table("pattern_counts")
    if table is None or counts is None or study.patterns is None:
        return None
    steps = [study.contrasts[name] for name in study.patterns["contrasts"]]
    ordered = table.sort_values(["pvalue", "gene_id"], kind="stable")
    top = []
    for code in CHANGING:
        rows = ordered[ordered["pattern"] == code].head(TOP_GENES).to_dict("records")
        for row in rows:
            row["changes"] = [row[f"{CHANGE}{step.name}"] for step in steps]
        if rows:
            top.append((title(code), rows))
    return PatternFacts(
        steps=[(spaced(step.label), step.origin(results.samples)) for step in steps],
        counts=[{**row, "title": title(row["pattern"])} for row in counts.to_dict("records")],
        top=top,
        genes=len(table),
        classed=int((table["pattern"] != NO_EVIDENCE).sum()),
        alpha=study.testing.alpha,
        margins=list(dict.fromkeys(margin_of(step.rule) for step in steps)),
        figures=results.figures("patterns"),
        link=results.table_link("patterns"),
        counts_link=results.table_link("pattern_counts"),
    )


def methods(facts: PatternFacts) -> list[Paragraph]:
    """Write how genes were classed."""
    margins = " and ".join(f"{margin:g}" for margin in facts.margins)
    text = (
        f"{many(facts.genes, 'gene')} were classed by what they do in "
        f"{len(facts.steps)} steps. A step counts as a change by the p-value of its contrast, and "
        "as unchanged by two one-sided tests that the absolute log2 fold change lies below "
        f"{margins}. The p-value of a pattern is the largest of its parts (intersection-union "
        "test), adjusted by the Benjamini-Hochberg procedure within each pattern over all genes, "
        f"and a gene is classed when it is below {facts.alpha:g}. A gene without a step whose "
        "estimate reaches this size is held against unchanged in every step."
    )
    return [Paragraph("Patterns", text, ("intersection", "equivalence", "bh"))]


def limits(facts: PatternFacts) -> list[str]:
    """State what a missing pattern does not say."""
    rest = facts.genes - facts.classed
    return [
        f"{count(rest)} of {count(facts.genes)} genes show no pattern, which says nothing of them: "
        "to show a change, and to show that there is none, both take samples."
    ]
