"""Reading counts: every format, every spelling of a table, every way a file can be broken."""

import gzip

import numpy as np
import openpyxl
import pandas as pd
import pytest

from recurseq.cohort.genes.rows import settled
from recurseq.cohort.readers.formats import recognise
from recurseq.cohort.readers.read import read_counts
from recurseq.io.files import load
from recurseq.study.model import GeneRules
from support.count_files import problem_of, written

PLAIN = "gene_id\tS1\tS2\nENSG1\t5\t0\nENSG2\t7\t12\n"


def expect_plain(table):
    assert list(table.counts.index) == ["ENSG1", "ENSG2"]
    assert list(table.counts.columns) == ["S1", "S2"]
    assert table.counts.to_numpy().tolist() == [[5, 0], [7, 12]]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace("\t", ","),
        PLAIN.replace("\t", ";"),
        PLAIN.replace("\t", " "),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        "\ufeff" + PLAIN,
        "\ufeff" + PLAIN.replace("\t", ",").replace("\n", "\r\n"),
        PLAIN.rstrip("\n"),
        PLAIN.replace("\n", "\n\n"),
        PLAIN.replace("gene_id\t", ""),  # R's write.table: no name above the row names
        '"S1","S2"\n"ENSG1",5,0\n"ENSG2",7,12\n',
        '"","S1","S2"\n"ENSG1",5,0\n"ENSG2",7,12\n',
        '"S1" "S2"\n"ENSG1" 5 0\n"ENSG2" 7 12\n',
        "#" + PLAIN,
        "# made by a tool, on a day\n" + PLAIN,
        "gene_id\t S1\tS2 \n ENSG1 \t5\t0\nENSG2\t7\t12\n",
        PLAIN.replace("\n", "\t\n"),  # a trailing separator on every line
        PLAIN + "\t\t\n",  # what a spreadsheet leaves at the end
        PLAIN.replace("5", "5.0").replace("12", "1.2e1"),
    ],
)
def test_spellings_of_one_table(tmp_path, content):
    expect_plain(read_counts(written(tmp_path, content)))


def test_gzip_is_recognised_by_content_not_by_name(tmp_path):
    expect_plain(read_counts(written(tmp_path, gzip.compress(PLAIN.encode()), "counts.csv")))


def test_identifiers_stay_as_written(tmp_path):
    genes = ["NA", "NaN", "1-Mar", "001", "1e5", "TRUE", "nan", "-", "ENSG1.12", "12345", "inf"]
    samples = ["01", "2-a", "3.b", "NA", "8042381", "1e3", "TRUE"]
    lines = ["\t".join(["id", *samples])]
    lines += ["\t".join([gene, *"1234567"]) for gene in genes]
    table = read_counts(written(tmp_path, "\n".join(lines)))
    assert list(table.counts.index) == genes
    assert list(table.counts.columns) == samples
    assert all(isinstance(gene, str) for gene in table.counts.index)


def test_numeric_sample_and_gene_names_are_a_header(tmp_path):
    table = read_counts(written(tmp_path, "gene_id\t101\t102\n1\t5\t6\n2\t7\t8\n"))
    assert list(table.counts.columns) == ["101", "102"]
    assert list(table.counts.index) == ["1", "2"]


def test_names_and_types_in_the_file(tmp_path):
    text = "gene_id,S1,gene_name,S2,gene_biotype\na.1,1,NA,2,protein_coding\nb,3,1-Mar,4,\n"
    table = read_counts(written(tmp_path, text))
    assert list(table.gene_names) == ["NA", "1-Mar"]
    assert list(table.gene_types) == ["protein_coding", ""]
    assert list(table.counts.columns) == ["S1", "S2"]


def test_bad_cells_stay_visible_for_the_checks(tmp_path):
    text = "gene\tS1\tS2\tS3\nA\t1\tlow\tTRUE\nB\t2\t3\tFALSE\n"
    counts = read_counts(written(tmp_path, text)).counts
    assert counts["S2"].tolist() == ["low", "3"]
    assert counts["S3"].tolist() == ["True", "False"]


