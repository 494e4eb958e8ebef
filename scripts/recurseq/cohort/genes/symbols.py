"""From what a person writes (a symbol, old or new, or an identifier) to rows of the matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

import pandas as pd

from recurseq.base.text import few
from recurseq.cohort.genes.annotation import strip_version
from recurseq.cohort.genes.orthologues import MATCHED, load_orthologues

OTHER_CASE = "symbol in other case"
NOT_FOUND = "not in the counts: no identifier, symbol or alias fits"


def resolve_symbols(
    queries: Sequence[str],
    gene_ids: Sequence[str],
    gene_names: Sequence[str],
    annotation: pd.DataFrame,
    orthologues: str = "",
) -> pd.DataFrame:
    """Find the genes that names mean.

    Parameters
    ----------
    queries
        Symbols or identifiers.
    gene_ids, gene_names
        Of the cohort, in the same order.
    annotation
        As `recurseq.cohort.genes.annotation.load_annotation` returns it; may have no rows.
    orthologues
        Species of the cohort whose orthologues human names mean (``genes.orthologues``), or none.

    Returns
    -------
    pandas.DataFrame
        ``query``, ``gene_id`` (None when not found), ``matched_by``, ``note``; at least one row for
        each query, in their order, several where several genes carry the name. ``matched_by`` is
        the first that succeeds of: ``identifier`` (with or without Ensembl version), ``symbol``,
        ``symbol in other case``, ``annotation`` (the annotation knows the name under an identifier
        or an older symbol that the cohort has), ``alias`` (an older symbol or synonym of the
        annotation); empty when not found. An alias that means several genes of the cohort is not
        resolved: the note names them. With `orthologues`, a human name that is no identifier of
        the cohort is matched by ``orthologue`` alone, and upper and lower case are different.
    """
    finder = _Finder(gene_ids, gene_names, annotation, orthologues)
    rows = []
    for query in queries:
        genes, matched_by, note = finder.find(query.strip())
        rows += [(query, gene, matched_by, note) for gene in genes or [None]]
    return pd.DataFrame(rows, columns=["query", "gene_id", "matched_by", "note"], dtype=object)


def other_names(
    gene_ids: Sequence[str],
    gene_names: Sequence[str],
    annotation: pd.DataFrame,
    orthologues: str = "",
) -> dict[str, list[str]]:
    """List the names by which `resolve_symbols` finds a gene although the cohort has them not.

    Parameters
    ----------
    gene_ids, gene_names, annotation, orthologues
        As for `resolve_symbols`.

    Returns
    -------
    dict
        Identifier of the cohort to symbols and aliases of the annotation, or to human symbols where
        `orthologues` are asked for. Names that mean several genes are not among them.
    """
    finder = _Finder(gene_ids, gene_names, annotation, orthologues)
    asked = [annotation["gene_name"], annotation["aliases"].str.split("|").explode()]
    names = finder.orthologues.one if orthologues else pd.concat(asked).unique()
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        genes, matched_by, _ = finder.find(name.strip()) if name else ([], "", "")
        if len(genes) == 1 and matched_by in ("annotation", "alias", MATCHED):
            found[genes[0]].append(name.strip())
    return dict(found)


class _Finder:
    """Look-up tables over the cohort and the annotation; positions are rows of the cohort."""

    def __init__(
        self,
        gene_ids: Sequence[str],
        gene_names: Sequence[str],
        annotation: pd.DataFrame,
        orthologues: str,
    ):
        self.gene_ids = list(gene_ids)
        self.gene_names = list(gene_names)
        rows = range(len(self.gene_ids))
        self.by_id = _positions(zip(self.gene_ids, rows, strict=True))
        self.by_stripped = _positions((strip_version(self.gene_ids[row]), row) for row in rows)
        self.by_name = _positions(zip(self.gene_names, rows, strict=True))
        self.by_folded = _positions((self.gene_names[row].casefold(), row) for row in rows)
        self.annotation = annotation
        self.orthologues = load_orthologues(orthologues) if orthologues else None

    # The annotation is only looked into for names that the cohort itself does not have.
    @cached_property
    def known(self) -> list[tuple]:
        """Rows of the annotation."""
        return list(self.annotation.itertuples(index=False))

    @cached_property
    def known_by_key(self) -> dict[str, list[int]]:
        """Rows of the annotation by each name that is unambiguous: symbol and identifiers."""
        return _positions(
            (key, place)
            for place, gene in enumerate(self.known)
            for key in (gene.gene_name, gene.gene_id, gene.entrez_id)
            if key
        )

    @cached_property
    def known_by_alias(self) -> dict[str, list[int]]:
        """Rows of the annotation by each older symbol or synonym, whatever its case."""
        return _positions(
            (alias.strip().casefold(), place)
            for place, gene in enumerate(self.known)
            for alias in gene.aliases.split("|")
            if alias
        )

    def find(self, query: str) -> tuple[list[str], str, str]:
        """Return the identifiers, how they were found, and a note."""
        identified = self.by_id.get(query) or self.by_stripped.get(strip_version(query))
        if self.orthologues and not identified and (human := self.orthologues.symbol(query)):
            return self._through_orthologue(query, human)
        steps = (
            ("identifier", identified),
            ("symbol", self.by_name.get(query)),
            (OTHER_CASE, None if self.orthologues else self.by_folded.get(query.casefold())),
        )
        for matched_by, rows in steps:
            if rows:
                return self._answer(query, rows, matched_by)
        if rows := self._through_annotation(query):
            return self._answer(query, rows, "annotation")
        return self._through_alias(query)

    def _through_orthologue(self, query: str, human: str) -> tuple[list[str], str, str]:
        """Find the one orthologue of a human gene, or say why there is none."""
        if human not in self.orthologues.one:
            return [], "", self.orthologues.reason(human)
        symbol, identifier, older = self.orthologues.one[human]
        rows = self.by_stripped.get(identifier) or self.by_name.get(symbol)
        rows = rows or self.by_name.get(older)
        if not rows:
            return (
                [],
                "",
                f"its {self.orthologues.species} orthologue {symbol} is not in the counts",
            )
        return self._answer(query, rows, MATCHED)

    def _answer(self, query: str, rows: list[int], matched_by: str) -> tuple[list[str], str, str]:
        genes = [self.gene_ids[row] for row in rows]
        names = sorted({self.gene_names[row] for row in rows})
        notes = []
        if matched_by not in ("identifier", "symbol"):
            notes.append(f"{query} is {few(names)} in the counts")
        if len(genes) > 1:
            notes.append(f"{len(genes)} genes carry this name: {few(genes)}")
        return genes, matched_by, "; ".join(notes)

    def _rows_of(self, place: int) -> list[int]:
        """Rows of the cohort that are a gene of the annotation: by identifier, else by symbol."""
        gene = self.known[place]
        for key, index in (
            (gene.gene_id, self.by_stripped),
            (gene.entrez_id, self.by_id),
            (gene.gene_name, self.by_name),
        ):
            if key and index.get(key):
                return index[key]
        return []

    def _through_annotation(self, query: str) -> list[int]:
        """Find a gene that the annotation knows by this name and the cohort by another."""
        places = self.known_by_key.get(strip_version(query), [])
        rows = [row for place in places for row in self._rows_of(place)]
        if not rows:
            old_names = [name for place in places for name in self.known[place].aliases.split("|")]
            named = [self.by_name[name] for name in old_names if name in self.by_name]
            rows = [row for found in named for row in found] if len(named) == 1 else []
        return list(dict.fromkeys(rows))

    def _through_alias(self, query: str) -> tuple[list[str], str, str]:
        present: dict[str, list[int]] = {}
        for place in self.known_by_alias.get(query.casefold(), []):
            if rows := self._rows_of(place):
                present.setdefault(self.known[place].gene_name, []).extend(rows)
        if len(present) > 1:
            note = f"alias of several genes in the counts, not resolved: {few(sorted(present))}"
            return [], "", note
        for rows in present.values():
            return self._answer(query, list(dict.fromkeys(rows)), "alias")
        return [], "", NOT_FOUND


def _positions(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """Collect the positions of every key, in order."""
    found = defaultdict(list)
    for key, position in pairs:
        found[key].append(position)
    return dict(found)
