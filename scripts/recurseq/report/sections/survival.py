"""Survival: curves, medians, comparisons, subgroups, competing risks."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import listed, setting
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.settings import Survival
from recurseq.clinical.words import (
    association,
    gray_text,
    headline,
    median_text,
    plain,
    size_text,
    time_axis,
)
from recurseq.report.cautions import cautions_of
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.report.words import is_missing
from recurseq.study import Study

TITLE = "Survival"


@dataclass(frozen=True)
class SurvivalFacts:
    """One survival analysis.

    Attributes
    ----------
    sentence
        The comparison in words.
    groups
        Rows of all patients, with the median as text.
    times
        Group to its survival at the stated times, as text.
    subgroups
        Rows of the subgroups with the p-values of interaction and of the groups.
    gray
        Gray's tests in words; empty without competing risks.
    incidence
        Rows of table ``competing_incidence``.
    """

    survival: Survival
    size: str
    axis: str
    sentence: str
    groups: list[dict]
    months: list[str]
    times: dict[str, list[str]]
    means: list[str]
    subgroups: list[dict]
    gray: str
    incidence: list[dict]
    cautions: list[dict]
    figures: list[DrawnFigure]
    links: dict[str, str]

    @property
    def title(self) -> str:
        """Its name in words."""
        return plain(self.survival.name)


def collect(results: Results, study: Study) -> list[SurvivalFacts] | None:
    """Gather every survival analysis; None when the study has none."""
    if study.clinical is None:
        return None
    settings = clinical_settings(study.clinical)
    found = []
    for name, survival in settings.survival.items():
        groups = results.table("survival_groups", survival=name)
        tests = results.table("survival_tests", survival=name)
        times = results.table("survival_times", survival=name)
        cautions = results.table("survival_cautions", survival=name)
        if groups is None or tests is None or times is None or cautions is None:
            continue
        own = groups[groups["subgroup"] == "all"]
        gray, incidence = _competing(results, name)
        found.append(
            SurvivalFacts(
                survival=survival,
                size=size_text(groups),
                axis=time_axis(settings, survival),
                sentence=_sentence(survival, groups, tests, cautions),
                groups=[{**row, "middle": median_text(row)} for row in own.to_dict("records")],
                months=[setting(month) for month in survival.at],
                times=_times(times),
                means=[c.removeprefix("rmst_") for c in own if _is_mean(c)],
                subgroups=_subgroups(groups, tests),
                gray=gray,
                incidence=incidence,
                cautions=cautions_of(results, f"survival.{name}")
                + cautions_of(results, f"competing.{name}"),
                figures=[
                    *results.figures("survival", survival=name),
                    *results.figures("survival", subgroups=name),
                    *results.figures("survival", competing=name),
                ],
                links={
                    part: results.table_link(f"survival_{part}", survival=name)
                    for part in ("groups", "tests", "times")
                },
            )
        )
    return found or None


def _is_mean(column: str) -> bool:
    return column.startswith("rmst_") and not column.endswith("_se")


def _sentence(
    survival: Survival, groups: pd.DataFrame, tests: pd.DataFrame, cautions: pd.DataFrame
) -> str:
    """Say what is associated with what; nothing for a single curve."""
    text = headline(groups, tests, cautions)
    if not text or survival.by is None:
        return ""
    return f"{association(survival.by, survival.endpoint, tests, cautions)}: {text}"


def _times(times: pd.DataFrame) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in times.itertuples():
        text = "beyond follow-up"
        if not is_missing(row.survival):
            text = f"{100 * row.survival:.0f} %"
            if not is_missing(row.lower):
                text += f" ({100 * row.lower:.0f} to {100 * row.upper:.0f})"
        found.setdefault(row.group, []).append(f"{text}, {int(row.at_risk)} at risk")
    return found


def _subgroups(groups: pd.DataFrame, tests: pd.DataFrame) -> list[dict]:
    own = tests[tests["subgroup"] != "all"]
    found = []
    for name in dict.fromkeys(own["subgroup"]):
        by_test = own[own["subgroup"] == name].set_index("test")
        part = groups[groups["subgroup"] == name]
        ratios = [
            f"{row.group} {row.hr:.2f} ({row.lower:.2f} to {row.upper:.2f})"
            for row in part.itertuples()
            if not is_missing(row.hr)
        ]
        found.append(
            {
                "name": name,
                "n": int(part["n"].sum()),
                "events": int(part["events"].sum()),
                "ratio": listed(ratios) or "NA",
                "interaction": by_test.loc["interaction", "pvalue"],
                "pvalue": by_test.loc["logrank", "pvalue"],
                "qvalue": by_test.loc["logrank", "qvalue"],
            }
        )
    return found


def _competing(results: Results, name: str) -> tuple[str, list[dict]]:
    tests = results.table("competing_tests", competing=name)
    incidence = results.table("competing_incidence", competing=name)
    cautions = results.table("competing_cautions", competing=name)
    if tests is None or incidence is None or cautions is None:
        return "", []
    return gray_text(tests, cautions), incidence.to_dict("records")


def methods(facts: list[SurvivalFacts]) -> list[Paragraph]:
    """Write how survival was estimated and compared."""
    intervals = listed(dict.fromkeys(one.survival.interval for one in facts))
    text = (
        f"Survival was estimated by Kaplan and Meier's method with {intervals} intervals and "
        "compared by the log-rank test; hazard ratios come from Cox's model with Efron's ties. "
        "Restricted mean survival times stand beside them, and replace them where the score test "
        "finds hazards that are not proportional. In subgroups the test of interaction comes first."
    )
    cites = ["kaplan_meier", "logrank", "cox", "rmst", "grambsch"]
    landmarks = [one.survival for one in facts if one.survival.landmark is not None]
    if landmarks:
        told = listed(f"{one.name} {setting(one.landmark)} months" for one in landmarks)
        text += f" Survival was counted from a landmark in {told}, by what was known then."
    if any(one.incidence for one in facts):
        text += (
            " Competing states were described by cumulative incidence (Aalen and Johansen) and "
            "compared by Gray's test."
        )
        cites += ["competing", "gray"]
    return [Paragraph("Survival", text, tuple(cites))]


def entries(facts: list[SurvivalFacts]) -> list[tuple[str, str]]:
    """Name every analysis in the table of contents."""
    return [(f"survival-{one.survival.name}", one.title) for one in facts]
