"""Figures of trees and strata: what each is made from, and the words around it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.base.text import setting
from recurseq.clinical.settings import Clinical, Within
from recurseq.clinical.words import plain
from recurseq.figures.drawing import Tables
from recurseq.figures.risks import Drawn, outcome_words
from recurseq.figures.strata import strata_figure
from recurseq.figures.style import facts_of
from recurseq.figures.survival import at_ticks, kaplan_meier_figure
from recurseq.figures.tree import tree_figure
from recurseq.risk.cohorts import DEVELOPMENT, VALIDATION
from recurseq.risk.settings import Risk
from recurseq.risk.words import cuts_text, divider_text


def _tree(clinical: Clinical, risk: Risk, tables: Tables, simulated: bool) -> Figure:
    nodes, tests = tables["risk_tree"][risk.name], tables["risk_tree_tests"][risk.name]
    stability = tables["risk_tree_stability"][risk.name]
    root = nodes["variable"].iloc[0]
    share = stability.set_index("variable")["root"].get(root, np.nan)
    facts = (
        f"p adjusted for the terms of a node, alpha {setting(risk.tree.alpha)}",
        "95 % intervals",
        "" if pd.isna(root) else f"{plain(root)} is the root in {share:.0%} of resamples",
    )
    return tree_figure(
        nodes,
        tests,
        {name: plain(name) for name in nodes["variable"].dropna()},
        f"Tree of {plain(risk.name)}: {outcome_words(clinical, risk)}",
        "observed risk",
        facts_of(facts),
        simulated,
    )


def _strata(clinical: Clinical, risk: Risk, tables: Tables, simulated: bool) -> Figure:
    cuts = f"cut at {cuts_text(risk.strata)} of {divider_text(risk.strata)}"
    return strata_figure(
        tables["risk_strata"][risk.name],
        f"Strata of {plain(risk.name)}: {outcome_words(clinical, risk)}",
        "risk",
        facts_of((cuts, "95 % intervals", "below: events of patients")),
        simulated,
    )


def _survival(clinical: Clinical, risk: Risk, tables: Tables, simulated: bool) -> Figure:
    curve = tables["risk_strata_curve"][risk.name].rename(columns={"stratum": "group"})
    role = VALIDATION if (curve["cohort"] == VALIDATION).any() else DEVELOPMENT
    curve = curve[curve["cohort"] == role]
    why = "seen in the patients that the model was made with" if role == DEVELOPMENT else ""
    model = clinical.models[risk.model]
    endpoint = clinical.endpoints.get(model.endpoint)
    followed = endpoint.of if isinstance(endpoint, Within) else model.endpoint
    return kaplan_meier_figure(
        curve,
        at_ticks(curve) if len(curve) else curve,
        f"{plain(followed)} by stratum of {plain(risk.name)}, {role}",
        "months",
        facts_of((why, "95 % log-log intervals; pale below 10 at risk")),
        "the outcome has no times",
        simulated,
    )


FIGURES: Drawn = {
    "risk_tree": ("risk_tree", _tree),
    "risk_strata": ("risk_strata", _strata),
    "risk_strata_survival": ("risk_strata", _survival),
}
