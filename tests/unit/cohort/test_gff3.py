"""A GFF3 names the same genes as the GTF of the same release; BioMart's titles are read."""

import gzip

import pytest

from recurseq.base.errors import InputError
from recurseq.cohort.genes.annotation import annotate, load_annotation
from recurseq.cohort.readers.transcripts import read_transcripts

# The same genes twice, in the attributes of either format, as three publishers write them.
ENSEMBL = (
    '16\thavana\tgene\t5\t9\t.\t+\t.\tgene_id "ENSG00000205364"; gene_version "4"; gene_name '
    '"MT1M"; gene_source "havana"; gene_biotype "protein_coding";\n'
    '16\thavana\ttranscript\t5\t9\t.\t+\t.\tgene_id "ENSG00000205364"; gene_version "4"; '
    'transcript_id "ENST00000379818"; gene_name "MT1M";\n'
    '16\thavana\texon\t5\t9\t.\t+\t.\tgene_id "ENSG00000205364"; transcript_id '
    '"ENST00000379818"; gene_name "MT1M";\n'
    '1\tensembl\tgene\t5\t9\t.\t+\t.\tgene_id "ENSG00000278267"; gene_version "1"; '
    'gene_biotype "miRNA";\n',
    "##gff-version 3\n##sequence-region   16 1 90338345\n"
    "16\tGRCh38\tchromosome\t1\t90338345\t.\t.\t.\tID=chromosome:16;Alias=CM000678.2\n"
    "16\thavana\tgene\t5\t9\t.\t+\t.\tID=gene:ENSG00000205364;Name=MT1M;biotype=protein_coding;"
    "description=metallothionein 1M%3B a gene;gene_id=ENSG00000205364;version=4\n"
    "16\thavana\tmRNA\t5\t9\t.\t+\t.\tID=transcript:ENST00000379818;Parent=gene:ENSG00000205364;"
    "Name=MT1M-201;biotype=protein_coding;transcript_id=ENST00000379818;version=3\n"
    "16\thavana\texon\t5\t9\t.\t+\t.\tParent=transcript:ENST00000379818;Name=ENSE00001;rank=1\n"
    "###\n"
    "1\tensembl\tncRNA_gene\t5\t9\t.\t+\t.\tID=gene:ENSG00000278267;biotype=miRNA;"
    "gene_id=ENSG00000278267\n",
)
NCBI = (
    'NC_2.12\tBestRefSeq\tgene\t5\t9\t.\t+\t.\tgene_id "MYCN"; transcript_id ""; db_xref '
    '"GeneID:4613"; db_xref "HGNC:HGNC:7559"; gene "MYCN"; gene_biotype "protein_coding";\n'
    'NC_2.12\tBestRefSeq\ttranscript\t5\t9\t.\t+\t.\tgene_id "MYCN"; transcript_id '
    '"NM_005378.6"; db_xref "GeneID:4613"; gene "MYCN"; product "a";\n'
    'NC_000913.3\tRefSeq\tgene\t190\t255\t.\t+\t.\tgene_id "b0001"; transcript_id ""; db_xref '
    '"GeneID:944742"; gene "thrL"; gene_biotype "protein_coding"; locus_tag "b0001";\n',
    "##gff-version 3\n#!gff-spec-version 1.21\n"
    "NC_2.12\tBestRefSeq\tgene\t5\t9\t.\t+\t.\tID=gene-MYCN;Dbxref=GeneID:4613,HGNC:HGNC:7559;"
    "Name=MYCN;gbkey=Gene;gene=MYCN;gene_biotype=protein_coding;gene_synonym=N-myc,MODED\n"
    "NC_2.12\tBestRefSeq\tmRNA\t5\t9\t.\t+\t.\tID=rna-NM_005378.6;Parent=gene-MYCN;"
    "Dbxref=GeneID:4613,GenBank:NM_005378.6;gbkey=mRNA;gene=MYCN;transcript_id=NM_005378.6\n"
    "NC_2.12\tBestRefSeq\tCDS\t5\t9\t.\t+\t0\tID=cds-NP_1;Parent=rna-NM_005378.6;gene=MYCN\n"
    "NC_000913.3\tRefSeq\tgene\t190\t255\t.\t+\t.\tID=gene-b0001;Dbxref=ASAP:ABE-0000006,"
    "GeneID:944742;Name=thrL;gbkey=Gene;gene=thrL;gene_biotype=protein_coding;locus_tag=b0001\n"
    "NC_000913.3\tRefSeq\tCDS\t190\t255\t.\t+\t0\tID=cds-NP_4;Parent=gene-b0001;gene=thrL\n",
)
GENCODE = (
    'chr1\tHAVANA\tgene\t1\t9\t.\t+\t.\tgene_id "ENSG00000223972.5"; gene_type "lncRNA"; '
    'gene_name "DDX11L1"; level 2;\n'
    'chr1\tHAVANA\ttranscript\t1\t9\t.\t+\t.\tgene_id "ENSG00000223972.5"; transcript_id '
    '"ENST00000456328.2"; gene_type "lncRNA"; gene_name "DDX11L1"; level 2;\n'
    'chrY\tHAVANA\tgene\t1\t9\t.\t+\t.\tgene_id "ENSG00000002586.20_PAR_Y"; gene_type '
    '"protein_coding"; gene_name "CD99";\n',
    "##gff-version 3\n#description: evidence-based annotation of the human genome\n"
    "chr1\tHAVANA\tgene\t1\t9\t.\t+\t.\tID=ENSG00000223972.5;gene_id=ENSG00000223972.5;"
    "gene_type=lncRNA;gene_name=DDX11L1;level=2;hgnc_id=HGNC:37102\n"
    "chr1\tHAVANA\ttranscript\t1\t9\t.\t+\t.\tID=ENST00000456328.2;Parent=ENSG00000223972.5;"
    "gene_id=ENSG00000223972.5;transcript_id=ENST00000456328.2;gene_name=DDX11L1\n"
    "chr1\tHAVANA\texon\t1\t9\t.\t+\t.\tID=exon:ENST00000456328.2:1;Parent=ENST00000456328.2\n"
    "chrY\tHAVANA\tgene\t1\t9\t.\t+\t.\tID=ENSG00000002586.20_PAR_Y;"
    "gene_id=ENSG00000002586.20_PAR_Y;gene_type=protein_coding;gene_name=CD99\n",
)
PUBLISHERS = {"Ensembl": ENSEMBL, "NCBI": NCBI, "GENCODE": GENCODE}


