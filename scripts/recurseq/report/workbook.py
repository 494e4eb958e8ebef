"""The result tables as one workbook that a spreadsheet program opens without changing a value."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import xlsxwriter

from recurseq.base.tables import MISSING, Table, describe, read_table
from recurseq.base.text import listed
from recurseq.base.whole_file import whole_file
from recurseq.evidence.support import NONE
from recurseq.patterns.codes import NO_EVIDENCE
from recurseq.report.results import Results

EXCEL_ROWS = 1_048_576
EXCEL_TEXT = 32_767
EXCEL_NAME = 31
# A fixed date keeps the file byte-identical from run to run.
CREATED = datetime.datetime(2016, 9, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
# Rows that say next to nothing are in the TSV alone, and the legend says so. Most genes show no
# difference, and a workbook with all of them, once for each contrast, is too large to be sent.
NOTABLE = 0.05
SHOWN = {
    "contrast_genes": (
        f"genes that are called or have an unadjusted p-value below {NOTABLE}",
        lambda table: table["significant"] | (table["pvalue"] < NOTABLE),
    ),
    "omnibus_genes": (
        f"genes with an unadjusted p-value below {NOTABLE}",
        lambda table: table["pvalue"] < NOTABLE,
    ),
    "contrast_evidence": ("called genes", lambda table: table["support"] != NONE),
    "patterns": ("genes with a pattern", lambda table: table["pattern"] != NO_EVIDENCE),
}
LARGE_NUMBERS = {"baseMean", "normalized", "mean_numerator", "mean_denominator"}
MEASURED_ROWS = 300
ROWS_LEFT_OUT = "Only {which} ({shown:,} of {all:,} rows); every gene is in {file}."
COLUMNS_LEFT_OUT = "Without {columns}: nothing but NA in this study."
ROWS_CUT = "Only the first {shown:,} of {all:,} rows fit a sheet; all are in {file}."
# Nobody reads a sheet that is wider; the distances of 2,000 samples alone would take 40 MB.
MOST_COLUMNS = 200
TOO_WIDE = "Not in this workbook: {columns:,} columns are more than anybody reads; see {file}."


@dataclass(frozen=True)
class Sheet:
    """One table of the workbook.

    Attributes
    ----------
    title
        Wanted name of the sheet; made legal and unique when written.
    table
        Name of the table in ``tables.yaml``.
    source
        The TSV file of the table, or the frame itself.
    facts
        What the numbers came from: contrast, samples per group, thresholds.
    file
        Where the whole table lies, as told to the reader.
    """

    title: str
    table: str
    source: Path | pd.DataFrame
    facts: str = ""
    file: str = ""

    @property
    def width(self) -> int:
        """Number of columns."""
        if isinstance(self.source, pd.DataFrame):
            return self.source.shape[1]
        with self.source.open(encoding="utf-8") as lines:
            return lines.readline().count("\t") + 1

    def read(self) -> pd.DataFrame:
        """Return the whole table, typed."""
        if isinstance(self.source, pd.DataFrame):
            return self.source
        return read_table(self.source, self.table)


def study_sheets(results: Results) -> list[Sheet]:
    """Return every result table of a study that has a sheet, with what its numbers came from."""
    origins, everyone = {}, ""
    if results.study.has_counts:
        origins = {
            name: f"{contrast.origin(results.samples)}."
            for name, contrast in results.study.contrasts.items()
        }
        everyone = f"Design {results.study.formula}; n = {len(results.samples)} samples."
    return [
        Sheet(
            title=file.sheet,
            table=file.table.name,
            source=results.folder / file.path,
            facts=""
            if file.is_clinical
            else origins.get(file.wildcards.get("contrast", ""), everyone),
            file=file.path,
        )
        for file in results.files()
        if file.sheet
    ]


def write_workbook(
    sheets: Sequence[Sheet], path: str | Path, title: str, simulated: bool = False
) -> None:
    """Write a legend and one sheet per table.

    Genes and all other texts are written as texts, so that no program reads ``SEPT1`` as a date
    or ``=A1`` as a formula; a missing value is a grey ``NA``. The same tables give the same bytes.

    Parameters
    ----------
    sheets
        The tables, in the order of the workbook.
    path
        The ``.xlsx`` file; it appears under its name only when complete.
    title
        Title of the study.
    simulated
        Whether the legend must say that the data are simulated.
    """
    narrow = [sheet for sheet in sheets if sheet.width <= MOST_COLUMNS]
    wide = [sheet for sheet in sheets if sheet.width > MOST_COLUMNS]
    names = sheet_names(["Legend", *(sheet.title for sheet in narrow)])
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with whole_file(path) as partial, xlsxwriter.Workbook(str(partial), options) as book:
        book.set_properties({"title": title, "author": "recurseq", "created": CREATED})
        formats = _formats(book)
        legend = book.add_worksheet(names[0])
        written = [
            (name, sheet, _write_sheet(book.add_worksheet(name), sheet, formats))
            for name, sheet in zip(names[1:], narrow, strict=True)
        ]
        _write_legend(legend, written, wide, title, simulated, formats)


def sheet_names(titles: Iterable[str]) -> list[str]:
    r"""Turn titles into sheet names that Excel takes.

    At most 31 characters, none of ``[]:*?/\``, no apostrophe at an end, and no two alike when
    case is ignored: a later one of the same name gets a number.
    """
    names: list[str] = []
    taken = {"history"}  # Excel keeps this name for itself
    for title in titles:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", title).strip(" '") or "sheet"
        name, number = plain[:EXCEL_NAME].strip(" '"), 1
        while name.casefold() in taken:
            number += 1
            ending = f" {number}"
            name = plain[: EXCEL_NAME - len(ending)].strip(" '") + ending
        taken.add(name.casefold())
        names.append(name)
    return names


def _formats(book: xlsxwriter.Workbook) -> dict[str, xlsxwriter.format.Format]:
    kinds = {
        "text": {},
        "integer": {"num_format": "#,##0"},
        "number": {"num_format": "0.000"},
        "large": {"num_format": "#,##0.0"},
        "pvalue": {"num_format": "0.00E+00"},
        "missing": {"font_color": "#8A8F98", "align": "right"},
        "header": {"bold": True, "bg_color": "#E6ECF2", "bottom": 1},
        "title": {"bold": True, "font_size": 16},
        "banner": {"bold": True, "font_color": "#7A2E00", "bg_color": "#FFE3C2"},
        "bold": {"bold": True},
        "wrap": {"text_wrap": True, "valign": "top"},
    }
    return {name: book.add_format(properties) for name, properties in kinds.items()}


def _write_sheet(worksheet, sheet: Sheet, formats: dict) -> str:
    """Write one table; return what the legend has to say about rows that are not in it."""
    table = describe(sheet.table)
    frame, remark = _shown(sheet, table)
    kinds = _column_formats(frame, table)
    for column, width in enumerate(_widths(frame, kinds)):
        worksheet.set_column(column, column, width)
    worksheet.freeze_panes(1, min(2, len(frame.columns) - 1))
    worksheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
    for column, name in enumerate(frame.columns):
        worksheet.write_string(0, column, str(name), formats["header"])
    writers = [_writer(worksheet, kind, formats) for kind in kinds]
    cells = zip(*(_plain(frame[name]) for name in frame.columns), strict=True)
    for row, values in enumerate(cells, start=1):
        for column, value in enumerate(values):
            writers[column](row, column, value)
    return remark


def _shown(sheet: Sheet, table: Table) -> tuple[pd.DataFrame, str]:
    """Return the rows and columns that say something, and what the legend says of the others."""
    frame, remarks = sheet.read(), []
    file = sheet.file or table.file
    empty = list(frame.columns[frame.isna().all()]) if len(frame) else []
    if empty:
        remarks.append(COLUMNS_LEFT_OUT.format(columns=listed(empty)))
    if sheet.table in SHOWN:
        which, chosen = SHOWN[sheet.table]
        shown = frame[chosen(frame)]
        if len(shown) < len(frame):
            counts = {"shown": len(shown), "all": len(frame)}
            remarks.append(ROWS_LEFT_OUT.format(which=which, file=file, **counts))
        frame = shown
    if len(frame) > EXCEL_ROWS - 1:
        remarks.append(ROWS_CUT.format(shown=EXCEL_ROWS - 1, all=len(frame), file=file))
        frame = frame.head(EXCEL_ROWS - 1)
    return frame.drop(columns=empty), " ".join(remarks)


def _column_formats(frame: pd.DataFrame, table: Table) -> list[str]:
    large = LARGE_NUMBERS & table.kinds.keys()
    return ["large" if name in large else table.kind(str(name)) for name in frame.columns]


def _widths(frame: pd.DataFrame, kinds: list[str]) -> list[float]:
    """Width in characters: room for the header and its filter arrow; texts up to 44."""
    widths = []
    for name, kind in zip(frame.columns, kinds, strict=True):
        longest = 8
        if kind in ("text", "list"):
            texts = frame[name].head(MEASURED_ROWS).dropna().astype(str)
            longest = min(44, int(texts.str.len().max())) if len(texts) else 4
        widths.append(max(longest, len(str(name)) + 3) + 1)
    return widths


def _plain(values: pd.Series) -> list:
    """Return Python values, None for missing; pandas' own scalars are slow to test one by one."""
    return values.astype(object).where(values.notna(), None).tolist()


