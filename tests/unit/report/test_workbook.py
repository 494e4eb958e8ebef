"""The workbook: values as they are, nothing a spreadsheet program could run or reinterpret."""

import hashlib
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from recurseq.base.tables import describe
from recurseq.report import workbook
from recurseq.report.results import Results
from recurseq.report.workbook import Sheet, sheet_names, study_sheets, write_workbook
from recurseq.study import load_study
from support.report_study import EVIL, config, contrast_table, frame, write_study


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    results = tmp_path_factory.mktemp("workbook")
    write_study(results)
    study = load_study(config())
    path = results / "tables.xlsx"
    sheets = study_sheets(Results(results, study))
    write_workbook(sheets, path, title=study.title, simulated=study.simulated)
    return openpyxl.load_workbook(path)


def column(sheet, name):
    place = [cell.value for cell in sheet[1]].index(name) + 1
    return [cell for (cell,) in sheet.iter_rows(2, sheet.max_row, place, place)]


def cells(sheet):
    return [cell for row in sheet.iter_rows() for cell in row]


def notable(table):
    return table[table["significant"] | (table["pvalue"] < 0.05)]


def test_no_cell_is_a_formula_or_a_date(book):
    kinds = {cell.data_type for sheet in book.worksheets[1:] for cell in cells(sheet)}
    assert kinds <= {"s", "inlineStr", "n", "b"}
    assert not any(cell.is_date for sheet in book.worksheets for cell in cells(sheet))


def test_formulas_are_not_written_into_the_file(tmp_path):
    names = ["=cmd()", "+1+1", "-2", "@SUM(A1)", "http://example.org", "007", "1e5"]
    table = contrast_table(len(names) + 20).assign(gene_name=lambda t: (names * 9)[: len(t)])
    table["pvalue"] = 0.01  # every row is shown
    write_workbook([Sheet("genes", "contrast_genes", table)], tmp_path / "t.xlsx", "=1+1")
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        sheets = [name for name in archive.namelist() if "worksheets/sheet" in name]
        assert not any(b"<f>" in archive.read(name) for name in sheets)
        assert not any("rels/sheet2" in name for name in archive.namelist())  # no hyperlink
    read = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert [cell.value for cell in column(read["genes"], "gene_name")][:7] == names
    assert read["Legend"]["A1"].value == "=1+1"
    assert read["Legend"]["A1"].data_type != "f"


def test_gene_names_stay_texts(book):
    names = [cell.value for cell in column(book["genes early_vs_none"], "gene_name")]
    assert names == list(notable(contrast_table())["gene_name"])
    assert {EVIL, "MARCH1", "1-Mar"} <= set(names)


def test_numbers_keep_full_precision_and_read_well(book):
    written = column(book["genes early_vs_none"], "log2FoldChange")
    truth = notable(contrast_table())["log2FoldChange"]
    np.testing.assert_allclose([cell.value for cell in written], truth, rtol=1e-9)
    assert {cell.number_format for cell in written} == {"0.000"}
    assert {c.number_format for c in column(book["genes early_vs_none"], "padj")} == {"0.00E+00"}


def test_missing_is_a_grey_na(book):
    cell = column(book["genes early_vs_none"], "note")[0]
    assert cell.value == "NA"
    assert cell.font.color.rgb == "FF8A8F98"


def test_infinite_odds_are_text(book):
    assert column(book["ora curated early_vs_none"], "odds_ratio")[0].value == "inf"


def test_rows_and_columns_that_say_nothing_are_left_out_and_the_legend_says_so(book):
    table = contrast_table()
    sheet, shown = book["genes early_vs_none"], len(notable(table))
    assert 0 < table["significant"].sum() < shown < len(table)
    assert sheet.max_row == 1 + shown
    header = [cell.value for cell in sheet[1]]
    assert header == [name for name in table if table[name].notna().any()]
    legend = " ".join(str(cell.value) for cell in cells(book["Legend"]))
    assert f"{shown} of 200 rows" in legend
    assert "Without pvalueThreshold and padjThreshold" in legend
    assert "contrasts/early_vs_none/genes.tsv" in legend


def test_legend_describes_every_column_and_warns_of_simulated_data(book):
    texts = {str(cell.value) for cell in cells(book["Legend"])}
    assert {column.description for column in describe("markers").columns} <= texts
    assert any("SIMULATED" in text for text in texts)
    assert any("early_recurrence v no_recurrence (7 v 6 samples)" in text for text in texts)


def test_header_is_frozen_and_filtered(book):
    sheet = book["genes early_vs_none"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == f"A1:N{1 + len(notable(contrast_table()))}"


def test_sheet_names_are_legal_and_unique():
    names = sheet_names(["a" * 40, "a" * 50, "x[1]:*?/\\y", "'q'", "History", "HISTORY", ""])
    assert len({name.casefold() for name in names}) == len(names)
    assert all(1 <= len(name) <= 31 for name in names)
    assert not any(set("[]:*?/\\") & set(name) for name in names)
    assert names[1] == "a" * 29 + " 2"
    assert names[3] == "q"
    assert names[4] == "History 2"


def test_same_tables_same_bytes(tmp_path):
    sheet = Sheet("genes", "contrast_genes", contrast_table())
    digests = set()
    for name in ("one.xlsx", "two.xlsx"):
        write_workbook([sheet], tmp_path / name, "Study")
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1
    created = openpyxl.load_workbook(tmp_path / "one.xlsx").properties.created
    assert created.isoformat() == "2016-09-01T00:00:00"


def test_rows_beyond_the_sheet_are_cut_and_told(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "EXCEL_ROWS", 11)
    write_workbook([Sheet("g", "contrast_genes", contrast_table())], tmp_path / "t.xlsx", "S")
    read = openpyxl.load_workbook(tmp_path / "t.xlsx")
    shown = len(notable(contrast_table()))
    assert read["g"].max_row == 11
    assert any(f"first 10 of {shown} rows" in str(cell.value) for cell in cells(read["Legend"]))


def test_empty_table_and_long_text(tmp_path):
    long = pd.DataFrame(frame("gsea", [{"set": "S", "leading_edge": "GENE;" * 10_000}]))
    sheets = [Sheet("none", "qc_flags", frame("qc_flags", [])), Sheet("long", "gsea", long)]
    write_workbook(sheets, tmp_path / "t.xlsx", "Study")
    read = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert read["none"].max_row == 1
    text = column(read["long"], "leading_edge")[0].value
    assert len(text) == 32_767
    assert text.endswith("whole in the TSV file)")