@pytest.mark.parametrize("publisher", PUBLISHERS)
@pytest.mark.parametrize("change", ["", "crlf", "gzip", "no directive"])
def test_gff3_and_gtf_name_the_same_genes(tmp_path, publisher, change, record_property):
    record_property("format", f"annotation: GFF3 of {publisher}")
    record_property("result", "the same genes, names and types as the GTF; CRLF and gzip too")
    gtf, gff = tmp_path / "genes.gtf", tmp_path / "genes.gff3"
    gtf.write_text(PUBLISHERS[publisher][0])
    data = PUBLISHERS[publisher][1].encode()
    data = data.replace(b"\n", b"\r\n") if change == "crlf" else data
    data = data.removeprefix(b"##gff-version 3\n") if change == "no directive" else data
    gff.write_bytes(gzip.compress(data) if change == "gzip" else data)
    expected, found = load_annotation(gtf), load_annotation(gff)
    assert len(expected) == 2
    assert found.to_numpy().tolist() == expected.to_numpy().tolist()


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_gff3_and_gtf_pair_the_same_transcripts(tmp_path, publisher):
    gtf, gff = tmp_path / "genes.gtf", tmp_path / "genes.gff3"
    gtf.write_text(PUBLISHERS[publisher][0])
    gff.write_text(PUBLISHERS[publisher][1])
    expected, found = read_transcripts(gtf), read_transcripts(gff)
    assert len(found.genes) == 1
    assert (found.genes, found.names) == (expected.genes, expected.names)


def test_identifiers_with_the_prefix_of_a_gff3_are_found(tmp_path):
    path = tmp_path / "genes.gff3"
    path.write_text(ENSEMBL[1])
    named = annotate(["gene:ENSG00000205364", "gene:ENSG9"], None, load_annotation(path))
    assert list(named.index) == ["gene:ENSG00000205364", "gene:ENSG9"]
    assert list(named["gene_name"]) == ["MT1M", "gene:ENSG9"]


