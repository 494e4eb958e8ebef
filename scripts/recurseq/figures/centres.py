"""Performance by centre, and where that of a further centre is expected."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recurseq.clinical.words import plain
from recurseq.figures.colours import BLACK, FAINT, INK
from recurseq.figures.discrimination import LINES
from recurseq.figures.style import WIDE, empty, heading, new_figure, short, styled
from recurseq.risk.centres_rows import FURTHER, TOGETHER
from recurseq.risk.judged import OVER, SLOPE
from recurseq.risk.performance_rows import BY_CENTRE, CORRECTED, LEFT_OUT, VALIDATION
from recurseq.risk.told import WORDS, ranking

LOOKS = {
    BY_CENTRE: {"color": LINES[VALIDATION], "marker": "s"},
    LEFT_OUT: {"color": LINES[CORRECTED], "marker": "o"},
    TOGETHER: {"color": BLACK, "marker": "D"},
    FURTHER: {"color": BLACK, "marker": ""},
}
NAMES = {TOGETHER: "mean of left-out centres", FURTHER: "expected in a further centre"}
KEY = {
    BY_CENTRE: "centre of the validation",
    LEFT_OUT: "centre left out of the making",
    TOGETHER: "mean",
}
RIGHT = 1.0  # calibration slope, observed over expected


@styled
def centres_figure(
    performance: pd.DataFrame, title: str, note: str, simulated: bool = False
) -> Figure:
    """Draw ranking and calibration in each centre with 95 % intervals.

    Parameters
    ----------
    performance
        Table ``risk_performance``.
    title, note
        Title, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    """
    rows = performance[performance["data"].isin(LOOKS)]
    places = list(dict.fromkeys(zip(rows["data"], rows["centre"].fillna(""), strict=True)))
    places.sort(key=lambda place: list(LOOKS).index(place[0]))
    figure = new_figure(WIDE, 1.0 + 0.3 * max(len(places), 2))
    there = {data for data, _ in places}
    heading(figure, title, note, simulated, {KEY[d]: LOOKS[d] for d in KEY if d in there})
    if not places:
        empty(figure.add_subplot(), "no centre was judged")
        return figure
    measures = (ranking(rows), SLOPE, OVER)
    panels = figure.subplots(1, len(measures), sharey=True, squeeze=False)[0]
    for axes, measure in zip(panels, measures, strict=True):
        own = rows[rows["measure"] == measure]
        _panel(axes, own.set_index(["data", own["centre"].fillna("")]), places, measure)
    names = [_name(rows, *place) for place in places]
    panels[0].set_yticks(range(len(places)), names, size=8.5)
    panels[0].set_ylim(len(places) - 0.4, -0.6)
    return figure


def _name(rows: pd.DataFrame, data: str, centre: str) -> str:
    if data in NAMES:
        return NAMES[data]
    own = rows[(rows["data"] == data) & (rows["centre"] == centre)].iloc[0]
    return f"{short(plain(centre), 22)} ({own['events']:,} of {own['n']:,})"


def _panel(axes: Axes, rows: pd.DataFrame, places: list, measure: str) -> None:
    limits = rows[["lower", "upper"]].to_numpy(float)
    if not np.isfinite(limits).any():
        empty(axes, "too few events")
        return
    low, high = np.nanmin(limits), np.nanmax(limits)
    if measure in (SLOPE, OVER):
        axes.axvline(RIGHT, color=INK, linewidth=0.9)
        low, high = min(low, RIGHT), max(high, RIGHT)
    for height, place in enumerate(places):
        if place not in rows.index:
            continue
        one, look = rows.loc[[place]].iloc[0], LOOKS[place[0]]
        if pd.isna(one["estimate"]):
            _beside(axes, height, "too few events")
            continue
        further = place[0] == FURTHER
        axes.hlines(
            height, one["lower"], one["upper"], color=look["color"], linewidth=1.5,
            linestyle=(0, (2, 1.2)) if further else "-",
        )  # fmt: skip
        axes.plot(one["estimate"], height, linestyle="", markersize=5.5, **look)
        told = f"{one['lower']:.2f} to {one['upper']:.2f}"
        text = told if further else f"{one['estimate']:.2f} ({told})"
        _beside(axes, height, text)
    room = 0.06 * (high - low)
    axes.set_xlim(low - room, high + room)
    axes.locator_params(axis="x", nbins=4)
    axes.set_xlabel(WORDS[measure])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)


def _beside(axes: Axes, height: float, text: str) -> None:
    """Write numbers on the right of the panel; the space behind keeps them off the next one."""
    axes.annotate(
        f"{text}\u2003", (1, height), xycoords=("axes fraction", "data"), xytext=(5, 0),
        textcoords="offset points", va="center", fontsize=8, annotation_clip=False,
    )  # fmt: skip
