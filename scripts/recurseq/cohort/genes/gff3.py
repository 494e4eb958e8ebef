"""Genes and transcripts of a GFF3, read as a stream, named as the GTF of the same release does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from recurseq.cohort.genes.lines import decoded, lines_matching, lines_with
from recurseq.io.bytes import fail, unpacked

_DIRECTIVE = re.compile(rb"(?:\xef\xbb\xbf)?##gff-version[ \t]+3")
# Nine columns, of which the last begins as attributes of GFF3 do; a GTF has a space after the key.
_LINE = re.compile(rb"^(?:[^\t\n]*\t){8}[ ]?(?:ID|Parent|Name|gene_id)=", re.MULTILINE)
_FIELDS = 9
# Older releases of Ensembl have a type for each kind of gene; the prefix tells them.
_GENE_LINE = re.compile(
    rb"\t(?:gene|ncRNA_gene|pseudogene|transposable_element_gene)\t|\tID=[Gg]ene[:-]"
)
_LOCUS = b"locus_tag="
# Ensembl writes ID=gene:ENSG…, NCBI ID=gene-A1BG; their GTFs leave the prefix out.
_PREFIX = re.compile(r"^(?:[Gg]ene|[Tt]ranscript|rna)[:-]")
_ENTREZ = re.compile(r"GeneID:(\d+)")
_PARTS = frozenset({"exon", "CDS", "start_codon", "stop_codon", "five_prime_UTR"}) | frozenset(
    {"three_prime_UTR", "stop_codon_redefined_as_selenocysteine"}
)


def is_gff3(beginning: bytes) -> bool:
    """Whether a file is GFF3, by its first bytes."""
    return bool(_DIRECTIVE.match(beginning) or _LINE.search(beginning))


def gff3_genes(path: str | Path) -> Iterator[tuple[str, str, str, str, str]]:
    """Read the genes of a GFF3 (Ensembl, NCBI, GENCODE, TAIR), gzipped or not.

    Parameters
    ----------
    path
        The file.

    Yields
    ------
    tuple of str
        As `recurseq.cohort.genes.gtf.gtf_genes`: identifier without the prefix ``gene:`` or
        ``gene-``, Entrez number, name, chromosome and type. Where no feature is a gene, from the
        first feature of each ``locus_tag``, as Prokka writes it.

    Raises
    ------
    InputError
        When no feature is a gene, or the file is broken or not UTF-8.
    """
    seen = set()
    with unpacked(path) as stream:
        for line in lines_matching(stream, _GENE_LINE):
            if entry := _gene(decoded(str(path), line), ("gene_id", "ID")):
                seen.add(entry[0])
                yield entry
    if seen:
        return
    with unpacked(path) as stream:
        for line in lines_with(stream, _LOCUS):
            entry = _gene(decoded(str(path), line), ("locus_tag",))
            if entry and entry[0] not in seen:
                seen.add(entry[0])
                yield entry
    if not seen:
        allowed = "features of the type gene with ID=, or with locus_tag="
        raise fail(str(path), "no feature of the GFF3 is a gene", allowed)


def gff3_transcripts(path: str | Path) -> Iterator[tuple[str, str, str]]:
    """Read which gene each transcript of a GFF3 belongs to.

    Parameters
    ----------
    path
        The file.

    Yields
    ------
    tuple of str
        Transcript, gene and name of the gene, as `recurseq.cohort.genes.gtf.gtf_transcripts`.

    Raises
    ------
    InputError
        When no feature is the part of a gene, or the file is broken or not UTF-8.
    """
    names, written = {}, {}
    with unpacked(path) as stream:
        for line in lines_matching(stream, _GENE_LINE):
            if key := _attributes(text := decoded(str(path), line)).get("ID"):
                gene = _gene(text, ("gene_id", "ID"))
                written[key], names[key] = gene[0], gene[2]
    found = False
    with unpacked(path) as stream:
        for line in lines_with(stream, b"Parent="):
            text = decoded(str(path), line)
            attributes = _attributes(text)
            parent = attributes.get("Parent", "")
            transcript = attributes.get("transcript_id") or attributes.get("ID", "")
            if parent in written and transcript and _type_of(text) not in _PARTS:
                found = True
                yield _bare(transcript), written[parent], names[parent]
    if not found:
        raise fail(str(path), "no feature has a gene as Parent", "transcripts of genes in the GFF3")


def _type_of(line: str) -> str:
    cells = line.split("\t")
    return cells[2] if len(cells) == _FIELDS else ""


def _attributes(line: str) -> dict[str, str]:
    cells = line.rstrip("\r\n").split("\t")
    if len(cells) != _FIELDS:
        return {}
    pairs = (part.strip().partition("=") for part in cells[-1].split(";"))
    return {key: unquote(value).strip() for key, equals, value in pairs if equals}


def _bare(identifier: str) -> str:
    return _PREFIX.sub("", identifier)


def _gene(line: str, keys: tuple[str, ...]) -> tuple[str, str, str, str, str] | None:
    attributes = _attributes(line)
    gene = next((_bare(attributes[key]) for key in keys if attributes.get(key)), "")
    if not gene:
        return None
    entrez = _ENTREZ.search(attributes.get("Dbxref", ""))
    names = ("gene_name", "gene", "symbol", "gene_symbol", "locus", "Name")
    types = ("gene_type", "gene_biotype", "biotype", "locus_type")
    name, kind = (
        next((attributes[key] for key in wanted if attributes.get(key)), "")
        for wanted in (names, types)
    )
    chromosome = line.split("\t")[0].removeprefix("chr")
    return gene, entrez[1] if entrez else "", name, chromosome, kind