def test_one_bad_cell_far_down_makes_its_column_text(tmp_path):
    lines = [f"G{row}\t{row}\t{row}\t{row}" for row in range(150_000)]
    lines[-1] = "last\tlow\t0.5\t1"
    counts = read_counts(written(tmp_path, "gene\tS1\tS2\tS3\n" + "\n".join(lines))).counts
    assert counts["S1"].iloc[[0, -1]].tolist() == ["0", "low"]
    assert counts["S1"].map(type).eq(str).all()
    assert counts["S2"].iloc[[1, -1]].tolist() == [1, 0.5]
    assert counts["S3"].dtype == np.int64


def test_spreadsheet(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["gene", 8042381, "S 2"])
    book.active.append([7157, 5, None])
    book.active.append(["001", "x", 3.0])
    book.create_sheet("notes")
    book.save(tmp_path / "counts.xlsx")
    table = read_counts(tmp_path / "counts.xlsx")
    assert list(table.counts.index) == ["7157", "001"]
    assert list(table.counts.columns) == ["8042381", "S 2"]
    assert table.counts["8042381"].tolist() == ["5", "x"]
    assert np.isnan(table.counts["S 2"].iloc[0])
    assert "'notes'" in table.messages[0]


def test_damaged_spreadsheet(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["gene", "S1"])
    book.save(tmp_path / "counts.xlsx")
    data = bytearray((tmp_path / "counts.xlsx").read_bytes())
    start = data.index(b"xl/worksheets/sheet1.xml") + 30
    data[start : start + 30] = b"x" * 30
    problem = problem_of(written(tmp_path, bytes(data), "broken.xlsx"))
    assert "not a readable xlsx file" in problem.found


def test_spreadsheet_without_rows(tmp_path):
    book = openpyxl.Workbook()
    book.save(tmp_path / "empty.xlsx")
    assert "the sheet is empty" in problem_of(tmp_path / "empty.xlsx").found
    book.active.append(["gene", "S1"])
    book.save(tmp_path / "header.xlsx")
    assert "no gene in the file" in problem_of(tmp_path / "header.xlsx").found


def test_genes_that_excel_made_dates_are_named(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["gene", "S1"])
    book.active.append(["TP53", 4])
    book.active.append([pd.Timestamp("2024-03-01").to_pydatetime(), 5])
    book.save(tmp_path / "counts.xlsx")
    problem = problem_of(tmp_path / "counts.xlsx")
    assert problem.where.endswith("counts.xlsx, column 1")
    assert "row 3: 2024-03-01" in problem.found
    assert "genes.excel_dates: drop" in problem.fix
    read = read_counts(tmp_path / "counts.xlsx", dates_as_text=True)
    assert list(read.counts.index) == ["TP53", "2024-03-01"]
    assert settled(read, GeneRules("error", "drop", "exclude"), "x").counts["S1"].to_dict() == {
        "TP53": 4
    }


FEATURECOUNTS = (
    "# Program:featureCounts v2.0.1; Command:...\n"
    "Geneid\tChr\tStart\tEnd\tStrand\tLength"
    "\t/x/run 1/A-1.sorted.bam\t/x/B/Aligned.out.bam\tC.bam\n"
    "ENSG1\t1;1\t5;9\t7;11\t+;+\t6\t10\t20\t30\n"
)


def test_featurecounts_paths_become_samples(tmp_path):
    path = written(tmp_path, FEATURECOUNTS)
    table = read_counts(path, sample_ids=["A-1", "B", "Z"])
    assert table.format == "featurecounts"
    assert list(table.counts.columns) == ["A-1", "B", "C"]
    assert table.counts.iloc[0].tolist() == [10, 20, 30]
    assert "A-1 from /x/run 1/A-1.sorted.bam" in table.messages[0]


def test_featurecounts_ambiguous_paths_are_left(tmp_path):
    path = written(tmp_path, FEATURECOUNTS.replace("C.bam", "/y/A-1.bam"))
    columns = list(read_counts(path, sample_ids=["A-1"]).counts.columns)
    assert "A-1" not in columns


