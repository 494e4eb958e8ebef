"""Risk models: how well they predict, tree, strata, nomogram, calculator, decisions and card."""

from __future__ import annotations

import json
from dataclasses import dataclass

from recurseq.base.text import listed
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.words import plain
from recurseq.report.cautions import cautions_of
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.report.sections.risk_cautions import Cautions, shared_out
from recurseq.report.sections.risk_groups import (
    StrataFacts,
    TreeFacts,
    group_methods,
    strata_of,
    tree_of,
)
from recurseq.report.sections.risk_performance import (
    Judged,
    judged_of,
    performance_methods,
)
from recurseq.risk.asking import is_levels
from recurseq.risk.card import CardItem, CardSources, card_items
from recurseq.risk.files import CARD, MODEL
from recurseq.risk.nomogram import nomogram
from recurseq.risk.risk_model import RiskModel
from recurseq.risk.settings import Risk, risk_settings
from recurseq.risk.ticks import written
from recurseq.risk.words import KINDS, horizon_text, interval_text, made_with, outcome
from recurseq.study import Study

TITLE = "Risk models"
SCRIPT = "risk.js"


@dataclass(frozen=True)
class Field:
    """What the calculator asks for one variable; `levels` is empty for a number."""

    id: str
    name: str
    unit: str
    levels: tuple[str, ...]
    low: str
    high: str


@dataclass(frozen=True)
class RiskFacts:
    """One risk model; `model` is None where a caution says that it was left out.

    Attributes
    ----------
    judged, tree, strata
        None where there are none.
    """

    risk: Risk
    model: RiskModel | None
    setup: str
    interval: str
    command: str
    embedded: str
    fields: list[Field]
    card: list[CardItem]
    cautions: Cautions
    judged: Judged | None
    tree: TreeFacts | None
    strata: StrataFacts | None
    nomogram: list[DrawnFigure]
    links: dict[str, str]

    @property
    def title(self) -> str:
        """Its name in words."""
        return plain(self.risk.name)

    @property
    def made_in(self) -> str:
        """Which patients made it, and by what."""
        if self.model is None:
            return self.setup
        simulated = "simulated " if self.model.simulated else ""
        patients = f"{self.model.n:,} {simulated}patients with {self.model.events:,} events"
        return f"{patients}, {KINDS[self.model.kind]}"

    @property
    def told_of(self) -> str:
        """What it is the risk of."""
        if self.model is None:
            return "no model was made"
        return f"risk of {plain(outcome(self.model))}{horizon_text(self.model)}"


def collect(results: Results, study: Study) -> list[RiskFacts] | None:
    """Gather every risk model; None when the study has none."""
    if study.clinical is None:
        return None
    found = []
    for name, risk in risk_settings(study.clinical).items():
        path = results.folder / MODEL.format(risk_model=name)
        if path.is_file():
            found.append(_facts(results, study, risk, RiskModel.read(path)))
    return found or None


def _facts(results: Results, study: Study, risk: Risk, model: RiskModel | None) -> RiskFacts:
    name = risk.name
    performance = results.table("risk_performance", risk_model=name)
    sources = CardSources(
        clinical_settings(study.clinical), risk, model, performance,
        [row["message"] for row in cautions_of(results, f"risk.{name}")], study.simulated,
    )  # fmt: skip
    files = {"model (JSON)": MODEL, "model card": CARD}
    links = {
        "points (TSV)": results.table_link("risk_points", risk_model=name),
        "scale (TSV)": results.table_link("risk_scale", risk_model=name),
    }
    for label, file in files.items():
        path = results.folder / file.format(risk_model=name)
        links[label] = results.link(path) if path.is_file() else ""
    links = {label: way for label, way in links.items() if way}
    return RiskFacts(
        risk=risk,
        model=model,
        setup=_setup(risk, model),
        interval="" if model is None else interval_text(model),
        command=_command(risk, model),
        embedded="" if model is None else embedded(model),
        fields=[] if model is None else _fields(model),
        card=card_items(sources),
        cautions=shared_out(results, name),
        judged=None if model is None else judged_of(results, risk),
        tree=tree_of(results, risk),
        strata=strata_of(results, risk),
        nomogram=[
            one for one in results.figures("risk", risk_model=name) if one.entry.name == "nomogram"
        ],
        links=links,
    )


