"""Human names of genes in a study of mice: one orthologue each, or the reason why none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pandas as pd

from recurseq.base.text import few
from recurseq.cohort.genes.annotation import load_annotation, lookup_key
from recurseq.cohort.genes.gene_sets import GeneSet, GeneSets

MATCHED = "orthologue"
ONE_TO_ONE = "one_to_one"
SOURCE = "HCOP of January 2024"
COLUMNS = [
    *("human_symbol", "human_id", "mouse_symbol", "mouse_id", "older_mouse_symbol"),
    *("relation", "sources"),
]
_TABLES = {"mouse": Path(__file__).parent / "mouse_orthologues.tsv.gz"}
_MOST = 0.5  # of the genes of a set: a set that keeps fewer is another set
_SEVERAL = {
    "one_to_many": "several {species} orthologues ({names})",
    "shared": "no orthologue of its own: {names} of the {species} is that of other human genes",
}


@dataclass(frozen=True)
class Orthologues:
    """Orthologues of human genes in one species.

    Attributes
    ----------
    species
        As ``genes.orthologues`` of the configuration names it.
    one
        Human symbol to the names of its one orthologue: symbol, identifier, older symbol.
    missing
        Human symbol to the reason why it has no single orthologue; genes that no source gives an
        orthologue are not listed.
    human
        Every name by which a human gene is known, to its symbol: symbols, identifiers of Ensembl,
        and older symbols in capitals that are of one gene alone.
    """

    species: str
    one: Mapping[str, tuple[str, str, str]]
    missing: Mapping[str, str]
    human: Mapping[str, str]

    def symbol(self, name: str) -> str:
        """Return the symbol of a human gene, whatever it is called; empty for other names."""
        return self.human.get(lookup_key(name), "")

    def reason(self, symbol: str) -> str:
        """Say why a human gene has no single orthologue."""
        return self.missing.get(symbol, f"no {self.species} orthologue")


@cache
def load_orthologues(species: str) -> Orthologues:
    """Read the orthologues that come with recurseq.

    Parameters
    ----------
    species
        ``mouse``; see ``mouse_orthologues.README.md`` for source, date and rule.
    """
    table = pd.read_csv(_TABLES[species], sep="\t", dtype=str, keep_default_na=False)
    single = table["relation"] == ONE_TO_ONE
    names = table[single].set_index("human_symbol")
    reasons = {
        row.human_symbol: _SEVERAL[row.relation].format(
            species=species, names=", ".join(row.mouse_symbol.split("|"))
        )
        for row in table[~single].itertuples(index=False)
    }
    one = zip(names["mouse_symbol"], names["mouse_id"], names["older_mouse_symbol"], strict=True)
    return Orthologues(species, dict(zip(names.index, one, strict=True)), reasons, _human(table))


def _human(table: pd.DataFrame) -> dict[str, str]:
    """Gather the names of human genes; a current name wins over an older one."""
    known = load_annotation("builtin")
    known = known[known["gene_name"] != ""].drop_duplicates("gene_name")
    newer = dict(zip(table["human_id"], table["human_symbol"], strict=True))
    current = set(table["human_symbol"])
    symbols: dict[str, str] = {}
    older: dict[str, set[str]] = {}
    seen: set[str] = set()
    for name, gene, aliases in known[["gene_name", "gene_id", "aliases"]].itertuples(index=False):
        # The table is newer than the annotation: a gene renamed since is the same by identifier.
        renamed = name not in current and gene not in seen
        symbols[name] = newer.get(gene, name) if renamed else name
        seen.add(gene)
        for alias in aliases.split("|"):
            # Alb and Cps1 are old names of human genes, and mouse genes: only capitals are sure.
            if alias and alias == alias.upper():
                older.setdefault(alias, set()).add(symbols[name])
    names = {alias: one for alias, (one, *more) in older.items() if not more}
    names |= {
        gene: symbols[name]
        for name, gene in zip(known["gene_name"][::-1], known["gene_id"][::-1], strict=True)
    }
    names |= newer | symbols | {symbol: symbol for symbol in current}
    names.pop("", None)
    return names


def translated(gene_sets: GeneSets, species: str, genes: pd.DataFrame) -> GeneSets:
    """Name the human genes of a collection as a study of another species names them.

    A gene with one orthologue takes its name; one with several, or none, is left out: which of
    several would do the same is not known, and all of them would weigh more than the others.
    Names that are of no human gene stay as they are.

    Parameters
    ----------
    gene_sets
        The collection.
    species
        ``genes.orthologues`` of the configuration; with an empty text nothing is changed.
    genes
        Columns ``gene_id`` and ``gene_name`` of the study.

    Returns
    -------
    GeneSets
        Sets that still hold a gene, each with a word on its genes in the description, and notes
        on the whole.
    """
    if not species:
        return gene_sets
    known = load_orthologues(species)
    names = _names_in(genes)
    sets, kept, human = [], set(), set()
    shares: dict[str, tuple[int, int]] = {}
    for entry in gene_sets.sets:
        symbols = {gene: known.symbol(gene) for gene in entry.genes}
        own = [gene for gene in entry.genes if symbols[gene] in known.one]
        new = (
            _in_study(known.one[symbols[gene]], names) if gene in own else gene
            for gene in entry.genes
            if gene in own or not symbols[gene]
        )
        human |= {gene for gene in entry.genes if symbols[gene]}
        kept |= set(own)
        shares[entry.name] = len(own), sum(map(bool, symbols.values()))
        sets.append(GeneSet(entry.name, _described(entry, shares, species), tuple(new)))
    if not human:
        return gene_sets
    notes = _notes(gene_sets.source, len(kept), len(human), shares, species)
    left = tuple(entry for entry in sets if entry.genes)
    return replace(gene_sets, sets=left, notes=(*gene_sets.notes, *notes))


def _names_in(genes: pd.DataFrame) -> dict[str, str]:
    """Return every name of the study's genes, without version, to the name that it shows."""
    shown = genes["gene_name"].where(genes["gene_name"].notna(), genes["gene_id"]).astype(str)
    by_name = dict(zip(shown, shown, strict=True))
    return by_name | dict(zip(map(lookup_key, genes["gene_id"].astype(str)), shown, strict=True))


