"""Which gene a transcript belongs to: tables as people have them, GTF files, spellings of names."""

import gzip

import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.cohort.readers.transcripts import (
    TranscriptTable,
    joined_names,
    map_transcripts,
    read_transcripts,
    without_version,
)

PAIRS = {"ENST00000000001.2": "ENSG00000000001.1", "ENST00000000002.1": "ENSG00000000002.3"}
ROWS = [f"{transcript}\t{gene}" for transcript, gene in PAIRS.items()]


def written(folder, text, name="tx2gene.tsv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


GTF = (
    "#!genome-build GRCh38\n"
    '1\tx\tgene\t1\t9\t.\t+\t.\tgene_id "ENSG00000000001.1"; gene_name "A";\n'
    '1\tx\ttranscript\t1\t9\t.\t+\t.\tgene_id "ENSG00000000001.1"; '
    'transcript_id "ENST00000000001.2"; gene_name "A";\n'
    '1\tx\texon\t1\t9\t.\t+\t.\tgene_id "ENSG00000000001.1"; transcript_id "ENST00000000001.2";\n'
    '1\tx\ttranscript\t1\t9\t.\t+\t.\tgene_id "ENSG00000000002.3"; '
    'transcript_id "ENST00000000002.1";\n'
)
SPELLINGS = {
    "no header": "\n".join(ROWS),
    "tximport": "\n".join(["TXNAME\tGENEID", *ROWS]),
    "nf-core": "\n".join(["transcript_id\tgene_id\tgene_name", *(f"{row}\tN" for row in ROWS)]),
    "nf-core without header": "\n".join(f"{row}\tN" for row in ROWS),
    "csv of R": '"","tx","gene"\n'
    + "\n".join(f'"{at}","{t}","{g}"' for at, (t, g) in enumerate(PAIRS.items(), start=1)),
    "windows": "\r\n".join(["tx_id,gene_id", *(row.replace("\t", ",") for row in ROWS)]),
    "BioMart, genes first": "Gene stable ID\tTranscript name\tTranscript stable ID\tGene name\n"
    + "\n".join(f"{gene}\tN-201\t{transcript}\tN" for transcript, gene in PAIRS.items()),
    "kallisto": "\n".join(["target_id\tens_gene\text_gene", *(f"{row}\tN" for row in ROWS)]),
    "sleuth": "target_id\text_gene\tens_gene\n"
    + "\n".join(f"{transcript}\tN\t{gene}" for transcript, gene in PAIRS.items()),
    "gzipped": gzip.compress("\n".join(ROWS).encode()),
    "repeated rows": "\n".join(ROWS + ROWS),
    "GTF": GTF,
    "GTF, gzipped": gzip.compress(GTF.encode()),
    "GTF of exons": "\n".join(
        f'1\tx\texon\t1\t9\t.\t+\t.\tgene_id "{gene}"; transcript_id "{transcript}";'
        for transcript, gene in list(PAIRS.items()) * 2
    ),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_one_table(tmp_path, spelling):
    table = read_transcripts(written(tmp_path, SPELLINGS[spelling]))
    assert table.genes == PAIRS
    assert table.conflicts == {}
    if any(name in spelling for name in ("nf-core", "BioMart", "kallisto", "sleuth")):
        assert set(table.names.values()) == {"N"}


def test_names_of_genes_in_a_gtf(tmp_path):
    assert read_transcripts(written(tmp_path, GTF)).names == {"ENSG00000000001.1": "A"}


def test_identifiers_that_look_like_titles_are_no_header(tmp_path):
    table = read_transcripts(written(tmp_path, "tx1\tgene1\ntx2\tgene1\n"))
    assert table.genes == {"tx1": "gene1", "tx2": "gene1"}


def test_symbols_alone_are_genes(tmp_path):
    table = read_transcripts(written(tmp_path, "transcript_id\tsymbol\nt1\tTP53\n"))
    assert table.genes == {"t1": "TP53"}


BROKEN = {
    "one column": ("ENST1\nENST2\n", "only one column"),
    "no pairs": ("transcript_id\tgene_id\nt1\t\nt2\tNA\n", "no row pairs"),
    "GFF3": ("##gff-version 3\n1\tx\tmRNA\t1\t9\t.\t+\t.\tID=t1;Parent=g1\n", "GFF3"),
    "truncated": (gzip.compress(("\n".join(ROWS) * 99).encode())[:-9], "gzip"),
    "empty": ("", "empty"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_files_that_are_no_table(tmp_path, case):
    text, words = BROKEN[case]
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_transcripts(path)
    assert words in str(caught.value)
    assert str(path) in caught.value.problems[0].where


def test_rows_without_a_gene_are_left_out_and_said(tmp_path):
    table = read_transcripts(written(tmp_path, "t1\tG1\nt2\t\nt3\tNA\n"))
    assert table.genes == {"t1": "G1"}
    assert "2 rows without a transcript or a gene" in table.messages[0]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("ENST00000456328.2", "ENST00000456328"),
        ("ENSMUST00000193812.11", "ENSMUST00000193812"),
        ("ENST00000381192.10_PAR_Y", "ENST00000381192_PAR_Y"),
        ("NM_000014.6", "NM_000014"),
        ("AT1G01010.1", "AT1G01010.1"),  # here the number tells transcripts apart
        ("Y74C9A.3.1", "Y74C9A.3.1"),
        ("MSTRG.5.2", "MSTRG.5.2"),
    ],
)
def test_versions_of_ensembl_and_refseq_only(name, plain):
    assert without_version(name) == plain


def table_of(**genes):
    return TranscriptTable("tx2gene.tsv", genes)


def mapped(ids, table, reads=None):
    return map_transcripts(ids, np.ones(len(ids)) if reads is None else np.array(reads), table)


def genes_of(mapping):
    return [None if at < 0 else mapping.genes[at] for at in mapping.places]


ENST = "ENST0000000000"


def test_exact_first_then_without_version():
    table = TranscriptTable("t", {f"{ENST}1.2": "old", f"{ENST}1.3": "new", f"{ENST}2": "plain"})
    mapping = mapped([f"{ENST}1.3", f"{ENST}1.2", f"{ENST}2.8"], table)
    assert genes_of(mapping) == ["new", "old", "plain"]
    assert "1 of 3 transcripts were matched without their version" in mapping.messages[0]
    mapping = mapped([f"{ENST}1.9", f"{ENST}2.1"], table, [1, 9])
    assert genes_of(mapping) == [None, "plain"]  # two genes fit the first: it has none


def test_copies_on_y():
    table = TranscriptTable("t", {f"{ENST}1": "gene", f"{ENST}2.5": "x", f"{ENST}2.5_PAR_Y": "y"})
    ids = [f"{ENST}1.3_PAR_Y", f"{ENST}2.7_PAR_Y", f"{ENST}2.7"]
    assert genes_of(mapped(ids, table)) == ["gene", "y", "x"]


JOINED = [
    "ENST00000456328.2|ENSG00000223972.5|O1|O2|DDX11L1-202|DDX11L1|1657|lncRNA|",
    "ENST00000450305.2|ENSG00000223972.5|O1|O3|DDX11L1-201|DDX11L1|632|pseudogene|",
]


def test_joined_names_of_gencode():
    table = TranscriptTable("t", {"ENST00000456328": "A", "ENST00000450305.2": "A"})
    mapping = mapped(JOINED, table)
    assert genes_of(mapping) == ["A", "A"]
    assert "first part was taken" in mapping.messages[0]
    own = joined_names(JOINED, "folder")
    assert genes_of(mapped(JOINED, own)) == ["ENSG00000223972.5"] * 2
    assert own.names == {"ENSG00000223972.5": "DDX11L1"}
    assert joined_names(["a|b|c"], "folder") is None
    assert joined_names([*JOINED, "ENST1"], "folder") is None


def test_transcripts_left_out_are_counted_and_named():
    mapping = mapped(["a", "b", "c", "d"], table_of(a="A", b="B"), [50, 30, 15, 5])
    assert genes_of(mapping) == ["A", "B", None, None]
    (said,) = mapping.messages
    assert "2 of 4 transcripts, with 20 % of the reads" in said
    assert "'c', 'd'" in said


def problem_of(ids, table, reads=None):
    with pytest.raises(InputError) as caught:
        mapped(ids, table, reads)
    (problem,) = caught.value.problems
    return problem


def test_more_than_half_of_the_reads_left_out():
    problem = problem_of(["a", "b"], table_of(a="A"), [49, 51])
    assert "1 of 2 transcripts, with 51 % of the reads" in problem.found
    assert "'b'; the table has 'a'" in problem.found
    assert "annotation" in problem.fix
    mapped(["a", "b"], table_of(a="A"), [50, 50])


@pytest.mark.parametrize(
    ("ids", "genes", "fix"),
    [
        ([f"ENSMUST0000000000{i}.1" for i in (1, 2)], {f"{ENST}1": "G"}, "another species"),
        ([f"{ENST}1.2"], {"ENSG00000000001": f"{ENST}1.2"}, "swapped"),
        (["ENSG00000000001.2"], {f"{ENST}1": "ENSG00000000001"}, "genes, not transcripts"),
        (["x"], {"y": "G"}, "annotation that the index"),
    ],
)
def test_no_transcript_in_the_table(ids, genes, fix):
    assert fix in problem_of(ids, TranscriptTable("t", genes)).fix


def test_contradicting_rows_matter_where_they_are_used(tmp_path):
    text = "a\tA\nb\tB\na\tC\nd\tD\nd\tE\n"
    table = read_transcripts(written(tmp_path, text))
    assert table.conflicts == {"a": ["A", "C"], "d": ["D", "E"]}
    problem = problem_of(["a", "b"], table)
    assert problem.where.endswith("tx2gene.tsv")
    assert problem.found == "transcripts with several genes: 'a' in 'A', 'C'"
    assert genes_of(mapped(["b"], table)) == ["B"]


def test_real_table(shared_data):
    path = shared_data / "data/formats/kallisto/Homo_sapiens.GRCh38.tx2gene.tsv.gz"
    table = read_transcripts(path)
    expected = pd.read_csv(path, sep="\t")
    assert table.genes == dict(zip(expected["tx_id"], expected["gene_id"], strict=True))