def _setup(risk: Risk, model: RiskModel | None) -> str:
    if model is None:
        return f"No model was made in {risk.develop}"
    what = f"Risk of {outcome(model)}{horizon_text(model)}"
    return f"{what}, {KINDS[model.kind]}, {made_with(model)}"


def _command(risk: Risk, model: RiskModel | None) -> str:
    asked = [] if model is None else [f"{name}=…" for name in model.variables]
    return " ".join(["recurseq predict STUDY --risk", risk.name, *asked])


def embedded(model: RiskModel) -> str:
    """Return the numbers of the calculator as JSON: model.json, and what a point is."""
    drawn = nomogram(model)
    points = {"zero": drawn.zero, "step": drawn.step}
    return json.dumps(model.as_dict() | {"points": points}, allow_nan=False)


def _fields(model: RiskModel) -> list[Field]:
    found = []
    for place, name in enumerate(model.variables):
        span, levels = model.ranges[name], is_levels(model, name)
        ends = ("", "") if levels else (written(span[0]), written(span[1]))
        unit = model.units.get(name, "")
        place_id = f"risk-{model.name}-{place}"
        found.append(Field(place_id, name, unit, span if levels else (), *ends))
    return found


def methods(facts: list[RiskFacts]) -> list[Paragraph]:
    """Write how risk models were made."""
    made = [one for one in facts if one.model is not None]
    if not made:
        return []
    told = [
        f"{one.risk.name} tells the risk of {outcome(one.model)}{horizon_text(one.model)} "
        f"({KINDS[one.model.kind]}, {one.model.n:,} patients, {one.model.events:,} events)"
        for one in made
    ]
    text = (
        f"{'; '.join(told)}. Points of the nomograms are 100 (f(x) - min f) / max span, f being "
        "what a term adds to the linear predictor; terms that interact share axes."
    )
    cites = ["rms", "nomogram", "tripod"]
    imputing = [one.risk.name for one in made if one.model.imputations]
    if imputing:
        text += (
            f" Missing values of {listed(imputing)} were filled in by chained equations, anew in "
            "each resample: with the outcome to make the model, without it and by what the "
            "development tells to judge it, where a patient's risk is the mean over filled values."
        )
        cites += ["mice", "wood_royston"]
    if any(one.model.horizon is not None for one in made):
        text += (
            " Intervals of risks from hazard models are on the scale of the log cumulative hazard "
            "and know the error of the baseline; those of logistic models are on that of log odds."
        )
        cites.append("tsiatis")
    return [Paragraph("Risk models", text, tuple(cites)), *_how_judged(made)]


def _how_judged(made: list[RiskFacts]) -> list[Paragraph]:
    found = group_methods([one.risk for one in made])
    judged = [one for one in made if one.judged is not None]
    if not judged:
        return found
    models = {one.risk.name: one.model for one in judged}
    data = {name for one in judged for name in one.judged.data}
    return [performance_methods([one.risk for one in judged], models, data), *found]


def limits(facts: list[RiskFacts]) -> list[str]:
    """State what a risk model cannot tell."""
    made = [one for one in facts if one.model is not None]
    if not made:
        return []
    found = [
        f"{listed(one.risk.name for one in made)}: a risk is that of patients with the same values "
        "on average, in places like those of the development. It does not say what a treatment "
        "would change, and the intervals do not know whether the form of the model is right."
    ]
    found.append(
        "What was seen in the patients that a model was made with (apparent) is too good; "
        "corrected values stand in for other patients of the same kind, and not for other "
        "hospitals or years."
    )
    alone = [one.risk.name for one in made if one.risk.validate is None]
    if alone:
        found.append(
            f"{listed(alone)}: no patients beside those of the development have judged this model."
        )
    return found


def entries(facts: list[RiskFacts]) -> list[tuple[str, str]]:
    """Name each risk model in the table of contents."""
    return [(f"risk-{one.risk.name}", one.title) for one in facts]
