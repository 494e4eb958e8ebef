"""Genes of a GTF: every flavour, and files too large to be held in memory."""

import gzip

import pytest

from recurseq.base.errors import InputError
from recurseq.cohort.genes import lines
from recurseq.cohort.genes.annotation import load_annotation

GENCODE = (
    "##description: evidence-based annotation of the human genome (GRCh38)\n"
    'chr16\tHAVANA\tgene\t56632659\t56634062\t.\t+\t.\tgene_id "ENSG00000205364.4"; gene_type '
    '"protein_coding"; gene_name "MT1M"; level 2; tag "a;b"; hgnc_id "HGNC:14296";\n'
    'chr16\tHAVANA\texon\t56632659\t56632700\t.\t+\t.\tgene_id "ENSG00000205364.4"; gene_type '
    '"protein_coding"; gene_name "MT1M"; exon_number 1;\n'
    'chrY\tHAVANA\tgene\t1\t9\t.\t+\t.\tgene_id "ENSG00000002586.20_PAR_Y"; gene_type '
    '"protein_coding"; gene_name "CD99";\n'
)
ENSEMBL = (
    "#!genome-build GRCm39\n"
    '2\tensembl\tgene\t1\t9\t.\t+\t.\tgene_id "ENSMUSG00000064842"; gene_version "3"; '
    'gene_source "ensembl"; gene_biotype "snRNA";\n'
)
REFSEQ = (
    'NC_000002.12\tBestRefSeq\tgene\t1\t9\t.\t+\t.\tgene_id "MYCN"; transcript_id ""; db_xref '
    '"GeneID:4613"; db_xref "HGNC:HGNC:7559"; gbkey "Gene"; gene "MYCN"; '
    'gene_biotype "protein_coding";\n'
)
STRINGTIE = (
    'chr1\tStringTie\ttranscript\t1\t9\t1000\t+\t.\tgene_id "MSTRG.1"; transcript_id "MSTRG.1.1"; '
    'gene_name "A";\n'
    'chr1\tStringTie\texon\t1\t9\t1000\t+\t.\tgene_id "MSTRG.1"; transcript_id "MSTRG.1.1"; '
    'ref_gene_id "MSTRG.2";\n'
    'chr1\tStringTie\ttranscript\t1\t9\t1000\t+\t.\tgene_id "MSTRG.2"; transcript_id "MSTRG.2.1";\n'
)
# identifier, Entrez number, name, chromosome, type
GENES = {
    "GENCODE": [
        ["ENSG00000205364", "", "MT1M", "16", "protein_coding"],
        ["ENSG00000002586_PAR_Y", "", "CD99", "Y", "protein_coding"],
    ],
    "ENSEMBL": [["ENSMUSG00000064842", "", "", "2", "snRNA"]],
    "REFSEQ": [["MYCN", "4613", "MYCN", "NC_000002.12", "protein_coding"]],
    "STRINGTIE": [["MSTRG.1", "", "A", "1", ""], ["MSTRG.2", "", "", "1", ""]],
}


def genes_of(path):
    return load_annotation(path).drop(columns="aliases").to_numpy().tolist()


@pytest.mark.parametrize("flavour", GENES)
@pytest.mark.parametrize("change", ["", "crlf", "gzip", "no last newline"])
def test_flavours(tmp_path, flavour, change, record_property):
    record_property("format", f"annotation: GTF of {flavour.capitalize()}")
    record_property("result", "names, types and places of its genes; so with CRLF or gzip")
    data = globals()[flavour].encode()
    data = data.replace(b"\n", b"\r\n") if change == "crlf" else data
    data = data.rstrip(b"\n") if change == "no last newline" else data
    path = tmp_path / "genes.tsv"  # the name says nothing
    path.write_bytes(gzip.compress(data) if change == "gzip" else data)
    assert genes_of(path) == GENES[flavour]


@pytest.mark.parametrize("size", [1, 7, 100, 250])
def test_where_a_block_ends_does_not_matter(tmp_path, monkeypatch, size):
    monkeypatch.setattr(lines, "_BLOCK", size)
    path = tmp_path / "genes.gtf"
    for flavour in GENES:
        path.write_text(globals()[flavour])
        assert genes_of(path) == GENES[flavour]


def test_lines_of_another_shape_are_no_genes(tmp_path):
    path = tmp_path / "genes.gtf"
    path.write_text(GENCODE + 'chr1\tgene\tgene_id "X"\n')
    assert genes_of(path) == GENES["GENCODE"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'gene\tgene_id "x"\nA\tB\n', "no line has a gene_id"),
        (GENCODE.encode().replace(b"CD99", b"CD\xe9"), "byte 0xe9 is not UTF-8"),
        (gzip.compress(GENCODE.encode())[:-12], "broken gzip file"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, data, message):
    path = tmp_path / "genes.gtf"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message) as caught:
        load_annotation(path)
    assert caught.value.problems[0].where == str(path)
