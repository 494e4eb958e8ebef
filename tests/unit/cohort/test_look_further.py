"""Where the header, the genes and the samples are when they are not where they should be."""

import openpyxl
import pytest

from recurseq.cohort.readers.matching import same_samples
from recurseq.cohort.readers.read import read_counts
from support.count_files import problem_of, written

SAMPLES = ["S1", "S2", "S3"]
ROWS = [["ENSG1", 5, 0, 3], ["ENSG2", 7, 12, 9], ["ENSG3", 1, 2, 4]]
HEADER = ["gene_id", *SAMPLES]


def text(*rows, separator="\t"):
    return "\n".join(separator.join(map(str, row)) for row in rows) + "\n"


def expect(table, samples=SAMPLES):
    assert list(table.counts.columns) == samples
    assert list(table.counts.index) == [row[0] for row in ROWS]
    assert table.counts.to_numpy().tolist() == [row[1:] for row in ROWS]


PREAMBLES = {
    "title, padded": ("Table S3. Raw counts,,,\n", ","),
    "title alone": ("Table S3. Raw counts\n", ","),
    "title and an empty line": ("Raw counts\n\n", "\t"),
    "three lines of unequal length": ("Project\tX\nmade by\tme\ttoday\ta\tb\nunits\n", "\t"),
    "twelve lines": ("".join(f"remark {i}\n" for i in range(12)), ";"),
    "comments": ("# one\n# two, with commas, and more\n", "\t"),
    "an open quotation mark": ('the "raw" 5" counts\n', ","),
}


@pytest.mark.parametrize("case", PREAMBLES)
def test_lines_above_the_header(tmp_path, case, record_property):
    above, separator = PREAMBLES[case]
    path = written(tmp_path, above + text(HEADER, *ROWS, separator=separator))
    table = read_counts(path, sample_ids=SAMPLES)
    expect(table)
    if not above.startswith("#"):
        assert f"is row {len([x for x in above.splitlines() if x]) + 1}" in table.messages[0]
    record_property("format", f"matrix: above the header, {case}")
    record_property("result", "the header is found by the samples of the sheet, and it is said")


def test_samples_in_rows_are_no_header(tmp_path):
    path = written(tmp_path, text(["id", "G1", "G2"], ["S1", 1, 2], ["S2", 3, 4], ["S3", 5, 6]))
    table = read_counts(path, sample_ids=SAMPLES)
    assert table.counts.loc["G2"].to_dict() == {"S1": 2, "S2": 4, "S3": 6}


def test_gct_1_2(tmp_path, record_property):
    rows = [[row[0], f"NAME{at}", *row[1:]] for at, row in enumerate(ROWS)]
    header = ["Name", "Description", *SAMPLES]
    path = written(tmp_path, text(["#1.2"], [3, 3], header, *rows), "counts.gct")
    table = read_counts(path, sample_ids=SAMPLES)
    expect(table)
    assert list(table.gene_names) == ["NAME0", "NAME1", "NAME2"]
    assert "GCT" in table.messages[0]
    record_property("format", "matrix: GCT 1.2")
    record_property("result", "genes, their names and counts")


def test_gct_1_3_has_annotations_of_rows_and_columns(tmp_path, record_property):
    rows = [[row[0], "a long description", "chr1", *row[1:]] for row in ROWS]
    header = ["id", "Description", "where", *SAMPLES]
    columns = [["tissue", "na", "na", "x", "y", "y"], ["age", "na", "na", 1, 2, 3]]
    path = written(tmp_path, text(["#1.3"], [3, 3, 2, 2], header, *columns, *rows))
    table = read_counts(path, sample_ids=SAMPLES)
    expect(table)
    assert table.gene_names is None
    assert "'Description', 'where'" in " ".join(table.messages)
    record_property("format", "matrix: GCT 1.3")
    record_property("result", "without its annotations of rows and columns")


def test_gct_with_a_wrong_second_line(tmp_path):
    path = written(tmp_path, text(["#1.2"], ["three", 3], HEADER, *ROWS))
    assert "GCT" in problem_of(path, sample_ids=SAMPLES).found


def workbook(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.removeprefix("hidden "))
        sheet.sheet_state = "hidden" if name.startswith("hidden ") else "visible"
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_counts_on_another_sheet_of_a_workbook(tmp_path, record_property):
    sheets = {"hidden old": [HEADER, ["X", 9, 9, 9]], "README": [["Raw counts"]]}
    path = workbook(tmp_path / "a.xlsx", sheets | {"raw": [HEADER, *ROWS]})
    table = read_counts(path, sample_ids=SAMPLES)
    expect(table)
    assert "'raw', which was read, not in the first one, 'README'" in table.messages[0]
    record_property("format", "matrix: xlsx with the counts on another sheet")
    record_property("result", "the visible sheet that names the samples is read, and named")


