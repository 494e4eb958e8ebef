"""What the report says about each contrast and about the omnibus test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from recurseq.base.tables import read_table
from recurseq.report.layout import Figure, Layout
from recurseq.report.words import listed, many, setting, spaced
from recurseq.study import Contrast

TOP_GENES = 25
NEAREST_GENES = 10
# Two-sided 95 % interval of a normal estimate.
NORMAL_QUANTILE = 1.959963984540054
# Parts of a note that tell what happened to a gene, not why a value is missing.
ALTERATIONS = ("outlier count", "the fit did not converge")
CONTRAST_FIGURES = ("volcano", "ma", "pvalue_histogram", "top_genes")


@dataclass(frozen=True)
class ContrastFacts:
    """One contrast: how it was set up, what was called, what is missing and why.

    Attributes
    ----------
    name, title
        Key of the configuration; heading for people.
    numerator, denominator
        The two sides in words; empty for a contrast given by coefficients.
    n_numerator, n_denominator
        Samples a side; None for a contrast given by coefficients.
    scope
        The levels of other factors it is restricted to, in words.
    rule
        The rule that made a gene significant, in words.
    comparison, origin
        Name, sides and samples a side; the same with the rule: one goes with every number.
    genes, tested, adjusted
        Rows of the table, genes with a p-value, genes with an adjusted one.
    up, down
        Genes called in each direction.
    withheld
        Reason and number of genes for every missing p-value or adjusted p-value.
    top_up, top_down, nearest
        Rows for the page; `nearest` only when nothing is called.
    """

    name: str
    title: str
    factor: str
    numerator: str
    denominator: str
    n_numerator: int | None
    n_denominator: int | None
    scope: str
    weights: str
    lfc_threshold: float
    min_abs_lfc: float
    alpha: float
    rule: str
    comparison: str
    origin: str
    genes: int
    tested: int
    adjusted: int
    up: int
    down: int
    withheld: list[tuple[str, int]]
    top_up: list[dict]
    top_down: list[dict]
    nearest: list[dict]
    shrunken: bool
    figures: list[Figure]
    link: str
    pathways: list = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Name of the section within the page."""
        return f"contrast-{self.name}"


@dataclass(frozen=True)
class OmnibusFacts:
    """The omnibus test: designs compared, genes called, the first rows."""

    full: str
    reduced: str
    degrees: int
    alpha: float
    genes: int
    tested: int
    adjusted: int
    called: int
    withheld: list[tuple[str, int]]
    top: list[dict]
    link: str


def contrast_facts(
    layout: Layout, setup: Contrast, samples: pd.DataFrame, alpha: float
) -> ContrastFacts:
    """Read one contrast's table and collect what the page shows.

    Parameters
    ----------
    layout
        Where the files are.
    setup
        The contrast as configured.
    samples
        The sample sheet of the model.
    alpha
        Level of the adjusted p-value.
    """
    path = layout.genes(setup.name)
    genes = read_table(path, "contrast_genes")
    sides = _sides(setup, samples)
    rule = calling_rule(alpha, setup.lfc_threshold, setup.min_abs_lfc)
    called = genes[genes["significant"].fillna(False).astype(bool)]
    by_direction = {way: called[called["direction"] == way] for way in ("up", "down")}
    order = "padjThreshold" if setup.lfc_threshold > 0 else "padj"
    return ContrastFacts(
        name=setup.name,
        lfc_threshold=setup.lfc_threshold,
        min_abs_lfc=setup.min_abs_lfc,
        alpha=alpha,
        rule=rule,
        comparison=f"{setup.name}: {_sides_in_words(sides)}",
        origin=contrast_origin(setup, samples, alpha),
        genes=len(genes),
        tested=int(genes["pvalue"].notna().sum()),
        adjusted=int(genes[order].notna().sum()),
        up=len(by_direction["up"]),
        down=len(by_direction["down"]),
        withheld=reasons(genes[genes[order].isna()]),
        top_up=gene_rows(by_direction["up"], TOP_GENES, order),
        top_down=gene_rows(by_direction["down"], TOP_GENES, order),
        nearest=[] if len(called) else gene_rows(genes, NEAREST_GENES, order),
        shrunken=bool(genes["shrunkenLog2FoldChange"].notna().any()),
        figures=layout.figures("contrasts", setup.name, "figures", kinds=CONTRAST_FIGURES),
        link=layout.link(path),
        **sides,
    )


def contrast_origin(setup: Contrast, samples: pd.DataFrame, alpha: float) -> str:
    """Say where a contrast's numbers come from: sides, samples a side and the calling rule."""
    rule = short_rule(alpha, setup.lfc_threshold, setup.min_abs_lfc)
    return f"{setup.name}: {_sides_in_words(_sides(setup, samples))}; called: {rule}"


