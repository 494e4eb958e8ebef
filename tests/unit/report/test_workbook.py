"""The workbook: values as they are, nothing a spreadsheet program could run or reinterpret."""

import hashlib
import shutil
import subprocess
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from recurseq.base.tables import all_tables, describe
from recurseq.report import workbook_sheets
from recurseq.report.results import Results
from recurseq.report.sheet_names import sheet_names
from recurseq.report.workbook import write_workbook
from recurseq.report.workbook_pages import InShort, in_short
from recurseq.report.workbook_sheets import Sheet, study_sheets
from recurseq.study import load_study
from support.report_study import EVIL, config, contrast_table, frame, write_study


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    results = tmp_path_factory.mktemp("workbook")
    write_study(results)
    return openpyxl.load_workbook(written(results))


def written(folder):
    """The workbook of the results in a folder."""
    results = Results(folder, load_study(config()))
    write_workbook(study_sheets(results), folder / "tables.xlsx", in_short(results))
    return folder / "tables.xlsx"


def sheet(title, table, frame):
    return Sheet(title, describe(table), frame)


def column(sheet, name):
    place = [cell.value for cell in sheet[1]].index(name) + 1
    return [cell for (cell,) in sheet.iter_rows(2, sheet.max_row, place, place)]


def cells(sheet):
    return [cell for row in sheet.iter_rows() for cell in row]


def notable(table):
    chosen = table[table["significant"] | (table["padj"] < 0.05)]
    return chosen.sort_values(["padj", "pvalue", "gene_id"])


def test_no_cell_is_a_formula_or_a_date(book):
    kinds = {cell.data_type for sheet in book.worksheets for cell in cells(sheet)}
    assert kinds <= {"s", "inlineStr", "n", "b"}
    assert not any(cell.is_date for sheet in book.worksheets for cell in cells(sheet))


def test_formulas_are_not_written_into_the_file(tmp_path):
    names = ["=cmd()", "+1+1", "-2", "@SUM(A1)", "http://example.org", "007", "1e5"]
    table = contrast_table(len(names) + 20).assign(gene_name=lambda t: (names * 9)[: len(t)])
    table["padj"] = 0.01  # every row is shown
    write_workbook([sheet("genes", "contrast_genes", table)], tmp_path / "t.xlsx", InShort("=1+1"))
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        sheets = [name for name in archive.namelist() if "worksheets/sheet" in name]
        assert not any(b"<f>" in archive.read(name) for name in sheets)
        assert not any("rels/sheet" in name for name in archive.namelist())  # no link outward
    read = openpyxl.load_workbook(tmp_path / "t.xlsx")
    written = {cell.value: cell for cell in column(read["genes"], "gene_name")}
    assert set(names) <= set(written)
    assert {written[name].data_type for name in names} == {"s"}
    assert {written[name].number_format for name in names} == {"@"}
    for page in ("Summary", "Legend"):
        assert read[page]["A1"].value == "=1+1"
        assert read[page]["A1"].data_type == "s"


def test_gene_names_stay_texts(book):
    names = [cell.value for cell in column(book["genes early_vs_none"], "gene_name")]
    assert names == list(notable(contrast_table())["gene_name"])
    assert {"MARCH1", "1-Mar"} <= set(names)
    assert any(EVIL in str(cell.value) for sheet in book for cell in cells(sheet))


def test_every_number_is_that_of_its_file_to_four_digits(book, tmp_path):
    """Every sheet against the TSV files as pandas reads them, cell by cell."""
    write_study(tmp_path)
    sheets = {one.title: one for one in study_sheets(Results(tmp_path, load_study(config())))}
    compared = 0
    for name in book.sheetnames[1:-1]:
        frame = sheets[name].shown()[0]
        for column_name in frame.select_dtypes(include=[float]):
            cells_ = [cell.value for cell in column(book[name], column_name)]
            truth = frame[column_name].astype(object).where(frame[column_name].notna(), "NA")
            for found, true in zip(cells_, truth, strict=True):
                if isinstance(true, float) and np.isfinite(true):
                    assert found == float(f"{true:.4g}"), (name, column_name)
                    assert abs(found - true) <= 5e-4 * abs(true)
                    compared += 1
                else:
                    assert found == str(true)
    assert compared > 1000
    assert {c.number_format for c in column(book["genes early_vs_none"], "padj")} == {"0.000E+00"}


