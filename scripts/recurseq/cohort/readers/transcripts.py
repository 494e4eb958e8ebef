"""Which gene a transcript belongs to: a table or a GTF, and the spellings of identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem, raise_if_any
from recurseq.base.text import few
from recurseq.cohort.genes.gtf import gtf_transcripts, is_gtf
from recurseq.cohort.readers.count_table import percent
from recurseq.io.bytes import fail
from recurseq.io.files import Content, header_of, load, read_columns

LARGEST_SHARE_LEFT_OUT = 0.5
_KEY = "config: counts.transcripts"
_FORMS = "a table with the columns transcript, gene and, if you like, gene name; or a GTF or GFF3"
# Titles hold no digit, which tells them from identifiers such as tx1 and gene1.
_NO_IDENTIFIER = r"(?!.*(?:\d|type|length|start|end|support|count|description))"
_TITLES = {
    "transcript": rf"{_NO_IDENTIFIER}(?!.*pt.?name)(tx.*|.*transcript.*|target_id|isoform.*)",
    "name": rf"{_NO_IDENTIFIER}((.*gene.?)?(name|symbol)|ext_?gene|hgnc.*|mgi_symbol)",
    "gene": rf"{_NO_IDENTIFIER}.*gene.*",
}
# Ensembl and RefSeq; elsewhere a number after a dot tells transcripts of one gene apart.
_VERSIONED = re.compile(r"(ENS[A-Z]*T(?:R\d{10}|\d{11})|[NX][MR]_\d+)\.\d+(_PAR_Y)?")
_ENSEMBL_SPECIES = re.compile(r"ENS([A-Z]*)T(?=R?\d{10})")


@dataclass(frozen=True)
class TranscriptTable:
    """Genes of transcripts, as a file gives them.

    Attributes
    ----------
    path
        The file.
    genes
        Transcript to gene; the first one where the file contradicts itself.
    names
        Gene to its name, where the file has one.
    conflicts
        Transcript to all its genes, where these are several.
    messages
        What the user should know.
    """

    path: str
    genes: dict[str, str]
    names: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, list[str]] = field(default_factory=dict)
    messages: tuple[str, ...] = ()


def read_transcripts(path: str | Path) -> TranscriptTable:
    """Read which gene each transcript belongs to.

    Parameters
    ----------
    path
        A table (TSV, CSV, xlsx or Parquet, with or without a header; columns by their titles, else
        transcript, gene, gene name in this order), a GTF or a GFF3. Text may be gzipped.

    Raises
    ------
    recurseq.base.errors.InputError
        When the file cannot be read or does not pair transcripts with genes.
    """
    if is_gtf(path):
        return _collect(str(path), gtf_transcripts(path))
    content = load(path)
    return _collect(content.path, _table_rows(content), content.messages)


def _table_rows(content: Content) -> Iterator[tuple[str, str, str]]:
    if content.kind == "hdf5":
        raise fail(content.path, "an HDF5 file", _FORMS)
    first = header_of(content)
    at = _columns(first)
    width = max(len(row) for row in content.lines[:2])
    if width < 2:
        raise fail(content.path, "there is only one column", _FORMS)
    cells = read_columns(content, set(range(width)), has_header=at is not None)
    columns = at or ((0, 1, 2) if width > 2 else (0, 1))
    texts = [cells[column].str.strip() for column in columns]
    names = texts[2] if len(texts) > 2 else pd.Series("", index=cells.index)
    yield from zip(texts[0], texts[1], names, strict=True)


def _columns(titles: Sequence[str]) -> tuple[int, ...] | None:
    """Positions of transcript, gene and gene name; None when the first row holds no titles."""
    places: dict[str, int] = {}
    for kind, pattern in _TITLES.items():
        for at, title in enumerate(titles):
            if at not in places.values() and re.fullmatch(pattern, title, re.IGNORECASE):
                places[kind] = at
                break
    if "gene" not in places and "name" in places:
        places["gene"] = places.pop("name")  # a table of transcripts and symbols
    if {"transcript", "gene"} <= set(places):
        return tuple(places[kind] for kind in ("transcript", "gene", "name") if kind in places)
    return None


def _collect(
    path: str, rows: Iterator[tuple[str, str, str]], messages: Sequence[str] = ()
) -> TranscriptTable:
    genes: dict[str, str] = {}
    names: dict[str, str] = {}
    conflicts: dict[str, list[str]] = {}
    incomplete = 0
    for transcript, gene, name in rows:
        if not transcript or gene in ("", "NA"):
            incomplete += 1
            continue
        known = genes.setdefault(transcript, gene)
        if known != gene:
            listed = conflicts.setdefault(transcript, [known])
            listed.extend([gene] if gene not in listed else [])
        if name:
            names.setdefault(gene, name)
    if not genes:
        raise fail(path, "no row pairs a transcript with a gene", _FORMS)
    said = list(messages)
    if incomplete:
        said.append(f"{path}: {incomplete} rows without a transcript or a gene were left out")
    return TranscriptTable(path, genes, names, conflicts, tuple(said))


def without_version(transcript: str) -> str:
    """Return an Ensembl or RefSeq identifier without its version; any other text as it is."""
    found = _VERSIONED.fullmatch(transcript)
    return found[1] + (found[2] or "") if found else transcript


@dataclass(frozen=True)
class Mapping:
    """Genes of the transcripts of a quantifier.

    Attributes
    ----------
    genes
        Gene identifiers, sorted.
    places
        For each transcript the position of its gene, -1 where it has none.
    messages
        How they were matched, and what was left out.
    """

    genes: list[str]
    places: np.ndarray
    messages: tuple[str, ...]


def map_transcripts(ids: Sequence[str], reads: np.ndarray, table: TranscriptTable) -> Mapping:
    """Find the gene of each transcript: by its exact name, else by part of it.

    Parameters
    ----------
    ids
        Transcripts of the quantifier. Of a name joined by ``|`` (GENCODE) the first part counts.
    reads
        Reads of each transcript, over all samples.
    table
        Genes of transcripts.

    Raises
    ------
    recurseq.base.errors.InputError
        When no transcript is in the table, those left out hold more than half of the reads, or the
        table gives a transcript several genes.
    """
    first_parts = [name.split("|", 1)[0] for name in ids]
    keys = [
        name if name in table.genes else part for name, part in zip(ids, first_parts, strict=True)
    ]
    found = [table.genes.get(key) for key in keys]
    joined = sum(k != name and g is not None for k, name, g in zip(keys, ids, found, strict=True))
    lacking = [at for at, gene in enumerate(found) if gene is None]
    plain = _plain_table(table) if lacking else {}
    for at in lacking:
        key = without_version(keys[at])
        found[at] = plain.get(key) or plain.get(key.removesuffix("_PAR_Y"))
    left_out = np.array([gene is None for gene in found], dtype=bool)
    raise_if_any(
        [*_conflict_problems(keys, table), *_missing_problems(ids, left_out, reads, table)]
    )
    messages = list(table.messages)
    if joined:
        messages.append(f"of {joined} transcript names joined by '|' the first part was taken")
    if unversioned := len(lacking) - int(left_out.sum()):
        messages.append(
            f"{table.path}: {unversioned} of {len(keys)} transcripts were matched without their "
            "version"
        )
    if left_out.any():
        messages.append(
            f"{table.path}: {int(left_out.sum())} of {len(keys)} transcripts, with "
            f"{percent(_share(reads, left_out))} of the reads, are not in it and were left out: "
            f"{few(np.asarray(ids, dtype=object)[left_out])}"
        )
    genes = sorted({gene for gene in found if gene is not None})
    place = {gene: at for at, gene in enumerate(genes)}
    places = np.array([-1 if gene is None else place[gene] for gene in found], dtype=np.intp)
    return Mapping(genes, places, tuple(messages))


def joined_names(ids: Sequence[str], path: str) -> TranscriptTable | None:
    """Take the genes from transcript names such as GENCODE writes; None when they hold none.

    ``ENST00000456328.2|ENSG00000223972.5|OTTHUMG…|OTTHUMT…|DDX11L1-202|DDX11L1|1657|lncRNA|``: the
    second part is the gene, the sixth its name.
    """
    parts = [name.split("|") for name in ids]
    if not all(len(part) >= 6 and part[1].startswith("ENS") for part in parts):
        return None
    rows = ((part[0], part[1], part[5]) for part in parts)
    said = f"{path}: genes were taken from the transcript names, which GENCODE joins by '|'"
    return _collect(path, rows, [said])


def _plain_table(table: TranscriptTable) -> dict[str, str]:
    """Genes by transcript without version, where that leaves one gene."""
    plain: dict[str, str] = {}
    ambiguous = set()
    for transcript, gene in table.genes.items():
        key = without_version(transcript)
        if plain.setdefault(key, gene) != gene:
            ambiguous.add(key)
    return {key: gene for key, gene in plain.items() if key not in ambiguous}


def _conflict_problems(keys: Sequence[str], table: TranscriptTable) -> list[Problem]:
    wrong = [key for key in dict.fromkeys(keys) if key in table.conflicts]
    if not wrong:
        return []
    shown = "; ".join(f"{key!r} in {few(table.conflicts[key])}" for key in wrong[:3])
    more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    found = f"transcripts with several genes: {shown}{more}"
    fix = "remove the wrong rows, or make the table anew from the annotation of the index"
    return [Problem(table.path, found, "one gene for each transcript", fix)]


def _missing_problems(
    ids: Sequence[str], left_out: np.ndarray, reads: np.ndarray, table: TranscriptTable
) -> list[Problem]:
    share = _share(reads, left_out)
    if not left_out.all() and share <= LARGEST_SHARE_LEFT_OUT:
        return []
    unknown = [name for name, missing in zip(ids, left_out, strict=True) if missing]
    found = (
        f"{len(unknown)} of {len(ids)} transcripts, with {percent(share)} of the reads, are not "
        f"in the table: {few(unknown, 3)}; the table has {few(table.genes, 3)}"
    )
    allowed = "the transcripts that hold at least half of the reads"
    return [Problem(f"{_KEY}: {table.path}", found, allowed, _why(unknown, table))]


def _why(unknown: Sequence[str], table: TranscriptTable) -> str:
    plain = {without_version(name.split("|", 1)[0]) for name in unknown}
    genes = set(table.genes.values())
    if plain & {without_version(gene) for gene in genes}:
        return "the columns seem swapped: put transcripts first, or give the columns titles"
    if plain & {gene.split(".")[0] for gene in genes} or all(
        re.match(r"ENS[A-Z]*G\d{11}", name) for name in unknown[:3]
    ):
        return "the files seem to hold genes, not transcripts: take quant.sf, not quant.genes.sf"
    species = [
        {found[1] for name in names if (found := _ENSEMBL_SPECIES.match(name))}
        for names in (unknown[:1000], list(table.genes)[:1000])
    ]
    if species[0] and species[1] and not species[0] & species[1]:
        return "the table is of another species than the index of the quantifier"
    return "make the table from the annotation that the index of the quantifier was made from"


def _share(reads: np.ndarray, chosen: np.ndarray) -> float:
    total = float(reads.sum())
    return float(reads[chosen].sum()) / total if total > 0 else 0.0
