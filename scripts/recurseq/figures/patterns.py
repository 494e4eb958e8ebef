"""Figures of the patterns: how many genes go which way, and their expression by pattern."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.figures.colours import (
    BLACK,
    DOWN,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    QUIET,
    SKY,
    UP,
    YELLOW,
)
from recurseq.figures.parts import group_key
from recurseq.figures.sample_heatmap import clustered, draw_samples, sample_figure, z_scores
from recurseq.figures.style import WIDE, empty, heading, new_figure, short, styled
from recurseq.patterns.codes import CHANGING, CODES, NO_EVIDENCE, UNCHANGED, title

COLOURS = {
    "tumour_general": ORANGE,
    "recurrence_specific": PURPLE,
    "monotone_up": YELLOW,
    "monotone_down": SKY,
    "lost_further": GREEN,
    "discordant": BLACK,
    UNCHANGED: QUIET,
}
LOOKS = {
    "up": {"marker": "^", "color": UP},
    "down": {"marker": "v", "color": DOWN},
    "unchanged": {"marker": "o", "color": QUIET, "facecolor": "white"},
}
MOST_WAYS = 24
GENES = 10  # of each pattern in the heatmap


@styled
def patterns_figure(table: pd.DataFrame, labels: Sequence[str], simulated: bool = False) -> Figure:
    """Draw how many genes go through the steps in which way, the most frequent first (UpSet).

    Parameters
    ----------
    table
        Table ``patterns``.
    labels
        Both sides of each step, in order.
    simulated
        Whether to say that the data are simulated.
    """
    classed = table[table["pattern"] != NO_EVIDENCE]
    ways = classed.groupby(["steps", "pattern"]).size().sort_values(ascending=False, kind="stable")
    figure = new_figure(WIDE, 2.6 + 0.3 * len(labels))
    facts = f"{len(classed):,} of {len(table):,} genes classed"
    if len(ways) > MOST_WAYS:
        facts += f"; the {MOST_WAYS} most frequent of {len(ways)} ways"
    used = [code for code in CODES if code in set(classed["pattern"])]
    key = {title(code): {"color": COLOURS[code], "marker": "s"} for code in used}
    heading(figure, "Genes by what they do in each step", facts, simulated, key)
    if ways.empty:
        empty(figure.add_subplot(), "no gene could be classed")
        return figure
    shown = ways.head(MOST_WAYS)
    above, below = figure.subplots(
        2, 1, sharex=True, height_ratios=[2.2, 0.35 * len(labels)]
    )  # fmt: skip
    places = np.arange(len(shown))
    patterns = shown.index.get_level_values("pattern")
    above.bar(places, shown.to_numpy(), color=[COLOURS[code] for code in patterns], width=0.7)
    for place, amount in zip(places, shown, strict=True):
        above.text(place, amount, f"{amount:,}", ha="center", va="bottom", fontsize=8)
    above.set_ylabel("genes")
    above.tick_params(axis="x", length=0)
    _matrix(below, [way.split(";") for way in shown.index.get_level_values("steps")], labels)
    return figure


def _matrix(axes, ways: Sequence[Sequence[str]], labels: Sequence[str]) -> None:
    """Draw the state of every step, one column a way."""
    for place, way in enumerate(ways):
        axes.vlines(place, 0, len(way) - 1, color=FAINT, linewidth=2, zorder=1)
        for row, state in enumerate(way):
            axes.scatter(place, row, s=46, linewidth=1.2, zorder=3, **LOOKS[state])
    axes.set_yticks(range(len(labels)), [short(label, 44) for label in labels])
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_xlim(-0.7, max(len(ways), 6) - 0.3)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def leading(table: pd.DataFrame) -> pd.DataFrame:
    """Return the genes that the heatmap shows: of each pattern those with the smallest p-values.

    Parameters
    ----------
    table
        Table ``patterns``.
    """
    changing = table[table["pattern"].isin(CHANGING)]
    order = changing.sort_values(["pvalue", "gene_id"], kind="stable")
    best = order.groupby("pattern", sort=False).head(GENES)
    places = best["pattern"].map({code: place for place, code in enumerate(CODES)})
    return best.loc[places.sort_values(kind="stable").index]


@styled
def pattern_heatmap(
    table: pd.DataFrame, vst: pd.DataFrame, groups: pd.Series, simulated: bool = False
) -> Figure:
    """Draw the leading genes of each pattern in every sample, as z-scores of expression.

    Parameters
    ----------
    table
        Table ``patterns``.
    vst
        Samples x genes (columns are gene_id), at least the genes drawn.
    groups
        Categorical, index = sample, in the order of `vst`.
    simulated
        Whether to say that the data are simulated.
    """
    genes = leading(table)
    figure = sample_figure(len(genes), vst.index)
    facts = f"up to {GENES} genes of each pattern, by p-value"
    key = group_key(groups, marker="s")
    heading(figure, "Leading genes of each pattern", facts, simulated, key)
    if genes.empty:
        empty(figure.add_subplot(), "no gene changes in a way that could be classed")
        return figure
    scores = z_scores(vst.loc[:, genes["gene_id"]])
    patterns = genes["pattern"].to_numpy()
    blocks = [np.flatnonzero(patterns == code) for code in dict.fromkeys(patterns)]
    rows = np.concatenate([block[clustered(scores[block])] for block in blocks])
    labels = [short(genes["gene_name"].iloc[row], 20) for row in rows]
    _name_blocks(draw_samples(figure, scores, rows, labels, groups), patterns[rows])
    return figure


def _name_blocks(axes, patterns: np.ndarray) -> None:
    """Write the pattern of each block on its left, with a line between blocks."""
    for code in dict.fromkeys(patterns):
        own = np.flatnonzero(patterns == code)
        if own[0]:
            axes.axhline(own[0] - 0.5, color=INK, linewidth=1)
        axes.annotate(
            title(code).replace(" ", "\n"), (0, own.mean()), xycoords=("axes fraction", "data"),
            xytext=(-6, 0), textcoords="offset points", ha="right", va="center", fontsize=8,
        )  # fmt: skip