def test_summary_rows_are_left_out_and_said(tmp_path):
    text = PLAIN + "__no_feature\t900\t900\nN_unmapped\t1\t2\n"
    table = read_counts(written(tmp_path, text))
    expect_plain(table)
    assert "'__no_feature', 'N_unmapped'" in table.messages[0]


MERGED = "salmon.merged.gene_counts.tsv"


def nfcore(values):
    rows = "".join(f"G{i}\tN{i}\t{a}\t{b}\n" for i, (a, b) in enumerate(values))
    return "gene_id\tgene_name\tS1\tS2\n" + rows


def test_nfcore_estimates_are_rounded_and_said(tmp_path):
    text = nfcore([(740.999, 2), (0.5, 1.5), (300, 12.001), (50, 60)])
    table = read_counts(written(tmp_path, text, MERGED))
    assert table.format == "nfcore"
    assert table.counts.to_numpy().tolist() == [[741, 2], [0, 2], [300, 12], [50, 60]]
    assert "4 of 8 values were fractional" in table.messages[0]
    assert list(table.gene_names) == ["N0", "N1", "N2", "N3"]


def test_byte_order_mark_does_not_hide_the_format(tmp_path):
    table = read_counts(written(tmp_path, "\ufeff" + nfcore([(1, 2), (3, 4)])))
    assert table.format == "nfcore"


def test_nfcore_bad_cell_does_not_stop_rounding(tmp_path):
    text = nfcore([(740.999, 2), ("low", 1.5), (300, 12), (50, 60)])
    counts = read_counts(written(tmp_path, text, MERGED)).counts
    assert counts["S1"].tolist() == [741, "low", "300", "50"]
    assert counts["S2"].tolist() == [2, 2, 12, 60]


@pytest.mark.parametrize("factor", [1e6, 8.0])
def test_tpm_and_logarithms_under_an_nfcore_header_are_not_rounded(tmp_path, factor):
    shares = np.random.default_rng(1).dirichlet(np.ones(50), size=2).T
    scaled = shares * factor if factor == 1e6 else np.log2(shares * 1e6 + 1)
    table = read_counts(written(tmp_path, nfcore(scaled), MERGED), round_estimates=True)
    assert np.allclose(table.counts.to_numpy(), scaled)
    assert table.messages == ()


def test_fractions_in_an_ordinary_matrix_are_not_rounded(tmp_path):
    table = read_counts(written(tmp_path, PLAIN.replace("7", "7.4")))
    assert table.counts.loc["ENSG2", "S1"] == 7.4


