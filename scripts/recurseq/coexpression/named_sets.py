"""Sets of genes by name: of the marker panel, and of the gene sets of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from recurseq.cohort.genes.gene_sets import GeneSets

PANEL = "the marker panel"


@dataclass(frozen=True)
class NamedSet:
    """A set: as the configuration names it, its own name, where it stands, and its genes."""

    query: str
    name: str
    source: str
    genes: tuple[str, ...]


def sources_of(
    panel: pd.DataFrame | None, collections: Mapping[str, GeneSets]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Gather the sets that can be named, in the order in which they are looked up.

    Parameters
    ----------
    panel
        Columns ``gene`` and ``set``; None without a panel.
    collections
        Collection to its sets.

    Returns
    -------
    dict
        Source in words to the genes of each set.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    if panel is not None:
        rows = panel.groupby("set", sort=False)["gene"]
        found[PANEL] = {str(name): tuple(dict.fromkeys(genes)) for name, genes in rows}
    for name, gene_sets in collections.items():
        found[f"the collection {name}"] = {one.name: one.genes for one in gene_sets.sets}
    return found


def find_sets(
    queries: Sequence[str], sources: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> dict[str, NamedSet | None]:
    """Find sets by name: in the panel first, then in the collections in their order.

    Names are compared without case, spaces and punctuation; where none fits, also without an ``s``
    at the end.

    Parameters
    ----------
    queries
        Names as the configuration has them.
    sources
        From `sources_of`.
    """
    return {query: _find(query, sources) for query in queries}


def _find(query: str, sources: Mapping[str, Mapping[str, tuple[str, ...]]]) -> NamedSet | None:
    for plain in (_letters, _singular):
        for source, sets in sources.items():
            for name, genes in sets.items():
                if plain(name) == plain(query):
                    return NamedSet(query, name, source, genes)
    return None


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _singular(name: str) -> str:
    return _letters(name).removesuffix("s")
