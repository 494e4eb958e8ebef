"""What the explorer shows of a study, gathered from its result files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.h5ad import StoredLayer
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.gtf import is_gtf
from recurseq.cohort.genes.symbols import other_names
from recurseq.design.calling import is_called, strongest_first
from recurseq.design.contrast import Contrast
from recurseq.report.gene_notes import (
    marker_sentences,
    replacement_sentences,
    theme_sentences,
)
from recurseq.report.results import Results
from recurseq.study import Study

SETS = 60  # of a collection in a contrast: those that are called, then those nearest to it
ONE_GROUP = "all samples"


@dataclass(frozen=True)
class Tested:
    """A contrast: its tables, rows as in `Explored.genes`.

    Attributes
    ----------
    contrast, origin, link
        As configured; where its numbers come from; the way from the report to its table.
    genes, evidence
        Tables ``contrast_genes`` and ``contrast_evidence``; the second None without it.
    sizes
        Samples of numerator and denominator; None for coefficients.
    filter_threshold
        Mean count below which no p-value was adjusted.
    sets
        Rows of ``gsea`` with ``collection``, the most wanted ones.
    """

    contrast: Contrast
    origin: str
    link: str
    genes: pd.DataFrame
    evidence: pd.DataFrame | None
    sizes: tuple[int | None, int | None]
    filter_threshold: float
    sets: pd.DataFrame


@dataclass(frozen=True)
class Explored:
    """A study.

    Attributes
    ----------
    contrasts
        In the order of the configuration.
    genes
        One row a gene, indexed by gene_id: gene_name, gene_type, pattern, panel (whether it is in
        it), aliases (separated by ``|``), notes (a list of sentences).
    omnibus
        Table ``omnibus_genes``, rows as in `genes`; None without it.
    omnibus_models
        Reduced and full formula.
    groups
        Group of each sample, indexed by its name; categorical.
    expressed, vst, columns
        Genes that have expression; samples × genes, read by ``vst[:, columns]``; and the columns of
        these genes in it.
    """

    contrasts: Sequence[Tested]
    genes: pd.DataFrame
    omnibus: pd.DataFrame | None
    omnibus_models: tuple[str, str]
    groups: pd.Series
    expressed: pd.Index
    vst: np.ndarray | StoredLayer
    columns: np.ndarray


def read_explored(results: Results, study: Study) -> Explored | None:
    """Gather what the explorer shows; None when no contrast was tested."""
    names = [
        name
        for name in study.contrasts
        if results.table("contrast_genes", contrast=name) is not None
    ]
    if not names:
        return None
    order = _order([results.table("contrast_genes", contrast=name) for name in names])
    expressed, vst, columns = _expression(results, order)
    return Explored(
        contrasts=[_tested(results, study, name, order) for name in names],
        genes=_genes(results, study, names[0], order),
        omnibus=_by_gene(results.table("omnibus_genes"), order),
        omnibus_models=(study.omnibus_reduced or "", study.formula),
        groups=_groups(results, study),
        expressed=expressed,
        vst=vst,
        columns=columns,
    )


def _order(tables: Sequence[pd.DataFrame]) -> pd.Index:
    """Put genes with a p-value first: columns then end in missing values, which take no room."""
    tested = pd.concat([table.loc[table["pvalue"].notna(), "gene_id"] for table in tables])
    genes = pd.Index(tables[0]["gene_id"])
    known = genes.isin(tested)
    return genes[known].append(genes[~known])


def _by_gene(table: pd.DataFrame | None, order: pd.Index) -> pd.DataFrame | None:
    return None if table is None else table.set_index("gene_id").reindex(order)


def _tested(results: Results, study: Study, name: str, order: pd.Index) -> Tested:
    contrast = study.contrasts[name]
    summary = results.table("contrast_summary_row", contrast=name)
    return Tested(
        contrast=contrast,
        origin=contrast.origin(results.samples),
        link=results.table_link("contrast_genes", contrast=name),
        genes=_by_gene(results.table("contrast_genes", contrast=name), order),
        evidence=_by_gene(results.table("contrast_evidence", contrast=name), order),
        sizes=contrast.sizes(results.samples),
        filter_threshold=0.0 if summary is None else float(summary["filter_threshold"].iloc[0]),
        sets=_sets(results, study, name),
    )


def _sets(results: Results, study: Study, contrast: str) -> pd.DataFrame:
    """Take the sets of every collection with the smallest competitive p-values."""
    tables = [
        table.nsmallest(SETS, "competitivePadj", keep="first").assign(collection=collection)
        for collection in study.collections
        if (table := results.table("gsea", contrast=contrast, collection=collection)) is not None
    ]
    columns = ["collection", "set", "direction", "NES", "competitivePadj", "leading_edge"]
    return pd.concat(tables)[columns] if tables else pd.DataFrame(columns=columns)


def _genes(results: Results, study: Study, contrast: str, order: pd.Index) -> pd.DataFrame:
    first = _by_gene(results.table("contrast_genes", contrast=contrast), order)
    genes = first[["gene_name", "baseMean"]].copy()
    genes["gene_name"] = genes["gene_name"].where(genes["gene_name"].notna(), genes.index)
    types = results.genes.get("gene_type", pd.Series(dtype=object)).reindex(genes.index)
    patterns = results.table("patterns")
    pattern = None if patterns is None else patterns.set_index("gene_id")["pattern"]
    markers = results.table("markers")
    rows = markers[markers["gene_id"].notna()] if markers is not None else None
    return genes.assign(
        gene_type=types,
        pattern=None if pattern is None else pattern.reindex(genes.index),
        panel=genes.index.isin([] if rows is None else rows["gene_id"]),
        aliases=_aliases(study, genes["gene_name"]),
        notes=_notes(
            rows,
            results.table("theme_summary"),
            results.model_facts["replacements"],
            genes["gene_name"],
        ),
    )


def _aliases(study: Study, names: pd.Series) -> pd.Series:
    """Other names of each gene; a GTF and a GFF3 know none."""
    source = study.cohort.annotation
    shipped = source in ("builtin", "none")
    if not shipped and (not Path(source).is_file() or is_gtf(source)):
        source = "none"
    found = other_names(list(names.index), list(names), load_annotation(source), study.orthologues)
    return pd.Series({gene: "|".join(one) for gene, one in found.items()}, dtype=object).reindex(
        names.index, fill_value=""
    )


def _notes(
    markers: pd.DataFrame | None,
    themes: pd.DataFrame | None,
    replacements: pd.DataFrame,
    names: pd.Series,
) -> pd.Series:
    """Sentences on genes with replaced counts, of the panel, and shared by the sets of a theme."""
    notes: dict[str, list[str]] = {}
    for gene, rows in replacements.groupby("gene_id", sort=False):
        notes[gene] = replacement_sentences(rows)
    for gene, rows in () if markers is None else markers.groupby("gene_id", sort=False):
        notes.setdefault(gene, []).extend(marker_sentences(rows))
    shared = (
        set() if themes is None else set(";".join(themes["shared_genes"].astype(str)).split(";"))
    )
    for gene, name in names[names.isin(shared)].items():
        notes.setdefault(gene, []).extend(theme_sentences(themes, name))
    return pd.Series([notes.get(gene, []) for gene in names.index], names.index, dtype=object)


def _groups(results: Results, study: Study) -> pd.Series:
    """Level of the main factor; one group where there is none."""
    samples = results.samples
    if not study.main_factor:
        return pd.Series(ONE_GROUP, samples.index).astype("category")
    column = samples[study.main_factor]
    return column if isinstance(column.dtype, pd.CategoricalDtype) else column.astype("category")


def _expression(
    results: Results, order: pd.Index
) -> tuple[pd.Index, np.ndarray | StoredLayer, np.ndarray]:
    """Find the variance-stabilised counts of the genes in the model."""
    if "vst" not in results.layers:
        return order[:0], np.empty((len(results.samples), 0)), np.empty(0, dtype=int)
    genes = results.genes.index
    kept = genes[results.genes["kept"].to_numpy(bool)].intersection(order)
    return kept, results.layers["vst"], genes.get_indexer(kept)


def wanted_first(explored: Explored, leading: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """List the genes whose samples are wanted most: panel, called, leading edges, omnibus.

    Parameters
    ----------
    explored
        The study.
    leading
        Genes of the leading edges, by anything.
    """
    genes = explored.genes
    called = [
        strongest_first(table.genes.reset_index(), table.contrast.rule.column)
        for table in explored.contrasts
    ]
    lists = [list(genes.index[genes["panel"]])]
    lists += [list(table.loc[is_called(table), "gene_id"]) for table in called]
    lists += list(leading.values())
    if explored.omnibus is not None:
        lists.append(list(explored.omnibus["pvalue"].sort_values(kind="stable").dropna().index))
    return lists
