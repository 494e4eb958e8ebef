"""A conditional inference tree: splits above, observed risks of the leaves below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recurseq.clinical.words import pvalue_text
from recurseq.figures.colours import INK
from recurseq.figures.observed import COLOURS, draw_observed, offsets, risk_axis
from recurseq.figures.style import WIDE, facts_of, heading, new_figure, short, styled
from recurseq.risk.cohorts import DEVELOPMENT

MOST_LEAVES = 12
LEVEL = 1.0  # inches between a node and its parts
BARS = 2.3  # inches of the panel below
ROOM_OF_WORDS = 0.5  # of the space between two parts, for the words of one side
BAR = 0.36
BOX = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": INK, "linewidth": 0.8}


@styled
def tree_figure(
    nodes: pd.DataFrame,
    tests: pd.DataFrame,
    names: Mapping[str, str],
    title: str,
    axis: str,
    note: str,
    simulated: bool = False,
) -> Figure:
    """Draw a tree: term and adjusted p-value at each split, bars of observed risk at the leaves.

    A tree of many leaves is drawn down to the level at which it has at most twelve.

    Parameters
    ----------
    nodes, tests
        Tables ``risk_tree`` and ``risk_tree_tests``.
    names
        Variable to what it is called.
    title, axis, note
        Title, name of the axis of risks, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    """
    own = nodes[nodes["cohort"] == DEVELOPMENT].set_index("node")
    depth = drawn_depth(own)
    if depth < own["depth"].max():
        note = facts_of((note, "deeper splits stand in tree.tsv"))
    shown = own[own["depth"] <= depth].copy()
    ends = shown["variable"].isna() | (shown["depth"] == depth)
    shown.loc[ends, ["left", "right"]] = pd.NA
    places = positions(shown)
    figure = new_figure(WIDE, LEVEL * max(depth, 1) + BARS + 0.5)
    cohorts = [name for name in COLOURS if (nodes["cohort"] == name).any()]
    key = {name: {"color": COLOURS[name], "marker": "s"} for name in cohorts}
    heading(figure, title, note, simulated, key)
    above, below = figure.subplots(
        2, 1, sharex=True, height_ratios=[LEVEL * max(depth, 1) + 0.2, BARS]
    )
    chosen = tests[tests["chosen"].astype(bool)].set_index("node")["pvalue"]
    _draw_splits(above, shown, places, chosen, names, depth)
    leaves = list(shown.index[shown["left"].isna()])
    _draw_bars(below, nodes, leaves, cohorts, axis)
    return figure


def drawn_depth(nodes: pd.DataFrame) -> int:
    """Return the deepest level down to which the tree has few enough ends."""
    deepest = int(nodes["depth"].max())
    ends = [
        int(
            (
                (nodes["depth"] == depth) | (nodes["variable"].isna() & (nodes["depth"] < depth))
            ).sum()
        )
        for depth in range(deepest + 1)
    ]
    return max(depth for depth, number in enumerate(ends) if number <= MOST_LEAVES)


def positions(nodes: pd.DataFrame) -> dict[int, float]:
    """Place leaves side by side, and each node in the middle of its parts."""
    found = {}
    leaves = [number for number in nodes.index if pd.isna(nodes.loc[number, "left"])]
    found |= {number: float(place) for place, number in enumerate(leaves)}
    for number in reversed(list(nodes.index)):
        if number not in found:
            left, right = nodes.loc[number, ["left", "right"]].astype(int)
            found[number] = (found[left] + found[right]) / 2
    return found


def _draw_splits(
    axes: Axes,
    nodes: pd.DataFrame,
    places: Mapping[int, float],
    pvalues: pd.Series,
    names: Mapping[str, str],
    depth: int,
) -> None:
    leaves = int(nodes["left"].isna().sum())
    room = max(int(WIDE / leaves / 0.075), 9)  # characters between two neighbouring leaves
    for number, row in nodes.iterrows():
        x, y = places[number], -float(row["depth"])
        if pd.isna(row["left"]):
            axes.plot([x, x], [y, -depth - 0.2], color=INK, linewidth=0.8, zorder=1)
            continue
        both = sides(row["split"])
        ends = [places[int(row[part])] for part in ("left", "right")]
        # Words that would touch stand at two heights of their lines.
        wide = max(map(len, both)) > ROOM_OF_WORDS * room * (ends[1] - ends[0])
        for text, to, way in zip(both, ends, (0.42, 0.78) if wide else (0.6, 0.6), strict=True):
            axes.plot([x, to], [y, y - 1], color=INK, linewidth=0.8, zorder=1)
            middle = way * (to - x) + x, y - way
            lines = wrap(text, room)
            words = "\n".join([*lines[:2], "…"] if len(lines) > 3 else lines)
            axes.text(*middle, words, fontsize=8, **_centred(), bbox=_plain(), zorder=2)
        label = "\n".join(wrap(f"{number} · {short(names[row['variable']], 26)}", 16))
        words = f"{label}\n{pvalue_text(pvalues[number])}"
        axes.text(x, y, words, fontsize=8.5, **_centred(), bbox=BOX, zorder=3)
    axes.set_xlim(-0.6, leaves - 0.4)
    axes.set_ylim(-depth - 0.2, 0.45)
    axes.set_axis_off()


def _centred() -> dict[str, str]:
    return {"ha": "center", "va": "center"}


def _plain() -> dict[str, object]:
    return {"boxstyle": "square,pad=0.12", "facecolor": "white", "edgecolor": "none"}


def sides(split: str) -> tuple[str, str]:
    """Write who goes left and right of a split, as its column says."""
    left, bar, right = split.partition(" | ")
    if bar:
        return left, right
    number = split.removeprefix("<= ")
    value = float(number)
    text = f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return f"≤ {text}", f"> {text}"


def _draw_bars(
    axes: Axes, nodes: pd.DataFrame, leaves: Sequence[int], cohorts: Sequence[str], axis: str
) -> None:
    """Draw a bar for each cohort of each leaf with its interval, and the numbers below."""
    width = BAR if len(cohorts) > 1 else 1.4 * BAR
    for offset, cohort in zip(offsets(len(cohorts)), cohorts, strict=True):
        own = nodes[nodes["cohort"] == cohort].set_index("node").loc[list(leaves)]
        x = np.arange(len(leaves)) + offset * width
        risk = own[["rate", "lower", "upper"]].to_numpy(float).T
        draw_observed(axes, x, risk, width, COLOURS[cohort], "{:.0f}")
    axes.set_xticks(range(len(leaves)), [leaf_text(nodes, leaf, cohorts) for leaf in leaves])
    axes.tick_params(axis="x", length=0, labelsize=8)
    risk_axis(axes, axis)


def leaf_text(nodes: pd.DataFrame, leaf: int, cohorts: Sequence[str]) -> str:
    """Write the number of a leaf, of its patients in each cohort, and its stratum."""
    own = nodes[nodes["node"] == leaf].set_index("cohort")
    sizes = "\n+ ".join(f"{own.loc[cohort, 'n']:,}" for cohort in cohorts)
    stratum = own["class"].iloc[0]
    lines = [f"node {leaf}", f"n = {sizes}"]
    return "\n".join([*lines, *(() if pd.isna(stratum) else wrap(short(stratum, 24), 12))])
