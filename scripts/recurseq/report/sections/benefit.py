"""Treatment within strata of risk: crude and adjusted side by side, balance, cautions."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import listed, setting
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.settings import Benefit, Clinical, Within
from recurseq.clinical.words import plain
from recurseq.report.cautions import cautions_of
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.risk.benefit.rows import CRUDE
from recurseq.risk.benefit.samples import column_of_start
from recurseq.risk.benefit.words import AIMED_AT, interaction_text, method_words, sentences
from recurseq.study import Study

TITLE = "Treatment within strata"
TABLES = ("effect", "balance", "flow")


@dataclass(frozen=True)
class Side:
    """One stratum: the crude ratio of the same patients, and the adjusted one beside it."""

    stratum: str
    crude: dict
    adjusted: dict


@dataclass(frozen=True)
class BenefitFacts:
    """One comparison of treatment.

    Attributes
    ----------
    setup
        What is compared in whom.
    interaction
        The test of interaction in words; empty without strata.
    told
        What is associated with what, in sentences.
    sides
        Crude and adjusted, by stratum.
    rows, flow
        Every estimate, and who was left out.
    handled
        How treatment that began after the origin is dealt with; empty where it did not.
    """

    benefit: Benefit
    setup: str
    interaction: str
    told: list[str]
    sides: list[Side]
    rows: list[dict]
    flow: list[dict]
    handled: str
    has_times: bool
    cautions: list[dict]
    figures: list[DrawnFigure]
    links: dict[str, str]

    @property
    def title(self) -> str:
        """Its name in words."""
        return plain(self.benefit.name)


def collect(results: Results, study: Study) -> list[BenefitFacts] | None:
    """Gather every comparison of treatment; None when the study has none."""
    if study.clinical is None:
        return None
    settings, found = clinical_settings(study.clinical), []
    for name, benefit in settings.benefit.items():
        read = {part: results.table(f"benefit_{part}", benefit=name) for part in TABLES}
        if any(table is None for table in read.values()):
            continue
        links = {part: results.table_link(f"benefit_{part}", benefit=name) for part in TABLES}
        found.append(_facts(results, settings, benefit, read, links))
    return found or None


def _facts(
    results: Results,
    settings: Clinical,
    benefit: Benefit,
    read: dict[str, pd.DataFrame],
    links: dict[str, str],
) -> BenefitFacts:
    name, effect = benefit.name, read["effect"]
    endpoint = settings.endpoints.get(benefit.endpoint)
    return BenefitFacts(
        benefit=benefit,
        setup=_setup(benefit),
        interaction=interaction_text(effect),
        told=sentences(effect, benefit.treatment, benefit.endpoint),
        sides=_sides(effect),
        rows=effect.to_dict("records"),
        flow=read["flow"].to_dict("records"),
        handled=_handled(settings, benefit),
        has_times=endpoint is not None and not isinstance(endpoint, Within),
        cautions=cautions_of(results, f"benefit.{name}"),
        figures=[
            *results.figures("benefit", benefit=name),
            *results.figures("benefit", benefit_times=name),
        ],
        links=links,
    )


def _sides(effect: pd.DataFrame) -> list[Side]:
    found = []
    for stratum in dict.fromkeys(effect["stratum"]):
        own = effect[effect["stratum"] == stratum]
        crude = own[own["estimate"] == CRUDE].iloc[-1]
        adjusted = own[own["primary"].astype(bool)].iloc[0]
        found.append(Side(stratum, crude.to_dict(), adjusted.to_dict()))
    return found


def _setup(benefit: Benefit) -> str:
    what = plain(benefit.treatment)
    if benefit.treated:
        what += f" ({listed(benefit.treated, 'or')})"
    within = f" within strata of risk.{benefit.within}" if benefit.within else ""
    return f"{what} against none, {plain(benefit.endpoint)}{within}"


def _handled(settings: Clinical, benefit: Benefit) -> str:
    if column_of_start(settings, benefit) is None:
        return ""
    if benefit.landmark is None:
        return (
            "Treatment began after the origin; in a model of hazards it counted from its "
            "beginning, with the covariates as terms"
        )
    return (
        f"Treatment began after the origin; compared were patients without the event at month "
        f"{setting(benefit.landmark)}, as treated by then"
    )


def methods(facts: list[BenefitFacts]) -> list[Paragraph]:
    """Write how treated and untreated patients were compared."""
    text = " ".join(_one(one) for one in facts)
    text += (
        " The propensity was modelled by logistic regression in each stratum, and in all patients "
        "with the stratum among the covariates; numbers were linear on their scales. Weighted "
        "ratios have sandwich errors that take the weights as known, which is usually too "
        "cautious; pairs (nearest log odds of treatment within 0.2 standard deviations, the "
        "highest first, ties by the patient's name) count as clusters. No weight was truncated. "
        "Balance is the standardised difference in units of the standard deviation before "
        "weighting, the effective sample size Kish's. Ratios of strata were tested for "
        "differences by Wald's test (interaction). E-values are those of VanderWeele and Ding; "
        "odds and hazard ratios of outcomes above 15 % were turned into risk ratios first."
    )
    cites = ["propensity", "overlap_weights", "smd", "evalue"]
    if any(one.benefit.method == "match" for one in facts):
        cites.append("caliper")
    if any(one.handled for one in facts):
        cites.append("landmark")
    if any(one.has_times for one in facts):
        cites.append("weighted_curves")
    return [Paragraph("Treatment within strata", text, tuple(cites))]


def _one(one: BenefitFacts) -> str:
    benefit = one.benefit
    text = f"{benefit.name}: {one.setup}, adjusted for {listed(benefit.covariates)}"
    if not (one.handled and benefit.landmark is None):
        text += f" by {method_words(benefit.method)}, which aim at {AIMED_AT[benefit.method]}"
    return f"{text}. {one.handled}." if one.handled else f"{text}."


def limits(facts: list[BenefitFacts]) -> list[str]:
    """State what a comparison without a design cannot show."""
    names = listed(one.benefit.name for one in facts)
    found = [
        f"{names}: nobody was treated at random. What doctors saw and the table does not hold is "
        "adjusted for by no weight; every ratio is an association, and none says what the "
        "treatment would do. Strata were not drawn to find where it works."
    ]
    told_late = [one.benefit.name for one in facts if one.handled]
    if told_late:
        found.append(
            f"{listed(told_late)}: a landmark says nothing of patients with the event before it; "
            "emulating a trial by cloning and censoring is not done here."
        )
    return found


def entries(facts: list[BenefitFacts]) -> list[tuple[str, str]]:
    """Name each comparison in the table of contents."""
    return [(f"benefit-{one.benefit.name}", one.title) for one in facts]
