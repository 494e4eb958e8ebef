"""Figures of risk models: each drawn for every model that has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matplotlib.figure import Figure

from recurseq.base.text import setting
from recurseq.clinical.settings import Clinical
from recurseq.clinical.words import plain
from recurseq.figures.drawing import Tables
from recurseq.risk.settings import Risk

# Figure to the wildcard of its names and the function that draws one of them.
Drawn = Mapping[str, tuple[str, Callable[[Clinical, Risk, Tables, bool], Figure]]]


def outcome_words(clinical: Clinical, risk: Risk) -> str:
    """Name the outcome of a risk model, and the horizon of its risks."""
    outcome = plain(clinical.models[risk.model].endpoint)
    return outcome if risk.horizon is None else f"{outcome} by {setting(risk.horizon)} months"
