"""Regression models of endpoints."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import listed, setting
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.settings import LOGISTIC, Model
from recurseq.clinical.words import entry_text, hazards_text, model_size_text, plain
from recurseq.report.cautions import cautions_of
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.study import Study

TITLE = "Models"


@dataclass(frozen=True)
class ModelFacts:
    """One model.

    Attributes
    ----------
    parts
        (name, rows) of each kind of fit: univariable, multivariable ...
    summary
        Rows of table ``model_summary``.
    imputation
        Rows of table ``model_imputation``; none where nothing was filled in.
    hazards
        The test of proportional hazards in words; empty for a logistic model.
    """

    model: Model
    size: str
    parts: list[tuple[str, list[dict]]]
    summary: list[dict]
    imputation: list[dict]
    hazards: str
    cautions: list[dict]
    figures: list[DrawnFigure]
    links: dict[str, str]

    @property
    def logistic(self) -> bool:
        """Whether it is a logistic model."""
        return self.model.kind == LOGISTIC

    @property
    def title(self) -> str:
        """Its name in words."""
        return plain(self.model.name)


def collect(results: Results, study: Study) -> list[ModelFacts] | None:
    """Gather every model; None when the study has none."""
    if study.clinical is None:
        return None
    found = []
    for name, model in clinical_settings(study.clinical).models.items():
        read = {
            part: results.table(f"model_{part}", outcome_model=name)
            for part in ("terms", "summary")
        }
        if any(table is None for table in read.values()):
            continue
        hazards = results.table("model_proportionality", hazard_model=name)
        terms: pd.DataFrame = read["terms"]
        imputation = results.table("model_imputation", imputed_model=name)
        found.append(
            ModelFacts(
                model=model,
                size=model_size_text(read["summary"]),
                parts=[
                    (kind.replace("_", "-"), terms[terms["model"] == kind].to_dict("records"))
                    for kind in dict.fromkeys(terms["model"])
                ],
                summary=read["summary"].to_dict("records"),
                imputation=[] if imputation is None else imputation.to_dict("records"),
                hazards="" if hazards is None else hazards_text(hazards),
                cautions=cautions_of(results, f"models.{name}"),
                figures=[
                    *results.figures("models", outcome_model=name),
                    *results.figures("models", hazard_model=name),
                ],
                links={
                    "terms": results.table_link("model_terms", outcome_model=name),
                    "summary": results.table_link("model_summary", outcome_model=name),
                    "proportionality": results.table_link(
                        "model_proportionality", hazard_model=name
                    ),
                },
            )
        )
    return found or None


def methods(facts: list[ModelFacts]) -> list[Paragraph]:
    """Write what was modelled, and how."""
    models, cites = [one.model for one in facts], []
    text = " ".join(_one(model) for model in models)
    text += " Terms were tested by likelihood ratio where patients are independent."
    if any(model.kind != LOGISTIC for model in models):
        text += (
            " Hazard ratios come from the partial likelihood; proportional hazards were tested by "
            "the score test of Grambsch and Therneau on four scales of time."
        )
        cites += ["cox", "efron", "grambsch", "uno"]
    if any(model.kind == LOGISTIC for model in models):
        text += (
            " Odds ratios come from logistic regression; of a logistic model, concordance is the "
            "area under the receiver-operating curve."
        )
        cites.append("delong")
    text += " Concordance is that in the patients the model was fitted to."
    if any(not model.imputations for model in models):
        text += " Patients who lack a term are left out."
    imputing = [model for model in models if model.imputations]
    if imputing:
        text += _imputing(imputing)
        cites += ["mice", "rubin", "barnard", "d1", "white_royston"]
    if any(model.cluster for model in models):
        text += " Standard errors are robust against clusters."
        cites.append("robust")
    if any(row["penalty"] == "firth" for one in facts for row in one.summary):
        text += (
            " Firth's penalty gives finite ratios, with profile limits, where a level has no event "
            "or a term separates patients with it from those without."
        )
        cites.append("firth")
    if any(model.kind == "finegray" for model in models):
        text += " Cumulative incidences were modelled after Fine and Gray."
        cites.append("fine_gray")
    return [Paragraph("Models", text, tuple(cites))]


def _imputing(models: list[Model]) -> str:
    times = listed(f"{model.name} {model.imputations} times" for model in models)
    return (
        f" Missing values were filled in by chained equations ({times}), with all terms and the "
        "outcome, of times the event and its cumulative hazard, as predictors: numbers by "
        "predictive mean matching, levels by logistic regression. Models were pooled by Rubin's "
        "rules, terms of several columns tested by D1; complete cases stand beside."
    )


def _one(model: Model) -> str:
    text = f"Model {model.name} of {plain(model.endpoint)}: {listed(model.terms)}"
    text += f" ({entry_text(model.entry)})"
    if model.strata:
        text += f", stratified by {listed(model.strata)}"
    if model.landmark is not None:
        text += f", from a landmark at {setting(model.landmark)} months"
    if model.time_varying:
        names = listed(model.time_varying)
        text += f", with {names} counting as the reference until the value became known"
    return f"{text}."


def limits(facts: list[ModelFacts]) -> list[str]:
    """State what a model of observed patients cannot show."""
    return [
        "A ratio that is adjusted for other terms is adjusted for these only, as they were "
        "measured. It is an association in these patients and no effect of changing the term.",
    ]


def entries(facts: list[ModelFacts]) -> list[tuple[str, str]]:
    """Name every model in the table of contents."""
    return [(f"model-{one.model.name}", one.title) for one in facts]
