"""Each contrast: how it was set up, what was called, what is missing and why."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import listed, setting
from recurseq.deseq.notes import STATUS
from recurseq.design.calling import strongest_first
from recurseq.design.contrast import DENOMINATOR, NUMERATOR, Contrast
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.report.sections.evidence import Support, support_facts
from recurseq.report.words import count, many, spaced
from recurseq.stats.intervals import NORMAL_975
from recurseq.study import Study

TITLE = "Contrasts"
TOP_GENES = 25
NEAREST_GENES = 10
# Figures that the explorer shows: the page links to the static ones, which are for print.
EXPLORED = ("volcano", "ma")


@dataclass(frozen=True)
class ContrastFacts:
    """One contrast.

    Attributes
    ----------
    contrast
        How it is configured.
    title
        Heading for people.
    numerator, denominator
        The two sides in words; the second is empty for a contrast given by coefficients.
    n_numerator, n_denominator
        Samples on each side; None for a contrast given by coefficients.
    origin
        Name, sides, samples and rule: it goes with every number.
    genes, tested, adjusted
        Rows of the table, genes with a p-value, genes with the adjusted one that decides.
    up, down
        Genes called in each direction.
    missing
        Reason and number of genes without the adjusted p-value that decides.
    top_up, top_down, nearest
        Rows for the page; `nearest` only when nothing is called.
    support
        What stands behind the calls; None when it was not weighed.
    figures, static
        Figures that the page shows, and those that it links to.
    """

    contrast: Contrast
    title: str
    numerator: str
    denominator: str
    n_numerator: int | None
    n_denominator: int | None
    origin: str
    genes: int
    tested: int
    adjusted: int
    up: int
    down: int
    missing: list[tuple[str, int]]
    top_up: list[dict]
    top_down: list[dict]
    nearest: list[dict]
    shrunken: bool
    support: Support | None
    figures: list[DrawnFigure]
    static: list[DrawnFigure]
    link: str

    @property
    def name(self) -> str:
        """Key of the configuration."""
        return self.contrast.name

    @property
    def rule(self) -> str:
        """When a gene is called, in words."""
        return self.contrast.rule.sentence


@dataclass(frozen=True)
class AllContrasts:
    """Every contrast of the study."""

    contrasts: list[ContrastFacts]
    settings: Study


def collect(results: Results, study: Study) -> AllContrasts | None:
    """Gather the facts of every contrast that was tested; None when none was."""
    found = [
        contrast_facts(results, study, contrast)
        for contrast in study.contrasts.values()
        if results.table("contrast_genes", contrast=contrast.name) is not None
    ]
    return AllContrasts(found, study) if found else None


def contrast_facts(results: Results, study: Study, contrast: Contrast) -> ContrastFacts:
    """Gather what the page shows of one contrast."""
    genes = _with_support(results, contrast)
    above, below = contrast.sizes(results.samples)
    column = contrast.rule.column
    called = {way: genes[genes["direction"] == way] for way in ("up", "down")}
    anything = any(map(len, called.values()))
    drawn = results.figures("contrasts", contrast=contrast.name)
    return ContrastFacts(
        contrast=contrast,
        title=spaced(contrast.label),
        numerator=contrast.side_name(NUMERATOR) or "",
        denominator=contrast.side_name(DENOMINATOR) or "",
        n_numerator=above,
        n_denominator=below,
        origin=contrast.origin(results.samples),
        genes=len(genes),
        tested=int(genes["pvalue"].notna().sum()),
        adjusted=int(genes[column].notna().sum()),
        up=len(called["up"]),
        down=len(called["down"]),
        missing=reasons(genes),
        top_up=gene_rows(called["up"], TOP_GENES, column),
        top_down=gene_rows(called["down"], TOP_GENES, column),
        nearest=[] if anything else gene_rows(genes, NEAREST_GENES, column),
        shrunken=bool(genes["shrunkenLog2FoldChange"].notna().any()),
        support=support_facts(results, study, contrast.name),
        figures=[figure for figure in drawn if figure.entry.name not in EXPLORED],
        static=[figure for figure in drawn if figure.entry.name in EXPLORED],
        link=results.table_link("contrast_genes", contrast=contrast.name),
    )


def _with_support(results: Results, contrast: Contrast) -> pd.DataFrame:
    """Table of the genes with the columns support and flipsWithout, where they were weighed."""
    genes = results.table("contrast_genes", contrast=contrast.name)
    evidence = results.table("contrast_evidence", contrast=contrast.name)
    if evidence is None:
        return genes
    return genes.merge(evidence[["gene_id", "auc", "support"]], on="gene_id", how="left")


def reasons(genes: pd.DataFrame) -> list[tuple[str, int]]:
    """Count why genes have no adjusted p-value, by their status; the most frequent first."""
    codes = genes["status"].value_counts()
    counted = [(STATUS[code], int(n)) for code, n in codes.items() if code != "tested"]
    return sorted(counted, key=lambda item: (-item[1], item[0]))


def gene_rows(genes: pd.DataFrame, limit: int, order: str) -> list[dict]:
    """Return the rows with the smallest adjusted p-values, each with its 95 % interval."""
    known = genes[genes["pvalue"].notna()]
    head = strongest_first(known, order).head(limit)
    half = NORMAL_975 * head["lfcSE"]
    estimate = head["log2FoldChange"]
    return head.assign(lower=estimate - half, upper=estimate + half).to_dict("records")


def called_in_words(facts: ContrastFacts) -> str:
    """Say how many genes were called, and in which direction."""
    if facts.up + facts.down == 0:
        return "No gene was called."
    if not facts.contrast.of_levels:
        return f"{many(facts.up, 'gene')} above and {many(facts.down, 'gene')} below 0."
    return (
        f"{many(facts.up, 'gene')} higher and {many(facts.down, 'gene')} lower in "
        f"{facts.numerator} than in {facts.denominator}."
    )


def methods(facts: AllContrasts) -> list[Paragraph]:
    """Write how contrasts were tested and genes called."""
    used = facts.settings.testing
    filtering = "with" if used.independent_filtering else "without"
    at_level = f" (threshold chosen for the most calls at {setting(used.alpha)})"
    chosen = at_level if used.independent_filtering else ""
    text = (
        "Each contrast was tested with a two-sided Wald test of the maximum-likelihood log2 fold "
        f"change; p-values were adjusted by Benjamini and Hochberg's method, {filtering} "
        f"independent filtering on the mean normalised count{chosen}. {rules_in_words(facts)} "
        "P-values were adjusted within a contrast, not across contrasts."
    )
    cites = ["bh"]
    if used.shrinkage == "none":
        text += " Fold changes were not shrunken."
    else:
        text += (
            " Fold changes shrunken by apeGLM's method, each contrast with its own prior, are "
            "given beside the estimates; they decide no call."
        )
        cites.append("apeglm")
    return [Paragraph("Tests", text, tuple(cites))]


def rules_in_words(facts: AllContrasts) -> str:
    """State the calling rule once when it is the same for all contrasts, else for each."""
    by_rule: dict[str, list[str]] = {}
    for one in facts.contrasts:
        by_rule.setdefault(one.rule, []).append(one.name)
    if len(by_rule) == 1:
        return f"A gene was called when {next(iter(by_rule))}."
    return " ".join(
        f"In {listed(names)} a gene was called when {rule}." for rule, names in by_rule.items()
    )


def limits(facts: AllContrasts) -> list[str]:
    """State what the adjusted p-values do not cover."""
    missing = listed(
        f"{count(one.genes - one.adjusted)} of {count(one.genes)} in {one.name}"
        for one in facts.contrasts
    )
    rules = dict.fromkeys(one.contrast.rule for one in facts.contrasts)
    return [
        f"Not every gene got an adjusted p-value: {missing} have none, for the reasons counted "
        "under each contrast.",
        *(rule.promise for rule in rules),
        "Adjusted p-values hold within one contrast; reading several contrasts side by side adds "
        "to the expected number of false calls.",
    ]


def entries(facts: AllContrasts) -> list[tuple[str, str]]:
    """Name every contrast in the table of contents."""
    return [(f"contrast-{one.name}", one.title) for one in facts.contrasts]
