"""Which genes of the counts are meant, and what is needed of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from recurseq.base.h5ad import Stored, gene_columns
from recurseq.base.text import few
from recurseq.coexpression.named_sets import NamedSet
from recurseq.cohort.genes.symbols import resolve_symbols


@dataclass(frozen=True)
class Gene:
    """A gene as it is written, and as it was found; `gene_id` is None where it was not."""

    query: str
    gene_id: str | None
    gene_name: str | None
    note: str


@dataclass(frozen=True)
class Pair:
    """Two genes, whether the configuration names them as a pair, and the sets they are both of."""

    one: Gene
    other: Gene
    named: bool
    sets: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Both genes as they are written."""
        return f"{self.one.query}/{self.other.query}"


def find_genes(
    queries: Sequence[str], model: Stored, annotation: pd.DataFrame, orthologues: str = ""
) -> dict[str, Gene]:
    """Find genes by symbol or identifier; where several carry a name, the one with most counts.

    Parameters
    ----------
    queries
        Names as they are written.
    model
        The fitted model.
    annotation
        For older symbols.
    orthologues
        Species of the counts whose orthologues human names mean, or an empty text.
    """
    names = model.var["gene_name"].astype(str)
    means = model.var["baseMean"].fillna(0)
    asked = list(dict.fromkeys(queries))
    rows = resolve_symbols(asked, model.var_names, list(names), annotation, orthologues)
    found = {}
    for query, own in rows.groupby("query", sort=False):
        ids = list(own["gene_id"].dropna())
        note = str(own["note"].iloc[0])
        if not ids:
            found[str(query)] = Gene(str(query), None, None, note)
            continue
        best = max(ids, key=lambda gene: means[gene])
        if len(ids) > 1:
            note += f"; {best} is taken, which has most counts"
        found[str(query)] = Gene(str(query), best, names[best], note)
    return found


def all_pairs(
    named: Sequence[tuple[str, str]], sets: Sequence[NamedSet], genes: Mapping[str, Gene]
) -> list[Pair]:
    """List every pair once: those of the configuration, then those of each set.

    Genes of a set that the counts do not have make no pairs; `recurseq.coexpression.summary`
    names them.

    Parameters
    ----------
    named
        Pairs of the configuration.
    sets
        Sets that were found.
    genes
        From `find_genes`, for all names.
    """
    found: dict[object, Pair] = {}
    for place, (one, other) in enumerate(named):
        pair = Pair(genes[one], genes[other], named=True)
        key = _key(pair)
        # A gene that is not there is like no other, so that no pair of the configuration is lost.
        found[place if key is None or key in found else key] = pair
    for one_set in sets:
        for one, other in combinations(present(one_set, genes), 2):
            pair = Pair(one, other, named=False)
            known = found.get(_key(pair), pair)
            found[_key(pair)] = Pair(
                known.one, known.other, known.named, (*known.sets, one_set.query)
            )
    return list(found.values())


def present(one_set: NamedSet, genes: Mapping[str, Gene]) -> list[Gene]:
    """List the genes of a set that the counts have, each once."""
    there = [genes[name] for name in one_set.genes if genes[name].gene_id is not None]
    return list({gene.gene_id: gene for gene in reversed(there)}.values())[::-1]


def _key(pair: Pair) -> frozenset | None:
    ids = {pair.one.gene_id, pair.other.gene_id}
    return None if None in ids else frozenset(ids)


@dataclass(frozen=True)
class Values:
    """What is looked at of the genes: samples x genes, by identifier.

    Attributes
    ----------
    normalized
        Counts divided by size factors (and relative lengths): what is ranked and classed.
    zero
        Whether a sample has no count.
    """

    normalized: pd.DataFrame
    zero: pd.DataFrame


def values_of(pairs: Sequence[Pair], model: Stored) -> Values:
    """Read the genes of all pairs."""
    ids = [gene.gene_id for pair in pairs for gene in (pair.one, pair.other)]
    wanted = list(dict.fromkeys(name for name in ids if name is not None))
    counts = gene_columns(model, "counts", wanted)
    return Values(gene_columns(model, "normalized", wanted), counts == 0)


def gene_notes(pair: Pair) -> list[str]:
    """Say how the names of a pair were resolved."""
    return [gene.note for gene in (pair.one, pair.other) if gene.note]


def absent_text(pair: Pair) -> str:
    """Say which gene of a pair is not there."""
    absent = [gene for gene in (pair.one, pair.other) if gene.gene_id is None]
    return "; ".join(f"{gene.query}: {gene.note}" for gene in absent)


def names_text(names: Sequence[str]) -> str:
    """Write names of genes, not all of many."""
    return few(names, 12).replace("'", "")
