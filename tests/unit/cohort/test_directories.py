"""Folders with a count file for each sample: STAR, htseq-count, GDC, featureCounts."""

import gzip

import pandas as pd
import pytest

from recurseq.cohort.checks import matrix_problems
from recurseq.cohort.genes.rows import settled
from recurseq.cohort.readers.read import read_counts
from recurseq.study.model import GeneRules
from support.count_files import problem_of, written


def star(forward, reverse):
    head = (
        "N_unmapped\t9\t9\t9\nN_multimapping\t8\t8\t8\nN_noFeature\t7\t7\t7\nN_ambiguous\t1\t1\t1\n"
    )
    return head + f"G1\t{forward + reverse}\t{forward}\t{reverse}\nG2\t4\t2\t2\n"


def test_star_strand_is_recognised(tmp_path):
    written(tmp_path, star(10, 990), "A_ReadsPerGene.out.tab")
    written(tmp_path, gzip.compress(star(20, 980).encode()), "B-1ReadsPerGene.out.tab.gz")
    written(tmp_path, star(20, 980), "other_ReadsPerGene.out.tab")
    written(tmp_path, "Uniquely mapped\t5\n", "A_Log.final.out")
    table = read_counts(directory=tmp_path, sample_ids=["A", "B-1"])
    assert table.format == "star"
    assert table.counts.to_dict() == {"A": {"G1": 990, "G2": 2}, "B-1": {"G1": 980, "G2": 2}}
    assert any("strand reverse was recognised" in message for message in table.messages)


@pytest.mark.parametrize(("strand", "expected"), [("unstranded", 1000), ("reverse", 990)])
def test_star_strand_by_name(tmp_path, strand, expected):
    written(tmp_path, star(10, 990), "A_ReadsPerGene.out.tab")
    table = read_counts(directory=tmp_path, strand=strand, sample_ids=["A"])
    assert table.counts.loc["G1", "A"] == expected
    said = table.messages[-1]
    assert f"strand {strand} was set" in said
    assert "unstranded 1,004, forward 12, reverse 992; on the reverse strand 99 %" in said
    assert ("the library looks reverse" in said) == (strand == "unstranded")


@pytest.mark.parametrize(
    ("reads", "strand", "fix"),
    [((10, 990), "forward", "reverse"), ((990, 10), "reverse", "forward")],
)
def test_the_other_strand_is_refused(tmp_path, reads, strand, fix):
    written(tmp_path, star(*reads), "A.tab")
    written(tmp_path, star(*reads), "B.tab")
    problem = problem_of(directory=tmp_path, strand=strand, sample_ids=["A", "B"])
    assert problem.where == "config: counts.strand"
    assert "on the other strand in 'A', 'B'" in problem.found
    assert problem.fix == f"set counts.strand to {fix}"
    written(tmp_path, star(*reversed(reads)), "B.tab")
    problem = problem_of(directory=tmp_path, strand=strand, sample_ids=["A", "B"])
    assert "on the other strand in 'A' (" in problem.found
    assert problem.fix == "set counts.strand to unstranded"


def test_a_strand_for_an_unstranded_library_is_said(tmp_path):
    written(tmp_path, star(480, 520), "A.tab")
    table = read_counts(directory=tmp_path, strand="reverse", sample_ids=["A"])
    assert table.counts.loc["G1", "A"] == 520
    assert "lose half of their reads" in table.messages[-1]


def test_a_sample_without_reads_has_no_strand(tmp_path):
    written(tmp_path, star(10, 990), "A.tab")
    written(tmp_path, star(0, 0).replace("G2\t4\t2\t2", "G2\t0\t0\t0"), "B.tab")
    table = read_counts(directory=tmp_path, sample_ids=["A", "B"])
    assert table.counts.loc["G1"].tolist() == [990, 0]


def test_star_without_its_first_rows(tmp_path):
    text = star(10, 990)
    written(tmp_path, text[text.index("G1") :], "A.tab")
    table = read_counts(directory=tmp_path, file_format="star", sample_ids=["A"])
    assert table.counts["A"].to_dict() == {"G1": 990, "G2": 2}
    assert "3 columns of numbers" in problem_of(directory=tmp_path, sample_ids=["A"]).found


def test_star_unstranded(tmp_path):
    written(tmp_path, star(480, 520), "A.ReadsPerGene.out.tab")
    assert read_counts(directory=tmp_path, sample_ids=["A"]).counts.loc["G1", "A"] == 1000


@pytest.mark.parametrize("second", [(500, 500), (300, 700)])
def test_star_strand_that_cannot_be_told(tmp_path, second):
    written(tmp_path, star(10, 990), "A.tab")
    written(tmp_path, star(*second), "B.tab")
    problem = problem_of(directory=tmp_path, sample_ids=["A", "B"])
    assert "cannot be told" in problem.found
    assert "'B'" in problem.found
    assert "counts.strand" in problem.allowed


