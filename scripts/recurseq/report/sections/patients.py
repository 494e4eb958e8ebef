"""Patients, endpoints, follow-up and what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import listed
from recurseq.clinical.cohorts import flow_gaps
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.settings import Clinical, Within
from recurseq.report.cautions import cautions_of
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.report.words import count, many
from recurseq.study import Study
from recurseq.study.clinical_names import split_cohorts

TITLE = "Patients"
MISSING_SHOWN = 25


@dataclass(frozen=True)
class PatientFacts:
    """Endpoints, flow and missing values.

    Attributes
    ----------
    patients
        Patients who are analysed.
    endpoints, flow, missing, horizons
        Rows of their tables; of missing values those columns that have any.
    columns
        Columns that were counted.
    gaps
        Where the flow does not add up.
    """

    patients: int
    endpoints: list[dict]
    flow: list[dict]
    missing: list[dict]
    horizons: list[dict]
    columns: int
    cautions: list[dict]
    links: dict[str, str]
    figures: list[DrawnFigure]
    gaps: list[str]
    settings: Clinical
    simulated: bool


def collect(results: Results, study: Study) -> PatientFacts | None:
    """Gather the facts of the clinical table; None for a study without patients."""
    missing = results.table("clinical_missing")
    if study.clinical is None or missing is None:
        return None
    settings = clinical_settings(study.clinical)
    row = missing.iloc[0] if len(missing) else None
    lacking = missing[missing["missing"] > 0].sort_values("missing", ascending=False, kind="stable")
    cautions = [
        one
        for analysis in ("endpoints", *(f"endpoints.{name}" for name in settings.endpoints))
        for one in cautions_of(results, analysis)
    ]
    flow = results.table("clinical_flow")
    names = ("clinical_endpoints", "clinical_flow", "clinical_missing", "clinical_patients")
    return PatientFacts(
        patients=0 if row is None else int(row["n"] + row["missing"]),
        endpoints=_records(results.table("clinical_endpoints")),
        flow=_records(flow),
        missing=lacking.head(MISSING_SHOWN).to_dict("records"),
        horizons=_records(results.table("clinical_horizons")),
        columns=len(missing),
        cautions=cautions,
        links={name: results.table_link(name) for name in names},
        figures=results.figures("patients"),
        gaps=[] if flow is None else flow_gaps(flow, split_cohorts(study.clinical)),
        settings=settings,
        simulated=study.simulated_patients is not None,
    )


def _records(table: pd.DataFrame | None) -> list[dict]:
    return [] if table is None else table.to_dict("records")


def lead(facts: PatientFacts) -> str:
    """Say how many patients and events there are, for the head of the page."""
    told = [
        f"{row['endpoint']} {count(row['events'])} of {count(row['n'])}"
        for row in facts.endpoints
        if pd.isna(row["horizon"])
    ]
    events = f"; events: {listed(told)}" if told else ""
    return f"{many(facts.patients, 'patient')}{events}."


def methods(facts: PatientFacts) -> list[Paragraph]:
    """Write of patients and endpoints."""
    text = f"{many(facts.patients, 'patient')} entered the clinical analysis"
    if facts.settings.flow:
        steps = listed(f"{step.label}" for step in facts.settings.flow)
        text += f"; left out before: {steps}"
    text += "."
    if facts.simulated:
        text = f"The patients are simulated. {text}"
    paragraphs = [Paragraph("Patients", text)]
    if facts.endpoints:
        rules = "; ".join(f"{row['endpoint']}: {row['rule']}" for row in facts.endpoints)
        follow = (
            "Median follow-up was estimated by the reverse Kaplan-Meier method. Times are months "
            "of 30.4375 days."
        )
        if any(isinstance(one, Within) for one in facts.settings.endpoints.values()):
            follow += (
                " A patient without the event who was not followed for the whole time has no "
                "answer for an endpoint within that time; its risk is given by cumulative "
                "incidence."
            )
        paragraphs.append(Paragraph("Endpoints", f"{rules}. {follow}", ("follow_up",)))
    return paragraphs


def limits(facts: PatientFacts) -> list[str]:
    """State what observed patients cannot show."""
    told = [
        "Patients were observed and not assigned: what is associated with an outcome need not "
        "cause it, and a treatment that was chosen for a reason carries that reason with it.",
    ]
    lacking = [row for row in facts.missing if row["percent"] > 10]
    if lacking:
        names = listed(f"{row['column']} ({row['percent']:.0f} %)" for row in lacking[:5])
        told.append(
            f"Values are missing in {names}: patients without them are left out where they are "
            "needed, and may differ from the others."
        )
    return told
