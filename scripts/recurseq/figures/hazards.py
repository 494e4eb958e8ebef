"""Scaled Schoenfeld residuals over time, which show whether an effect stays the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.figures.colours import BLUE, FAINT, INK, QUIET
from recurseq.figures.limits import beyond, edge_marks, scatter_marked
from recurseq.figures.style import WIDE, empty, heading, new_figure, short, styled

MOST_PANELS = 12
COLUMNS = 4
SHARE = 0.5  # of the events that the running mean looks at
MANY = 1000  # points: more are drawn as a picture


@styled
def schoenfeld_figure(
    residuals: pd.DataFrame,
    tests: pd.DataFrame,
    title: str,
    note: str,
    simulated: bool = False,
) -> Figure:
    """Draw the scaled residuals of each coefficient with their running mean.

    Parameters
    ----------
    residuals, tests
        Tables ``model_residuals`` and ``model_proportionality``.
    title, note
        Title, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    """
    names = list(dict.fromkeys(residuals["term"]))[:MOST_PANELS]
    columns = min(COLUMNS, max(len(names), 1))
    rows = -(-max(len(names), 1) // columns)
    figure = new_figure(WIDE if columns > 2 else 2.6 * columns + 0.4, 2.1 * rows)
    heading(figure, title, note, simulated)
    if not names:
        empty(figure.add_subplot(), "no model was fitted")
        return figure
    panels = figure.subplots(rows, columns, squeeze=False)
    for axes in panels.flat[len(names) :]:
        axes.set_axis_off()
    by_km = tests[tests["transform"] == "km"].set_index("term")["pvalue"]
    for axes, name in zip(panels.flat, names, strict=False):
        own = residuals[residuals["term"] == name]
        time = own["time"].to_numpy(dtype=float)
        value = own["scaled_schoenfeld"].to_numpy(dtype=float)
        low, high = np.quantile(value, [0.02, 0.98])
        room = 0.3 * max(high - low, 1e-6)
        low, high = low - room, high + room
        marks = edge_marks(np.zeros(len(value)), beyond(value, low, high))
        held, rasterized = np.clip(value, low, high), len(time) > MANY
        scatter_marked(axes, time, held, marks, (7, 16), color=QUIET, rasterized=rasterized)
        axes.axhline(0, color=INK, linewidth=0.7)
        axes.axhline(value.mean(), color=BLUE, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.plot(*running_mean(time, value), color=BLUE, linewidth=1.6)
        axes.set_ylim(low, high)
        axes.grid(color=FAINT, linewidth=0.6)
        term = max(
            (t for t in by_km.index if name == t or name.startswith(f"{t} ")), key=len, default=""
        )
        pvalue = f"\np = {by_km[term]:.3g}" if term else ""
        axes.set_title(f"{short(name, 26)}{pvalue}", fontsize=8.5)
        axes.set_xlabel("months", fontsize=8.5)
    return figure


def running_mean(time: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a local linear mean over time, weighted by distance (tricube)."""
    at = np.linspace(time.min(), time.max(), 60)
    nearest = max(int(SHARE * len(time)), min(5, len(time)))
    smooth = np.full(len(at), np.nan)
    for place, where in enumerate(at):
        distance = np.abs(time - where)
        reach = np.partition(distance, nearest - 1)[nearest - 1]
        weight = np.clip(1 - (distance / max(reach, 1e-9)) ** 3, 0, None) ** 3
        if (weight > 0).sum() < 3:
            continue
        design = np.column_stack([np.ones(len(time)), time - where])
        moments = design.T @ (weight[:, None] * design)
        smooth[place] = np.linalg.lstsq(moments, design.T @ (weight * value), rcond=None)[0][0]
    return at, smooth