def test_the_first_visible_sheet_is_taken_and_the_others_are_named(tmp_path):
    sheets = {"hidden old": [HEADER, ["X", 9, 9, 9]], "raw": [HEADER, *ROWS]}
    path = workbook(tmp_path / "a.xlsx", sheets | {"tpm": [HEADER, ["X", 1, 1, 1]]})
    table = read_counts(path, sample_ids=SAMPLES)
    expect(table)
    assert table.messages[0].endswith("sheet 'raw' was read, not 'tpm'")
    assert read_counts(path, sample_ids=SAMPLES, sheet="tpm").counts.index.tolist() == ["X"]
    assert read_counts(path, sample_ids=SAMPLES, sheet=3).counts.index.tolist() == ["X"]
    problem = problem_of(path, sample_ids=SAMPLES, sheet="tmp")
    assert problem.fix == "did you mean 'tpm'?"
    assert "'old', 'raw', 'tpm'" in problem.allowed


def test_several_sheets_with_the_samples_are_asked_about(tmp_path):
    sheets = {"README": [["x"]], "liver": [HEADER, *ROWS], "tpm": [HEADER, ["X", 1, 1, 1]]}
    problem = problem_of(workbook(tmp_path / "a.xlsx", sheets), sample_ids=SAMPLES)
    assert "'liver', 'tpm'" in problem.found
    sheets["Raw_counts"] = sheets.pop("liver")
    expect(read_counts(workbook(tmp_path / "b.xlsx", sheets), sample_ids=SAMPLES))
    assert "counts.sheet" in problem.fix


def test_a_sheet_of_what_has_none(tmp_path):
    problem = problem_of(written(tmp_path, text(HEADER, *ROWS)), sheet=2)
    assert problem.where == "config: counts.sheet"


def test_a_stray_text_is_named_and_left_out(tmp_path):
    rows = [ROWS[0], [*ROWS[1], None, "see below"], ROWS[2]]
    path = workbook(tmp_path / "a.xlsx", {"raw": [["Title"], [], HEADER, *rows]})
    table = read_counts(path, sample_ids=SAMPLES)
    expect(table)
    assert "cell F5: 'see below'" in " ".join(table.messages)


def test_a_stray_number_may_be_a_moved_row(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"raw": [HEADER, ROWS[0], [*ROWS[1], 8], ROWS[2]]})
    assert "cell E3: '8'" in problem_of(path, sample_ids=SAMPLES).where


def test_no_column_of_genes(tmp_path):
    path = written(tmp_path, text(SAMPLES, *[row[1:] for row in ROWS]))
    assert "no column of genes" in problem_of(path, sample_ids=SAMPLES).found


NUMBERED = {
    "row names of a subset": ["", ["16499", "98", "7"]],
    "row names 1 to n": ["", ["1", "2", "3"]],
    "rows from 0": ["Unnamed: 0", ["0", "1", "2"]],
    "numbers like Entrez": ["X", ["7157", "672", "675"]],
    "repeated rows of R": ["", ["12", "12.1", "40"]],
    "rows called gene_id": ["gene_id", ["1", "2", "3"]],
}


@pytest.mark.parametrize("title", ["Feature", "symbol", "Gene.Name", "target"])
@pytest.mark.parametrize("case", NUMBERED)
def test_a_number_is_no_gene_beside_a_column_of_text(tmp_path, case, title, record_property):
    first, numbers = NUMBERED[case]
    rows = [[number, *row] for number, row in zip(numbers, ROWS, strict=True)]
    path = written(tmp_path, text([first, title, *SAMPLES], *rows, separator=","))
    table = read_counts(path, sample_ids=SAMPLES)
    expect(table)
    assert f"named by the column {title!r}" in " ".join(table.messages)
    record_property("format", f"matrix: {case}, beside {title}")
    record_property("result", "genes are named by the text, and it is said")


def test_numbers_without_a_title_in_the_header(tmp_path):
    rows = [[f"{at}", *row] for at, row in enumerate(ROWS, 40)]
    expect(read_counts(written(tmp_path, text(["Feature", *SAMPLES], *rows)), sample_ids=SAMPLES))


def test_identifiers_that_are_numbers_stay_when_their_title_says_so(tmp_path):
    rows = [[number, *row] for number, row in zip(("7157", "672", "675"), ROWS, strict=True)]
    path = written(tmp_path, text(["entrez_id", "symbol", *SAMPLES], *rows))
    table = read_counts(path, sample_ids=SAMPLES)
    assert list(table.counts.index) == ["7157", "672", "675"]
    assert list(table.gene_names) == ["ENSG1", "ENSG2", "ENSG3"]


