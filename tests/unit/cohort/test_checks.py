"""Each thing that can be wrong with a count matrix is found and placed, beside the others."""

import numpy as np
import pandas as pd
import pytest

from recurseq.cohort.checks import matrix_problems
from recurseq.cohort.readers.count_scale import scale_evidence
from recurseq.cohort.readers.count_table import CountTable

PATH = "counts.tsv"


def table_of(cells, genes=None, samples=None):
    cells = pd.DataFrame(cells)
    genes = genes or [f"G{row}" for row in range(len(cells))]
    samples = samples or [f"S{column}" for column in range(cells.shape[1])]
    counts = cells.set_axis(genes, axis=0).set_axis(samples, axis=1)
    return CountTable(counts, None, None, "matrix", ())


def sheet_of(*samples):
    return pd.DataFrame({"group": "a"}, index=list(samples))


def problems_of(table, *samples):
    return matrix_problems(table, sheet_of(*(samples or table.counts.columns)), PATH)


def the_problem(table, *samples):
    problems = problems_of(table, *samples)
    assert len(problems) == 1, [str(problem) for problem in problems]
    assert problems[0].where.startswith(PATH)
    return problems[0]


def test_counts_have_no_problem():
    assert problems_of(table_of([[0, 5], [7, 2**53]])) == []
    assert problems_of(table_of([[0.0, 5.0], [7.0, 3e9]])) == []


def test_columns_outside_the_sheet_may_hold_anything():
    table = table_of([[1, -5, "text"], [2, 0.5, None]])
    assert problems_of(table, "S0") == []


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (-3, "negative count", "-3"),
        (2.5, "fractional count", "2.5"),
        (np.nan, "missing count", "empty"),
        (np.inf, "infinite count", "inf"),
        (-np.inf, "infinite count", "-inf"),
        ("low", "text instead of a count", "'low'"),
        ("1,234", "text instead of a count", "'1,234'"),
        ("99999999999999999999", "count above 2^53", "'99999999999999999999'"),
        (2.0**53 + 2, "count above 2^53", "9.007199255e+15"),
    ],
)
def test_bad_cell_names_gene_sample_and_value(value, kind, shown):
    # strings as the reader leaves them: one bad cell makes its column text
    texts = isinstance(value, str)
    column = ["500", value, "70"] if texts else [500, value, 70]
    cells = pd.DataFrame({0: [900, 30, 20], 1: column})
    problem = the_problem(table_of(cells))
    assert problem.found == f"{kind} (1 cell): gene 'G1', sample 'S1': {shown}"
    assert problem.allowed == "whole numbers from 0"


@pytest.mark.parametrize("value", ["1,234", "12,5", "1.234.567", "1,234.5", "1.234,5", "-3,25"])
def test_numbers_with_commas_are_explained(value):
    cells = pd.DataFrame({0: [900, 30, 20], 1: ["500", value, "70"]})
    assert "where decimals begin" in the_problem(table_of(cells)).fix


def test_other_text_is_not_explained_as_a_number():
    cells = pd.DataFrame({0: [900, 30, 20], 1: ["500", "12 reads", "70"]})
    assert the_problem(table_of(cells)).fix == ""


def test_names_that_excel_made_equal():
    problem = the_problem(table_of([[1, 2], [3, 4], [5, 6]], genes=["1-Mar", "TP53", "1-Mar"]))
    assert "several rows: '1-Mar'" in problem.found
    assert "Excel turned gene names into dates" in problem.fix


def test_first_cells_are_named_and_the_rest_counted():
    problem = the_problem(table_of(-np.arange(1, 13).reshape(6, 2)))
    assert "negative count (12 cells)" in problem.found
    assert "gene 'G1', sample 'S0': -3; and 9 more" in problem.found


def test_missing_sample_with_the_likely_one():
    table = table_of([[1, 2, 3]], samples=["P-01", "P-02", "Q-03"])
    problem = the_problem(table, "P-01", "P-02", "Q_03")
    assert problem.where == f"{PATH}, sample 'Q_03'"
    assert problem.fix == "did you mean 'Q-03'?"


def test_names_as_r_rewrites_them():
    table = table_of([[1, 2, 3]], samples=["X8-a", "TCGA.2Y.A9", "X01.b"])
    problems = problems_of(table, "TCGA-2Y-A9", "01-b", "X8-a")
    assert [problem.where for problem in problems] == [
        f"{PATH}, sample 'TCGA-2Y-A9'",
        f"{PATH}, sample '01-b'",
    ]
    assert "'TCGA.2Y.A9', as R rewrites names" in problems[0].fix
    assert "'X01.b', as R rewrites names" in problems[1].fix


