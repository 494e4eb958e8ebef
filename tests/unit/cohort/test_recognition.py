"""Where the samples stand, what they are called, and files that hold no counts at all."""

import gzip

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recurseq.base.errors import InputError
from recurseq.cohort.genes.excel_names import changed_by_excel
from recurseq.cohort.readers.formats import recognise
from recurseq.cohort.readers.orientation import genes_in_rows
from recurseq.cohort.readers.read import read_counts
from recurseq.cohort.readers.sample_names import sample_names, shortened
from recurseq.io.files import load
from support.count_files import problem_of, written


def grid(rows, columns):
    values = np.arange(len(rows) * len(columns)).reshape(len(rows), -1)
    return pd.DataFrame(values, index=rows, columns=columns)


@pytest.mark.parametrize(
    ("rows", "columns", "sheet", "turned"),
    [
        (["g1", "g2"], ["a", "b"], ["a", "b"], False),
        (["a", "b"], ["g1", "g2"], ["a", "b"], True),
        (["a", "b", "more"], ["g1", "g2"], ["b", "a"], True),
        (["a", "b"], ["g1", "a"], ["a", "b"], True),
        (["9", "10", "12"], ["9", "10", "8", "7"], ["7", "8", "9", "10"], False),
        (["a", "g2"], ["X.a", "X.b"], ["a", "b", "c"], False),  # one of three: chance
        (["g1", "g2"], ["x", "y"], ["a", "b"], False),
        (["g1", "g2"], ["x", "y"], [], False),
    ],
)
def test_where_samples_stand(rows, columns, sheet, turned):
    table = grid(rows, columns)
    found, message = genes_in_rows(table, sheet, "counts.tsv")
    pd.testing.assert_frame_equal(found, table.T if turned else table)
    assert bool(message) == turned
    if turned:
        assert message.startswith("counts.tsv: read with samples in rows")


def test_how_many_samples_stand_there_is_said():
    _, message = genes_in_rows(grid(["a", "b", "z"], ["g", "b"]), ["a", "b", "c"], "x")
    assert "2 of 3 samples of the sheet stand in the first column, 1 in the header" in message


def test_samples_on_both_sides_are_not_guessed():
    with pytest.raises(InputError, match="2 samples of the sheet stand in the first column, and"):
        genes_in_rows(grid(["a", "b"], ["a", "b"]), ["a", "b"], "x")


def test_columns_about_samples_are_no_genes_when_turned(tmp_path):
    text = "sample,group,G1,G2,__no_feature\na,x,1,2,900\nb,y,3,4,900\n"
    table = read_counts(written(tmp_path, text), sample_ids=["a", "b"])
    assert table.counts.loc[["G1", "G2"]].to_numpy().tolist() == [[1, 3], [2, 4]]
    assert table.counts.loc["group"].tolist() == ["x", "y"]  # for the check to name
    assert "__no_feature" not in table.counts.index


def test_a_line_longer_than_a_block(tmp_path):
    genes = [f"ENSG{number:011d}.{number % 20}" for number in range(70_000)]
    lines = ["\t".join(["", *genes])]
    lines += ["\t".join([sample, *["7"] * len(genes)]) for sample in ("a", "b")]
    path = written(tmp_path, "\n".join(lines))
    assert load(path).separator == "\t"
    assert len(load(path).lines) == 3
    assert recognise(load(path)) == "matrix"


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/x/S1.bam", "/x/S2.sorted.bam"], ["S1", "S2"]),
        (["/x/S1/Aligned.out.bam", "/x/S2/Aligned.out.bam"], ["S1", "S2"]),
        (["/x/S1/rep1.bam", "/x/S2/rep1.bam"], ["S1", "S2"]),
        (["a_counts.bam", "a.bam"], ["a_counts", "a"]),  # the endings alone would make them one
        (["p/T-1_x.bam", "p/T-2_x.bam"], ["T-1_x", "T-2_x"]),
        (["C:\\runs\\S1.bam", "C:\\runs\\S2.bam"], ["S1", "S2"]),
        (["S1.bam"], ["S1"]),
        (["x.bam", "x.bam"], ["x", "x"]),
        (["counts.bam", "count.bam"], ["counts", "count"]),
    ],
)
def test_short_names(paths, names):
    assert shortened(paths) == names


@given(
    st.lists(
        st.text(st.sampled_from("ab1/._-"), min_size=1, max_size=8).map(lambda t: f"{t}.bam"),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.text(st.sampled_from("ab1_"), min_size=1, max_size=3), max_size=3, unique=True),
)
def test_different_columns_never_get_one_name(columns, samples):
    named = {}
    for column, name in zip(columns, sample_names(columns, samples), strict=True):
        assert named.setdefault(name, column) == column


def test_a_matched_sample_keeps_its_name_from_others():
    columns = ["/x/A.sorted.bam", "/y/A_2.bam"]
    assert sample_names(columns, ["A", "A_2"]) == ["A", "A_2"]
    assert sample_names(columns, ["A_2"]) == ["A", "A_2"]


