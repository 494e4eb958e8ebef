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

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GeneSet:
    """One set: its name, the description of the file, and its genes, each once, in file order."""

    name: str
    description: str
    genes: tuple[str, ...]


@dataclass(frozen=True)
class GeneSets:
    """A collection: the file it came from and its sets, in file order."""

    source: str
    sets: tuple[GeneSet, ...]

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
        allowed, and case is kept.

    Raises
    ------
    InputError
        With every problem of the file, lines numbered.
    """
    sets, problems = _parse(Path(path))
    raise_if_any(problems)
    return GeneSets(str(path), tuple(sets))


def gene_set_problems(path: str | Path) -> list[Problem]:
    """Return what is wrong with a GMT file; an empty list when it can be read."""
    return _parse(Path(path))[1]


def _parse(path: Path) -> tuple[list[GeneSet], list[Problem]]:
    try:
        text = _text(path)
    except InputError as error:
        return [], list(error.problems)
    sets: list[GeneSet] = []
    faults: dict[str, list[int]] = {"short": [], "unnamed": [], "no gene": []}
    lines_of: dict[str, list[int]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        name, *rest = [cell.strip() for cell in line.split("\t")]
        genes = tuple(dict.fromkeys(gene for gene in rest[1:] if gene))
        if len(rest) < 2:
            faults["short"].append(number)
        elif not name:
            faults["unnamed"].append(number)
        elif not genes:
            faults["no gene"].append(number)
        else:
            lines_of.setdefault(name, []).append(number)
            sets.append(GeneSet(name, rest[0], genes))
    problems = _line_problems(path, faults) + _duplicate_problems(path, lines_of)
    for name, numbers in lines_of.items():
        problems += name_problems(f"{path}, {_lines(numbers)}", "set name", [name])
    if not sets and not problems:
        problems = [Problem(str(path), "the file holds no gene set", FORMAT)]
    return sets, problems


def _line_problems(path: Path, faults: Mapping[str, list[int]]) -> list[Problem]:
    """One problem a kind of fault, however many lines have it: a wrong file has thousands."""
    found = {
        "short": ("fewer than three cells", "is the file a GMT, and separated by tabs?"),
        "unnamed": ("a set without a name", "name the set, or remove the line"),
        "no gene": ("a set without a gene", "add genes, or remove the line"),
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
            f"the set name {name!r} is used {len(numbers)} times",
            "each name once",
            "rename or remove all but one",
        )
        for name, numbers in lines_of.items()
        if len(numbers) > 1
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
    return kinds[best]


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
