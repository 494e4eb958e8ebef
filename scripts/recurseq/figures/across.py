"""Figures of all contrasts beside each other: shared calls, and fold changes of every two."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recurseq.contrasts.across import beside
from recurseq.figures.colours import DOWN, FAINT, GREEN, INK, PURPLE, QUIET, UP
from recurseq.figures.limits import (
    DOT,
    beyond,
    beyond_words,
    edge_marks,
    robust_limit,
    scatter_marked,
)
from recurseq.figures.style import WIDE, empty, facts_of, heading, new_figure, short, styled

MOST_BARS = 20
MOST_PAIRS = 6
AT_EDGE = 10  # size of a triangle
STACK = {"up": ("up in all", UP), "down": ("down in all", DOWN), "mixed": ("both ways", PURPLE)}
POINTS = {
    "one": ("called in one", QUIET, 3),
    "same": ("called in both, same direction", GREEN, 6),
    "opposite": ("called in both, opposite", PURPLE, 14),
}


@styled
def upset_figure(
    overlaps: pd.DataFrame, labels: Mapping[str, str], simulated: bool = False
) -> Figure:
    """Draw how many genes each combination of contrasts calls.

    Parameters
    ----------
    overlaps
        Table ``contrast_overlaps``.
    labels
        Contrast to what it is called in the figure, in the order of the rows.
    simulated
        Whether the data are simulated.
    """
    figure = new_figure(WIDE, 2.6 + 0.3 * len(labels))
    shown = overlaps.head(MOST_BARS)
    if shown.empty:
        heading(figure, "Genes called in several contrasts", "", simulated)
        empty(figure.add_subplot(), "no gene is called in any contrast")
        return figure
    rest = len(overlaps) - len(shown)
    note = "each called gene is counted once"
    note += f"; the {MOST_BARS} largest of {len(overlaps)} combinations" if rest > 0 else ""
    key = {text: {"color": colour, "marker": "s"} for text, colour in STACK.values()}
    heading(figure, "Genes called in several contrasts", note, simulated, key)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2.2, 0.3 * len(labels) + 0.2])
    _draw_bars(above, shown)
    _draw_dots(below, shown, overlaps, labels)
    return figure


def _draw_bars(axes: Axes, shown: pd.DataFrame) -> None:
    x, bottom = np.arange(len(shown)), np.zeros(len(shown))
    for name, (_, colour) in STACK.items():
        axes.bar(x, shown[name], 0.7, bottom=bottom, color=colour)
        bottom += shown[name].to_numpy(dtype=float)
    for place, amount in zip(x, shown["genes"], strict=True):
        axes.annotate(f"{amount:,}", (place, amount), (0, 2), textcoords="offset points",
                      ha="center", va="bottom", size=8)  # fmt: skip
    axes.set_ylabel("genes")
    axes.set_ylim(0, 1.1 * float(shown["genes"].max()))
    axes.tick_params(axis="x", length=0)


def _draw_dots(
    axes: Axes, shown: pd.DataFrame, overlaps: pd.DataFrame, labels: Mapping[str, str]
) -> None:
    """Draw which contrasts each bar stands for, with the calls of each contrast in its name."""
    names = list(labels)
    inside = [[names.index(name) for name in str(c).split(";")] for c in shown["contrasts"]]
    for place, rows in enumerate(inside):
        axes.scatter([place] * len(names), range(len(names)), s=42, color=FAINT, zorder=2)
        axes.plot([place] * 2, [min(rows), max(rows)], color=INK, linewidth=1.5, zorder=3)
        axes.scatter([place] * len(rows), rows, s=42, color=INK, zorder=4)
    calls = {
        name: int(
            overlaps.loc[[name in c.split(";") for c in overlaps["contrasts"]], "genes"].sum()
        )
        for name in names
    }
    texts = [f"{short(label, 44)} ({calls[name]:,})" for name, label in labels.items()]
    axes.set_yticks(range(len(names)), texts)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(-0.6, max(len(shown), 6) - 0.4)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


@styled
def fold_changes_figure(
    tables: Mapping[str, pd.DataFrame],
    agreement: pd.DataFrame,
    labels: Mapping[str, str],
    simulated: bool = False,
) -> Figure:
    """Draw the log2 fold changes of every two contrasts against each other.

    Parameters
    ----------
    tables
        Table ``contrast_genes`` of each contrast.
    agreement
        Table ``contrast_agreement``.
    labels, simulated
        As for `upset_figure`.
    """
    pairs = list(combinations(tables, 2))
    shown = pairs[:MOST_PAIRS]
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    figure = new_figure(WIDE, (WIDE / columns + 0.5 if columns > 1 else 5.0) * rows)
    both = [beside(*(tables[name] for name in pair)).dropna() for pair in shown]
    limit = robust_limit(np.abs(np.concatenate([_changes(one).ravel() for one in both])), 1.0)
    marks = [edge_marks(*(beyond(way, -limit, limit) for way in _changes(one))) for one in both]
    more = f"; the first {len(shown)} of {len(pairs)} pairs" if len(pairs) > len(shown) else ""
    cut = beyond_words(sum(int((own != DOT).sum()) for own in marks), "point")
    note = facts_of((f"genes called in neither are pale{more}", cut))
    key = {text: {"color": colour} for text, colour, _ in POINTS.values()}
    heading(figure, "Fold changes of one contrast against another", note, simulated, key)
    panels = np.ravel(figure.subplots(rows, columns, squeeze=False))
    rho = agreement.set_index(["first", "second"])["spearman"]
    for axes, pair, one, own in zip(panels, shown, both, marks, strict=False):
        _draw_pair(axes, one, own, limit)
        axes.set_title(f"Spearman {rho[pair]:.2f}".replace("-", "−"))
        axes.set_xlabel(f"log2 FC, {short(labels[pair[0]], 36)}", size=8)
        axes.set_ylabel(f"log2 FC, {short(labels[pair[1]], 36)}", size=8)
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    return figure


def _changes(both: pd.DataFrame) -> np.ndarray:
    """Fold changes of the first and of the second contrast."""
    return both[["first", "second"]].to_numpy(dtype=float).T


def _draw_pair(axes: Axes, both: pd.DataFrame, marks: np.ndarray, limit: float) -> None:
    x, y = np.clip(_changes(both), -limit, limit)
    called, same = both["called"].to_numpy(), both["same"].to_numpy(dtype=bool)
    kinds = {"one": called == 1, "same": (called == 2) & same, "opposite": (called == 2) & ~same}
    looks = [(called == 0, FAINT, 2, 1.0), *((kinds[k], *POINTS[k][1:], 0.8) for k in kinds)]
    for rows, colour, size, alpha in looks:
        sizes = (size, max(size, AT_EDGE))
        scatter_marked(
            axes, x[rows], y[rows], marks[rows], sizes, color=colour, alpha=alpha, rasterized=True
        )
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.axvline(0, color=INK, linewidth=0.6)
    axes.axline((0, 0), slope=1, color=INK, linewidth=0.6, linestyle=":")
    axes.set_xlim(-1.04 * limit, 1.04 * limit)
    axes.set_ylim(-1.04 * limit, 1.04 * limit)
    axes.set_aspect("equal")