BROKEN = {
    "empty": (b"", "the file is empty"),
    "only spaces": (b"\n \n", "the file is empty"),
    "truncated gzip": (gzip.compress(PLAIN.encode() * 50)[:-12], "broken gzip file"),
    "damaged gzip": (b"\x1f\x8b\x08\x00garbage-garbage", "broken gzip file"),
    "one column": (b"gene\nA\nB\n", "only one column"),
    "header only": (b"gene\tS1\tS2\n", "no gene in the file"),
    "latin 1": (b"gene\tS1\nA\t1\nB\xe9\t2\n", "byte 0xe9 is not UTF-8"),
    "utf 16": (PLAIN.encode("utf-16"), "UTF-16"),
    "binary": (b"abc\x00\x01\x02def\tx\n", "binary"),
    "parquet": (b"PAR1....", "Parquet"),
    "bzip2": (b"BZh91AY&SY", "bzip2"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
    "zip": (b"PK\x03\x04nonsense", "not a readable xlsx"),
    "long row": (b"gene\tS1\nA\t1\nB\t2\t3\nC\t1\n", "rows differ in shape"),
    "short header": (b"gene\tS1\nA\t1\t2\t3\n", "first row has 4 cells, the header 2"),
    "open quote": (b'gene,S1\nA,1\n"B,2\nC,3\n', "rows differ in shape"),
    "row numbers": (b",S1,S2\n0,5,1\n1,5,2\n2,5,3\n", "row numbers"),
    "only names": (b"gene_id\tgene_name\nA\tB\n", "no column holds counts"),
    "only summary": (b"gene\tS1\tS2\n__no_feature\t5\t6\n", "no gene in the file"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_named(tmp_path, case):
    content, found = BROKEN[case]
    path = written(tmp_path, content)
    problem = problem_of(path)
    assert found in problem.found
    assert str(path) in problem.where


def test_place_of_a_wrong_byte(tmp_path):
    problem = problem_of(written(tmp_path, BROKEN["latin 1"][0]))
    assert problem.where.endswith("line 3")


@pytest.mark.parametrize("separator", "\t,;")
def test_rows_that_end_with_a_separator_move_no_name_to_the_next_column(tmp_path, separator):
    rows = ["gene_id\tA\tB\tC", "G1\t1\t2\t3\t", "G2\t4\t5\t6\t"]
    path = written(tmp_path, "\n".join(rows).replace("\t", separator))
    problem = problem_of(path, sample_ids=["A", "B"])
    assert problem.found == "every row but the header ends with a separator"
    rows[0] += "\t"
    path = written(tmp_path, "\n".join(rows).replace("\t", separator))
    assert read_counts(path, sample_ids=["A", "B"]).counts.loc["G2"].to_dict() == {
        "A": 4, "B": 5, "C": 6,
    }  # fmt: skip


def test_missing_file_and_folder_instead_of_file(tmp_path):
    assert "does not exist" in problem_of(tmp_path / "no.tsv").found
    assert "counts.directory" in problem_of(tmp_path).fix


QUANTIFIERS = {
    "salmon": "Name\tLength\tEffectiveLength\tTPM\tNumReads\nENST1\t9\t8\t1\t2\n",
    "kallisto": "target_id\tlength\teff_length\test_counts\ttpm\nENST1\t9\t8\t1\t2\n",
    "rsem": "gene_id\ttranscript_id(s)\tlength\teffective_length\texpected_count\tTPM\tFPKM\n"
    "G\tT\t1\t1\t1\t1\t1\n",
}


@pytest.mark.parametrize("name", QUANTIFIERS)
def test_file_of_a_quantifier_where_a_matrix_is_wanted(tmp_path, name):
    path = written(tmp_path, QUANTIFIERS[name])
    assert recognise(load(path)) == name
    problem = problem_of(path)
    assert "holds one sample" in problem.found
    assert "counts.directory" in problem.fix


def test_named_format_that_the_file_is_not(tmp_path):
    problem = problem_of(written(tmp_path, PLAIN), file_format="featurecounts")
    assert "the file looks like a count matrix" in problem.found


@pytest.mark.parametrize(
    "text", ["ENSG1\t5\nENSG2\t6\n__no_feature\t3\n", "gene\tcount\nA\t1\n__ambiguous\t3\n"]
)
def test_one_sample_where_a_matrix_is_wanted(tmp_path, text):
    assert "counts.directory" in problem_of(written(tmp_path, text)).fix


REAL = {
    "formats/featurecounts/uhr_hbr_chr22_featureCounts.txt": ("featurecounts", (1378, 6)),
    "formats/featurecounts/nk_cell_counts_with_symbol_rows.txt.gz": ("matrix", (39376, 21)),
    "formats/nfcore/salmon.merged.gene_counts.tsv.gz": ("nfcore", (63140, 6)),
    "formats/nfcore/SRP254919.salmon.merged.gene_counts.top1000cov.tsv": ("nfcore", (1000, 6)),
    "airway/counts.tsv.gz": ("matrix", (64102, 8)),
    "pasilla/counts.tsv.gz": ("matrix", (14599, 7)),
    "mouse_hcc/counts.tsv.gz": ("matrix", (55414, 28)),
    "tcga_lihc/counts.tsv.gz": ("matrix", (60482, 90)),
}


@pytest.mark.parametrize("name", REAL)
def test_real_files(shared_data, name, record_property):
    table = read_counts(shared_data / "data" / name)
    assert (table.format, table.counts.shape) == REAL[name]
    record_property("format", f"{table.format}: real file {name}")
    record_property("result", "{} genes, {} samples".format(*table.counts.shape))
