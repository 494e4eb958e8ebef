"""Patients by group: which variables are associated with it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import listed
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.settings import TREND, Association
from recurseq.report.cautions import cautions_of
from recurseq.report.results import Results
from recurseq.report.section import Paragraph
from recurseq.report.words import count, measure, number
from recurseq.study import Study

TITLE = "Associations"


@dataclass(frozen=True)
class VariableRow:
    """One line of the table: a variable, or one of its levels.

    Attributes
    ----------
    cells
        Text for each group.
    test
        Row with the test; None where it stands on another line.
    """

    variable: str
    level: str
    cells: list[str]
    test: dict | None


@dataclass(frozen=True)
class AssociationFacts:
    """One table of patients by group."""

    association: Association
    groups: list[tuple[str, int]]
    rows: list[VariableRow]
    tests: list[str]
    cautions: list[dict]
    link: str


def collect(results: Results, study: Study) -> list[AssociationFacts] | None:
    """Gather every association table; None when the study has none."""
    if study.clinical is None:
        return None
    found = []
    for name, association in clinical_settings(study.clinical).associations.items():
        table = results.table("clinical_association", association=name)
        if table is None or table.empty:
            continue
        found.append(
            AssociationFacts(
                association=association,
                groups=_groups(table),
                rows=_rows(table),
                tests=list(dict.fromkeys(table["test"].dropna())),
                cautions=cautions_of(results, f"associations.{name}"),
                link=results.table_link("clinical_association", association=name),
            )
        )
    return found or None


def _groups(table: pd.DataFrame) -> list[tuple[str, int]]:
    """Return groups and their patients, by the first variable: those with a value and without."""
    own = table[(table["variable"] == table["variable"].iloc[0]) & table["group"].notna()]
    sizes = own.groupby("group", sort=False).agg({"n": "sum", "missing": "first"})
    return [(str(name), int(row["n"] + row["missing"])) for name, row in sizes.iterrows()]


def _rows(table: pd.DataFrame) -> list[VariableRow]:
    found = []
    for variable, own in table.groupby("variable", sort=False):
        first, trend = own.iloc[0].to_dict(), own[own["level"] == TREND]
        lines = own[own["level"] != TREND]
        if lines["level"].isna().all():
            cells = [_number_cell(row) for row in lines.itertuples()]
            found += [VariableRow(str(variable), "", cells, first), *_missing(lines)]
            continue
        found.append(VariableRow(str(variable), "", [], first))
        for level, part in lines.groupby("level", sort=False):
            cells = [f"{count(row.n)} ({number(row.percent, 1)} %)" for row in part.itertuples()]
            found.append(VariableRow("", str(level), cells, None))
        found += _missing(lines)
        for row in trend.to_dict("records"):
            found.append(VariableRow("", "trend over the levels", [], row))
    return found


def _number_cell(row) -> str:
    return f"{measure(row.median)} ({measure(row.q1)} to {measure(row.q3)})"


def _missing(lines: pd.DataFrame) -> list[VariableRow]:
    """Count the missing values of a variable by group, where there are any."""
    missing = lines.groupby("group", sort=False)["missing"].first()
    told = [count(value) for value in missing]
    return [VariableRow("", "missing", told, None)] if missing.sum() else []


def methods(facts: list[AssociationFacts]) -> list[Paragraph]:
    """Name the tests that were used."""
    used = listed(dict.fromkeys(test for one in facts for test in one.tests))
    text = (
        f"Groups of patients were compared by {used}; Pearson's test without Yates' correction, "
        "Fisher's exact test where a count below 5 is expected. Missing values are counted and "
        "enter no test. Standardised differences are in units of the standard deviation; q-values "
        "are adjusted by Benjamini and Hochberg's method within a table."
    )
    return [Paragraph("Associations", text, ("fisher_rxc", "smd", "bh"))]
