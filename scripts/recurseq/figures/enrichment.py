"""Figures of gene-set enrichment: dot plot and running scores."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from recurseq.design.calling import SetRule
from recurseq.enrichment import running_score
from recurseq.figures.colours import DOWN, FAINT, INK, UP
from recurseq.figures.contrast import About
from recurseq.figures.style import (
    SEQUENTIAL,
    WIDE,
    empty,
    heading,
    new_figure,
    plain_number,
    short,
    styled,
)

EACH_SIDE = 12
CURVES = 6
LONGEST_SET = 52
TITLE_LINE = 23  # characters of a line above one curve


def set_label(name: object) -> str:
    """Write a set's name for reading: underscores become spaces, long names end in an ellipsis."""
    return short(str(name).replace("_", " "), LONGEST_SET)


def top_sets(gsea: pd.DataFrame, each_side: int) -> pd.DataFrame:
    """Return the sets with the smallest p-values above and below zero; ties by name.

    By the competitive test, which decides what is called.

    Parameters
    ----------
    gsea
        Table ``gsea``.
    each_side
        Most sets of each sign.

    Returns
    -------
    DataFrame
        The chosen rows, largest NES first.
    """
    ranked = _by_pvalue(gsea[gsea["NES"].notna()])
    chosen = pd.concat(
        [ranked[ranked["NES"] > 0].head(each_side), ranked[ranked["NES"] < 0].head(each_side)]
    )
    return chosen.sort_values(["NES", "set"], ascending=[False, True], kind="stable")


def _by_pvalue(gsea: pd.DataFrame) -> pd.DataFrame:
    return gsea.sort_values(["competitivePvalue", "set"], kind="stable")


@styled
def dotplot_figure(gsea: pd.DataFrame, about: About, collection: str) -> Figure:
    """Draw the strongest sets on each side: score, size of the leading edge, adjusted p-value.

    Parameters
    ----------
    gsea
        Table ``gsea``.
    about
        The contrast; its alpha separates full from open circles.
    collection
        Name of the collection.
    """
    shown = top_sets(gsea, EACH_SIDE)
    figure = new_figure(WIDE, 0.8 + 0.23 * max(len(shown), 5))
    rule = SetRule(about.rule.alpha)
    called = int(rule.mask(gsea).sum())
    facts = f"{collection}: {called} of {len(gsea)} sets called (filled): {rule.symbols}"
    axes = figure.add_subplot()
    if shown.empty:
        heading(figure, about.title, facts, about.simulated)
        empty(axes, "no gene set of the allowed size")
        return figure
    places = np.arange(len(shown))
    height = -np.log10(np.maximum(shown[rule.column].to_numpy(dtype=float), 1e-300))
    size = shown["leading_edge_size"].to_numpy(dtype=float)
    areas = _areas(size, size.max())
    significant = rule.mask(shown).to_numpy()
    scale = {"cmap": SEQUENTIAL, "vmin": 0, "vmax": max(height.max(), 2.0)}
    nes = shown["NES"].to_numpy(dtype=float)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.grid(axis="y", color=FAINT, linewidth=0.7)
    image = axes.scatter(nes, places, s=areas, c=height, zorder=3, **scale)
    image.set_edgecolor(image.to_rgba(height))
    image.set_facecolor(np.where(significant[:, None], image.to_rgba(height), [1.0, 1.0, 1.0, 1.0]))
    image.set_array(None)
    axes.set_yticks(places, [set_label(name) for name in shown["set"]])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    reach = np.abs(nes).max() * 1.15
    axes.set_xlim(-reach, reach)
    axes.set_xlabel("normalised enrichment score (right: higher in the numerator)")
    axes.tick_params(axis="y", length=0)
    bar = figure.colorbar(
        ScalarMappable(Normalize(scale["vmin"], scale["vmax"]), scale["cmap"]),
        ax=axes,
        label=rule.axis_label,
        shrink=0.7,
        aspect=16,
        pad=0.02,
    )
    bar.outline.set_visible(False)
    steps = _steps(size)
    key = {
        f"{plain_number(step)} genes in the leading edge": {
            "color": "#8C8C8C",
            "markersize": float(np.sqrt(area)),
        }
        for step, area in zip(steps, _areas(steps, size.max()), strict=True)
    }
    heading(figure, about.title, facts, about.simulated, key)
    return figure


