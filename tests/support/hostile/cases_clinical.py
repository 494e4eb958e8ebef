"""Clinical tables, assays and their sections: dates, codes, units, names, cells that are formulas."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from support.clinical_study import make_patients
from support.hostile.edits import (
    Edit,
    as_xlsx,
    both,
    content,
    gzipped,
    recoded,
    setting,
)
from support.hostile.ground import CANARY, Case, Ground

TABLE, ASSAY = "clinical.tsv", "pcr.tsv"


def patients(*edits: Edit) -> Edit:
    """Put a study of patients in the place of the one with counts, and change it."""

    def edit(ground: Ground) -> None:
        for name in ("counts.tsv", "samples.tsv", "sets.gmt", "markers.tsv"):
            (ground.path / name).unlink()
        ground.study = make_patients(ground.path)
        both(*edits)(ground)

    return edit


def table(change: Callable[[pd.DataFrame], object], name: str = TABLE) -> Edit:
    """Change the table as text with named columns; row 2 of the file is label 2."""

    def edit(ground: Ground) -> None:
        path = ground.path / name
        frame = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        frame.index += 2
        changed = change(frame)
        changed = frame if changed is None else changed
        lines = ["\t".join(changed.columns), *("\t".join(r) for r in changed.to_numpy())]
        ground.write(name, "\n".join(lines) + "\n")

    return edit


def at(column: str, row: int, value: str, name: str = TABLE) -> Edit:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[row, column] = value

    return table(change, name)


def every(column: str, make: Callable[[str], str], name: str = TABLE) -> Edit:
    def change(frame: pd.DataFrame) -> None:
        frame[column] = frame[column].map(make)

    return table(change, name)


def added(column: str, value: Callable[[int], str]) -> Edit:
    def change(frame: pd.DataFrame) -> None:
        frame[column] = [value(row) for row in frame.index]

    return table(change)


def case(name: str, *edits: Edit, words: tuple[str, ...] = ()) -> Case:
    return Case(name, patients(*edits), words)


def swapped(text: str) -> str:
    """2013-07-14 as 07/14/2013."""
    return "/".join((*text.split("-")[1:], text.split("-")[0])) if text else ""


def _row(frame: pd.DataFrame, row: int, **values: str) -> pd.DataFrame:
    for column, value in values.items():
        frame.loc[row, column] = value
    return frame


def _with_odd_names(frame: pd.DataFrame) -> pd.DataFrame:
    odd = [
        "=1+1",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        f"$(touch {CANARY})",
        "{config}",
    ]
    frame.loc[2:6, "patient_id"] = odd
    return frame


DATES = [
    case("no such day", at("death_date", 5, "2014-02-31"),
         words=("clinical.tsv, column 'death_date', row 5", "no such dates", "2020-04-03")),
    case("day and month in another order", every("surgery_date", swapped),
         words=("column 'surgery_date'", "clinical.dates", "not guessed")),
    case("orders mixed in a column", at("last_visit", 7, "14.07.2016"), at("last_visit", 9, "7/14/2016"),
         words=("rows 7 and 9",)),
    case("month first where day first is said", setting("clinical.dates", "dmy"),
         every("surgery_date", swapped), words=("column 'surgery_date'", "day first")),
    case("two digits of a year", at("surgery_date", 4, "13-07-14"), words=("surgery_date", "row 4")),
    case("Excel's number among dates", at("surgery_date", 4, "41469"), words=("surgery_date", "row 4")),
    case("Excel's numbers as said", setting("clinical.dates", "excel"), *(
        every(name, lambda t: str((pd.Timestamp(t) - pd.Timestamp("1899-12-30")).days) if t else "")
        for name in ("surgery_date", "recurrence_date", "death_date", "last_visit"))),
    case("date in the future", at("last_visit", 3, "2999-01-01"), words=("row 3", "in the future")),
    case("date of 1850", at("surgery_date", 3, "1850-01-01"), words=("row 3", "before 1900")),
    case("date 0000-00-00", at("death_date", 3, "0000-00-00"), words=("row 3", "no such dates")),
    case("time beside a date", at("surgery_date", 3, "2013-07-14 23:59:59"), words=("row 3",)),
    case("recurrence before surgery", at("recurrence_date", 6, "2001-01-01"),
         words=("row 6", "'recurrence_date' lies before 'surgery_date'")),
    case("death before surgery", at("death_date", 6, "2001-01-01"), words=("row 6", "'death_date' lies")),
    case("last visit before surgery", table(lambda f: _row(
        f, 3, recurrence_date="", death_date="", last_visit="2001-01-01")),
         words=("row 3", "below 0")),
    case("last visit on the day of surgery", table(lambda f: _row(
        f, 3, recurrence_date="", death_date="", last_visit=f.loc[3, "surgery_date"])),
         words=("row 3", "of 0")),
    case("event without the date of its origin", at("surgery_date", 2, ""),
         words=("row 2", "without the date of its origin")),
    case("a column of dates that is none", setting("endpoints.dfs.start", "sex"),
         words=("column 'sex'", "no such dates")),
]  # fmt: skip


CODES = [
    case("events coded 1 and 2", every("os_event", lambda t: str(int(t) + 1)),
         words=("column 'os_event'", 'event_levels: ["1", "2"]')),
    case("events in words", every("os_event", lambda t: "dead" if t == "1" else "alive"),
         words=("column 'os_event'", 'event_levels: ["alive", "dead"]')),
    case("events in words as said", every("os_event", lambda t: "dead" if t == "1" else "alive"),
         setting("endpoints.os.event_levels", ["alive", "dead"])),
    case("events as 1.0", every("os_event", lambda t: t + ".0")),
    case("a third event", at("os_event", 8, "9"), words=("os_event", "row 8", "0 for none and 1")),
    case("no event at all", every("os_event", lambda t: "0"), words=("endpoints.os", "no patient has the event")),
    case("event without a time", table(lambda f: _row(f, 5, os_event="1", os_months="")),
         words=("row 5", "an event of os without a time")),
    case("negative time", at("os_months", 5, "-3"), words=("row 5", "a time of os below 0")),
    case("time of zero", at("os_months", 5, "0"), words=("row 5", "a time of os of 0")),
    case("times in days", every("os_months", lambda t: f"{float(t) * 30.4375:.0f}"),
         words=("endpoints.os.unit", "unit: days")),
    case("times in days as said", every("os_months", lambda t: f"{float(t) * 30.4375:.0f}"),
         setting("endpoints.os.unit", "days")),
    case("recurrence-free longer than survival", at("os_months", 3, "0.5"),
         words=("row 3", "a time of dfs that is longer than that of os")),
    case("YAML's yes", setting("clinical.columns.mvi", {"positive": [True], "negative": [False]}),
         words=("clinical.columns.mvi.positive", "true")),
    case("a level in other letters", at("sex", 4, "Male"),
         words=("column 'sex'", "row 4", "did you mean 'male'")),
    case("a level that is not listed", at("bclc", 4, "D"), words=("column 'bclc'", "row 4", "one of 0, A, B, C")),
    case("a value both positive and negative", setting("clinical.columns.mvi", {"positive": ["1"], "negative": ["1", "0"]}),
         words=("clinical.columns.mvi", "positive and negative")),
    case("a level nobody has", setting("clinical.columns.sex.levels", ["female", "male", "other"])),
    case("a condition nobody meets", setting("cohorts.first", {"centre": ["C9"]}),
         words=("cohorts.first", "C9")),
    case("exclusions of all", setting("flow", [{"exclude": {"r0": ["yes", "no"]}, "label": "all"}]),
         words=("config: flow", "leaves no patient")),
    case("validation in development", setting("cohorts", {"development": {"centre": ["C1"]},
                                                         "validation": {"centre": ["C1", "C2"]}}),
         words=("config: cohorts", "development", "validation")),
]  # fmt: skip
NUMBERS = [
    case("above the limit of an assay", at("afp_ng_ml", 4, "> 60500"),
         words=("column 'afp_ng_ml'", "row 4", "above or below a number")),
    case("a decimal comma", at("age_years", 4, "61,5"), words=("age_years", "row 4", "decimal comma")),
    case("a unit in a cell", at("age_years", 4, "61 years"), words=("age_years", "row 4", "no numbers")),
    case("an age in months", at("age_years", 4, "732"), words=("age_years", "row 4", "cannot be years")),
    case("infinity", at("age_years", 4, "inf"), words=("age_years", "row 4")),
    case("a number of 300 digits", at("afp_ng_ml", 4, "9" * 300), words=("afp_ng_ml", "row 4")),
    case("hexadecimal", at("age_years", 4, "0x1F"), words=("age_years", "row 4")),
    case("unknown where it was not said", at("age_years", 4, "unknown"),
         words=("age_years", "row 4", "clinical.missing")),
    case("unknown as said", at("age_years", 4, "unknown"), setting("clinical.missing", ["", "unknown"])),
    case("the logarithm of zero", setting("clinical.columns.afp", {
        "number": "ng/mL", "from": "afp_ng_ml", "transform": "log2"}), at("afp_ng_ml", 4, "0"),
         words=("afp_ng_ml", "row 4", "no log2")),
    case("cut points in a wrong order", setting("clinical.columns.afp_high", {
        "from": "afp_ng_ml", "cut": [400, 20], "levels": ["a", "b", "c"]}), words=("not ascending",)),
    case("two cut points and two levels", setting("clinical.columns.afp_high.cut", [20, 400]),
         words=("clinical.columns.afp_high", "one level more")),
    case("a wide range that is none", setting("clinical.columns.age.range", [90, 20]),
         words=("clinical.columns.age.range",)),
    case("a constant column in a model", every("age_years", lambda t: "50"),
         words=("models.os.terms", "'age' has one value")),
]  # fmt: skip
NAMES = [
    case("a patient twice", at("patient_id", 5, "HCC-0001"),
         words=("column 'patient_id'", "rows 2 and 5", "a patient twice")),
    case("a row without a patient", at("patient_id", 5, ""), words=("row 5", "name no patient")),
    case("no column of patients", setting("clinical.id", "patient"),
         words=("clinical.id", "did you mean 'patient_id'")),
    case("a column with a slip", setting("clinical.columns.age.from", "age_yaers"),
         words=("clinical.columns.age.from", "did you mean 'age_years'")),
    case("an endpoint with a slip", setting("survival.dfs.endpoint", "dsf"),
         words=("survival.dfs.endpoint", "did you mean 'dfs'")),
    case("a term with a slip", setting("models.os.terms", ["agee"]), words=("models.os.terms", "did you mean 'age'")),
    case("a name for two things", setting("cutoffs.age", {"measure": "MT1M", "method": "median"}),
         words=("'age' is a column and cut-off",)),
    case("a name that leaves its folder", setting("survival", {"../../x": {"endpoint": "dfs"}}),
         words=("../../x", "letters, digits")),
    case("a device of Windows", setting("models", {"con": {"kind": "cox", "endpoint": "os", "terms": ["age"]}}),
         words=("config: models", "Windows")),
    case("a model of itself", setting("models", {
        "a": {"kind": "cox", "endpoint": "os", "terms": ["b"]},
        "b": {"kind": "cox", "endpoint": "os", "terms": ["a"]}}), words=("models hold each other",)),
    case("a sentence as a level", at("centre", 4, "x" * 500), setting("survival.dfs.by", "centre"),
         words=("column 'centre'", "row 4", "too long")),
    case("formulas, tags and paths as patients", table(_with_odd_names), table(_with_odd_names, ASSAY)),
    case("a header with tags", table(lambda f: f.rename(columns={"centre": "<b>centre</b>"})),
         setting("cohorts.first", {"<b>centre</b>": ["C1"]})),
    case("a control character in a level", at("centre", 4, "C\x1b[2J"), words=("row 4",)),
    case("a column twice", table(lambda f: f.rename(columns={"bclc": "sex"})), words=("'sex'", "twice")),
]  # fmt: skip


ASSAYS = [
    case("wells that are not detected", at("ct_target", 3, "Undetermined", ASSAY)),
    case("a cycle of 90", at("ct_target", 3, "90", ASSAY), words=("pcr.tsv, column 'ct_target'", "row 3", "no threshold cycles")),
    case("a cycle in words", at("ct_reference", 3, "late", ASSAY), words=("ct_reference", "row 3")),
    case("an assay of other patients", every("patient_id", lambda t: t + "x", ASSAY),
         words=("pcr.tsv", "none of its 80 patients")),
    case("a well without a patient", at("patient_id", 3, "", ASSAY), words=("pcr.tsv", "row 3", "name no patient")),
    case("an assay with a slip", setting("assays.pcr.target", "ct_traget"),
         words=("assays.pcr.target", "did you mean 'ct_target'")),
    case("an assay that is not there", setting("assays.pcr.path", "none.tsv"), words=("none.tsv",)),
]  # fmt: skip
FILES = [
    case("clinical table as a workbook", as_xlsx("c.xlsx", TABLE), setting("clinical.path", "c.xlsx")),
    case("clinical table with Windows line endings", recoded(TABLE, lambda t: t.replace("\n", "\r\n").encode())),
    case("clinical table with a byte-order mark", recoded(TABLE, lambda t: t.encode("utf-8-sig"))),
    case("clinical table in another encoding", at("centre", 4, "Köln"),
         recoded(TABLE, lambda t: t.encode("latin-1")), words=(TABLE, "UTF-8")),
    case("clinical table with a header only", recoded(TABLE, lambda t: (t.split("\n")[0] + "\n").encode()),
         words=(TABLE,)),
    case("clinical table of nothing", content(TABLE, ""), words=(TABLE, "empty")),
    case("clinical table that is a truncated gzip", gzipped(TABLE, keep=0.5), words=(TABLE,)),
    case("clinical table that is not there", setting("clinical.path", "nowhere.tsv"), words=("nowhere.tsv",)),
    case("clinical sections without a table", lambda g: (g.study.config.pop("clinical"), g.study.write()),
         words=("clinical",)),
    case("genes without counts", setting("measures.MYCN", {"gene": "MYCN"}), words=("measures.MYCN", "counts")),
    case("many things wrong at once", at("death_date", 5, "2014-02-31"), at("os_event", 8, "9"),
         at("sex", 4, "Male"), setting("survival.dfs.endpoint", "dsf"), at("ct_target", 3, "90", ASSAY),
         words=("row 5", "row 8", "row 4", "'dfs'", "pcr.tsv", "5 problems")),
]  # fmt: skip
CASES = [*DATES, *CODES, *NUMBERS, *NAMES, *ASSAYS, *FILES]
