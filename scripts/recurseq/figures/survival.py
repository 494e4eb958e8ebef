"""Curves of survival and of cumulative incidence, with the numbers at risk on the same axes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recurseq.figures.colours import FAINT, INK, group_colours
from recurseq.figures.style import WIDE, empty, heading, new_figure, short, styled

ROW = 0.075  # height of a row of the risk table, in units of the probability axis
THIN = 10  # fewer at risk: the curve is drawn pale
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (5, 2, 1, 2)))
MOST_GROUPS = 8
MANY = 500  # marks of censoring: more are drawn as a picture


@styled
def kaplan_meier_figure(
    curve: pd.DataFrame,
    at_risk: pd.DataFrame,
    title: str,
    axis: str,
    note: str,
    why_empty: str = "",
    simulated: bool = False,
) -> Figure:
    """Draw survival curves with their intervals, and the numbers at risk below on the same axes.

    Parameters
    ----------
    curve, at_risk
        Tables ``survival_curve`` and ``survival_at_risk``.
    title, axis, note
        Title, name of the time axis, and the line of facts below.
    why_empty
        Why there are no curves, when there are none.
    simulated
        Whether to say that the data are simulated.
    """
    names = list(dict.fromkeys(curve["group"]))[:MOST_GROUPS]
    figure = new_figure(WIDE, 4.2 + 0.24 * len(names))
    colours = group_colours(names)
    key = {name: {"color": colour, "marker": "s"} for name, colour in colours.items()}
    heading(figure, title, note, simulated, key if len(names) > 1 else None)
    axes = figure.add_subplot()
    if not names:
        empty(axes, why_empty or "no patient with a known time")
        return figure
    for name, colour in colours.items():
        own = curve[curve["group"] == name]
        draw_steps(axes, own, "survival", 1.0, colour)
        gone = own[own["censored"] > 0]
        axes.plot(
            gone["time"], gone["survival"], "|", color=colour, markersize=5, markeredgewidth=0.9,
            rasterized=len(gone) > MANY,
        )  # fmt: skip
    axes.set_ylabel("without the event")
    draw_risk_table(axes, at_risk, colours, axis)
    return figure


@styled
def incidence_figure(
    curve: pd.DataFrame,
    title: str,
    axis: str,
    note: str,
    why_empty: str = "",
    simulated: bool = False,
) -> Figure:
    """Draw cumulative incidences: groups by colour, states by line.

    Parameters
    ----------
    curve
        Table ``competing_curve``.
    title, axis, note, why_empty, simulated
        As for `kaplan_meier_figure`.
    """
    names = list(dict.fromkeys(curve["group"]))[:MOST_GROUPS]
    states = list(dict.fromkeys(curve["state"]))[: len(DASHES)]
    figure = new_figure(WIDE, 4.2 + 0.24 * len(names))
    colours = group_colours(names)
    key = {name: {"color": colour, "marker": "s"} for name, colour in colours.items()}
    key = key if len(names) > 1 else {}
    for state, dash in zip(states, DASHES, strict=False):
        key[state] = {"color": INK, "marker": "", "linestyle": dash}
    heading(figure, title, note, simulated, key or None)
    axes = figure.add_subplot()
    if not names:
        empty(axes, why_empty or "no patient with a known time")
        return figure
    for name, colour in colours.items():
        for state, dash in zip(states, DASHES, strict=False):
            own = curve[(curve["group"] == name) & (curve["state"] == state)]
            draw_steps(axes, own, "incidence", 0.0, colour, dash)
    axes.set_ylabel("cumulative incidence")
    first = curve[curve["state"] == states[0]]
    draw_risk_table(axes, at_ticks(first), colours, axis)
    return figure


def draw_steps(
    axes: Axes, own: pd.DataFrame, value: str, start: float, colour: object, dash: object = "-"
) -> None:
    """Draw one step function of a table of curves with its band, pale where few are at risk."""
    moved = own[value].ne(own[value].shift()).to_numpy()
    own = own[moved | (np.arange(len(own)) == len(own) - 1)]  # steps, and the end of follow-up
    time = np.concatenate([[0.0], own["time"].to_numpy(dtype=float)])
    height = np.concatenate([[start], own[value].to_numpy(dtype=float)])
    lower, upper = (
        np.concatenate([[start], own[side].to_numpy(dtype=float)]) for side in ("lower", "upper")
    )
    enough = np.concatenate([[True], own["at_risk"].to_numpy(dtype=float) >= THIN])
    last = int(np.flatnonzero(enough)[-1]) + 1
    band = {"step": "post", "color": colour, "linewidth": 0}
    axes.fill_between(time[: last + 1], lower[: last + 1], upper[: last + 1], alpha=0.16, **band)
    line = {"where": "post", "color": colour, "linestyle": dash}
    axes.step(time[: last + 1], height[: last + 1], linewidth=1.7, **line)
    if last < len(time):
        axes.step(time[last:], height[last:], linewidth=1.0, alpha=0.55, **line)
        axes.fill_between(time[last:], lower[last:], upper[last:], alpha=0.06, **band)


def at_ticks(curve: pd.DataFrame) -> pd.DataFrame:
    """Read the numbers at risk of each group at round months."""
    longest = curve["time"].max()
    months = (
        np.linspace(0, longest, 7) if longest < 6 else np.arange(0, longest + 1e-9, _step(longest))
    )
    rows = []
    for name, own in curve.groupby("group", sort=False):
        place = np.searchsorted(own["time"].to_numpy(), months, side="left")
        numbers = np.append(own["at_risk"].to_numpy(dtype=int), 0)[place]
        rows += [
            {"group": name, "time": m, "at_risk": n} for m, n in zip(months, numbers, strict=True)
        ]
    return pd.DataFrame(rows)


def _step(longest: float) -> float:
    return next((s for s in (1, 2, 3, 6, 12, 24, 36, 60, 120) if longest / s <= 8), 240)


def draw_risk_table(axes: Axes, at_risk: pd.DataFrame, colours: dict, axis: str) -> None:
    """Write the numbers at risk under the time axis, in the units of the same axes.

    The time axis stands at 0; below it each group has a row, whose name is a tick of the other
    axis, so that names and numbers cannot come apart.
    """
    months = np.unique(at_risk["time"])
    names = list(colours)
    rows = -0.30 - ROW * np.arange(len(names))
    axes.spines["bottom"].set_position(("data", 0))
    axes.spines["left"].set_bounds(0, 1)
    axes.set_xticks(months, [f"{month:g}" for month in months])
    ticks = [0, 0.25, 0.5, 0.75, 1]
    axes.set_yticks([*ticks, *rows], [*(f"{t:.0%}" for t in ticks), *(short(n, 26) for n in names)])
    for label in axes.get_yticklabels()[len(ticks) :]:
        label.set_fontsize(8.5)
    for tick, name in zip(axes.yaxis.get_major_ticks()[len(ticks) :], names, strict=True):
        tick.tick1line.set_visible(False)
        tick.label1.set_color(colours[name])
        tick.label1.set_fontweight("bold")
    axes.hlines([0.25, 0.5, 0.75, 1], 0, months[-1], color=FAINT, linewidth=0.7, zorder=0)
    right = max(months[-1], axes.dataLim.x1)
    axes.set_xlim(-0.03 * right, right * 1.02)
    axes.set_ylim(rows[-1] - ROW, 1.03)
    axes.yaxis.set_label_coords(-0.075, 0.66)
    axes.text(right / 2, -0.125, axis, ha="center", va="center", fontsize=9.5)
    axes.text(0, -0.21, "number at risk", ha="left", va="center", fontsize=8.5, color="#555555")
    for row, name in zip(rows, names, strict=True):
        own = at_risk[at_risk["group"] == name]
        for month, number in zip(own["time"], own["at_risk"], strict=True):
            axes.text(month, row, f"{int(number)}", ha="center", va="center", fontsize=8.5)
