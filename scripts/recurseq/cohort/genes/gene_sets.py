"""Gene sets of a GMT file, and the names under which their genes are found in a study."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recurseq.base.errors import InputError, Problem, raise_if_any
from recurseq.base.names import name_problems
from recurseq.base.text import few
from recurseq.cohort.genes.annotation import strip_version
from recurseq.io.bytes import LARGEST_SHEET, fail, read_bytes, unix_text

FORMAT = "one set a line: name, description, then its genes, separated by tabs"

_SHARE_OF_DESCRIPTIONS = 0.1  # a factor may describe the set of its targets

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GeneSet:
    """One set: its name, the description of the file, and its genes, each once, in file order."""

    name: str
    description: str
    genes: tuple[str, ...]


@dataclass(frozen=True)
class GeneSets:
    """A collection: the file it came from, its sets, in file order, and what was left out."""

    source: str
    sets: tuple[GeneSet, ...]
    notes: tuple[str, ...] = ()

    @property
    def genes(self) -> frozenset[str]:
        """All genes of the collection, as written in the file."""
        return frozenset(gene for entry in self.sets for gene in entry.genes)

    def members(self, genes: Iterable[str]) -> dict[str, list[str]]:
        """Return set name to those of its genes that are among `genes`, in file order."""
        present = set(genes)
        return {
            entry.name: [gene for gene in entry.genes if gene in present] for entry in self.sets
        }


def read_gene_sets(path: str | Path) -> GeneSets:
    """Read a GMT file, plain or gzipped.

    Parameters
    ----------
    path
        UTF-8 text, with or without byte-order mark, unix or Windows line endings. Each line holds a
        set's name, its description and its genes, separated by tabs. Empty cells, genes listed
        twice in a set, and empty lines are dropped. Names are data: any character but a tab is
        allowed, and case is kept. A set without genes is left out, and one that stands there
        twice with the same genes is read once, each with a note.

    Raises
    ------
    InputError
        With every problem of the file, lines numbered.
    """
    sets, problems, notes = _parse(Path(path))
    raise_if_any(problems)
    return GeneSets(str(path), tuple(sets), tuple(notes))


def gene_set_problems(path: str | Path) -> list[Problem]:
    """Return what is wrong with a GMT file; an empty list when it can be read."""
    return _parse(Path(path))[1]


def _parse(path: Path) -> tuple[list[GeneSet], list[Problem], list[str]]:
    try:
        text = _text(path)
    except InputError as error:
        return [], list(error.problems), []
    sets: list[GeneSet] = []
    faults: dict[str, list[int]] = {"short": [], "unnamed": []}
    lines_of: dict[str, list[int]] = {}
    empty: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        name, *rest = [cell.strip() for cell in line.split("\t")]
        genes = tuple(dict.fromkeys(gene for gene in rest[1:] if gene))
        if not rest:
            faults["short"].append(number)
        elif not name:
            faults["unnamed"].append(number)
        elif not genes:
            empty.append(f"{name} (line {number})")
        else:
            lines_of.setdefault(name, []).append(number)
            sets.append(GeneSet(name, rest[0], genes))
    problems = _line_problems(path, faults)
    if not sets and not problems:
        problems = [Problem(str(path), "the file holds no gene set", FORMAT)]
    for name, numbers in lines_of.items():
        problems += name_problems(f"{path}, {_lines(numbers)}", "set name", [name])
    once, more, repeats = _once(path, sets, lines_of)
    notes = [f"{path}: sets without a gene were left out: {few(empty)}"] if empty else []
    return once, problems + more, notes + repeats


def _once(
    path: Path, sets: list[GeneSet], lines_of: Mapping[str, list[int]]
) -> tuple[list[GeneSet], list[Problem], list[str]]:
    """Keep one of each set that stands there again with the same genes; others are problems."""
    contents: dict[str, set[frozenset[str]]] = {}
    for entry in sets:
        contents.setdefault(entry.name, set()).add(frozenset(entry.genes))
    several = {name: numbers for name, numbers in lines_of.items() if len(numbers) > 1}
    differ = {name: lines for name, lines in several.items() if len(contents[name]) > 1}
    same = [f"{name} ({_lines(lines)})" for name, lines in several.items() if name not in differ]
    notes = [f"{path}: sets with the same genes under one name were read once: {few(same)}"]
    first = {entry.name: entry for entry in reversed(sets)}
    once = [entry for entry in sets if first[entry.name] is entry]
    return once, _duplicate_problems(path, differ), notes if same else []


def _line_problems(path: Path, faults: Mapping[str, list[int]]) -> list[Problem]:
    """One problem a kind of fault, however many lines have it: a wrong file has thousands."""
    found = {
        "short": ("fewer than three cells", "is the file a GMT, and separated by tabs?"),
        "unnamed": ("a set without a name", "name the set, or remove the line"),
    }
    return [
        Problem(f"{path}, {_lines(numbers)}", found[kind][0], FORMAT, found[kind][1])
        for kind, numbers in faults.items()
        if numbers
    ]


def _duplicate_problems(path: Path, lines_of: Mapping[str, list[int]]) -> list[Problem]:
    return [
        Problem(
            f"{path}, {_lines(numbers)}",
            f"the set name {name!r} is used {len(numbers)} times, for different genes",
            "each name once",
            "rename or remove all but one",
        )
        for name, numbers in lines_of.items()
    ]


def _lines(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    return "lines " + few(numbers).replace("'", "")


def _text(path: Path) -> str:
    """Return the decoded text with unix line endings, or raise the one problem that prevents it."""
    data = unix_text(read_bytes(path, "a GMT file, plain or gzipped", LARGEST_SHEET), str(path))
    if not data.strip():
        raise fail(str(path), "the file is empty and holds no gene set", FORMAT)
    return data.decode("utf-8")


def name_genes(table: pd.DataFrame, gene_sets: GeneSets) -> pd.Series:
    """Name the genes of a table as the collection names them.

    Gene symbols, identifiers as written and identifiers without their Ensembl version are
    compared with the genes of the collection; the kind that finds most of them is used, symbols
    when two find as many. Case counts: a human symbol is not a mouse symbol.

    Parameters
    ----------
    table
        Columns ``gene_id`` and ``gene_name``, one row a gene.
    gene_sets
        The collection.

    Returns
    -------
    pandas.Series
        Names, aligned with `table`; not unique where genes share a symbol.

    Raises
    ------
    InputError
        When none of the genes is found, or next to none beside what another case would find: the
        few symbols that mouse and human write alike (C3, F2) are no match of the two.
    """
    symbols, identifiers = table["gene_name"].astype(str), table["gene_id"].astype(str)
    kinds = {
        "gene symbols": symbols.where(table["gene_name"].notna(), identifiers),
        "gene identifiers": identifiers,
        "gene identifiers without version": identifiers.map(strip_version),
    }
    wanted = gene_sets.genes
    found = {kind: len(wanted.intersection(names)) for kind, names in kinds.items()}
    best = max(found, key=found.get)
    if found[best] < max(1, _found_in_any_case(wanted, kinds[best]) / 10):
        raise InputError([_no_overlap(table, gene_sets, found[best])])
    log.info("%s: matched by %s, %d of its %d genes are in the study", gene_sets.source, best,
             found[best], len(wanted))  # fmt: skip
    for note in (*gene_sets.notes, description_note(table, gene_sets)):
        if note:
            log.info("%s", note)
    return kinds[best]


def description_note(table: pd.DataFrame, gene_sets: GeneSets) -> str:
    """Say where genes stand in place of descriptions and are read as such; empty where none does.

    Parameters
    ----------
    table, gene_sets
        As for `name_genes`.
    """
    identifiers = table["gene_id"].astype(str)
    genes = {*table["gene_name"].dropna(), *identifiers, *identifiers.map(strip_version)}
    taken = [
        entry.description
        for entry in gene_sets.sets
        if entry.description in genes and entry.description != entry.name
    ]
    if len(taken) < max(1, _SHARE_OF_DESCRIPTIONS * len(gene_sets.sets)):
        return ""
    return (
        f"{gene_sets.source}: the second column of {len(taken)} of {len(gene_sets.sets)} sets "
        f"holds a gene of the study ({few(taken, 3)}), where a description is expected, and that "
        "gene is not taken into its set. If the file has no descriptions, add a column of them: "
        "each line is name, description, genes"
    )


def _found_in_any_case(wanted: Iterable[str], names: pd.Series) -> int:
    folded = {name.casefold() for name in names}
    return sum(gene.casefold() in folded for gene in wanted)


def _no_overlap(table: pd.DataFrame, gene_sets: GeneSets, found: int) -> Problem:
    theirs = few(sorted(gene_sets.genes), 3)
    names, identifiers = few(table["gene_name"].head(3), 3), few(table["gene_id"].head(3), 3)
    return Problem(
        gene_sets.source,
        f"{found or 'none'} of its {len(gene_sets.genes)} genes is in the study; the collection "
        f"has genes such as {theirs}",
        f"genes named as in the study: symbols such as {names} or identifiers such as "
        f"{identifiers}",
        "check that both are of the same species and kind of identifier; upper and lower case are "
        "different (human TP53, mouse Trp53)",
    )