def test_many_missing_samples_are_named_and_counted():
    problems = problems_of(table_of([[1]]), "S0", *(f"patient {i}" for i in range(9)))
    assert len(problems) == 6
    assert problems[-1].found.startswith("4 more samples of the sheet are not in the counts")


def test_no_sample_matches_shows_both_sides():
    problem = the_problem(table_of([[1, 2]], samples=["a1", "a2"]), "zz", "yy")
    assert "columns: 'a1', 'a2'" in problem.found
    assert "sheet: 'zz', 'yy'" in problem.found


def test_a_few_samples_in_the_first_column():
    table = table_of([[1, 2], [3, 4]], genes=["P1", "G2"], samples=["TP53", "AFP"])
    assert "1 samples of the sheet stand" in the_problem(table, "P1", "P2", "P3").fix


def test_header_row_missing():
    table = table_of([[1, 2], [3, 4]], samples=["17", "0"])
    assert "header row missing" in the_problem(table, "P1", "P2").fix


def test_values_are_checked_even_when_no_sample_matches():
    problems = problems_of(table_of([[1, -2]], samples=["a1", "a2"]), "zz")
    assert len(problems) == 2
    assert "gene 'G0', sample 'a2': -2" in problems[1].found


def test_duplicate_and_blank_names():
    table = table_of(
        [[1, 2, 3], [4, 5, 6], [7, 8, 9], [1, 1, 1]],
        genes=["A", "A", "", "B"],
        samples=["S", "S", ""],
    )
    found = {problem.where: problem.found for problem in problems_of(table, "S")}
    assert [problem.found for problem in problems_of(table, "S")] == [
        "columns with the same name: 'S'",
        "1 columns of counts have no name",
        "no gene identifier in data rows '3'",
        "gene identifiers on several rows: 'A'",
    ]
    assert set(found) == {f"{PATH}, header", f"{PATH}, first column"}


def test_a_gene_called_like_a_missing_value():
    problem = the_problem(table_of([[1, 2], [3, 4]], genes=["A", "NA"]))
    assert "'NA'" in problem.found and "missing value" in problem.allowed


def test_sample_without_counts():
    assert "'S1'" in the_problem(table_of([[1, 0], [3, 0]])).found


def test_row_of_totals_is_no_gene():
    counts = np.random.default_rng(6).integers(0, 90, size=(20, 3))
    cells = [*counts, counts.sum(axis=0)]
    genes = [*(f"G{row}" for row in range(20)), "Total"]
    problem = the_problem(table_of(cells, genes))
    assert problem.found == "the row 'Total' is the sum of all other rows in every sample"
    cells[-1] = cells[-1] + [0, 0, 1]
    assert problems_of(table_of(cells, genes)) == []


def test_column_of_the_sheet_is_no_gene():
    table = table_of([[5, 0, 7], [61, 58, 70], [900, 3, 40]], genes=["G0", "age", "AFP"])
    sheet = sheet_of("S0", "S1", "S2").assign(age=["61", "58", "70"], AFP=[2.5, 3, 40])
    (problem,) = matrix_problems(table, sheet, PATH)
    assert problem.where == f"{PATH}, gene 'age'" and "sample sheet" in problem.found
    assert matrix_problems(table, sheet.assign(age=["61", "58", "71"]), PATH) == []
    typed = sheet.assign(age=pd.Categorical(["61", "58", "70"]))
    assert len(matrix_problems(table, typed, PATH)) == 1
    assert matrix_problems(table, pd.concat([sheet, sheet]), PATH) == []  # said elsewhere


def test_everything_at_once():
    cells = pd.DataFrame({0: [1, 2, 3], 1: ["4", "low", np.nan], 2: [-1, 5, 6], 3: [9, np.inf, 3]})
    table = table_of(cells, genes=["A", "A", "C"])
    kinds = " ".join(problem.found for problem in problems_of(table, "S0", "S1", "S2", "S3", "S9"))
    for expected in ("several rows", "text instead", "missing", "infinite", "negative", "in the s"):
        assert expected in kinds


