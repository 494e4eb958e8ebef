"""Gene sets called by ranking, and by over-representation, in each contrast and collection."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recurseq.cohort.genes.gene_sets import description_note, gene_set_problems, read_gene_sets
from recurseq.cohort.genes.orthologues import in_words, translated
from recurseq.design.calling import CallingRule, SetRule, is_called, rule_by_padj
from recurseq.enrichment.random_sets import RANDOM_SETS
from recurseq.enrichment.themes import CUT
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.report.side_by_side import CollectionRows, side_by_side
from recurseq.report.themes import ThemeFacts, collect_themes
from recurseq.report.words import is_missing, spaced, with_files
from recurseq.study import Study

TITLE = "Pathways"
TOP_SETS = 10
LEADING_GENES = 10
RANKED_BY = {
    "stat": "the Wald statistic",
    "log2FoldChange": "the maximum-likelihood log2 fold change",
    "shrunkenLog2FoldChange": "the shrunken log2 fold change",
}


@dataclass(frozen=True)
class CollectionFacts:
    """One collection in one contrast.

    Attributes
    ----------
    contrast, title, comparison, origin
        Name of the contrast, its heading, what is compared, and by which rule genes were called.
    tested, up, down, smallest
        Sets with an adjusted p-value, sets called on either side, smallest adjusted p-value.
    top_up, top_down
        First called sets on either side.
    over, over_called, over_background
        Over-represented sets: the first, their number, and the genes they were tested against.
    links
        Words to the file of each table.
    """

    contrast: str
    title: str
    comparison: str
    origin: str
    collection: str
    rule: CallingRule
    tested: int
    up: int
    down: int
    smallest: float | None
    top_up: list[dict]
    top_down: list[dict]
    over: list[dict]
    over_called: int
    over_background: int | None
    figures: list[DrawnFigure]
    links: dict[str, str]


@dataclass(frozen=True)
class PathwayFacts:
    """Every collection in every contrast, all together, and what reading their files left out.

    Attributes
    ----------
    contrasts, sides
        Name and label of each contrast, and the collections with these side by side.
    """

    collections: list[CollectionFacts]
    contrasts: dict[str, str]
    sides: list[CollectionRows]
    themes: ThemeFacts | None
    remarks: list[str]
    settings: Study


def collect(results: Results, study: Study) -> PathwayFacts | None:
    """Gather the facts of every collection; None when the study has none."""
    found = [
        _collection_facts(results, study, contrast, collection)
        for contrast in study.contrasts
        for collection in study.collections
        if results.path("gsea", contrast=contrast, collection=collection).is_file()
    ]
    if not found:
        return None
    contrasts = {
        name: spaced(contrast.label)
        for name, contrast in study.contrasts.items()
        if name in {one.contrast for one in found}
    }
    sides = [
        side_by_side(
            collection,
            {
                name: results.table("gsea", contrast=name, collection=collection)
                for name in contrasts
            },
        )
        for collection in study.collections
        if collection in {one.collection for one in found}
    ]
    themes = collect_themes(results, study)
    return PathwayFacts(found, contrasts, sides, themes, _remarks(results, study), study)


def _remarks(results: Results, study: Study) -> list[str]:
    """Say what was left out of the collections, where their files are still there."""
    genes = results.genes.rename_axis("gene_id").reset_index()
    said: list[str] = []
    for path in study.collections.values():
        if Path(path).is_file() and not gene_set_problems(path):
            read = translated(read_gene_sets(path), study.orthologues, genes)
            notes = [*read.notes, description_note(genes, read)]
            said += [note.replace(str(path), Path(path).name) for note in notes]
    return [text for text in said if text]


def _collection_facts(
    results: Results, study: Study, contrast: str, collection: str
) -> CollectionFacts:
    place = {"contrast": contrast, "collection": collection}
    compared = study.contrasts[contrast]
    rule = SetRule(study.testing.alpha)
    ranked = results.table("gsea", **place)
    called = ranked[is_called(ranked)]
    up, down = (called[called["direction"] == way] for way in ("up", "down"))
    over = results.table("ora", **place)
    over_rule = rule_by_padj(study.testing.alpha)
    over_called = pd.DataFrame() if over is None else over[over_rule.mask(over)]
    smallest = ranked[rule.column].min()
    return CollectionFacts(
        contrast=contrast,
        title=spaced(compared.label),
        comparison=f"{contrast}: {compared.title(results.samples)}",
        origin=compared.origin(results.samples),
        collection=collection,
        rule=rule,
        tested=int(ranked[rule.column].notna().sum()),
        up=len(up),
        down=len(down),
        smallest=None if is_missing(smallest) else float(smallest),
        top_up=_set_rows(up, "leading_edge"),
        top_down=_set_rows(down, "leading_edge"),
        over=_over_rows(over_called),
        over_called=len(over_called),
        over_background=None if over is None or over.empty else int(over["background"].iloc[0]),
        figures=results.figures("pathways", **place),
        links={
            words: link
            for words, table in (
                ("All sets, ranked list (TSV)", "gsea"),
                ("Over-representation (TSV)", "ora"),
            )
            if (link := results.table_link(table, **place))
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


def methods(facts: PathwayFacts) -> list[Paragraph]:
    """Write how sets were tested and called."""
    used = facts.settings.enrichment
    collections = with_files(
        facts.settings.collections, dict.fromkeys(one.collection for one in facts.collections)
    )
    text = (
        f"All genes with a p-value, each symbol once (the gene with the highest mean count), were "
        f"ranked by {RANKED_BY[used.rank_by]}, and the sets of {collections} with {used.min_size} "
        f"to {used.max_size} ranked genes were scored with GSEApy's preranked multilevel method. "
        "Whether a set changes more than the other genes was tested on the samples: mean moderated "
        "t of limma-voom, with the correlation of the set's genes estimated from the residuals and "
        "inflating the noise of the mean (after camera). Genes called up and, separately, down "
        "were tested for over-representation with the one-sided hypergeometric test against all "
        "these genes. P-values were adjusted within each contrast and collection (and direction "
        "for over-representation); a set was called when "
        f"{SetRule(facts.settings.testing.alpha).sentence}.{in_words(facts.settings.orthologues)}"
    )
    cites = ("gsea", "fgsea", "gseapy", "voom", "camera", "bh")
    return [Paragraph("Pathways", text, cites), *_theme_methods(facts)]


def _theme_methods(facts: PathwayFacts) -> list[Paragraph]:
    if facts.themes is None:
        return []
    text = (
        "For themes the p-values of the competitive test were adjusted once over all sets, "
        "contrasts and collections. The sets called in any contrast were clustered by the genes of "
        "their leading edges in the contrasts that call them: distance 1 minus the overlap "
        "coefficient (shared genes over those of the smaller leading edge), average linkage, cut "
        f"at {CUT:g}, so that two sets of a theme share about a quarter or more of the smaller "
        "leading edge on average. A theme is named after the set, of the stronger half of its "
        "sets by p-value, whose leading edge holds the largest mean share of theirs; its "
        "shared genes are those of more than half of its sets. "
        f"Per contrast and collection {RANDOM_SETS} random sets, as large as real ones and drawn "
        "from the same tenths of mean count, went through the same test, and were counted where "
        "their p-value reached the largest one that is called."
    )
    return [Paragraph("Themes of gene sets", text, ("bh",))]


def limits(facts: PathwayFacts) -> list[str]:
    """State what tests of sets do not cover."""
    return [
        "A called gene set changes more than other genes do. Sets share genes, so that one change "
        "shows in several of them. The preranked p-values and those of over-representation take "
        "genes for independent: they call many sets on shuffled labels too, and decide nothing "
        "here.",
        "A theme is a group of names for the same genes, by the leading edges of this study; other "
        "collections, or another study, group them otherwise. One adjustment over all contrasts "
        "limits false calls among all calls, not in each contrast: they gather where nothing "
        "changes. Random sets have genes that move together less than those of a real set do, and "
        "test the comparison with other genes, not the correlation within a set.",
    ]
