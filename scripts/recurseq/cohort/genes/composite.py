"""Row names that hold an identifier and a symbol, such as ``ENSG00000000003.14_TSPAN6``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.identifiers import STABLE, STABLE_ALONE
from recurseq.cohort.genes.spike_ins import is_spike_in

# A point where R's make.names put one in place of a bar.
_GAP = r"__|[ ]?[_|:;,/~][ ]?|[ ]|-|\.(?=[A-Za-z])"
_ID_FIRST = re.compile(rf"(?P<id>{STABLE})(?:[ ]?\(|{_GAP})(?P<name>[^|;)]*)(?:[|;)].*)?")
_NAME_FIRST = re.compile(rf"(?P<name>[^|;(]*?)(?:[ ]?\(|{_GAP})(?P<id>{STABLE})\)?")
# Symbol and Entrez number, as TCGA writes A1BG|1, or the other way round.
_SYMBOL_NUMBER = re.compile(r"(?P<name>[^|]*)\|(?P<id>\d{1,9})(?:\|.*)?")
_NUMBER_SYMBOL = re.compile(r"(?P<id>\d{1,9})[|_:;](?P<name>[^|]*[A-Za-z?][^|]*)")
_PATTERNS = (
    (_ID_FIRST, STABLE_ALONE),
    (_NAME_FIRST, STABLE_ALONE),
    (_SYMBOL_NUMBER, None),
    (_NUMBER_SYMBOL, None),
)
_NO_NAME = frozenset({"", "?", "NA", "na", "NaN", "nan", "None", "NULL", "-", ".", "unknown"})
_MOST = 2 / 3  # of the rows fit, with or without a symbol
_SOME = 0.1  # of the rows have a symbol: StringTie gives one to known genes only
_DISTINCT = 0.5  # of the texts beside identifiers; else they are types, exons or one word
_KNOWN_SYMBOLS = 1 / 3  # of the texts beside a number
_LOOKED_AT = 2_000


@dataclass(frozen=True)
class Split:
    """Composite row names, taken apart.

    Attributes
    ----------
    ids, names
        Of each row; the whole text and an empty name where a row is no composite.
    rows
        How many rows were taken apart.
    """

    ids: list[str]
    names: list[str]
    rows: int


def split_composites(genes: Sequence[str]) -> Split | None:
    """Take apart identifiers that hold a symbol, where nearly all rows of a table do.

    One side must be an identifier that no symbol looks like (of Ensembl, FlyBase, WormBase, TAIR,
    StringTie and the like), or an Entrez number beside symbols of which a third or more is known of
    man, in any case. A gene called ``HLA-A`` or ``A_B``, or rows ``Gene|1``, ``Gene|2``, stay.

    Parameters
    ----------
    genes
        Row names as written.

    Returns
    -------
    Split or None
        None where the names are no composites.
    """
    own = [at for at, gene in enumerate(genes) if gene and not is_spike_in(gene)]
    some = own[:: max(1, len(own) // _LOOKED_AT)]
    for pattern, alone in _PATTERNS:
        if _matches(genes, some, pattern, alone) is None:
            continue  # told by some of the rows: most studies have no composites
        found = _matches(genes, own, pattern, alone)
        if found is not None and (
            alone is not None or _are_symbols([match["name"] for match in found.values()])
        ):
            return _taken_apart(genes, found)
    return None


def _matches(
    genes: Sequence[str],
    rows: Sequence[int],
    pattern: re.Pattern[str],
    alone: re.Pattern[str] | None,
) -> dict[int, re.Match[str]] | None:
    """Match rows as composites; None where too few of them fit."""
    found = {at: match for at in rows if (match := _parts(genes[at], pattern, alone))}
    plain = sum(alone is not None and bool(alone.fullmatch(genes[at])) for at in rows)
    if not found or len(found) + plain < _MOST * len(rows) or len(found) < _SOME * len(rows):
        return None
    return found


def _parts(
    gene: str, pattern: re.Pattern[str], alone: re.Pattern[str] | None
) -> re.Match[str] | None:
    """Match a composite; an identifier by itself, whatever it holds, is none."""
    if alone is not None and alone.fullmatch(gene):
        return None
    return pattern.fullmatch(gene)


def _are_symbols(names: Sequence[str]) -> bool:
    """Whether texts beside numbers are symbols: mostly distinct, and many of them known."""
    named = [name for name in names if name not in _NO_NAME]
    if len(set(named)) < _MOST * len(named) or not named:
        return False
    annotation = load_annotation("builtin")
    known = {symbol.casefold() for symbol in annotation["gene_name"]}
    for aliases in annotation["aliases"]:
        known.update(aliases.casefold().split("|"))
    chosen = named[:: max(1, len(named) // _LOOKED_AT)]
    return sum(name.casefold() in known for name in chosen) >= _KNOWN_SYMBOLS * len(chosen)


def _taken_apart(genes: Sequence[str], found: dict[int, re.Match[str]]) -> Split:
    ids, names = list(genes), [""] * len(genes)
    for at, match in found.items():
        name = match["name"].strip()
        ids[at] = match["id"]
        names[at] = "" if name in _NO_NAME else name
    named = [name for name in names if name]
    if len(set(named)) < _DISTINCT * len(named):
        names = [""] * len(genes)
    return Split(ids, names, len(found))


def merged_ids(genes: Sequence[str], split: Split) -> list[str]:
    """Return identifiers that several different composites share, each once.

    Parameters
    ----------
    genes
        Row names as written.
    split
        What became of them.
    """
    written = pd.Series(list(genes)).groupby(split.ids, sort=False).nunique()
    return list(written.index[written > 1])