RANDOM = np.random.default_rng(20)
COUNTS = RANDOM.negative_binomial(1, 0.002, size=(2000, 6)).astype(float)
TPM = COUNTS / COUNTS.sum(axis=0) * 1e6
SMALL = COUNTS[:40]


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (np.log2(COUNTS + 1), "logarithms"),
        (np.log2(TPM + 1), "logarithms"),
        (np.log2(TPM + 1) - np.log2(TPM + 1).mean(axis=0), "centred"),
        (TPM, "TPM or CPM"),
        (np.rint(TPM), "TPM or CPM"),
        (TPM * RANDOM.uniform(0.2, 0.7, size=6), "FPKM"),
        (TPM / 100, "one total"),
        (COUNTS - COUNTS.mean(axis=1, keepdims=True), "centred"),
        (np.rint(np.log2(COUNTS + 1)), "rounded logarithms"),
        (np.rint(np.log(COUNTS + 1)), "rounded logarithms"),
        (np.rint(np.log2(TPM + 1))[:60], "rounded logarithms"),
        (np.rint(TPM * 3.7), "one total"),
        (np.floor(TPM * 100), "one total"),
        (np.rint(SMALL / SMALL.sum(axis=0) * 1e6), "one total"),
        (np.rint(SMALL[:, :2] / SMALL[:, :2].sum(axis=0) * 1e6), "one total"),
        (np.rint(SMALL / SMALL.sum(axis=0) * 1e5), "one total"),
    ],
)
def test_values_that_are_no_counts(values, word):
    assert word in scale_evidence(values)
    problem = the_problem(table_of(values))
    assert "no counts but look like" in problem.found
    assert word in problem.found
    assert "for instance gene 'G" in problem.found


def test_a_few_odd_cells_are_no_other_scale():
    cells = COUNTS.copy()
    cells[3, 2], cells[4, 1] = -5, 2.5
    kinds = [problem.found.split(" (")[0] for problem in problems_of(table_of(cells))]
    assert kinds == ["negative count", "fractional count"]


def test_counts_and_estimated_counts_pass_the_scale_check():
    assert scale_evidence(COUNTS) == ""
    assert scale_evidence(np.minimum(COUNTS, 20)) == ""
    assert scale_evidence(COUNTS * 30 + 0.37) == ""  # length-scaled estimates of a deep library
    assert scale_evidence(np.zeros((3, 2))) == ""


def test_whole_numbers_of_odd_studies_are_counts():
    """Shallow, tiny or copied: refused only for what no counts can be."""
    for mean in (0.5, 3, 8):  # no gene has more than 30 reads
        few = RANDOM.poisson(np.minimum(RANDOM.gamma(1, mean, (2000, 1)), 12) * np.ones(6))
        assert few.max() <= 30 and scale_evidence(few.astype(float)) == ""
        assert problems_of(table_of(few)) == []
    depth = RANDOM.poisson(RANDOM.lognormal(5, 1, (2000, 1)) * np.ones(6)).astype(float)
    assert np.ptp(depth.sum(axis=0)) < 0.01 * depth.sum(axis=0).max()  # of one depth, as simulated
    assert scale_evidence(depth) == ""
    assert scale_evidence(np.tile(np.arange(1.0, 26)[:, None], 4)) == ""  # one sample, four times
    assert scale_evidence(np.array([[3.0, 4, 5], [7, 6, 5]])) == ""  # sums that happen to be equal


def test_samples_named_by_another_column_of_the_sheet():
    table = table_of([[1, 2], [3, 4]], samples=["R1", "R2"])
    sheet = pd.DataFrame({"run": ["R1", "R2"], "group": "a"}, index=["x", "y"])
    (problem,) = matrix_problems(table, sheet, PATH)
    assert problem.fix.endswith("set samples.id: run")


def test_real_values_that_must_be_refused(shared_data):
    from recurseq.cohort.readers.read import read_counts

    table = read_counts(shared_data / "data/formats/nfcore/salmon.merged.gene_tpm.tsv.gz")
    assert "TPM" in the_problem(table).found
    table = read_counts(shared_data / "data/formats/spreadsheet/mouse_hcc_cleaned_cnt.xlsx")
    text = " ".join(problem.found for problem in problems_of(table))
    assert "gene identifiers on several rows: 'SEPTIN1'" in text
    assert "gene 'CCND2', sample 'CCI4_1x_4': 345.81" in text


@pytest.mark.parametrize("study", ["airway", "pasilla", "mouse_hcc", "tcga_lihc"])
def test_real_counts_pass(shared_data, study):
    from recurseq.cohort.readers.read import read_counts

    folder = shared_data / "data" / study
    samples = pd.read_csv(folder / "samples.tsv", sep="\t", dtype=str).set_index("sample_id")
    assert matrix_problems(read_counts(folder / "counts.tsv.gz"), samples, PATH) == []