def _writer(worksheet, kind: str, formats: dict):
    missing = formats["missing"]
    shape = formats.get(kind, formats["text"])

    def write(row: int, column: int, value) -> None:
        if value is None:
            worksheet.write_string(row, column, MISSING, missing)
        elif kind in ("text", "list"):
            worksheet.write_string(row, column, _fitting(str(value)))
        elif kind == "boolean":
            worksheet.write_boolean(row, column, bool(value))
        elif math.isfinite(value):
            worksheet.write_number(row, column, value, shape)
        else:
            worksheet.write_string(row, column, f"{value:g}", missing)

    return write


def _fitting(text: str) -> str:
    """Cut a text at what a cell can hold, and say so in the cell."""
    if len(text) <= EXCEL_TEXT:
        return text
    ending = " … (cut; whole in the TSV file)"
    return text[: EXCEL_TEXT - len(ending)] + ending


def _write_legend(
    worksheet, written, left_out: Sequence[Sheet], title: str, simulated: bool, formats: dict
) -> None:
    worksheet.set_column(0, 0, 34)
    worksheet.set_column(1, 1, 30)
    worksheet.set_column(2, 2, 110)
    worksheet.hide_gridlines(2)
    worksheet.write_string(0, 0, title, formats["title"])
    row = 1
    if simulated:
        for column, text in enumerate(
            ("SIMULATED DATA: no patient is behind these numbers", "", "")
        ):
            worksheet.write_string(row, column, text, formats["banner"])
        row += 1
    worksheet.write_string(
        row, 0, "A grey NA is a missing value; numbers are rounded for display, not in the cell."
    )
    row = _write_sheet_list(worksheet, written, row + 2, formats)
    row = _write_left_out(worksheet, left_out, row, formats)
    _write_columns(worksheet, written, row + 1, formats)