NO_COUNTS = {
    "summary of a featureCounts": "Status\ta.bam\nAssigned\t937197\nUnassigned_Ambiguity\t33475\n",
    "GTF": 'chr1\tE\tgene\t1\t9\t.\t+\t.\tgene_id "ENSG00000000001"; gene_name "A";\n' * 2,
    "GFF3": "##gff-version 3\nchr1\tE\tgene\t1\t9\t.\t+\t.\tID=gene:A\n",
    "SAM": "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:5\n",
    "STAR run": "                 Started job on |\tMay 01 10:00:00\n     Mapping speed |\t5\n",
    "MultiQC": "Sample\tTotal\tAssigned\tUnassigned_Ambiguity\na\t9\t5\t4\nb\t9\t5\t4\n",
    "table of MultiQC": "Sample\tFastQC_mqc-generalstats-fastqc-percent_gc\na\t45.0\n",
    "results of a differential": "gene\tbaseMean\tlog2FoldChange\tpadj\nA\t5.5\t1.2\t0.5\n",
    "sample sheet of nf-core": "sample,fastq_1,fastq_2,strandedness\na,x.gz,y.gz,auto\n",
    "series matrix of GEO": '!Series_title\t"x"\n!Series_geo_accession\t"GSE1"\n',
}


@pytest.mark.parametrize("what", NO_COUNTS)
@pytest.mark.parametrize("packed", [False, True])
def test_files_that_hold_no_counts(tmp_path, what, packed):
    data = NO_COUNTS[what].encode()
    path = written(tmp_path, gzip.compress(data) if packed else data)
    problem = problem_of(path)
    assert problem.found.startswith("this is ")
    assert what in problem.found
    assert problem.where == str(path)


def test_such_files_beside_counts_are_passed_over(tmp_path):
    written(tmp_path, "gene\tA\nG1\t1\nG2\t2\n", "A.run7.txt")
    for number, text in enumerate(NO_COUNTS.values()):
        written(tmp_path, text, f"A.{number}.txt")
    table = read_counts(directory=tmp_path, sample_ids=["A"])
    assert table.counts["A"].to_dict() == {"G1": 1, "G2": 2}
    (tmp_path / "A.run7.txt").unlink()
    for number in range(1, len(NO_COUNTS)):
        (tmp_path / f"A.{number}.txt").unlink()
    found = problem_of(directory=tmp_path, sample_ids=["A"]).found
    assert "this is the summary of a featureCounts run" in found


DATES = ["1-Mar", "2-Sep", "Sep-02", "1. Mrz", "10-Okt", "2024-03-01", "2024-03-01 00:00:00"]


@pytest.mark.parametrize("name", [*DATES, "3/1/2024", "01.03.24", "2.31E+13"])
def test_names_that_excel_changed(name):
    assert changed_by_excel(["TP53", name, name]) == [name]


def test_names_as_they_are():
    names = ["MARCHF1", "SEPT2", "DEC1", "sep-1", "1-AP", "HLA-A", "RP11-34.1", "CU104787.1", "2E5"]
    names += ["ENSG00000000003.13", "7157", "Y_RNA", "5S_rRNA", "3.8-1", "4-SEP-1", "1-Marble"]
    assert changed_by_excel(names) == []


def test_changed_names_are_said(tmp_path):
    text = "symbol,S1\nTP53,1\n2-Sep,4\n1-Mar,7\n"
    table = read_counts(written(tmp_path, text))
    assert "dates or numbers: '2-Sep', '1-Mar'" in table.messages[0]
    text = "gene_id,gene_name,S1,S2\nENSG1,TP53,1,2\nENSG2,Sep-02,4,5\n"
    assert "'Sep-02'" in read_counts(written(tmp_path, text)).messages[0]
    assert read_counts(written(tmp_path, text.replace("Sep-02", "SEPTIN2"))).messages == ()


def test_the_sheet_that_was_read_is_said(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "raw"
    book.active.append(["gene", "S1"])
    book.active.append(["A", 4])
    book.create_sheet("tpm")
    book.save(tmp_path / "counts.tsv")
    message = read_counts(tmp_path / "counts.tsv").messages[0]
    assert message.endswith("sheet 'raw' was read, not 'tpm'")


REAL = {
    "featurecounts/SRR1067503_1_trimmed_star_aligned.bam_counts.txt.summary": "the summary",
    "featurecounts/multiple_files.counts.txt.summary": "the summary of a featureCounts run",
    "nfcore/SRP254919.samplesheet.csv": "a sample sheet of nf-core/rnaseq",
}


@pytest.mark.parametrize("name", REAL)
def test_real_files_that_hold_no_counts(shared_data, name):
    assert REAL[name] in problem_of(shared_data / "data/formats" / name).found


def test_a_real_folder_with_other_files(shared_data):
    folder = shared_data / "data/formats/featurecounts"
    problem = problem_of(directory=folder, sample_ids=["SRR1067503_1", "uhr_hbr_chr22"])
    assert "SRR1067503_1" in problem.where
