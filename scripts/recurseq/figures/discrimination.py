"""Receiver-operating curves of a risk model."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from recurseq.figures.colours import BLUE, FAINT, INK, QUIET, VERMILION
from recurseq.figures.style import HALF, empty, heading, new_figure, styled
from recurseq.risk.judged import AUC
from recurseq.risk.performance_rows import APPARENT, CORRECTED, VALIDATION
from recurseq.risk.told import told

# Darker than the bars of the same cohorts, so that lines are seen.
LINES = {VALIDATION: VERMILION, CORRECTED: BLUE, APPARENT: "#7F7F7F"}
STYLES = {VALIDATION: "-", APPARENT: (0, (4, 2))}


@styled
def roc_figure(
    curves: pd.DataFrame,
    performance: pd.DataFrame,
    title: str,
    note: str,
    simulated: bool = False,
) -> Figure:
    """Draw sensitivity against specificity, with areas and their intervals in the key.

    Parameters
    ----------
    curves, performance
        Tables ``risk_roc`` and ``risk_performance``; thresholds are not drawn.
    title, note
        Title, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    """
    areas = {data: told(performance, data, AUC) for data in LINES}
    key = {
        f"{data} {area.text}": {"color": LINES[data], **_look(data)}
        for data, area in areas.items()
        if area is not None
    }
    figure = new_figure(HALF, 4.4)
    heading(figure, title, note, simulated, key)
    axes = figure.add_subplot()
    if curves.empty:
        empty(axes, "no curve: the model was not judged")
        return figure
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.9)
    for data in (APPARENT, VALIDATION):
        own = curves[curves["data"] == data]
        axes.plot(
            1 - own["specificity"],
            own["sensitivity"],
            color=LINES[data],
            linestyle=STYLES[data],
            linewidth=1.7 if data == VALIDATION else 1.2,
        )
    axes.set_aspect("equal")
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.01)
    axes.set_xlabel("1 - specificity (false alarms)")
    axes.set_ylabel("sensitivity (events found)")
    axes.grid(color=FAINT, linewidth=0.6)
    axes.spines[:].set_color(INK)
    return figure


def _look(data: str) -> dict:
    """Return a line for what has a curve; a point for the corrected area, which has none."""
    if data in STYLES:
        return {"linestyle": STYLES[data], "marker": "", "linewidth": 1.7}
    return {"marker": "D", "markersize": 5}