def test_the_prefix_may_be_on_either_side(tmp_path):
    path = tmp_path / "genes.tsv"
    path.write_text("gene_id\tgene_name\ngene-b0001\tthrL\nb0002\tthrA\n")
    named = annotate(["gene-b0001", "gene-b0002"], None, load_annotation(path))
    assert list(named["gene_name"]) == ["thrL", "thrA"]
    builtin = load_annotation("builtin")
    assert list(annotate(["gene-TP53", "gene-MYCN"], None, builtin)["gene_name"]) == [
        "TP53",
        "MYCN",
    ]
    numbers = [f"gene-{number}" for number in range(1, 40)]  # no Entrez numbers
    assert list(annotate(numbers, None, builtin)["gene_name"]) == numbers


def test_bacteria_of_prokka_have_no_gene_features(tmp_path):
    path = tmp_path / "genes.gff"
    line = "contig1\tProdigal\tCDS\t1\t9\t.\t+\t0\tID=ABC_0000{0};{1}locus_tag=ABC_0000{0}\n"
    path.write_text(
        "##gff-version 3\n" + line.format(1, "Name=dnaA;gene=dnaA;") + line.format(2, "")
        + "##FASTA\n>contig1\nACGT\n"
    )  # fmt: skip
    assert load_annotation(path)[["gene_id", "gene_name"]].to_numpy().tolist() == [
        ["ABC_00001", "dnaA"],
        ["ABC_00002", ""],
    ]


def test_other_types_and_prefixes_of_genes(tmp_path):
    path = tmp_path / "genes.gff3"
    path.write_text(
        "##gff-version   3\n"
        "1\tensembl\tlincRNA_gene\t1\t9\t.\t+\t.\tID=gene:ENSMUSG00000064842;Name=Gm26206\n"
        "I\tWormBase\tgene\t1\t9\t.\t+\t.\tID=Gene:WBGene00000001;Name=WBGene00000001;"
        "locus=aap-1;biotype=protein_coding\n"
        "Chr1\tAraport11\tgene\t1\t9\t.\t+\t.\tID=AT1G01010;Name=AT1G01010;symbol=NAC001;"
        "locus_type=protein_coding;Note=a%2Cb\n"
    )
    assert load_annotation(path)[["gene_id", "gene_name"]].to_numpy().tolist() == [
        ["ENSMUSG00000064842", "Gm26206"],
        ["WBGene00000001", "aap-1"],
        ["AT1G01010", "NAC001"],
    ]


def test_a_gff3_without_genes(tmp_path):
    path = tmp_path / "genes.gff3"
    path.write_text("##gff-version 3\nchr1\tx\tregion\t1\t9\t.\t+\t.\tID=chr1\n")
    with pytest.raises(InputError, match="no feature of the GFF3 is a gene"):
        load_annotation(path)


BIOMART = {
    "web": ["Gene stable ID", "Gene name", "Gene type"],
    "web with versions": ["Gene stable ID version", "Gene name", "Gene type"],
    "both identifiers": ["Gene stable ID", "Gene stable ID version", "Gene name", "Gene type"],
    "biomaRt": ["ensembl_gene_id", "external_gene_name", "gene_biotype"],
    "transcripts first": ["Transcript stable ID", "Gene stable ID", "Gene name", "Gene type"],
}
CELLS = {
    "Gene stable ID version": "ENSDARG00000063344.5",
    "Transcript stable ID": "ENSDART00000092304",
    "Gene stable ID": "ENSDARG00000063344",
    "Gene name": "fam162a",
    "Gene type": "protein_coding",
    "ensembl_gene_id": "ENSDARG00000063344",
    "external_gene_name": "fam162a",
    "gene_biotype": "protein_coding",
}


@pytest.mark.parametrize("titles", BIOMART)
@pytest.mark.parametrize("separator", ["\t", ","])
def test_exports_of_biomart(tmp_path, titles, separator):
    path = tmp_path / "mart_export.txt"
    rows = [BIOMART[titles], [CELLS[title] for title in BIOMART[titles]]]
    path.write_text("".join(separator.join(row) + "\n" for row in rows))
    found = load_annotation(path)
    assert found[["gene_id", "gene_name", "gene_type"]].to_numpy().tolist() == [
        ["ENSDARG00000063344", "fam162a", "protein_coding"]
    ]


def test_a_table_without_names_says_what_to_export(tmp_path):
    path = tmp_path / "mart_export.txt"
    path.write_text("Gene stable ID\tGO term\nENSDARG00000063344\tGO:1\n")
    with pytest.raises(InputError) as caught:
        load_annotation(path)
    (problem,) = caught.value.problems
    for words in ("BioMart", "'Gene stable ID'", "'Gene name'", "'Gene type'"):
        assert words in problem.fix
