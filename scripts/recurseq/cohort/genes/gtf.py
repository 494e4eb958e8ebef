"""Genes and transcripts of a GTF or GFF3, read as a stream: 1.5 GB take seconds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from recurseq.cohort.genes.gff3 import gff3_genes, gff3_transcripts, is_gff3
from recurseq.cohort.genes.lines import blocks, decoded, line_at, lines_with
from recurseq.io.bytes import fail, unpacked

_LOOKED_AT = 100_000  # bytes in which a GTF shows itself
_FIELDS = 9
_GENE_LINE, _GENE_ID = b"\tgene\t", b'gene_id "'
_TRANSCRIPT_LINE, _TRANSCRIPT_ID = b"\ttranscript\t", b'transcript_id "'
_ATTRIBUTE = re.compile(r'(\w+) "([^"]*)"')
_ENTREZ = re.compile(r'"GeneID:(\d+)"')


def is_gtf(path: str | Path) -> bool:
    """Whether a file is a GTF or a GFF3, by what it begins with.

    Raises
    ------
    InputError
        When the file cannot be opened.
    """
    beginning = _beginning(path)
    return _GENE_ID in beginning or is_gff3(beginning)


def _beginning(path: str | Path) -> bytes:
    with unpacked(path) as stream:
        return stream.read(_LOOKED_AT)


def _has_gff3_attributes(path: str | Path) -> bool:
    beginning = _beginning(path)
    return is_gff3(beginning) and _GENE_ID not in beginning


def gtf_genes(path: str | Path) -> Iterator[tuple[str, str, str, str, str]]:
    """Read the genes of a GTF (Ensembl, GENCODE, RefSeq, StringTie) or GFF3, gzipped or not.

    Parameters
    ----------
    path
        The file.

    Yields
    ------
    tuple of str
        For each gene its identifier as written, Entrez number, name, chromosome (without ``chr``)
        and type; empty where unknown. From the gene lines; where there are none, from the first
        line that has the identifier.

    Raises
    ------
    InputError
        When no line has a gene_id, or the file is broken or not UTF-8.
    """
    if _has_gff3_attributes(path):
        yield from gff3_genes(path)
    else:
        yield from _entries(path, _gene, "gene_id", _GENE_LINE, _GENE_ID)


def gtf_transcripts(path: str | Path) -> Iterator[tuple[str, str, str]]:
    """Read which gene each transcript of a GTF or GFF3 belongs to.

    Parameters
    ----------
    path
        The file.

    Yields
    ------
    tuple of str
        Transcript, gene (empty where unknown) and name of the gene (empty where unknown), as
        written. From the transcript lines; where there are none, from the first line that has the
        identifier.

    Raises
    ------
    InputError
        When no line has a transcript_id, or the file is broken or not UTF-8.
    """
    if _has_gff3_attributes(path):
        yield from gff3_transcripts(path)
    else:
        yield from _entries(path, _transcript, "transcript_id", _TRANSCRIPT_LINE, _TRANSCRIPT_ID)


def _entries(
    path: str | Path,
    parse: Callable[[str], tuple[str, ...] | None],
    attribute: str,
    line_mark: bytes,
    attribute_mark: bytes,
) -> Iterator[tuple[str, ...]]:
    """Parse the lines of one kind; without any, the first line of each value of the attribute."""
    where, found = str(path), False
    for lines, mark in ((lines_with, line_mark), (_first_lines, attribute_mark)):
        with unpacked(path) as stream:
            for line in lines(stream, mark):
                if entry := parse(decoded(where, line)):
                    found = True
                    yield entry
        if found:
            return
    raise fail(where, f"no line has a {attribute}", f"a GTF with {attribute} attributes")


def _transcript(line: str) -> tuple[str, str, str] | None:
    attributes = dict(_ATTRIBUTE.findall(line))
    if not attributes.get("transcript_id"):
        return None
    name = next((attributes[key] for key in ("gene_name", "gene") if key in attributes), "")
    return attributes["transcript_id"], attributes.get("gene_id", ""), name


def _gene(line: str) -> tuple[str, str, str, str, str] | None:
    cells = line.split("\t")
    if len(cells) != _FIELDS:
        return None
    attributes = dict(_ATTRIBUTE.findall(cells[-1]))
    if not attributes.get("gene_id"):
        return None
    entrez = _ENTREZ.search(cells[-1])
    name, kind = (
        next((attributes[key] for key in keys if key in attributes), "")
        for keys in (("gene_name", "gene", "gene_symbol"), ("gene_type", "gene_biotype"))
    )
    chromosome = cells[0].removeprefix("chr")
    return attributes["gene_id"], entrez[1] if entrez else "", name, chromosome, kind


def _first_lines(stream: BinaryIO, mark: bytes) -> Iterator[bytes]:
    """Yield the first line of each identifier; the mark is the text before it."""
    seen = set()
    for block in blocks(stream):
        place = _attribute_at(block, mark, 0)
        while place >= 0:
            start = place + len(mark)
            identifier = block[start : block.find(b'"', start)]
            if identifier in seen:
                place = _attribute_at(block, mark, start)
            else:
                seen.add(identifier)
                line, end = line_at(block, place)
                yield line
                place = _attribute_at(block, mark, end)


def _attribute_at(block: bytes, mark: bytes, start: int) -> int:
    """Find an attribute by its whole name: StringTie writes ``ref_gene_id`` beside ``gene_id``."""
    place = block.find(mark, start)
    while place > 0 and block[place - 1 : place] not in (b"\t", b" ", b";"):
        place = block.find(mark, place + 1)
    return place
