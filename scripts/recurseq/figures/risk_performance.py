"""Figures of how well risk models predict: what each is made from, and the words around it."""

from __future__ import annotations

from matplotlib.figure import Figure

from recurseq.clinical.settings import Clinical
from recurseq.clinical.words import plain
from recurseq.figures.calibration import calibration_figure
from recurseq.figures.centres import centres_figure
from recurseq.figures.decision import decision_figure
from recurseq.figures.discrimination import roc_figure
from recurseq.figures.drawing import Tables
from recurseq.figures.risks import Drawn, outcome_words
from recurseq.figures.style import facts_of
from recurseq.risk.settings import Risk


def _size(tables: Tables, risk: Risk) -> str:
    """Say how many patients and events stand behind the curves."""
    table = tables["risk_performance"][risk.name]
    alone = table[table["against"].isna() & table["centre"].isna()]
    names = {"validation": "validation", "corrected": "development"}
    found = []
    for data, words in names.items():
        own = alone[alone["data"] == data]
        if len(own):
            found.append(f"{words} {own['n'].iloc[0]:,} patients, {own['events'].iloc[0]:,} events")
    return facts_of(found)


def _roc(clinical: Clinical, risk: Risk, tables: Tables, simulated: bool) -> Figure:
    return roc_figure(
        tables["risk_roc"][risk.name],
        tables["risk_performance"][risk.name],
        f"Ranking by {plain(risk.name)}: {outcome_words(clinical, risk)}",
        facts_of((_size(tables, risk), "areas with 95 % intervals")),
        simulated,
    )


def _calibration(clinical: Clinical, risk: Risk, tables: Tables, simulated: bool) -> Figure:
    return calibration_figure(
        tables["risk_calibration"][risk.name],
        tables["risk_performance"][risk.name],
        tables["risk_patients"][risk.name],
        f"Calibration of {plain(risk.name)}: {outcome_words(clinical, risk)}",
        facts_of((_size(tables, risk), "95 % intervals; bands hold for each point alone")),
        simulated,
    )


def _decision(clinical: Clinical, risk: Risk, tables: Tables, simulated: bool) -> Figure:
    return decision_figure(
        tables["risk_decision"][risk.name],
        risk.name,
        f"Decisions by {plain(risk.name)}: {outcome_words(clinical, risk)}",
        facts_of((_size(tables, risk), "bands: 95 % over resamples")),
        simulated,
    )


def _centres(clinical: Clinical, risk: Risk, tables: Tables, simulated: bool) -> Figure:
    return centres_figure(
        tables["risk_performance"][risk.name],
        f"{plain(risk.name)} by centre: {outcome_words(clinical, risk)}",
        "95 % intervals; in brackets events of patients",
        simulated,
    )


FIGURES: Drawn = {
    "risk_calibration": ("risk_model", _calibration),
    "risk_roc": ("risk_model", _roc),
    "risk_centres": ("risk_centres", _centres),
    "risk_decision": ("risk_model", _decision),
}
