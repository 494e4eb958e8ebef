"""Sheets as people and programs write them: titles, remarks, R's row names, workbooks, GEO."""

import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.io.sheets import read_sheet, read_sheet_and_notes

ROWS = [["S1", "a", "61"], ["S2", "b", "55"], ["S3", "b", "47"]]
HEADER = ["sample_id", "group", "age"]


def written(tmp_path, text):
    path = tmp_path / "sheet.txt"
    path.write_text(text, encoding="utf-8")
    return path


def lines(separator, *rows):
    return "".join(separator.join(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    "before",
    [
        "Table S1. The samples, in the end\n",
        "Table S1\n\n",
        "Table S1,,\n,,\n",
        "# exported 2024-05-01\n# by Anna\n",
        "Project,MT1M\nDate,2024\n",
        ",Clinical,\n",
    ],
)
def test_what_stands_before_the_header_is_passed_over(tmp_path, before):
    path = written(tmp_path, before + lines(",", HEADER, *ROWS))
    sheet, notes = read_sheet_and_notes(path)
    assert list(sheet.columns) == HEADER and sheet.to_numpy().tolist() == ROWS
    first = before.count("\n") + 2
    assert list(sheet.index) == [first, first + 1, first + 2]
    assert bool(notes) != before.startswith("#")
    assert all("header is line" in note for note in notes)


def test_a_known_column_finds_its_header_whatever_stands_before(tmp_path):
    path = written(
        tmp_path, lines(",", ["Institute", "of", "Liver"], ["lib", "group", "age"], *ROWS)
    )
    assert list(read_sheet(path, "lib").columns) == ["lib", "group", "age"]


def test_remarks_between_the_rows_and_a_hash_before_the_header(tmp_path):
    text = "#" + lines("\t", HEADER, *ROWS[:2]) + "# S3 was measured twice\n" + lines("\t", ROWS[2])
    sheet = read_sheet(written(tmp_path, text), "sample_id")
    assert list(sheet.columns) == HEADER and sheet.to_numpy().tolist() == ROWS
    assert "#sample_id" in read_sheet(tmp_path / "sheet.txt", "#sample_id")


@pytest.mark.parametrize("separator", ["\t", ",", ";", " "])
@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize("quote", ['"', ""])
def test_row_names_of_r_become_the_samples(tmp_path, separator, blank, quote):
    quoted = [[quote + cell + quote for cell in row] for row in [["", *HEADER[1:]], *ROWS]]
    if not blank:
        quoted[0] = quoted[0][1:]
    elif separator == " " and not quote:
        return  # R never writes this
    sheet, (note,) = read_sheet_and_notes(written(tmp_path, lines(separator, *quoted)), "library")
    assert list(sheet.columns) == ["library", "group", "age"]
    assert sheet.to_numpy().tolist() == ROWS
    assert "row names" in note and "'library'" in note


def test_one_column_beside_row_names(tmp_path):
    path = written(tmp_path, '"group"\n"S1" "a b"\n"S2" "c"\n')
    assert read_sheet(path, "id").to_dict("list") == {"id": ["S1", "S2"], "group": ["a b", "c"]}


@pytest.mark.parametrize("numbers", [["1", "2", "3"], ["0", "1", "2"], ["7", "19", "20"]])
def test_numbers_of_rows_are_left_out_beside_names(tmp_path, numbers):
    rows = [[number, *row] for number, row in zip(numbers, ROWS, strict=True)]
    sheet, (note,) = read_sheet_and_notes(written(tmp_path, lines(",", ["", *HEADER], *rows)))
    assert list(sheet.columns) == HEADER and "left out" in note


def test_numbers_that_are_the_only_names_stay(tmp_path):
    rows = [["1", "a", "61"], ["2", "b", "55"], ["3", "b", "47"]]
    sheet = read_sheet(written(tmp_path, lines(",", ["", "group", "age"], *rows)), "sample_id")
    assert sheet["sample_id"].tolist() == ["1", "2", "3"]


def test_the_first_visible_page_with_the_samples_is_taken_and_named(tmp_path):
    path = tmp_path / "book.xlsx"
    frame = pd.DataFrame(ROWS, columns=HEADER)
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        pd.DataFrame({"x": ["old"]}).to_excel(book, sheet_name="Hidden", index=False)
        pd.DataFrame({"Read me": ["one", "two"]}).to_excel(book, sheet_name="Notes", index=False)
        pd.DataFrame({"gene": ["g1", "g2"], "S1": [1, 2]}).to_excel(book, sheet_name="Counts")
        frame.to_excel(book, sheet_name="Samples", index=False, startrow=2)
        book.sheets["Hidden"].sheet_state = "hidden"
        book.sheets["Samples"]["A1"] = "Table S2"
        book.sheets["Notes"].sheet_state = "visible"
        book.book.active = 1
    sheet, notes = read_sheet_and_notes(path, "sample_id")
    assert sheet.to_numpy().tolist() == ROWS and list(sheet.index) == [4, 5, 6]
    assert "'Samples' was read, not 'Notes', 'Counts'" in notes[0]
    assert "header is line 3" in notes[1] and "'Table S2'" in notes[1]
    assert read_sheet(path).to_numpy().tolist() == ROWS  # by its title, though counts come first


def test_a_cell_beside_the_table_is_named(tmp_path):
    path = written(tmp_path, "sample_id,group,\nS1,a,\nS2,b,see Anna\n")
    with pytest.raises(InputError, match=r"column 3 has no name.*'see Anna' in C3"):
        read_sheet(path)


def test_separators_inside_cells_do_not_cut_them(tmp_path):
    sheet = read_sheet(written(tmp_path, 'sample,note\nS1,"a; b c"\nS2,"d; e f"\n'))
    assert sheet["note"].tolist() == ["a; b c", "d; e f"]
    sheet = read_sheet(written(tmp_path, "sample\tnote\nS1\ta, b; c\nS2\td, e; f\n"))
    assert sheet["note"].tolist() == ["a, b; c", "d, e; f"]


MATRIX = """!Series_title\t"Livers"
!Series_sample_id\t"GSM1 GSM2 "

!Sample_title\t"liver 1"\t"tumour, 2"
!Sample_geo_accession\t"GSM1"\t"GSM2"
!Sample_status\t"Public"\t"Public"
!Sample_characteristics_ch1\t"tissue: liver"\t"tissue: tumour"
!Sample_characteristics_ch1\t"age: 61"\t"Sex: F"
!Sample_characteristics_ch1\t"Sex: M"\t""
!Sample_characteristics_ch1\t"tissue: left"\t"no key"
!series_matrix_table_begin
"ID_REF"\t"GSM1"\t"GSM2"
!series_matrix_table_end
"""


def test_a_series_matrix_of_geo_is_a_sheet(tmp_path):
    sheet, (note,) = read_sheet_and_notes(written(tmp_path, MATRIX))
    assert sheet.to_dict("records") == [
        {"geo_accession": "GSM1", "title": "liver 1", "tissue": "liver", "age": "61", "Sex": "M",
         "tissue_2": "left", "characteristics": ""},
        {"geo_accession": "GSM2", "title": "tumour, 2", "tissue": "tumour", "age": "", "Sex": "F",
         "tissue_2": "", "characteristics": "no key"},
    ]  # fmt: skip
    assert "GEO" in note


def test_a_soft_file_of_geo_is_a_sheet(tmp_path):
    text = "^SERIES = GSE1\n!Series_title = x\n" + "".join(
        f"^SAMPLE = {name}\n!Sample_title = t {name}\n!Sample_characteristics_ch1 = dose: {dose}\n"
        for name, dose in (("GSM1", "0"), ("GSM2", "10 mg"))
    )
    sheet = read_sheet(written(tmp_path, text))
    assert sheet["geo_accession"].tolist() == ["GSM1", "GSM2"]
    assert sheet["dose"].tolist() == ["0", "10 mg"]
    with pytest.raises(InputError, match="without lines"):
        read_sheet(written(tmp_path, '!Series_title\t"x"\n!Sample_title\t"a"\n'))