def _areas(sizes: np.ndarray, largest: float) -> np.ndarray:
    return 18 + 120 * np.asarray(sizes, dtype=float) / max(largest, 1)


def _steps(sizes: np.ndarray) -> np.ndarray:
    """Return up to three round sizes that span the sizes shown."""
    steps = np.linspace(sizes.min(), sizes.max(), 3)
    return np.unique(np.maximum(np.round(steps), 1))


@styled
def running_figure(
    gsea: pd.DataFrame,
    ranking: pd.Series,
    sets: Mapping[str, list[str]],
    about: About,
    collection: str,
) -> Figure:
    """Draw the running enrichment score of the six strongest sets.

    Parameters
    ----------
    gsea
        Table ``gsea``.
    ranking
        Gene to statistic, largest first.
    sets
        Set name to its genes.
    about
        The contrast.
    collection
        Name of the collection.
    """
    ranked = _by_pvalue(gsea[gsea["NES"].notna()])
    chosen = ranked[ranked["set"].isin(list(sets))].head(CURVES)
    figure = new_figure(WIDE, 4.9 if len(chosen) > 3 else 2.5)
    column = SetRule(about.rule.alpha).column
    facts = f"{collection}: the {len(chosen)} sets with the smallest {column}"
    heading(figure, about.title, facts, about.simulated)
    if chosen.empty or ranking.empty:
        empty(figure.add_subplot(), "no gene set of the allowed size")
        return figure
    columns = min(3, len(chosen))
    panels = figure.subplots(-(-len(chosen) // columns), columns, squeeze=False).flat
    for axes, (_, row) in zip(panels, chosen.iterrows(), strict=False):
        _curve(axes, row, ranking, sets[row["set"]])
    for axes in list(panels):
        axes.set_axis_off()
    return figure


def _curve(axes, row: pd.Series, ranking: pd.Series, genes: list[str]) -> None:
    score = running_score(ranking, genes)
    hits = np.flatnonzero(ranking.index.isin(list(genes)))
    # Between two genes of the set the score falls in a straight line: its corners are enough.
    corners = np.unique(np.concatenate([[0], hits - 1, hits, [len(score) - 1]]).clip(0))
    colour = UP if row["NES"] > 0 else DOWN
    span = max(np.ptp(score), 0.2)
    base = min(score.min(), 0) - 0.08 * span
    axes.plot(corners + 1, score[corners], color=colour, linewidth=1.5)
    axes.axhline(0, color=INK, linewidth=0.7)
    axes.vlines(
        hits + 1, base - 0.12 * span, base, color=INK, linewidth=0.5, alpha=0.7, rasterized=True
    )
    peak = int(np.abs(score).argmax())
    axes.vlines(peak + 1, *sorted((0.0, score[peak])), color=colour, linewidth=0.8, linestyle=":")
    axes.set_ylim(base - 0.16 * span, max(score.max(), 0) + 0.12 * span)
    axes.set_xlim(0, len(score) + 1)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: plain_number(value)))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.set_title(textwrap.fill(set_label(row["set"]), TITLE_LINE), fontsize=9, pad=17)
    facts = f"NES {row['NES']:.2f}, adj. p {row['competitivePadj']:.1e}, {len(hits)} genes"
    axes.text(0, 1.03, facts, va="bottom", fontsize=8.5, transform=axes.transAxes)
    axes.set_xlabel("rank (numerator higher → lower)")
    axes.set_ylabel("running score")