def test_genes_are_sorted_by_the_adjusted_pvalue(book):
    for name in ("genes early_vs_none", "omnibus", "Called genes"):
        values = [cell.value for cell in column(book[name], "padj")]
        assert len(values) > 3
        assert values == sorted(values)


def test_the_threshold_test_decides_the_order(tmp_path):
    table = contrast_table().assign(padj=0.01)
    table["padjThreshold"] = np.linspace(0.9, 0.1, len(table))
    shown, _ = sheet("g", "contrast_genes", table).shown()
    assert list(shown["gene_id"]) == list(table["gene_id"])[::-1]


def test_the_study_in_short_comes_first_then_its_called_genes_last_the_legend(book, tmp_path):
    assert book.sheetnames[:2] == ["Summary", "Called genes"]
    assert book.sheetnames[-1] == "Legend"
    page = book["Summary"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    header = next(row for row in rows if row[0] == "contrast")
    first = dict(zip(header, rows[rows.index(header) + 1], strict=True))
    write_study(tmp_path)
    results = Results(tmp_path, load_study(config()))
    truth = results.table("contrast_summary").iloc[0]
    for name in ("contrast", "called_up", "called_down", "confirmed", "verdict", "n_numerator"):
        assert first[name] == truth[name]
    assert any(f"{len(results.samples)} samples" in str(row[0]) for row in rows)
    assert any("four significant digits" in str(row[0]) for row in rows)
    links = [cell.hyperlink for cell in cells(page) if cell.hyperlink]
    targets = {link.location.split("!")[0].strip("'") for link in links}
    assert targets == set(book.sheetnames) - {"Summary"}


def test_called_genes_of_all_contrasts_with_their_evidence(book, tmp_path):
    write_study(tmp_path)
    results = Results(tmp_path, load_study(config()))
    expected = {}
    for name in results.study.contrasts:
        genes = results.table("contrast_genes", contrast=name)
        evidence = results.table("contrast_evidence", contrast=name)
        support = evidence.set_index("gene_id")["support"]
        called = genes[genes["significant"].fillna(False).astype(bool)]
        expected |= {(name, gene): support.get(gene) for gene in called["gene_id"]}
    read = [
        [cell.value for cell in column(book["Called genes"], name)]
        for name in ("contrast", "gene_id", "support")
    ]
    found = {(contrast, gene): support for contrast, gene, support in zip(*read, strict=True)}
    assert len(found) == len(read[0])
    assert found == {key: "NA" if pd.isna(value) else value for key, value in expected.items()}
    assert {"padj", "log2FoldChange", "flipsWithout"} <= {c.value for c in book["Called genes"][1]}


def test_tables_of_one_kind_stand_below_each_other(book, tmp_path):
    write_study(tmp_path)
    results = Results(tmp_path, load_study(config()))
    (collection,) = results.study.wildcards["collection"][:1]
    read = pd.DataFrame(book[f"ora {collection}"].values)
    read.columns = read.iloc[0]
    counts = read.iloc[1:]["contrast"].value_counts().to_dict()
    truth = {
        name: len(results.table("ora", contrast=name, collection=collection))
        for name in results.study.contrasts
        if results.table("ora", contrast=name, collection=collection) is not None
    }
    assert counts == {name: rows for name, rows in truth.items() if rows}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_same(book, tmp_path):
    write_study(tmp_path)
    path = written(tmp_path)
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile",
         "--convert-to", "xlsx", "--outdir", tmp_path / "read", path],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    again = openpyxl.load_workbook(tmp_path / "read" / path.name)
    assert again.sheetnames == book.sheetnames
    booleans = {"=TRUE()": True, "=FALSE()": False}  # as LibreOffice writes them
    for one in book.worksheets:
        for cell in cells(one):
            other = again[one.title][cell.coordinate].value
            other = booleans.get(other, other) if isinstance(cell.value, bool) else other
            assert other == cell.value or {other, cell.value} <= {None, ""}, cell.coordinate


