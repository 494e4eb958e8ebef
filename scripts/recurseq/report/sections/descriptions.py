"""Early events: when they occur, in which form, and where they are compared fairly."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import listed, setting
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.settings import Clinical, Description, Within
from recurseq.clinical.words import plain
from recurseq.report.cautions import cautions_of
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.report.words import count, many, number
from recurseq.study import Study

TITLE = "Early events"
PARTS = ("occurrence", "shares", "cohorts")


@dataclass(frozen=True)
class DescriptionFacts:
    """One early event.

    Attributes
    ----------
    sentence
        How many patients had it, and by when most of them.
    groups
        Names of the event and of the others of its kind.
    levels
        Rows of the table of shares: column, level, and one row of `description_shares` a group.
    curves
        Names of survival analyses that compare patients with and without it, each with the codes
        that withhold its tests.
    """

    description: Description
    within: float
    sentence: str
    occurrence: list[dict]
    cohorts: list[dict]
    groups: list[str]
    levels: list[tuple[str, str, list[dict]]]
    curves: list[tuple[str, list[str]]]
    cautions: list[dict]
    figures: list[DrawnFigure]
    links: dict[str, str]

    @property
    def title(self) -> str:
        """Its name in words."""
        return plain(self.description.endpoint)


def collect(results: Results, study: Study) -> list[DescriptionFacts] | None:
    """Gather every description; None when the study has none."""
    if study.clinical is None:
        return None
    settings = clinical_settings(study.clinical)
    found = []
    for name, description in settings.descriptions.items():
        tables = [results.table(f"description_{part}", description=name) for part in PARTS]
        if any(table is None for table in tables):
            continue
        occurrence, shares, cohorts = tables
        endpoint = settings.endpoints[description.endpoint]
        found.append(
            DescriptionFacts(
                description=description,
                within=endpoint.within,
                sentence=_sentence(endpoint, description, occurrence, cohorts),
                occurrence=occurrence.to_dict("records"),
                cohorts=cohorts.to_dict("records"),
                groups=list(dict.fromkeys(shares["group"])),
                levels=_levels(shares),
                curves=_curves(results, settings, description.endpoint),
                cautions=cautions_of(results, f"descriptions.{name}"),
                figures=[
                    *results.figures("descriptions", description=name),
                    *results.figures("descriptions", described=name),
                ],
                links={
                    part: results.table_link(f"description_{part}", description=name)
                    for part in PARTS
                },
            )
        )
    return found or None


def _sentence(
    endpoint: Within, description: Description, occurrence: pd.DataFrame, cohorts: pd.DataFrame
) -> str:
    row = cohorts[cohorts["cohort"] == description.cohort].iloc[0]
    text = (
        f"{count(row['events'])} of {many(int(row['n']), 'patient')} had {endpoint.name} within "
        f"{setting(endpoint.within)} months"
    )
    if pd.isna(row["share"]) or not row["events"]:
        return text
    text += f" ({_percent(row)})"
    half = occurrence[occurrence["cumulative_share"] >= 0.5]
    if half.empty:
        return text
    first = half.iloc[0]
    return f"{text}; by month {setting(first['month'])} it had occurred in {_percent(first, True)}"


def _percent(row: pd.Series, cumulative: bool = False) -> str:
    value = row["cumulative_share" if cumulative else "share"]
    ends = f"{number(100 * row['lower'], 1)} to {number(100 * row['upper'], 1)}"
    return f"{number(100 * value, 1)} %{' of them' if cumulative else ''}, {ends} %"


def _levels(shares: pd.DataFrame) -> list[tuple[str, str, list[dict]]]:
    return [
        (str(column), str(level), own.to_dict("records"))
        for (column, level), own in shares.groupby(["column", "level"], sort=False)
    ]


def _curves(results: Results, settings: Clinical, endpoint: str) -> list[tuple[str, list[str]]]:
    return [
        (
            name,
            [
                one["code"]
                for one in cautions_of(results, f"survival.{name}")
                if one["severity"] == "stop"
            ],
        )
        for name, survival in settings.survival.items()
        if survival.by == endpoint
    ]


def methods(facts: list[DescriptionFacts]) -> list[Paragraph]:
    """Say how early events were counted."""
    names = listed(
        f"{one.description.endpoint} (within {setting(one.within)} months)" for one in facts
    )
    text = (
        f"Occurrence of {names} was counted by month since the origin among patients who had it, "
        "and the levels of what was known at it among patients with it and among those with "
        "another event of its kind; intervals of shares are exact (Clopper and Pearson)."
    )
    return [Paragraph("Early events", text)]


def limits(facts: list[DescriptionFacts]) -> list[str]:
    """State what a comparison by an early event cannot show."""
    circular = [name for one in facts for name, stops in one.curves if stops]
    if not circular:
        return []
    return [
        f"Patients with an early event differ from the others in {listed(map(plain, circular))} by "
        "construction: who has the event early has it, and who died before is among the others. "
        "These curves are descriptive."
    ]
