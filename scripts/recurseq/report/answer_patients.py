"""The answers of the clinical and risk analyses: validation first, with their cautions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from recurseq.base.places import read_shipped
from recurseq.base.text import capital
from recurseq.clinical.cautions import ALPHA, NOTE, STOP, WARN
from recurseq.clinical.models import COMPLETE
from recurseq.clinical.words import model_size_text, plain
from recurseq.report.answer import MOST_SENTENCES, Answer, Line
from recurseq.report.sections.benefit import BenefitFacts
from recurseq.report.sections.models import ModelFacts
from recurseq.report.sections.risk import RiskFacts
from recurseq.report.sections.survival import SurvivalFacts
from recurseq.report.words import count, is_missing, many, number, spaced
from recurseq.risk.performance_rows import VALIDATION

TOP_TERMS = 3


def of_survival(one: SurvivalFacts) -> Answer | None:
    """Answer a survival analysis; None for one that compares nothing."""
    if not one.sentence:
        return None
    survival = one.survival
    general = (
        f"that changing {plain(survival.by)} would change {plain(survival.endpoint)}: "
        "groups were observed, not made"
    )
    return Answer(
        anchor=f"survival-{survival.name}",
        title=f"Survival: {one.title}",
        key="",
        setup=_sentence(f"{plain(survival.endpoint)} by {plain(survival.by)}"),
        found=[Line("", f"{one.sentence}.")],  # begins with a name of the study
        trust=[Line("Patients", f"{one.size}."), *_cautions(one.cautions)],
        not_to_conclude=_not_to_conclude(one.cautions, general),
    )


def of_model(one: ModelFacts) -> Answer:
    """Answer a regression model by the last fit that is no check of another."""
    general = "that changing a term would change the outcome: it is adjusted for these terms only"
    fit = _answering(one)
    return Answer(
        anchor=f"model-{one.model.name}",
        title=f"Model: {one.title}",
        key="",
        setup=_sentence(f"{plain(one.model.endpoint)}, {one.model.kind} model"),
        found=[*_terms(*fit)],
        trust=[*_patients(one, fit), *_concordance(one, fit), *_hazards(one),
               *_cautions(one.cautions)],
        not_to_conclude=_not_to_conclude(one.cautions, general),
    )  # fmt: skip


def of_risk(one: RiskFacts) -> Answer:
    """Answer a risk model by how it does in other patients."""
    cautions = [
        row
        for part in (one.cautions.model, one.cautions.performance, one.cautions.calibration)
        for row in part
    ]
    judged = "How well it predicts was not judged" if one.judged is None else one.judged.sentence
    centres = [] if one.judged is None else one.judged.centres[:1]
    return Answer(
        anchor=f"risk-{one.risk.name}",
        title=f"Risk model: {one.title}",
        key="",
        setup=_sentence(one.told_of),
        found=[Line("", _sentence(judged))],
        trust=[
            Line("Made in", _sentence(one.made_in)),
            *(Line("Centres", text) for text in centres),
            *_cautions(cautions),
        ],
        not_to_conclude=_not_to_conclude(cautions, *_of_risks(one)),
    )


def of_benefit(one: BenefitFacts) -> Answer:
    """Answer a comparison of treatment."""
    general = "anything of what was not measured: adjusted for are the named covariates only"
    return Answer(
        anchor=f"benefit-{one.benefit.name}",
        title=f"Treatment: {one.title}",
        key="",
        setup=_sentence(one.setup),
        found=[Line("", text) for text in one.told] or [Line("", "No adjusted ratio is told.")],
        trust=[*_balance(one), *_cautions(one.cautions)],
        not_to_conclude=_not_to_conclude(one.cautions, general),
    )


def _of_risks(one: RiskFacts) -> list[str]:
    """Say what no risk model shows, and what one shows only in other patients."""
    found = ["what a treatment would change"]
    if one.judged is None or VALIDATION not in one.judged.data:
        found.insert(0, "that it holds in other hospitals or years: nobody else was predicted")
    return found


def _sentence(text: str) -> str:
    return capital(text).rstrip(".") + "."


class Fit(NamedTuple):
    """One fit of a model: its kind in words, its terms, and its row of table ``model_summary``."""

    kind: str
    rows: list[dict]
    summary: dict


def _answering(one: ModelFacts) -> Fit:
    """Return the fit that answers; complete cases only stand beside the model of all patients."""
    fits = [part for part in one.parts if part[0] != _in_words(COMPLETE)]
    kind, rows = fits[-1] if fits else ("", [])
    summary = next((row for row in one.summary if _in_words(row["model"]) == kind), {})
    return Fit(kind, rows, summary)


def _in_words(kind: str) -> str:
    return kind.replace("_", "-")


def _terms(kind: str, rows: list[dict], _: dict) -> Iterator[Line]:
    if not rows:
        yield Line("", "No term entered the model.")
        return
    told = [row for row in rows if not is_missing(row["ratio"]) and not is_missing(row["pvalue"])]
    if not told:
        yield Line("", "No ratio is told.")
        return
    clear = sorted((row for row in told if row["pvalue"] < ALPHA), key=lambda row: row["pvalue"])
    text = f"{count(len(clear))} of {many(len(told), 'ratio')} differ from 1 ({kind})"
    if clear:
        text += f": {'; '.join(map(_ratio, clear[:TOP_TERMS]))}"
    yield Line("", f"{text}.")


def _ratio(row: dict) -> str:
    level = "" if is_missing(row["level"]) else f" {row['level']}"
    against = "" if is_missing(row["reference"]) else str(row["reference"])
    against = f" v {against}" if level and against else f" {against}" if against else ""
    low, high = number(row["lower"]), number(row["upper"])
    return f"{row['term']}{level}{against} {number(row['ratio'])} ({low} to {high})"


def _patients(one: ModelFacts, fit: Fit) -> Iterator[Line]:
    size = model_size_text(pd.DataFrame([fit.summary])) if fit.summary else one.size
    yield Line("Patients", f"{size}.")


def _concordance(one: ModelFacts, fit: Fit) -> Iterator[Line]:
    if fit.summary and not is_missing(fit.summary["c_index"]):
        value = number(fit.summary["c_index"])
        yield Line("Ranking", f"{'AUC' if one.logistic else 'C'} {value} in its own patients.")


def _hazards(one: ModelFacts) -> Iterator[Line]:
    if one.hazards:
        yield Line("Hazards", _sentence(one.hazards))


def _balance(one: BenefitFacts) -> Iterator[Line]:
    """Tell how like treated and untreated are, of the first stratum: all patients, if told."""
    if not one.sides:
        return
    row = one.sides[0].adjusted
    told = [
        f"{words} {number(row[column], digits)}"
        for words, column, digits in (
            ("effective n", "ess", 0),
            ("largest standardised difference", "smd_largest", 2),
            ("E-value of the limit", "evalue_limit", 2),
        )
        if not is_missing(row[column])
    ]
    if told:
        yield Line("Balance", f"{one.sides[0].stratum}: {', '.join(told)}.")


def _cautions(rows: list[dict]) -> Iterator[Line]:
    """Name the cautions by their codes; their sentences stand beside the numbers."""
    told = []
    for severity in (STOP, WARN, NOTE):
        codes = dict.fromkeys(spaced(row["code"]) for row in rows if row["severity"] == severity)
        if codes:
            told.append(f"{severity}: {', '.join(codes)}")
    yield Line("Cautions", f"{'; '.join(told)}." if told else "None.")


def _not_to_conclude(rows: list[dict], *general: str) -> list[str]:
    """Say by the codes of grave cautions what is not shown, and end with what holds always."""
    known = read_shipped(Path(__file__).parent / "not_to_conclude.yaml")
    grave = dict.fromkeys(row["code"] for row in rows if row["severity"] in (STOP, WARN))
    found = [known[code] for code in grave if code in known]
    return [*found[: MOST_SENTENCES - len(general)], *general]