def _write_sheet_list(worksheet, written, row: int, formats: dict) -> int:
    for column, text in enumerate(("Sheet", "Table", "What it holds")):
        worksheet.write_string(row, column, text, formats["header"])
    for name, sheet, remark in written:
        row += 1
        table = describe(sheet.table)
        target = name.replace("'", "''")
        worksheet.write_url(row, 0, f"internal:'{target}'!A1", string=name)
        worksheet.write_string(row, 1, table.title, formats["wrap"])
        holds = [table.description, sheet.facts, remark]
        worksheet.write_string(row, 2, " ".join(filter(None, holds)), formats["wrap"])
    return row + 1


def _write_left_out(worksheet, left_out: Sequence[Sheet], row: int, formats: dict) -> int:
    """Name the tables that have no sheet because nobody could read it."""
    for sheet in left_out:
        table = describe(sheet.table)
        remark = TOO_WIDE.format(columns=sheet.width, file=sheet.file or table.file)
        worksheet.write_string(row, 1, table.title, formats["wrap"])
        worksheet.write_string(row, 2, f"{table.description} {remark}", formats["wrap"])
        row += 1
    return row


def _write_columns(worksheet, written, row: int, formats: dict) -> None:
    for column, text in enumerate(("Table", "Column", "Meaning")):
        worksheet.write_string(row, column, text, formats["header"])
    for key in dict.fromkeys(sheet.table for _, sheet, _ in written):
        table = describe(key)
        for described in table.columns:
            row += 1
            worksheet.write_string(row, 0, table.title, formats["wrap"])
            worksheet.write_string(row, 1, described.name, formats["bold"])
            worksheet.write_string(row, 2, described.description, formats["wrap"])
