"""Figures of the marker panel: expression by group, and fold changes with their intervals."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.figures.colours import BLACK, FAINT, GREEN, INK, VERMILION, group_colours
from recurseq.figures.intervals import INTERVALS_CUT, any_cut, draw_estimate, forest_limit
from recurseq.figures.parts import group_key, strip
from recurseq.figures.style import (
    HALF,
    WIDE,
    empty,
    facts_of,
    heading,
    new_figure,
    plain_number,
    short,
    styled,
)
from recurseq.markers.verdicts import AS_EXPECTED, NO_EXPECTATION, NOT_SIGNIFICANT, OPPOSITE, SMALL

GENES = 24
COLUMNS = 6
FOREST_GENES = 40
FOREST_COLUMNS = 5  # contrasts beside each other
TITLE_LINE = 26  # characters of a line above one contrast
# Verdicts of the table `markers`, with the colour and shape that show each.
VERDICTS = {
    AS_EXPECTED: {"color": GREEN, "marker": "o"},
    OPPOSITE: {"color": VERMILION, "marker": "X"},
    NO_EXPECTATION: {"color": BLACK, "marker": "s"},
    SMALL: {"color": "#B58A1B", "marker": "D"},
    NOT_SIGNIFICANT: {"color": "#8C8C8C", "marker": "o"},
}

BRIEF = {SMALL: "below the fold change asked for"}


@styled
def markers_figure(
    values: pd.DataFrame, groups: pd.Series, order: list[str], simulated: bool = False
) -> Figure:
    """Draw normalised counts of the first 24 panel genes by group: box, median and every sample.

    Parameters
    ----------
    values
        Table ``marker_samples``.
    groups
        Categorical, index = sample.
    order
        gene_id in the order of the panel.
    simulated
        Whether to say that the data are simulated.
    """
    found = [gene for gene in dict.fromkeys(order) if gene in set(values["gene_id"])][:GENES]
    columns = min(COLUMNS, max(len(found), 1))
    rows = max(-(-len(found) // columns), 1)
    figure = new_figure(WIDE if columns > 3 else HALF, 1.5 * rows)
    total = values["gene_id"].nunique()
    shown = f"the first {len(found)} of {total} measured panel genes"
    facts = f"normalised counts + 1, logarithmic; {shown}"
    colours = group_colours(groups.cat.categories)
    heading(figure, "Marker genes by group", facts, simulated, group_key(groups))
    if not found:
        empty(figure.add_subplot(), "no gene of the panel is in the count matrix")
        return figure
    panels = figure.subplots(rows, columns, squeeze=False)
    for axes in panels.flat[len(found) :]:
        axes.set_axis_off()
    by_gene = dict(tuple(values.groupby("gene_id", sort=False)))
    for axes, gene in zip(panels.flat, found, strict=False):
        _panel(axes, by_gene[gene], groups, colours)
    return figure


def _panel(axes, values: pd.DataFrame, groups: pd.Series, colours: dict) -> None:
    own = groups.reindex(values["sample_id"])
    height = np.log10(values["normalized"].to_numpy(dtype=float) + 1)
    for place, (level, colour) in enumerate(colours.items()):
        inside = height[(own == level).to_numpy() & ~np.isnan(height)]
        if len(inside) >= 4:
            axes.boxplot(
                inside, positions=[place], widths=0.7, showfliers=False, showcaps=False,
                medianprops={"linewidth": 0}, whiskerprops={"color": INK, "linewidth": 0.7},
                boxprops={"color": colour, "linewidth": 1}, manage_ticks=False,
            )  # fmt: skip
    strip(axes, height, own, colours, size=9)
    axes.set_xticks([])
    low, high = np.nanmin(height, initial=0.0), np.nanmax(height, initial=0.1)
    axes.set_ylim(low - 0.05 * (high - low) - 0.02, high + 0.08 * (high - low) + 0.02)
    powers = np.arange(0, np.floor(high) + 1, max(1, np.ceil(high / 5)))
    axes.set_yticks(powers, [plain_number(10**power) for power in powers], size=8)
    axes.set_title(short(values["gene_name"].iloc[0], 16), fontsize=9.5)


@styled
def forest_figure(markers: pd.DataFrame, simulated: bool = False) -> Figure:
    """Draw log2 fold changes of the panel with 95 % intervals, one panel per contrast, one scale.

    Parameters
    ----------
    markers
        Table ``markers``. The first 40 genes that have an estimate are drawn.
    simulated
        Whether to say that the data are simulated.
    """
    estimated = markers[markers["log2FoldChange"].notna() & markers["gene_id"].notna()]
    estimated = estimated.drop_duplicates(["gene_id", "contrast"])
    genes = list(dict.fromkeys(estimated["gene_id"]))[:FOREST_GENES]
    contrasts = list(dict.fromkeys(markers["contrast"]))
    columns = min(max(len(contrasts), 1), FOREST_COLUMNS)
    lines = -(-max(len(contrasts), 1) // columns)
    width = max(min(WIDE, 1.6 + 3.4 * columns), HALF)
    figure = new_figure(width, lines * (0.9 + 0.175 * max(len(genes), 4)))
    shares = f"{len(genes)} of {_asked(markers)} panel genes"
    ends = estimated[["log2FoldChange", "ci_lower", "ci_upper"]].to_numpy(dtype=float)
    limit = forest_limit(np.abs(ends), 2.0)
    cut = INTERVALS_CUT if any_cut(ends, (-limit, limit)) else ""
    facts = facts_of((f"log2 fold change with 95 % interval; {shares}", cut))
    shown = {
        BRIEF.get(name, name): look
        for name, look in VERDICTS.items()
        if (estimated["verdict"] == name).any()
    }
    heading(figure, "Marker panel: estimate against expectation", facts, simulated, shown)
    if not genes:
        empty(figure.add_subplot(), "no gene of the panel has an estimate")
        return figure
    panels = figure.subplots(lines, columns, sharey=True, squeeze=False)
    for axes in panels.flat[len(contrasts) :]:
        axes.set_axis_off()
    names = estimated.drop_duplicates("gene_id").set_index("gene_id")["gene_name"]
    for axes, contrast in zip(panels.flat, contrasts, strict=False):
        rows = estimated[estimated["contrast"] == contrast].set_index("gene_id").reindex(genes)
        _forest(axes, rows, (-limit, limit))
        axes.set_title(_contrast_title(markers, contrast), fontsize=8.5)
    panels.flat[0].set_yticks(range(len(genes)), [short(names[gene], 18) for gene in genes], size=8)
    panels.flat[0].set_ylim(len(genes) - 0.4, -0.6)
    return figure


def _asked(markers: pd.DataFrame) -> int:
    return markers["query"].nunique()


def _contrast_title(markers: pd.DataFrame, contrast: str) -> str:
    row = markers[markers["contrast"] == contrast].iloc[0]
    sizes = [row["n_numerator"], row["n_denominator"]]
    if any(pd.isna(size) for size in sizes):
        return textwrap.fill(short(contrast, 70), TITLE_LINE)
    sides = (f"{row['numerator']} ({sizes[0]})", f"v {row['denominator']} ({sizes[1]})")
    return "\n".join(textwrap.fill(short(side, 70), TITLE_LINE) for side in sides)


def _forest(axes, rows: pd.DataFrame, limits: tuple[float, float]) -> None:
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.grid(axis="both", color=FAINT, linewidth=0.6)
    for place, row in enumerate(rows.itertuples()):
        if pd.notna(row.log2FoldChange):
            ends = (float(row.ci_lower), float(row.ci_upper))
            look = VERDICTS[row.verdict]
            draw_estimate(axes, place, float(row.log2FoldChange), ends, limits, look)
    axes.set_xlim(limits)
    axes.set_xlabel("log2 fold change")
    axes.tick_params(axis="y", length=0)
