"""How many genes an annotation names, and what it means when it names hardly any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import few
from recurseq.cohort.genes.annotation import BIOMART, annotate, identifier_type, lookup_key
from recurseq.cohort.genes.identifiers import is_identifier
from recurseq.cohort.genes.species import HUMAN, species_of
from recurseq.cohort.genes.spike_ins import spike_ins
from recurseq.cohort.readers.count_table import CountTable

NONE, BUILTIN = "none", "builtin"
HARDLY_ANY = 0.05  # of the genes: mouse and human share a few symbols
_CAPITALS = 0.5  # of the genes are found when case is ignored


@dataclass(frozen=True)
class Naming:
    """How the genes of a study got their names.

    Attributes
    ----------
    genes
        Identifiers, spike-ins left out.
    named
        How many have a symbol, from the counts or the annotation, or are symbols themselves.
    listed
        How many the annotation has, whether or not it names them.
    by_file
        How many the count file itself names.
    annotation, source
        What was looked into, and what the configuration calls it.
    """

    genes: list[str]
    named: int
    listed: int
    by_file: int
    annotation: pd.DataFrame
    source: str


def naming(table: CountTable, annotation: pd.DataFrame, source: str) -> Naming:
    """Count the genes that have a name.

    Parameters
    ----------
    table
        Counts, their rows settled.
    annotation
        As `recurseq.cohort.genes.annotation.load_annotation` returns it.
    source
        ``genes.annotation`` of the configuration.
    """
    ids = np.array([str(gene) for gene in table.counts.index], dtype=object)
    own = ~spike_ins(list(ids), table.gene_names)
    column = identifier_type(list(ids), annotation)
    known = pd.Index([lookup_key(gene) for gene in ids]).isin(annotation[column]) & (ids != "")
    names = annotate(list(ids), table.gene_names, annotation)["gene_name"].to_numpy()
    by_file = np.zeros(len(ids), dtype=bool)
    if table.gene_names is not None:
        texts = table.gene_names.to_numpy(dtype=object)
        by_file = (texts != "") & (texts != ids)
    named = (names != ids) | by_file
    if column == "gene_name" and known.any():
        named |= known
    elif source == NONE:
        named |= np.array([not is_identifier(gene) for gene in ids], dtype=bool)
    return Naming(
        genes=list(ids[own]),
        named=int((named & own).sum()),
        listed=int((known & own).sum()),
        by_file=int((by_file & own).sum()),
        annotation=annotation,
        source=source,
    )


def naming_note(found: Naming) -> str:
    """Say how many genes are named, and where names come from when there are none."""
    total = len(found.genes)
    said = f"symbols: {found.named:,} of {total:,} genes named"
    if found.source != NONE:
        return f"{said} ({found.listed:,} are in the annotation {_called(found.source)})"
    if found.named or not total:
        return f"{said} (by the counts themselves; genes.annotation is none)"
    species = species_of(found.genes)
    if species == HUMAN:
        return f"{said}; with genes.annotation: builtin, human genes get their symbols"
    return f"{said}; {_where_from(species)}"


def naming_problems(found: Naming) -> list[Problem]:
    """Find an annotation that holds hardly any gene of the counts.

    Where the counts themselves name their genes nothing is lost by it, and `naming_note` says it.
    """
    total = len(found.genes)
    few_listed = found.listed <= HARDLY_ANY * total
    if found.source == NONE or not total or not few_listed or found.by_file > HARDLY_ANY * total:
        return []
    return [
        Problem(
            f"config: genes.annotation: {found.source}",
            f"annotation: {found.listed:,} of {total:,} genes are in it; {_both_sides(found)}",
            "the annotation that the reads were counted with, or none",
            _fix(found),
        )
    ]


def _called(source: str) -> str:
    return "builtin, of human genes" if source == BUILTIN else Path(source).name


def _both_sides(found: Naming) -> str:
    column = "gene_id" if (found.annotation["gene_id"] != "").any() else "gene_name"
    theirs = found.annotation.loc[found.annotation[column] != "", column].head(2_000)
    whose = "human genes" if found.source == BUILTIN else _described(list(theirs))
    return f"the counts have {_described(found.genes)}, the annotation has {whose}"


def _described(genes: Sequence[str]) -> str:
    species = species_of(genes)
    if not len(genes):
        return "no gene"
    return f"genes such as {few(genes[:3], 3)}" + (f" ({species})" if species else "")


def _fix(found: Naming) -> str:
    ours = species_of(found.genes)
    if found.source == BUILTIN and ours not in ("", HUMAN):
        return f"set genes.annotation to none, or to a file: {_where_from(ours)}"
    names = {name.casefold() for name in found.annotation["gene_name"]}
    folded = sum(gene.casefold() in names for gene in found.genes)
    if ours != HUMAN and folded > _CAPITALS * len(found.genes):
        return "symbols differ by upper and lower case: take those of the species that was counted"
    return f"take the annotation of the same species and kind of identifier: {_where_from(ours)}"


def _where_from(species: str) -> str:
    """Say where names of genes come from that recurseq does not have."""
    whose = "recurseq itself has names of human genes only"
    if species:
        whose = f"recurseq has no names of {species} genes"
    return (
        f"{whose}; name in genes.annotation the GTF or GFF3 that the reads were counted with, or a "
        f"table ({BIOMART})"
    )
