"""An early event: when it occurs, and how patients are at it beside other such events."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from recurseq.base.text import setting
from recurseq.figures.colours import FAINT, INK, ORANGE, SKY, VERMILION
from recurseq.figures.style import HALF, WIDE, empty, heading, new_figure, short, styled

BAR = 0.38
ROW = 0.46  # inches for a level
ACROSS = 2  # panels side by side


@styled
def occurrence_figure(
    occurrence: pd.DataFrame, title: str, axis: str, note: str, simulated: bool = False
) -> Figure:
    """Draw events by month as bars, and the share that has occurred as a line with its interval.

    Parameters
    ----------
    occurrence
        Table ``description_occurrence``.
    title, axis, note
        Title, name of the time axis, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    """
    figure = new_figure(HALF, 3.3)
    key = {
        "events in the month": {"color": SKY, "marker": "s"},
        "share by its end": {"color": VERMILION, "marker": "o", "linestyle": "-"},
    }
    heading(figure, title, note, simulated, key)
    axes = figure.add_subplot()
    if not occurrence["total"].iloc[0]:
        empty(axes, "nobody had the event")
        return figure
    ends = occurrence["month"].to_numpy(float)
    starts = np.concatenate([[0], ends[:-1]])
    bars = axes.bar(
        starts, occurrence["events"], ends - starts, align="edge", color=SKY, edgecolor="white"
    )
    axes.bar_label(bars, fontsize=8.5, padding=1)
    axes.set_xticks([0, *ends], ["0", *map(setting, ends)])
    axes.set_xlabel(axis)
    axes.set_ylabel("patients with the event")
    axes.margins(y=0.12)
    shares = axes.twinx()
    columns = ("cumulative_share", "lower", "upper")
    share, lower, upper = (
        np.concatenate([[0], occurrence[name].to_numpy(float)]) for name in columns
    )
    at = np.concatenate([[0], ends])
    shares.fill_between(at, lower, upper, color=VERMILION, alpha=0.15, linewidth=0)
    shares.plot(at, share, color=VERMILION, marker="o", markersize=4, linewidth=1.4)
    shares.set_ylim(0, 1.05)
    shares.set_ylabel("share that had occurred")
    shares.yaxis.set_major_formatter(PercentFormatter(1, 0))
    shares.spines["right"].set_visible(True)
    return figure


@styled
def shares_figure(shares: pd.DataFrame, title: str, note: str, simulated: bool = False) -> Figure:
    """Draw the share of each level in both groups, a panel for each column.

    Parameters
    ----------
    shares
        Table ``description_shares``.
    title, note
        Title, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    """
    columns = list(dict.fromkeys(shares["column"]))
    groups = list(dict.fromkeys(shares["group"]))
    colours = dict(zip(groups, (ORANGE, SKY), strict=True))
    rows = [columns[place : place + ACROSS] for place in range(0, len(columns), ACROSS)]
    levels = shares.groupby("column")["level"].nunique()
    heights = [ROW * max(levels[name] for name in row) + 0.7 for row in rows]
    figure = new_figure(WIDE, sum(heights))
    key = {name: {"color": colour, "marker": "s"} for name, colour in colours.items()}
    heading(figure, title, note, simulated, key)
    panels = figure.subplots(len(rows), ACROSS, squeeze=False, height_ratios=heights)
    for axes, name in zip(panels.flat, columns, strict=False):
        _draw_levels(axes, shares[shares["column"] == name], colours)
        axes.set_title(short(name.replace("_", " "), 46))
    for axes in panels.flat[len(columns) :]:
        axes.set_axis_off()
    return figure


def _draw_levels(axes: Axes, own: pd.DataFrame, colours: dict[str, str]) -> None:
    levels = list(dict.fromkeys(own["level"]))
    for offset, (group, colour) in zip((-0.5, 0.5), colours.items(), strict=True):
        rows = own[own["group"] == group].set_index("level").loc[levels]
        y = np.arange(len(levels)) + offset * BAR
        share, lower, upper = (rows[name].to_numpy(float) for name in ("share", "lower", "upper"))
        axes.barh(y, np.nan_to_num(share), BAR * 0.92, color=colour)
        error = np.clip(np.vstack([share - lower, upper - share]), 0, None)
        axes.errorbar(share, y, xerr=error, fmt="none", ecolor=INK, elinewidth=0.9, capsize=2)
        for place, end, row in zip(y, upper, rows.itertuples(), strict=True):
            words = "NA" if np.isnan(row.share) else f"{100 * row.share:.0f} % ({row.n:,})"
            at = (0 if np.isnan(end) else end, place)
            axes.annotate(words, at, (4, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(range(len(levels)), [short(level.replace("_", " "), 26) for level in levels])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.15)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
