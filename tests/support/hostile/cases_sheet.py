"""Sample sheets: shapes, names and values. Encodings and broken files are in cases_files."""

from support.hostile.edits import (
    added_line,
    as_xlsx,
    both,
    cell,
    cells,
    content,
    extra_column,
    gzipped,
    in_xlsx,
    recoded,
    renamed_sample,
    setting,
    zipped,
)  # fmt: skip
from support.hostile.ground import Case

SHEET = "samples.tsv"
BILLION = (
    b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol">%s]><worksheet>&j;</worksheet>"""
    % (b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)))
)
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">
<c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>"""


def xlsx(*edits):
    """Take the sheet from a workbook; the text file stays beside it."""
    return both(as_xlsx("sheet.xlsx", SHEET), *edits, setting("samples.path", "sheet.xlsx"))


def numeric(name, values, *words):
    edit = both(extra_column("score", values), setting("design.formula", "~ score + group"))
    return Case(name, edit, words)


SHAPES = [
    Case("sheet with Windows line endings", recoded(SHEET, lambda t: t.replace("\n", "\r\n").encode())),
    Case("sheet with old Mac line endings", recoded(SHEET, lambda t: t.replace("\n", "\r").encode())),
    Case("sheet with a byte-order mark", recoded(SHEET, lambda t: t.encode("utf-8-sig"))),
    Case("sheet with everything in quotes",
         recoded(SHEET, lambda t: "\n".join("\t".join(f'"{c}"' for c in line.split("\t"))
                                            for line in t.splitlines()).encode())),
    Case("sheet with semicolons", recoded(SHEET, lambda t: t.replace("\t", ";").encode())),
    Case("sheet with empty lines", recoded(SHEET, lambda t: t.replace("\n", "\n\n\t\t\n").encode())),
    Case("sheet with a quotation mark left open", cell(SHEET, 4, 2, '"b1'), (SHEET, "quotation mark")),
    Case("sheet with a tab in a quoted name", renamed_sample("3-T.2", '"3\tT"', in_counts=False),
         ("samples.tsv, line 4", "3\\tT")),
    Case("sheet with a line end in a quoted name",
         renamed_sample("3-T.2", '"3\nT"', in_counts=False), ("samples.tsv", "3\\nT")),
    Case("sheet with a header only", content(SHEET, "sample_id\tgroup\n"), (SHEET,)),
    Case("sheet with one column", recoded(SHEET, lambda t: "\n".join(
        line.split("\t")[0] for line in t.splitlines()).encode()), ("'group' is not a column",)),
    Case("sheet with one sample", recoded(SHEET, lambda t: "\n".join(t.splitlines()[:2]).encode()),
         ("'group'",)),
    Case("sheet of separators", content(SHEET, ";;;\n;;;\n"), (SHEET, "empty")),
    Case("sheet of no-break blanks", content(SHEET, "\u00a0\t\u00a0\n\u2003\n"), (SHEET, "empty")),
    Case("sheet with a longer row", added_line(SHEET, "x\tnormal\tb1\tF\t50\tmore\tand more"),
         ("samples.tsv, line 14", "7 cells")),
    Case("sheet with shorter rows", both(*(added_line(SHEET, f"x{i}") for i in range(200))),
         ("samples.tsv, line 14", "1 cells", "and 150 more")),
    Case("sheet with a column twice", cell(SHEET, 0, 2, "group"), ("'group'", "used twice")),
    Case("sheet with an unnamed column", cell(SHEET, 0, 2, ""), ("samples.tsv, line 1", "no name")),
    Case("sheet without the identifier", cell(SHEET, 0, 0, "Sample"), ("'sample_id'", "not a column")),
    Case("sheet with ten thousand columns",
         recoded(SHEET, lambda t: "\n".join(
             line + "\t" + "\t".join(f"c{i}" if not n else "1" for i in range(10_000))
             for n, line in enumerate(t.splitlines())).encode()), ("samples.tsv", "columns")),
    Case("sheet under a title", recoded(SHEET, lambda t: f"Table S1. Samples\n\n{t}".encode())),
    Case("sheet with remarks", recoded(SHEET, lambda t: f"# v2\n{t}# no more\n".encode())),
    Case("sheet of R's write.csv",
         recoded(SHEET, lambda t: t.replace("sample_id", '""', 1).replace("\t", ",").encode())),
    Case("sheet of R's write.table",
         recoded(SHEET, lambda t: t.replace("sample_id\t", "", 1).replace("\t", " ").encode())),
    Case("sheet with a remark beside it", both(
        recoded(SHEET, lambda t: "".join(line + "\t\n" for line in t.splitlines()).encode()),
        added_line(SHEET, "x\tnormal\tb1\tF\t50\tby Anna")),
        ("column 6 has no name", "'by Anna' in F14")),
    Case("sheet is a sentence", content(SHEET, "see the file that Anna sent on Monday\n"), (SHEET,)),
    Case("sheet is a program", content(SHEET, "import os\nos.system('touch canary')\n"), (SHEET,)),
    Case("sheet is the matrix", lambda ground: ground.write(SHEET, ground.text("counts.tsv")),
         ("'sample_id'",)),
]  # fmt: skip

NAMES = [
    Case("sample called NA", renamed_sample("3-T.2", "NA"), ("samples.tsv, line 4", "'NA'")),
    Case("sample name too long", renamed_sample("3-T.2", "x" * 201), ("samples.tsv, line 4",)),
    Case("sample name of a megabyte", renamed_sample("3-T.2", "x" * (1 << 20)), ("line 4",)),
    Case("column name of a megabyte", cell(SHEET, 0, 3, "x" * (1 << 20)), ("line 1", "200")),
    Case("column name with an escape sequence", cell(SHEET, 0, 3, "a\x1b[2Jb"), ("line 1", "control")),
    Case("sample name with an escape sequence", renamed_sample("3-T.2", "a\x1b[2Jb"), ("line 4",)),
    Case("sample name with a line separator", renamed_sample("3-T.2", "a\u2028b"), ("line 4",)),
    Case("level of a megabyte", cell(SHEET, 3, 1, "x" * (1 << 20)), ("column 'group'",)),
    Case("level of three hundred characters",
         both(recoded(SHEET, lambda t: t.replace("no_recurrence", "x" * 300).encode()),
              setting("design.levels.group", ["normal", "x" * 300, "early_recurrence"]),
              setting("contrasts.early_vs_none.denominator", "x" * 300),
              setting("contrasts.tumour_vs_normal.numerator", ["early_recurrence", "x" * 300])),
         ("column 'group'", "200")),
    Case("names composed in one file only", both(
        renamed_sample("3-T.2", "Mu\u0308ller", in_counts=False),
        renamed_sample("3-T.2", "Müller", in_sheet=False)), ("look alike", "'M\\xfcller'")),
    Case("Cyrillic letter in one file only", both(
        renamed_sample("3-T.2", "P\u0430tient", in_counts=False),
        renamed_sample("3-T.2", "Patient", in_sheet=False)), ("look alike", "\\u0430")),
    Case("right-to-left mark in one file only", both(
        renamed_sample("3-T.2", "T3\u200f", in_counts=False),
        renamed_sample("3-T.2", "T3", in_sheet=False)), ("look alike", "\\u200f")),
    Case("zero-width space in one file only", renamed_sample("3-T.2", "3-T\u200b.2", in_counts=False),
         ("look alike", "\\u200b")),
    Case("sample listed again", added_line(SHEET, "3-T.2\tnormal\tb1\tF\t50"), ("listed twice",)),
    Case("column the model adds", cell(SHEET, 0, 4, "size_factor"), ("'size_factor'",)),
    Case("column the file format keeps", cell(SHEET, 0, 4, "_index")),
    Case("column with a slash", cell(SHEET, 0, 4, "TNM/stage")),
    Case("identifiers in a column beside sample_id",
         both(extra_column("label", [f"{i + 1}-T.{i % 3}" for i in range(12)]),
              cells(SHEET, lambda t: t.__setitem__(0, ["sample_id"] + ["same"] * 12)),
              setting("samples.id", "label"))),
]  # fmt: skip

VALUES = [
    numeric("covariate near the end of numbers", ["1e308", "-1e308"] * 6, "column 'score'"),
    numeric("covariate beyond all numbers", ["1e400", "1"] * 6, "score"),
    numeric("covariate of infinities", ["inf", "1"] * 6, "score"),
    numeric("covariate in hexadecimal", ["0x1F", "0x2F"] * 6, "score"),
    numeric("covariate with decimal commas", [f"1,{i}" for i in range(12)], "score"),
    numeric("covariate with thousands separators", [f"1'{i:03}" for i in range(12)], "score"),
    numeric("covariate that tells nothing", ["5"] * 12, "only one value"),
    numeric("covariate with a dash", ["1", "2", "3"] * 3 + ["-", "4", "5"], "'-' (line 11", "missing"),
    numeric("covariate with a unit", ["61"] * 5 + ["61y"] + ["50"] * 6, "'61y' (line 7", "write 61"),
    numeric("covariate with a limit", ["61"] * 5 + [">70"] + ["50"] * 6, "'>70' (line 7"),
    numeric("covariate with gaps", ["1", "2", "NaN"] * 4, "column 'score'", "no value"),
    numeric("covariate that is nearly constant", [f"1e300{i % 2}" for i in range(12)], "score"),
    numeric("covariate of integers beyond 64 bits", [f"{10**25 + i}" for i in range(12)], "score"),
    Case("size factors of nothing",
         both(extra_column("own", ["0", "-1", "nan", "inf"] * 3),
              setting("normalization.size_factors", "own")), ("column 'own'", "positive")),
    Case("size factors beyond reason",
         both(extra_column("own", ["1e308", "1e-308"] * 6),
              setting("normalization.size_factors", "own")), ("column 'own'",)),
    Case("size factors as text", setting("normalization.size_factors", "batch"), ("column 'batch'",)),
    Case("keep that leaves nothing", setting("samples.keep", {"sex": ["x"]}), ("samples.keep",)),
    Case("keep by a look-alike", setting("samples.keep", {"group": ["n\u043ermal"]}), ("look alike",)),
    Case("group called nan", recoded(SHEET, lambda t: t.replace("\tnormal", "\tnan").encode()),
         ("column 'group'", "no value")),
]  # fmt: skip

WORKBOOKS = [
    Case("sheet in a workbook", xlsx()),
    Case("workbook called tsv", as_xlsx(SHEET, SHEET)),
    Case("gzip called tsv", gzipped(SHEET)),
    Case("tsv called xlsx", both(lambda g: g.write("sheet.xlsx", g.text(SHEET)),
                                 setting("samples.path", "sheet.xlsx"))),
    Case("workbook cut short", xlsx(lambda g: g.write(
        "sheet.xlsx", (g.path / "sheet.xlsx").read_bytes()[:-2000])), ("sheet.xlsx", "not a readable")),
    Case("zip that is no workbook", both(zipped(SHEET, {"word/document.xml": b"<a/>"})),
         (SHEET, "not a readable xlsx")),
    Case("workbook with broken XML", xlsx(in_xlsx(
        "sheet.xlsx", "xl/worksheets/sheet1.xml", lambda d: d[:200])), ("sheet.xlsx", "not a readable")),
    Case("workbook with an XML bomb", xlsx(in_xlsx(
        "sheet.xlsx", "xl/worksheets/sheet1.xml", lambda d: BILLION)), ("sheet.xlsx",)),
    Case("workbook that reads other files", xlsx(in_xlsx(
        "sheet.xlsx", "xl/worksheets/sheet1.xml", lambda d: OUTSIDE)), ("sheet.xlsx",)),
    Case("workbook that swells", zipped(SHEET, {
        "[Content_Types].xml": b"<a/>", "xl/worksheets/sheet1.xml": b" " * (300 << 20)}),
        (SHEET, "decompress")),
    Case("workbook of formulas", xlsx(lambda g: as_xlsx("sheet.xlsx", SHEET, lambda book: [
        book.active.cell(row, 2, '=HYPERLINK("http://x","y")') for row in range(2, 14)])(g)),
        ("sheet.xlsx, column 'group'",)),
    Case("workbook with a cell in the last corner", xlsx(lambda g: as_xlsx(
        "sheet.xlsx", SHEET, lambda book: book.active.cell(1_048_576, 16_384, "here"))(g)),
        ("sheet.xlsx",)),
    Case("workbook with an empty sheet first", xlsx(lambda g: as_xlsx(
        "sheet.xlsx", SHEET, lambda book: book.create_sheet("Notes", 0))(g))),
    Case("workbook with a page of words first", xlsx(lambda g: as_xlsx(
        "sheet.xlsx", SHEET, lambda book: book.create_sheet("Read me", 0).cell(1, 1, "Hello"))(g))),
    Case("workbook with a hidden page first", xlsx(lambda g: as_xlsx(
        "sheet.xlsx", SHEET, lambda book: setattr(
            book.create_sheet("Old", 0), "sheet_state", "hidden"))(g))),
    Case("workbook with merged and dated cells", xlsx(lambda g: as_xlsx(
        "sheet.xlsx", SHEET, lambda book: (
            book.active.merge_cells("B2:B5"),
            book.active.cell(7, 2, __import__("datetime").date(2024, 9, 1))))(g)),
        ("sheet.xlsx, column 'group'", "2024-09-01")),
]  # fmt: skip

CASES = [*SHAPES, *WORKBOOKS, *NAMES, *VALUES]
