"""Genes that go together: pairs within groups, sets, and samples high in both."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import listed
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.report.words import MINUS, is_missing, many, number, percent, pvalue, spaced
from recurseq.study import Study

TITLE = "Co-expression"
WITHIN = "within"
COLUMNS = (WITHIN, "overall", "partial", "group")  # what is held of a pair comes first
ANSWERS = {
    "together": "rise together within groups",
    "opposite": "one falls when the other rises, within groups",
    "between_groups_only": "between groups only: not shown within them",
    "not_shown": "not shown within groups",
}


@dataclass(frozen=True)
class PairRow:
    """A pair: both genes, estimate and interval in each stratum, the answer, and what is said."""

    name: str
    cells: list[tuple[str, str]]
    zeros: str
    answer: str
    note: str


@dataclass(frozen=True)
class ClassRows:
    """The classes of a pair in each group, with the tests in words."""

    genes: tuple[str, str]
    rows: list[dict]
    high: str
    tests: str
    note: str


@dataclass(frozen=True)
class CoexpressionFacts:
    """Pairs, sets and classes of a study.

    Attributes
    ----------
    strata
        Headings of the columns.
    pairs
        The pairs of the configuration.
    sets
        (set, source, genes and pairs in words, a cell for each stratum, note).
    classes
        Of each pair.
    tested
        Pairs with a correlation within groups, those of sets among them.
    given
        What was taken off beside the groups.
    """

    strata: list[str]
    pairs: list[PairRow]
    sets: list[tuple[str, str, str, list[tuple[str, str]], str]]
    classes: list[ClassRows]
    tested: int
    alpha: float
    grouped: bool
    given: list[str]
    figures: list[DrawnFigure]
    links: dict[str, str]


def collect(results: Results, study: Study) -> CoexpressionFacts | None:
    """Gather what is known of pairs and sets; None when the study asks for none."""
    table = _ordered(results.table("coexpression_pairs"))
    if table is None:
        return None
    first = table[table["pair"] == table["pair"].iloc[0]] if len(table) else table
    sets = _ordered(results.table("coexpression_sets"))
    classes = results.table("coexpression_classes")
    names = {
        "coexpression_pairs": "all pairs",
        "coexpression_sets": "sets",
        "coexpression_classes": "double-high samples by group",
        "coexpression_samples": "by sample",
    }
    found = {words: results.table_link(name) for name, words in names.items()}
    shown = first if len(table) or sets is None else sets[sets["set"] == sets["set"].iloc[0]]
    inner = table[(table["kind"] == WITHIN) & table["rho"].notna()]
    return CoexpressionFacts(
        strata=[spaced(str(name)) for name in shown["stratum"]],
        pairs=[_pair(rows) for _, rows in table[table["named"]].groupby("pair", sort=False)],
        sets=[] if sets is None else [_set(rows) for _, rows in sets.groupby("set", sort=False)],
        classes=[]
        if classes is None
        else [_classes(rows) for _, rows in classes.groupby("pair", sort=False)],
        tested=len(inner),
        alpha=study.testing.alpha,
        grouped=bool((shown["kind"] == "group").any()),
        given=list(
            dict.fromkeys(name for text in shown["given"].dropna() for name in text.split(";"))
        ),
        figures=results.figures("coexpression"),
        links={words: link for words, link in found.items() if link},
    )


def _ordered(table: pd.DataFrame | None) -> pd.DataFrame | None:
    """Put the strata of each pair or set in the order of the columns."""
    if table is None:
        return None
    name = "pair" if "pair" in table else "set"
    place = table.groupby(name, sort=False).ngroup() * len(COLUMNS)
    return table.loc[(place + table["kind"].map(COLUMNS.index)).sort_values(kind="stable").index]


def _cell(row: dict) -> tuple[str, str]:
    if is_missing(row["rho"]):
        return "", str(row["status"]).replace("_", " ")
    return number(row["rho"]), f"{number(row['lower'])} to {number(row['upper'])}"


def _pair(rows: pd.DataFrame) -> PairRow:
    inner = rows[rows["kind"] == WITHIN].iloc[0].to_dict()
    names = [inner[f"gene_name_{side}"] for side in "ab"]
    shares = [inner[f"zeros_{side}"] for side in "ab"]
    zeros = ""
    if not is_missing(shares[0]):
        told = (f"{name} {percent(share)}" for name, share in zip(names, shares, strict=True))
        zeros = "without a count: " + ", ".join(told)
    answer = ANSWERS.get(inner["verdict"], "nothing can be said")
    if not is_missing(inner["padj"]):
        answer += f" (padj {pvalue(inner['padj'])})"
    note = "" if is_missing(inner["note"]) else str(inner["note"]).replace("-0.", f"{MINUS}0.")
    return PairRow(
        name=str(inner["pair"]).replace("/", " and "),
        cells=[_cell(row) for row in rows.to_dict("records")],
        zeros=zeros,
        answer=answer,
        note=note,
    )


def _set(rows: pd.DataFrame) -> tuple[str, str, str, list[tuple[str, str]], str]:
    first = rows.iloc[0]
    size = f"{many(int(first['genes']), 'gene')}, {many(int(first['pairs']), 'pair')}"
    cells = [
        ("", str(row.status).replace("_", " "))
        if is_missing(row.median_rho)
        else (number(row.median_rho), f"{percent(row.share_positive)} above 0")
        for row in rows.itertuples()
    ]
    note = "" if is_missing(first["note"]) else str(first["note"])
    return spaced(str(first["found_as"])), str(first["source"]), size, cells, note


def _classes(rows: pd.DataFrame) -> ClassRows:
    first = rows.iloc[0]
    tests = []
    if not is_missing(first["pvalue"]):
        tests.append(f"all groups p = {pvalue(first['pvalue'])}")
    if not is_missing(first["contrastPvalue"]):
        tests.append(f"both sides of the contrast p = {pvalue(first['contrastPvalue'])}")
    return ClassRows(
        genes=(str(first["gene_a"]), str(first["gene_b"])),
        rows=rows.to_dict("records"),
        high=str(first["high"]),
        tests=f"Fisher's exact test of high in both or not: {', '.join(tests)}." if tests else "",
        note="" if is_missing(first["note"]) else str(first["note"]),
    )


def methods(facts: CoexpressionFacts) -> list[Paragraph]:
    """Write how genes were correlated and samples classed."""
    where = (
        "within groups: each group was ranked by itself, ranks were divided by the group's size "
        "plus 1, group means taken off, and what is left correlated over all groups of four "
        "samples or more, so that no difference between groups enters"
        if facts.grouped
        else "in all samples, for the study compares no groups"
    )
    text = (
        f"Spearman's correlation was taken of normalised counts for {many(facts.tested, 'pair')}, "
        f"and what is held of a pair is its correlation {where}. Intervals are those of Fisher's "
        "transformation with Bonett and Wright's variance; p-values are exact for nine samples or "
        "fewer without ties, else of the t distribution, adjusted by the Benjamini-Hochberg "
        f"procedure over all pairs, and called below {facts.alpha:g}."
    )
    if facts.given:
        text += f" Partial correlations of these ranks also take off {listed(facts.given)}."
    if "purity proxy" in facts.given:
        text += (
            " The purity proxy is the mean z-score of the variance-stabilised genes of the shipped "
            "set HEPATOCYTE_IDENTITY without the pair's own; it tells hepatocytes, and in a "
            "tumour their differentiation too, and no measured purity."
        )
    cites = ["bonett", "bh"]
    if any(one.tests for one in facts.classes):
        text += (
            " Samples were classed by whether each gene lies "
            f"{facts.classes[0].high}; shares have Clopper and Pearson's exact intervals, and "
            "groups were compared by Fisher's exact test."
        )
        cites += ["clopper", "fisher_rxc"]
    return [Paragraph("Co-expression", text, tuple(cites))]


def limits(facts: CoexpressionFacts) -> list[str]:
    """State what a correlation and a class do not say."""
    told = [
        "A correlation between genes of bulk tissue says that both rise in the same samples, by "
        "regulation or because they are genes of the same cells; it is no sign that one acts on "
        "the other. Several samples of a patient count as if they were independent."
    ]
    if facts.classes:
        told.append(
            "High in both is relative to this study: the cut-offs come from its own samples, and "
            "with cut-offs at the median a quarter of them are high in both by chance."
            if any("the median" in one.high for one in facts.classes)
            else "High in both is relative to this study: the cut-offs come from its own samples."
        )
    return told