def test_missing_is_a_grey_na(book):
    cell = next(c for c in cells(book["markers"]) if c.value == "NA")
    assert cell.font.color.rgb == "FF8A8F98"


def test_infinite_odds_are_text(book):
    assert column(book["ora curated"], "odds_ratio")[0].value == "inf"


def test_rows_and_columns_that_say_nothing_are_left_out_and_the_legend_says_so(book):
    table = contrast_table()
    sheet, shown = book["genes early_vs_none"], len(notable(table))
    assert 0 < table["significant"].sum() < shown < len(table)
    assert sheet.max_row == 1 + shown
    header = [cell.value for cell in sheet[1]]
    assert header == [name for name in table if notable(table)[name].notna().any()]
    legend = " ".join(str(cell.value) for cell in cells(book["Legend"]))
    assert f"{shown} of 200 rows" in legend
    assert "Without pvalueThreshold, padjThreshold" in legend
    assert "contrasts/early_vs_none/genes.tsv" in legend


def test_legend_describes_every_column_and_warns_of_simulated_data(book):
    texts = {str(cell.value) for cell in cells(book["Legend"])}
    assert {column.description for column in describe("markers").columns} <= texts
    assert any("SIMULATED" in text for text in texts)
    assert any("early_recurrence v no_recurrence (7 v 6 samples)" in text for text in texts)


def test_header_is_frozen_and_filtered(book):
    sheet = book["genes early_vs_none"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == f"A1:M{1 + len(notable(contrast_table()))}"


def test_sheet_names_are_legal_and_unique():
    names = sheet_names(["a" * 40, "a" * 50, "x[1]:*?/\\y", "'q'", "History", "HISTORY", ""])
    assert len({name.casefold() for name in names}) == len(names)
    assert all(1 <= len(name) <= 31 for name in names)
    assert not any(set("[]:*?/\\") & set(name) for name in names)
    assert names[1] == "a" * 29 + " 2"
    assert names[3] == "q"
    assert names[4] == "History 2"


def test_long_names_lose_whole_words():
    titles = ["genes early_recurrence_vs_normal_liver", "genes early_recurrence_vs_normal_tissue"]
    assert sheet_names(titles) == ["genes early_recurrence_vs", "genes early_recurrence_vs 2"]
    whole = "gsea of thirty-one characters 1"
    assert len(whole) == 31 and sheet_names([whole]) == [whole]


def test_no_title_of_the_registry_is_too_long():
    titles = [table.sheet for table in all_tables().values() if "{" not in table.sheet]
    assert max(map(len, titles)) <= 31
    assert len({title.casefold() for title in titles if title}) == sum(map(bool, titles))


def test_same_tables_same_bytes(tmp_path):
    digests = set()
    for name in ("one.xlsx", "two.xlsx"):
        one = sheet("genes", "contrast_genes", contrast_table())
        write_workbook([one], tmp_path / name, InShort("Study"))
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1
    created = openpyxl.load_workbook(tmp_path / "one.xlsx").properties.created
    assert created.isoformat() == "2016-09-01T00:00:00"


def test_rows_beyond_the_sheet_are_cut_and_told(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_sheets, "EXCEL_ROWS", 11)
    table = contrast_table()
    write_workbook([sheet("g", "contrast_genes", table)], tmp_path / "t.xlsx", InShort("S"))
    read = openpyxl.load_workbook(tmp_path / "t.xlsx")
    shown = len(notable(contrast_table()))
    assert read["g"].max_row == 11
    assert any(f"first 10 of {shown} rows" in str(cell.value) for cell in cells(read["Legend"]))


def test_empty_table_and_long_text(tmp_path):
    long = pd.DataFrame(frame("gsea", [{"set": "S", "leading_edge": "GENE;" * 10_000}]))
    sheets = [sheet("none", "qc_flags", frame("qc_flags", [])), sheet("long", "gsea", long)]
    write_workbook(sheets, tmp_path / "t.xlsx", InShort("Study"))
    read = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert read["none"].max_row == 1
    text = column(read["long"], "leading_edge")[0].value
    assert len(text) == 32_767
    assert text.endswith("whole in the TSV file)")