def test_gdc_star(tmp_path):
    header = (
        "# gene-model: GENCODE v36\n"
        "gene_id\tgene_name\tgene_type\tunstranded\tstranded_first\tstranded_second"
        "\ttpm_unstranded\tfpkm_unstranded\tfpkm_uq_unstranded\n"
        "N_unmapped\t\t\t9\t9\t9\t\t\t\nN_multimapping\t\t\t9\t9\t9\t\t\t\n"
    )
    row = "ENSG1.2\tTP53\tprotein_coding\t100\t49\t51\t1.5\t1.2\t1.1\n"
    for sample in "AB":
        written(tmp_path, header + row, f"{sample}.rna_seq.augmented_star_gene_counts.tsv")
    table = read_counts(directory=tmp_path, sample_ids=["A", "B"])
    assert table.format == "gdc_star"
    assert table.counts.to_dict() == {"A": {"ENSG1.2": 100}, "B": {"ENSG1.2": 100}}
    assert list(table.gene_names) == ["TP53"]
    assert list(table.gene_types) == ["protein_coding"]


def test_htseq_files_in_any_gene_order(tmp_path):
    written(tmp_path, "G1\t1\nG2\t2\n__no_feature\t5\n", "1.htseq.counts")
    written(tmp_path, "G2\t20\nG1\t10\n__no_feature\t5\n", "2.htseq.counts")
    table = read_counts(directory=tmp_path, sample_ids=["2", "1"])
    assert table.format == "htseq"
    assert list(table.counts.columns) == ["2", "1"]
    assert table.counts.loc["G1"].tolist() == [10, 1]
    assert table.counts.loc["G2"].tolist() == [20, 2]


@pytest.mark.parametrize("ending", ["_counts.txt", "_run7.txt"])
def test_file_of_a_longer_sample_name_is_not_taken(tmp_path, ending):
    for sample, value in [("S1", 1), ("S1_2", 2), ("S10", 3)]:
        written(tmp_path, f"G1\t{value}\nG2\t0\n", f"{sample}{ending}")
    table = read_counts(directory=tmp_path, sample_ids=["S1", "S1_2"])
    assert table.counts.loc["G1"].to_dict() == {"S1": 1, "S1_2": 2}


def test_file_of_a_sample_that_is_left_out_is_nobody_elses(tmp_path):
    for name in ("A_2", "B"):
        written(tmp_path, "G1\t5\nG2\t6\n", f"{name}.counts.txt")
    assert list(read_counts(directory=tmp_path, sample_ids=["A", "B"]).counts) == ["A", "B"]
    problem = problem_of(directory=tmp_path, sample_ids=["A", "B"], left_out=["A_2"])
    assert problem.where == f"{tmp_path}, sample 'A'"
    assert "no file or folder is named after it" in problem.found


def test_column_of_a_sample_that_is_left_out_is_nobody_elses(tmp_path):
    header = "Geneid\tChr\tStart\tEnd\tStrand\tLength\t/x/A_2.bam\t/x/B.bam\n"
    path = written(tmp_path, header + "G1\t1\t1\t9\t+\t9\t5\t6\n")
    assert list(read_counts(path, sample_ids=["A", "B"]).counts) == ["A", "B"]
    table = read_counts(path, sample_ids=["A", "B"], left_out=["A_2"])
    assert list(table.counts) == ["A_2", "B"]


def test_files_in_folders_named_after_samples(tmp_path):
    for sample in ("A", "B"):
        (tmp_path / sample).mkdir()
        written(tmp_path / sample, star(10, 990), "ReadsPerGene.out.tab")
        written(tmp_path / sample, "x\ty\n", "notes.txt")
    table = read_counts(directory=tmp_path, sample_ids=["A", "B"])
    assert table.counts.loc["G1"].tolist() == [990, 990]


def test_featurecounts_one_file_a_sample(tmp_path):
    for sample in ("A", "B"):
        text = f"# x\nGeneid\tChr\tStart\tEnd\tStrand\tLength\t{sample}.bam\nG\t1\t1\t2\t+\t1\t7\n"
        written(tmp_path, text, f"{sample}.featureCounts.txt")
    table = read_counts(directory=tmp_path, sample_ids=["A", "B"])
    assert table.counts.to_dict() == {"A": {"G": 7}, "B": {"G": 7}}


def test_a_file_that_holds_another_sample(tmp_path):
    start = "Geneid\tChr\tStart\tEnd\tStrand\tLength"
    for sample, column in [("A", "/x/B.sorted.bam"), ("B", "/x/run7.bam"), ("C", "/x/C_1/C.bam")]:
        written(tmp_path, f"{start}\t{column}\nG\t1\t1\t2\t+\t1\t7\n", f"{sample}.txt")
    problem = problem_of(directory=tmp_path, sample_ids=["A", "B", "C"])
    assert problem.where.endswith("A.txt")
    assert "named after 'A', its column of counts is '/x/B.sorted.bam'" in problem.found
    assert read_counts(directory=tmp_path, sample_ids=["B", "C"]).counts.loc["G"].tolist() == [7, 7]


