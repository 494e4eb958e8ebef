"""Figures of risk models: each drawn for every model that has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from recurseq.base.text import setting
from recurseq.clinical.settings import Clinical
from recurseq.clinical.words import plain
from recurseq.figures.drawing import draw_named
from recurseq.risk.settings import Risk

Tables = Mapping[str, Mapping[str, pd.DataFrame]]
# Figure to the wildcard of its names and the function that draws one of them.
Drawn = Mapping[str, tuple[str, Callable[[Clinical, Risk, Tables, bool], Figure]]]


def draw_risks(
    figures: Drawn,
    clinical: Clinical,
    risks: Mapping[str, Risk],
    tables: Tables,
    names: Mapping[str, Sequence[str]],
    files: Mapping[str, Sequence[str]],
    simulated: bool,
) -> None:
    """Draw every one of some figures that has files.

    Parameters
    ----------
    figures
        The figures.
    clinical, risks
        The clinical sections, and the section ``risk``.
    tables
        What `recurseq.base.tables.read_tables` read.
    names
        Wildcard of a figure to the names it stands for.
    files
        ``<figure>_svg`` to the paths, in the order of the names; the other kinds lie beside them.
    simulated
        Whether to say that the data are simulated.
    """
    draw_named(
        figures, names, files, lambda draw, name: draw(clinical, risks[name], tables, simulated)
    )


def outcome_words(clinical: Clinical, risk: Risk) -> str:
    """Name the outcome of a risk model, and the horizon of its risks."""
    outcome = plain(clinical.models[risk.model].endpoint)
    return outcome if risk.horizon is None else f"{outcome} by {setting(risk.horizon)} months"