def _sides(setup: Contrast, samples: pd.DataFrame) -> dict:
    """Name the two sides and count their samples."""
    if setup.coefficients:
        weights = listed(
            f"{setting(weight)} × {name}" for name, weight in setup.coefficients.items()
        )
        empty = dict.fromkeys(("factor", "numerator", "denominator", "scope"), "")
        numbers = dict.fromkeys(("n_numerator", "n_denominator"))
        return {"title": spaced(setup.name), "weights": weights, **empty, **numbers}
    inside = pd.Series(True, index=samples.index)
    for column, value in setup.within.items():
        if not pd.api.types.is_numeric_dtype(samples[column]):  # a number is a place, not a group
            inside &= samples[column].astype(str) == str(value)
    groups = samples.loc[inside, setup.factor].astype(str)
    sides = {"numerator": setup.numerator, "denominator": setup.denominator}
    scope = listed(f"{column} = {value}" for column, value in setup.within.items())
    title = " v ".join(spaced(listed(levels)) for levels in sides.values())
    return {
        "title": f"{title} ({spaced(scope)})" if scope else title,
        "factor": setup.factor,
        "scope": scope,
        "weights": "",
        **{side: _side_name(levels) for side, levels in sides.items()},
        **{f"n_{side}": int(groups.isin(list(levels)).sum()) for side, levels in sides.items()},
    }


def _side_name(levels: tuple[str, ...]) -> str:
    return levels[0] if len(levels) == 1 else f"the average of {listed(levels)}"


def _sides_in_words(sides: Mapping) -> str:
    if sides["weights"]:
        return f"log2 fold change = {sides['weights']}"
    scope = f", within {sides['scope']}" if sides["scope"] else ""
    return (
        f"{sides['numerator']} (n = {sides['n_numerator']}) v "
        f"{sides['denominator']} (n = {sides['n_denominator']}){scope}"
    )


def calling_rule(alpha: float, lfc_threshold: float, min_abs_lfc: float) -> str:
    """Say in words which genes are called: the same values that filtered the table."""
    if lfc_threshold > 0:
        test = (
            f"the adjusted p-value of the test that |log2 fold change| exceeds "
            f"{setting(lfc_threshold)} is below {setting(alpha)}"
        )
    else:
        test = f"the adjusted p-value is below {setting(alpha)}"
    if min_abs_lfc <= 0:
        return test
    return f"{test} and |log2 fold change| is at least {setting(min_abs_lfc)}"


def short_rule(alpha: float, lfc_threshold: float, min_abs_lfc: float) -> str:
    """Say the calling rule in symbols, for captions."""
    column = "padjThreshold" if lfc_threshold > 0 else "padj"
    against = f" (against |log2FC| ≤ {setting(lfc_threshold)})" if lfc_threshold > 0 else ""
    least = f", |log2FC| ≥ {setting(min_abs_lfc)}" if min_abs_lfc > 0 else ""
    return f"{column} < {setting(alpha)}{against}{least}"


def reasons(rows: pd.DataFrame) -> list[tuple[str, int]]:
    """Count the notes of rows with a missing value by kind, the most frequent first."""
    kinds = rows["note"].map(_note_kind).value_counts()
    return sorted(
        ((str(kind), int(amount)) for kind, amount in kinds.items()),
        key=lambda item: (-item[1], item[0]),
    )


def _note_kind(note: object) -> str:
    """Return the reason within a note, without the sample that differs from gene to gene."""
    if not isinstance(note, str) or not note:
        return "no reason given"
    parts = note.split("; ")
    reasons = [part for part in parts if not part.startswith(ALTERATIONS)]
    return re.sub(r" in sample .*", " in one sample", (reasons or parts)[0])


def gene_rows(genes: pd.DataFrame, limit: int, order: str) -> list[dict]:
    """Return the rows with the smallest adjusted p-values, each with its 95 % interval."""
    known = genes[genes["pvalue"].notna()]
    head = known.sort_values([order, "pvalue", "gene_id"], kind="stable").head(limit)
    half = NORMAL_QUANTILE * head["lfcSE"]
    head = head.assign(
        lower=head["log2FoldChange"] - half,
        upper=head["log2FoldChange"] + half,
        decides=head[order],
    )
    return head.to_dict("records")


def omnibus_facts(
    layout: Layout, full: str, reduced: str, alpha: float, limit: int = 15
) -> OmnibusFacts | None:
    """Read the omnibus table, None when the study has no omnibus test."""
    if not layout.omnibus.is_file():
        return None
    genes = read_table(layout.omnibus, "omnibus_genes")
    head = genes[genes["padj"].notna()].sort_values(["padj", "pvalue", "gene_id"], kind="stable")
    degrees = genes["df"].dropna()
    return OmnibusFacts(
        full=full,
        reduced=reduced,
        degrees=int(degrees.iloc[0]) if len(degrees) else 0,
        alpha=alpha,
        genes=len(genes),
        tested=int(genes["pvalue"].notna().sum()),
        adjusted=len(head),
        called=int((head["padj"] < alpha).sum()),
        withheld=reasons(genes[genes["padj"].isna()]),
        top=head.head(limit).to_dict("records"),
        link=layout.link(layout.omnibus),
    )


def called_in_words(facts: ContrastFacts) -> str:
    """Say how many genes were called, and in which direction."""
    if facts.up + facts.down == 0:
        return "No gene was called."
    if facts.weights:
        return f"{many(facts.up, 'gene')} above and {many(facts.down, 'gene')} below 0."
    return (
        f"{many(facts.up, 'gene')} higher and {many(facts.down, 'gene')} lower in "
        f"{facts.numerator} than in {facts.denominator}."
    )