def test_folder_problems(tmp_path):
    assert "does not exist" in problem_of(directory=tmp_path / "no", sample_ids=["A"]).found
    file = written(tmp_path, "G1\t1\n", "A.txt")
    assert "not a folder" in problem_of(directory=file, sample_ids=["A"]).found
    assert (
        "no file is named after a sample" in problem_of(directory=tmp_path, sample_ids=["Q"]).found
    )


def test_two_files_for_one_sample(tmp_path):
    written(tmp_path, "G1\t1\nG2\t2\n", "A.txt")
    written(tmp_path, "G1\t1\nG2\t2\n", "A.counts")
    problem = problem_of(directory=tmp_path, sample_ids=["A"])
    assert "several files fit sample 'A': 'A.counts', 'A.txt'" in problem.found


def test_files_with_other_genes_or_kinds(tmp_path):
    written(tmp_path, "G1\t1\nG2\t2\n__no_feature\t1\n", "A.txt")
    written(tmp_path, "G1\t1\nG3\t2\n__no_feature\t1\n", "B.txt")
    problem = problem_of(directory=tmp_path, sample_ids=["A", "B"])
    assert problem.where.endswith("B.txt")
    assert "not in both: 'G3', 'G2'" in problem.found
    written(tmp_path, star(1, 9), "B.txt")
    assert "different kinds" in problem_of(directory=tmp_path, sample_ids=["A", "B"]).found
    written(tmp_path, "G1\t1\nG1\t2\n__no_feature\t1\n", "B.txt")
    problem = problem_of(directory=tmp_path, sample_ids=["A", "B"])
    assert "genes on several rows: 'G1'" in problem.found


def test_genes_that_every_file_repeats_can_be_added_up(tmp_path):
    for sample, number in (("A", 1), ("B", 10)):
        written(tmp_path, f"G1\t{number}\nG2\t5\nG1\t2\n__no_feature\t1\n", f"{sample}.txt")
    table = read_counts(directory=tmp_path, sample_ids=["A", "B"])
    (problem,) = matrix_problems(table, pd.DataFrame(index=["A", "B"]), "folder")
    assert "'G1'" in problem.found and "genes.duplicates: sum" in problem.fix
    added = settled(table, GeneRules("sum", "error", "exclude"), "folder").counts
    assert added.to_dict() == {"A": {"G1": 3, "G2": 5}, "B": {"G1": 12, "G2": 5}}


def test_real_star_agrees_with_the_published_matrix(shared_data, record_property):
    record_property("format", "star: real files, strand not named")
    record_property("result", "the strand recognised; the counts that were published")
    table = read_counts(directory=shared_data / "data/formats/star", sample_ids=["NCD_3", "NASH_3"])
    assert any("strand reverse" in message for message in table.messages)
    published = pd.read_csv(shared_data / "data/mouse_hcc/counts.tsv.gz", sep="\t", index_col=0)
    expected = published[["NCD_3", "NASH_3"]].loc[table.counts.index]
    assert table.counts.to_numpy().tolist() == expected.to_numpy().tolist()


@pytest.mark.parametrize("strand", ["forward", "reverse", "unstranded"])
def test_real_star_with_a_strand_set(shared_data, strand):
    folder = shared_data / "data/formats/star"
    options = {"directory": folder, "strand": strand, "sample_ids": ["NCD_3", "NASH_3"]}
    if strand == "forward":
        assert "on the reverse strand 96 % in each sample" in problem_of(**options).found
        return
    table = read_counts(**options)
    file = pd.read_csv(
        folder / "NASH_3_ReadsPerGene.out.tab.gz", sep="\t", header=None, index_col=0, skiprows=4
    )
    column = {"unstranded": 1, "reverse": 3}[strand]
    assert table.counts["NASH_3"].sum() == file[column].sum()


def test_real_htseq(shared_data, record_property):
    record_property("format", "htseq: real files of the GDC")
    record_property("result", "matched to the sheet by their names; summary rows left out")
    names = ["0cb461ea-1a40-4f29-97d8-9337a74bc6c7", "dfe06359-c16a-4959-bb04-298f18474a17"]
    table = read_counts(directory=shared_data / "data/formats/htseq_gdc", sample_ids=names)
    assert table.format == "htseq"
    assert table.counts.loc["ENSG00000000003.13"].tolist() == [3405, 16108]
    assert not table.counts.index.str.startswith("__").any()
    spare = next(message for message in table.messages if "belong to no sample" in message)
    assert "'multiqc_htseq_counts.tsv.gz'" in spare