def _in_study(orthologue: tuple[str, str, str], names: Mapping[str, str]) -> str:
    """Return an orthologue as the study calls it, or by its symbol where the study has it not."""
    symbol, identifier, older = orthologue
    return next((names[key] for key in (identifier, symbol, older) if key in names), symbol)


def _described(entry: GeneSet, shares: Mapping[str, tuple[int, int]], species: str) -> str:
    one, human = shares[entry.name]
    return f"{entry.description} [{one} of {human} genes have one {species} orthologue]"


def _notes(
    source: str, kept: int, human: int, shares: Mapping[str, tuple[int, int]], species: str
) -> list[str]:
    few_left = [
        f"{name} ({one} of {all_of_it})"
        for name, (one, all_of_it) in shares.items()
        if all_of_it and one < _MOST * all_of_it
    ]
    notes = [
        f"{source}: {kept} of its {human} human genes have one {species} orthologue ({SOURCE}) and "
        "stand for it; the others are left out"
    ]
    if few_left:
        notes.append(
            f"{source}: sets that keep less than half of their genes as {species} genes are not "
            f"the sets that their names say: {few(few_left, 8)}"
        )
    return notes


def in_words(species: str) -> str:
    """Say how human names were translated, as a sentence behind others; empty for no species."""
    if not species:
        return ""
    return (
        f" Human genes stand for their one {species} orthologue ({SOURCE}: given by at least three "
        "databases, neither gene with a second partner that more than half as many give); genes "
        "with several orthologues, or none, are left out."
    )


def panel_note(queries: list[str], species: str) -> str:
    """Say how many human genes of a panel have one orthologue, and which have not.

    Parameters
    ----------
    queries
        Genes of the panel.
    species
        ``genes.orthologues`` of the configuration, or an empty text.

    Returns
    -------
    str
        Empty without a species, or when the panel names no human gene.
    """
    if not species:
        return ""
    known = load_orthologues(species)
    symbols = {query: known.symbol(query) for query in queries}
    human = [query for query in queries if symbols[query]]
    without = [query for query in human if symbols[query] not in known.one]
    if not human:
        return ""
    found = f"{len(human) - len(without)} of its {len(human)} human genes have one {species} "
    left = f"; left out, with the reason in the table: {few(without, 12)}" if without else ""
    return f"{found}orthologue ({SOURCE}){left}"
