"""How well a risk model predicts, as the section of risk models shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import listed
from recurseq.clinical.settings import LOGISTIC
from recurseq.clinical.words import plain
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.section import Paragraph
from recurseq.risk.centres_rows import TOGETHER
from recurseq.risk.compared_words import added
from recurseq.risk.judged import FITTED
from recurseq.risk.performance_rows import APPARENT, LEFT_OUT, VALIDATION
from recurseq.risk.performance_words import centres, headline
from recurseq.risk.risk_model import RiskModel
from recurseq.risk.settings import Risk
from recurseq.risk.told import (
    IN_WORDS,
    WORDS,
    Told,
    judged_first,
    read_in_order,
    told,
)

TABLES = {
    "performance (TSV)": "risk_performance",
    "calibration (TSV)": "risk_calibration",
    "decisions (TSV)": "risk_decision",
}


@dataclass(frozen=True)
class Column:
    """Patients that a model was judged in."""

    data: str
    words: str
    n: int
    events: int


@dataclass(frozen=True)
class Judged:
    """How well one risk model predicts.

    Attributes
    ----------
    sentence
        What counts, in a sentence.
    data
        What it was judged in, as the column of that name.
    columns, rows
        Table of performance: a measure in words, and its text in each column.
    compared
        Other model to sentences about what is added to it.
    centres
        Sentences about centres.
    """

    sentence: str
    data: frozenset[str]
    columns: list[Column]
    rows: list[tuple[str, list[str]]]
    compared: dict[str, list[str]]
    centres: list[str]
    figures: dict[str, list[DrawnFigure]]
    links: dict[str, str]


def judged_of(results: Results, risk: Risk) -> Judged | None:
    """Gather how well a model predicts; None where it was not judged.

    Parameters
    ----------
    results
        The results.
    risk
        Entry of the section ``risk``.
    """
    table = results.table("risk_performance", risk_model=risk.name)
    decision = results.table("risk_decision", risk_model=risk.name)
    if table is None or decision is None or judged_first(table) is None:
        return None
    data = list(read_in_order(table))
    drawn = results.figures("risk", risk_model=risk.name)
    by_centre = results.figures("risk", risk_centres=risk.name)
    links = {text: results.table_link(name, risk_model=risk.name) for text, name in TABLES.items()}
    return Judged(
        sentence=headline(risk, table),
        data=frozenset(table["data"]),
        columns=[_column(table, one) for one in data],
        rows=list(_rows(table, data)),
        compared={
            plain(other): added(plain(risk.name), plain(other), *_against(table, decision, other))
            for other in risk.compare
            if (table["against"] == other).any()
        },
        centres=centres(table),
        figures={
            name: [one for one in drawn if one.entry.name == f"risk_{name}"]
            for name in ("calibration", "roc", "decision")
        }
        | {"centres": by_centre if table["centre"].notna().any() else []},
        links={text: way for text, way in links.items() if way},
    )


def _against(
    table: pd.DataFrame, decision: pd.DataFrame, other: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the other model its name in words in both tables."""
    words = {other: plain(other)}
    return table.replace({"against": words}), decision.replace({"against": words})


def _column(table: pd.DataFrame, data: str) -> Column:
    own = table[(table["data"] == data) & table["against"].isna()].iloc[0]
    return Column(data, IN_WORDS[data], int(own["n"]), int(own["events"]))


def _rows(table: pd.DataFrame, data: list[str]) -> Iterator[tuple[str, list[str]]]:
    for measure, words in WORDS.items():
        found = [told(table, one, measure) for one in data]
        if any(one is not None for one in found):
            yield words, [_cell(one) for one in found]


def _cell(one: Told | None) -> str:
    if one is None:
        return "NA"
    # Whatever the model is worth, the fit makes these 0 or 1 in its own patients.
    return "set by the fit" if one.data == APPARENT and one.measure in FITTED else one.text


def performance_methods(
    risks: list[Risk], models: Mapping[str, RiskModel], data: Collection[str]
) -> Paragraph:
    """Write how the performance of risk models was judged.

    Parameters
    ----------
    risks, models
        Those that were judged, and their models by name.
    data
        What their tables of performance hold.
    """
    drawn = listed(sorted({f"{one.bootstrap:,}" for one in risks}))
    text = (
        "Discrimination is the area under the receiver-operating curve with DeLong's interval; "
        "calibration is the intercept, the slope, observed over expected events and a smooth curve "
        "(logistic model with a restricted cubic spline of the predicted log odds). "
        f"Every step of the making was repeated in {drawn} resamples of the patients, and the mean "
        "optimism of their models was taken off the apparent values (corrected). "
        "Net benefit is the share of true positives less that of false positives at the odds of "
        "the threshold."
    )
    cites = ["delong", "calibration_hierarchy", "optimism", "decision_curve"]
    if any(models[one.name].kind != LOGISTIC for one in risks):
        text += (
            " At a horizon areas and Brier scores weigh patients for those lost before it, "
            "observed risks are Kaplan-Meier's or, with competing events, Aalen and Johansen's, "
            "and ranking over the whole follow-up is Harrell's and Uno's C."
        )
        cites += ["auc_in_time", "brier_in_time", "uno", "decision_in_time"]
    if VALIDATION in data:
        text += " In the validation the model stays as it was made."
    if LEFT_OUT in data:
        text += (
            " Each centre of the development was predicted by a model made without it "
            "(internal-external validation)"
        )
        cites.append("internal_external")
        if TOGETHER in data:
            text += "; from three centres on, means and prediction intervals are by random effects"
            cites.append("meta_performance")
        text += "."
    if any(one.compare for one in risks):
        text += (
            " Models were compared in the patients who have all values of both; a p-value of two "
            "areas is told in the validation only, since in the patients that both were made with "
            "it keeps no level."
        )
        cites.append("demler")
    if any(model.penalty == "firth" for model in models.values()):
        text += " Firth's penalty kept coefficients finite where terms separate the patients."
        cites.append("firth")
    return Paragraph("Performance of risk models", text, tuple(cites))
