"""Decision curves: what treating by the risk is worth at each threshold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recurseq.clinical.words import plain
from recurseq.figures.colours import FAINT, GREEN, INK, PURPLE, QUIET
from recurseq.figures.discrimination import LINES
from recurseq.figures.style import HALF, WIDE, empty, heading, new_figure, short, styled
from recurseq.risk.performance_rows import CORRECTED, VALIDATION

TITLES = {
    VALIDATION: "other patients (validation)",
    CORRECTED: "development, less the optimism",
}
OTHERS = ((PURPLE, (0, (5, 1.5))), (GREEN, (0, (1.5, 1.2))), (INK, (0, (6, 1.5, 1.5, 1.5))))


@styled
def decision_figure(
    decision: pd.DataFrame, name: str, title: str, note: str, simulated: bool = False
) -> Figure:
    """Draw net benefit over thresholds, and below it the difference to other models.

    Parameters
    ----------
    decision
        Table ``risk_decision``.
    name
        Of the model.
    title, note
        Title, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    """
    there = [data for data in TITLES if (decision["data"] == data).any()]
    others = list(dict.fromkeys(decision["against"].dropna()))[: len(OTHERS)]
    figure = new_figure(WIDE if len(there) > 1 else HALF, 3.5 + (2.0 if others and there else 0))
    heading(figure, title, note, simulated, _key(name, there, others))
    if not there:
        empty(figure.add_subplot(), "no decision curve: the model was not judged")
        return figure
    rows = 2 if others else 1
    panels = figure.subplots(
        rows, len(there), sharex=True, sharey="row", squeeze=False,
        height_ratios=(5, 2.6)[:rows],
    )  # fmt: skip
    for column, data in enumerate(there):
        own = decision[decision["data"] == data]
        _benefit(panels[0, column], own, others, LINES[data])
        panels[0, column].set_title(TITLES[data])
        if others:
            _differences(panels[1, column], own, others)
        panels[-1, column].set_xlabel("threshold: risk from which one treats")
        panels[-1, column].xaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g} %")
    _limits(panels[0, 0], decision[decision["data"].isin(there)])
    panels[0, 0].set_ylabel("net benefit")
    if others:
        panels[1, 0].set_ylabel("difference")
    return figure


def _key(name: str, there: Sequence[str], others: Sequence[str]) -> dict[str, dict]:
    line = {"linestyle": "-", "marker": "", "linewidth": 2}
    where = {VALIDATION: "validation", CORRECTED: "corrected"}
    key = {
        f"{short(plain(name), 18)}, {where[data]}": {"color": LINES[data], **line} for data in there
    }
    for other, (colour, style) in zip(others, OTHERS, strict=False):
        key[f"{short(plain(other), 14)}, difference below"] = {"color": colour, **line} | {
            "linestyle": style
        }
    key["treat all"] = {"color": QUIET, **line}
    key["treat none"] = {"color": INK, **line, "linewidth": 1}
    return key


def _benefit(axes: Axes, own: pd.DataFrame, others: Sequence[str], colour: str) -> None:
    alone = own[own["against"].isna()]
    at = alone["threshold"]
    axes.fill_between(at, alone["lower"], alone["upper"], color=colour, alpha=0.18, linewidth=0)
    axes.plot(at, alone["treat_all"], color=QUIET, linewidth=1.6)
    axes.axhline(0, color=INK, linewidth=1)
    for other, (shade, style) in zip(others, OTHERS, strict=False):
        against = own[own["against"] == other]
        # Its own line is that of the same patients, or none.
        if against["n"].tolist() == alone["n"].tolist():
            theirs = alone["net_benefit"].to_numpy() - against["net_benefit"].to_numpy()
            axes.plot(at, theirs, color=shade, linestyle=style, linewidth=1.4)
    axes.plot(at, alone["net_benefit"], color=colour, linewidth=1.9)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.margins(x=0.01)


def _differences(axes: Axes, own: pd.DataFrame, others: Sequence[str]) -> None:
    axes.axhline(0, color=INK, linewidth=1)
    for other, (shade, style) in zip(others, OTHERS, strict=False):
        against = own[own["against"] == other]
        at = against["threshold"]
        band = {"color": shade, "alpha": 0.18, "linewidth": 0}
        axes.fill_between(at, against["lower"], against["upper"], **band)
        axes.plot(at, against["net_benefit"], color=shade, linestyle=style, linewidth=1.4)
    axes.grid(color=FAINT, linewidth=0.6)


def _limits(axes: Axes, decision: pd.DataFrame) -> None:
    """End the axis below the model's band, so that treating all does not stretch it."""
    alone = decision[decision["against"].isna()]
    high = np.nanmax([alone["upper"].max(), alone["treat_all"].max(), 0.01])
    low = min(np.nanmin(alone["lower"]), 0)
    axes.set_ylim(low - 0.12 * (high - low), high + 0.05 * (high - low))