def test_numbers_beside_a_text_that_names_no_genes(tmp_path):
    rows = [[at, "chr1", *ROWS[0][1:]] for at in (5, 8, 9)]
    path = written(tmp_path, text(["", "chromosome", *SAMPLES], *rows))
    assert "numbers such as" in problem_of(path, sample_ids=SAMPLES).found


def test_columns_of_text_are_no_samples(tmp_path):
    rows = [[row[0], "chr1", *row[1:3], "a note", row[3]] for row in ROWS]
    header = ["id", "chromosome", "S1", "S2", "remark", "S3"]
    table = read_counts(written(tmp_path, text(header, *rows)), sample_ids=SAMPLES)
    expect(table)
    assert "were left out: 'chromosome', 'remark'" in table.messages[0]


def test_a_sample_that_is_text_stays_for_the_checks_to_name(tmp_path):
    rows = [[row[0], "low", *row[2:]] for row in ROWS]
    table = read_counts(written(tmp_path, text(HEADER, *rows)), sample_ids=SAMPLES)
    assert list(table.counts.columns) == SAMPLES
    rows = [[row[0], "1,234", *row[2:]] for row in ROWS]
    table = read_counts(written(tmp_path, text(["id", "S-9", "S2", "S3"], *rows)), sample_ids=["x"])
    assert "S-9" in table.counts.columns


@pytest.mark.parametrize("command", [True, False])
def test_extra_attributes_of_featurecounts(tmp_path, command):
    asked = '"--extraAttributes" "db_xref,gene,version"' if command else ""
    header = ["Geneid", "Chr", "Start", "End", "Strand", "Length", "db_xref", "gene"]
    rows = [
        [row[0], "1", 1, 9, "+", 8, f"GeneID:{at}", f"g{at}", *([at] if command else []), *row[1:]]
        for at, row in enumerate(ROWS)
    ]
    version = ["version"] if command else []  # a number, which the command alone can tell
    columns = [*header, *version, *(f"/x/{s}.bam" for s in SAMPLES)]
    path = written(tmp_path, f"# Program; Command:{asked}\n" + text(columns, *rows))
    table = read_counts(path, sample_ids=SAMPLES)
    expect(table)
    assert list(table.gene_names) == ["g0", "g1", "g2"]
    assert "'db_xref'" in table.messages[0]


SPELLINGS = {
    "make.names": (["1-a", "b c", "d+e"], ["X1.a", "b.c", "d.e"]),
    "leading zeros": (["1", "2", "10"], ["001", "002", "010"]),
    "zeros within": (["S1", "S2", "S10"], ["S01", "S02", "S10"]),
    "separators": (["a-1", "a b_2"], ["a_1", "a-b.2"]),
    "case": (["ctl_1", "ctl_2"], ["CTL_1", "Ctl_2"]),
    "suffixes": (["S1", "S2"], ["S1.sorted.bam", "S2_counts.txt.gz"]),
    "spaces": (["S1 ", "S2"], ["S1", " S2"]),
    "all of it": (["1-A", "2-B"], ["X01.a.bam", "X02.b.bam"]),
}


@pytest.mark.parametrize("case", SPELLINGS)
def test_names_in_another_spelling_are_matched_one_to_one(case, record_property):
    wanted, names = SPELLINGS[case]
    found = {name: sample for name, (sample, _) in same_samples(names, wanted).items()}
    missing = {n: s for n, s in zip(names, wanted, strict=True) if n != s}
    assert found == missing
    record_property("format", f"names of samples: {case}")
    record_property("result", "matched one to one, and it is said")


def test_names_that_fit_two_samples_are_left_alone():
    assert same_samples(["001"], ["1", "01"]) == {}
    assert same_samples(["s1", "S1_counts"], ["S1"]) == {}
    assert same_samples(["S11"], ["S1-1"]) == {}
    assert same_samples(["a.b", "a-b"], ["a b"]) == {}
    assert same_samples(["S1", "s1"], ["S1"]) == {}  # it has its column already
    assert same_samples(["S3"], ["S1", "S2"]) == {}


def test_a_sample_that_is_not_used_keeps_its_column(tmp_path):
    path = written(tmp_path, text(["id", "S01", "S2", "S3"], *ROWS))
    assert "S1" in read_counts(path, sample_ids=["S1", "S2"], left_out=["S3"]).counts
    assert "S1" not in read_counts(path, sample_ids=["S1", "S2"], left_out=["S01"]).counts


def test_matched_names_are_said(tmp_path):
    path = written(tmp_path, text(["id", "001", "002", "003"], *ROWS))
    table = read_counts(path, sample_ids=["1", "2", "3"])
    expect(table, ["1", "2", "3"])
    assert "leading zeros were lost: '001 is 1'" in table.messages[0]


