"""Figures of the patterns: how many genes go which way, and their expression by pattern."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.figures.heatmap import CAP, gene_distances, order_within
from recurseq.figures.parts import MOST_NAMES, brief_names, cluster_order, draw_bar
from recurseq.figures.style import (
    BLACK,
    DIVERGING,
    DOWN,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    QUIET,
    SKY,
    UP,
    WIDE,
    YELLOW,
    empty,
    group_colours,
    heading,
    new_figure,
    short,
    styled,
)
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
    names = brief_names(vst.index)
    named = len(names) <= MOST_NAMES
    figure = new_figure(WIDE, 0.5 + 0.5 * named + 0.16 * max(len(genes), 6))
    colours, counts = group_colours(groups.cat.categories), groups.value_counts()
    key = {
        f"{name} ({counts[name]})": {"color": colour, "marker": "s"}
        for name, colour in colours.items()
    }
    facts = f"up to {GENES} genes of each pattern, by p-value"
    heading(figure, "Leading genes of each pattern", facts, simulated, key)
    if genes.empty:
        empty(figure.add_subplot(), "no gene changes in a way that could be classed")
        return figure
    values = vst.loc[:, genes["gene_id"]].to_numpy(dtype=float).T
    spread = values.std(axis=1, keepdims=True)
    scores = (values - values.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
    columns = order_within(scores, groups)
    patterns = genes["pattern"].to_numpy()
    rows = np.concatenate(
        [_clustered(np.flatnonzero(patterns == code), scores) for code in dict.fromkeys(patterns)]
    )
    bar, main = figure.subplots(2, 1, height_ratios=[0.025, 1])
    draw_bar(bar, [colours.get(str(groups.iloc[c]), "white") for c in columns], upright=False)
    image = main.imshow(
        scores[np.ix_(rows, columns)], cmap=DIVERGING, vmin=-CAP, vmax=CAP, aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    main.set_yticks(range(len(rows)), [short(genes["gene_name"].iloc[r], 20) for r in rows], size=8)
    main.yaxis.tick_right()
    main.set_xticks(range(len(names)) if named else [])
    if named:
        main.set_xticklabels([names[c] for c in columns], rotation=90, size=7.5)
    main.tick_params(length=0)
    main.spines[:].set_visible(False)
    _name_blocks(main, patterns[rows])
    figure.colorbar(
        image, ax=main, label="z-score of expression", extend="both", shrink=0.45, aspect=24,
        pad=0.02, anchor=(0, 1),
    )  # fmt: skip
    return figure


def _clustered(rows: np.ndarray, scores: np.ndarray) -> np.ndarray:
    return rows[cluster_order(gene_distances(scores[rows]))]


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