def test_the_sample_sheet_in_the_same_workbook_is_not_read_as_counts(tmp_path):
    sheets = {"samples": [["sample", "group"], *([s, "a"] for s in SAMPLES)]}
    path = workbook(tmp_path / "a.xlsx", sheets | {"raw": [HEADER, *ROWS], "empty": []})
    expect(read_counts(path, sample_ids=SAMPLES))


def test_remarks_below_the_table_are_left_out_and_named(tmp_path):
    path = workbook(tmp_path / "a.xlsx", {"raw": [HEADER, *ROWS, [], ["* Ensembl 99"], ["n = 3"]]})
    table = read_counts(path, sample_ids=SAMPLES)
    expect(table)
    assert "'* Ensembl 99', 'n = 3'" in table.messages[0]
    many = [["G", None, None, None]] * 4
    path = workbook(tmp_path / "b.xlsx", {"raw": [HEADER, *ROWS, *many]})
    assert len(read_counts(path, sample_ids=SAMPLES).counts) > 3  # for the checks to name


def test_the_first_column_may_be_a_sample_that_is_not_used(tmp_path):
    for first in ("S0", "s0"):
        path = written(tmp_path, text([first, *SAMPLES], *([9, *row[1:]] for row in ROWS)))
        problem = problem_of(path, sample_ids=SAMPLES, left_out=["S0"])
        assert "no column of genes" in problem.found


def test_samples_in_rows_in_another_spelling(tmp_path):
    path = written(tmp_path, text(["id", "G1", "G2"], ["s.1", 1, 2], ["s.2", 3, 4]))
    table = read_counts(path, sample_ids=["S-1", "S-2"])
    assert table.counts.loc["G2"].to_dict() == {"S-1": 2, "S-2": 4}


@pytest.mark.parametrize("name", ["00{}.txt", "00{}.counts.txt.gz", "00{}/counts.txt"])
def test_files_in_another_spelling(tmp_path, name):
    for at in (1, 2):
        path = tmp_path / name.format(at)
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"G1\t{at}\nG2\t5\n")
    table = read_counts(directory=tmp_path, sample_ids=["1", "2"])
    assert table.counts.loc["G1"].to_dict() == {"1": 1, "2": 2}
    assert "leading zeros" in " ".join(table.messages)


def test_files_of_samples_that_are_not_used_are_nobody_elses(tmp_path):
    for at in (1, 2):
        (tmp_path / f"0{at}.txt").write_text("G1\t1\nG2\t5\n")
    table = read_counts(directory=tmp_path, sample_ids=["1"], left_out=["2"])
    assert list(table.counts) == ["1"]


def test_packed_files_in_a_folder(tmp_path):
    import bz2
    import zipfile

    (tmp_path / "A.txt.bz2").write_bytes(bz2.compress(b"G1\t1\nG2\t5\n"))
    for name in ("B.txt.zip", "B_fastqc.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("x", "G1\t2\nG2\t5\n")
    table = read_counts(directory=tmp_path, sample_ids=["A", "B"])
    assert table.counts.loc["G1"].to_dict() == {"A": 1, "B": 2}


def test_files_with_a_column_of_gene_names(tmp_path):
    for at, sample in enumerate("AB"):
        (tmp_path / f"{sample}.txt").write_text(
            f"gene\tlocus\tcount\nG1\tchr1\t{at}\nG2\tchr2\t5\n"
        )
    table = read_counts(directory=tmp_path, sample_ids=["A", "B"])
    assert table.counts.loc["G1"].to_dict() == {"A": 0, "B": 1}


@pytest.mark.parametrize("title", ["", "X", "...1", "row.names"])
def test_numbers_alone_are_refused_as_rows_or_told(tmp_path, title):
    rows = [[at, *row[1:]] for at, row in enumerate(ROWS, 1)]
    path = written(tmp_path, text([title, *SAMPLES], *rows, separator=","))
    assert problem_of(path, sample_ids=SAMPLES).found == "row numbers"
    path = written(tmp_path, text([title, *SAMPLES], *rows[::-1], separator=","))
    assert "genes are named by numbers" in read_counts(path, sample_ids=SAMPLES).messages[0]


def test_samples_called_by_numbers_may_stand_in_rows_beside_text(tmp_path):
    path = written(tmp_path, text(["", "group", "G1"], [1, "a", 7], [2, "a", 8], [3, "b", 9]))
    table = read_counts(path, sample_ids=["1", "2", "3"])
    assert table.counts.loc["G1"].tolist() == [7, 8, 9]
    assert "group" in table.counts.index  # for the checks to name
    rows = [[at, row[0], *row[1:]] for at, row in enumerate(ROWS, 1)]
    path = written(tmp_path, text(["", "Feature", 1, 2, 3], *rows))
    expect(read_counts(path, sample_ids=["1", "2", "3"]), ["1", "2", "3"])
