"""Figures of one contrast: MA, volcano, p-value histogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from recurseq.design.calling import CallingRule, is_called
from recurseq.design.contrast import Contrast
from recurseq.figures.colours import DOWN, INK, QUIET, UP
from recurseq.figures.labels import place_labels
from recurseq.figures.limits import (
    DOT,
    beyond,
    beyond_words,
    edge_marks,
    robust_limit,
    robust_range,
    scatter_marked,
)
from recurseq.figures.style import (
    HALF,
    WIDE,
    empty,
    facts_of,
    heading,
    new_figure,
    plain_log,
    styled,
)

COLOURS = {"none": QUIET, "down": DOWN, "up": UP}
# More names than these cover the points that they explain.
PANEL_NAMED = 14  # genes of the panel, called ones first
QUIET_NAMED = 6  # of these, genes that are not called
RANK_NAMED = 6  # others, by p-value


@dataclass(frozen=True)
class About:
    """What a figure must say about its contrast.

    Attributes
    ----------
    title
        Both sides with the number of samples on each.
    rule
        When a gene is called.
    simulated
        Whether the data are simulated.
    """

    title: str
    rule: CallingRule
    simulated: bool = False

    @property
    def called(self) -> str:
        """The rule that the called genes meet, for the line below a figure."""
        return f"called: {self.rule.symbols}"


def about(contrast: Contrast, samples: pd.DataFrame, simulated: bool) -> About:
    """Say what the figures of a contrast are about.

    Parameters
    ----------
    contrast
        The contrast.
    samples
        ``obs`` of the model.
    simulated
        Whether the data are simulated.
    """
    return About(contrast.title(samples), contrast.rule, simulated)


def _direction(genes: pd.DataFrame) -> np.ndarray:
    called = is_called(genes).to_numpy()
    return np.where(called, genes["direction"].fillna("none").to_numpy(dtype=object), "none")


def _key(direction: np.ndarray) -> dict[str, dict]:
    texts = {"up": "up", "down": "down", "none": "not called"}
    return {
        f"{text} ({(direction == name).sum():,})": {"color": COLOURS[name]}
        for name, text in texts.items()
    }


def _scatter(
    axes: Axes, x: np.ndarray, y: np.ndarray, direction: np.ndarray, marks: np.ndarray
) -> None:
    """Draw genes, called ones on top, each with its mark: a dot, or a triangle at the edge."""
    for name, colour in COLOURS.items():
        rows, quiet = direction == name, name == "none"
        scatter_marked(
            axes, x[rows], y[rows], marks[rows], (5 if quiet else 9, 18), 2, color=colour,
            alpha=0.5 if quiet else 0.85, rasterized=True, label=name,
        )  # fmt: skip


def _none_called(axes: Axes, direction: np.ndarray) -> None:
    if (direction == "none").all():
        axes.text(
            0.5, 0.97, "no gene is called at these thresholds", ha="center", va="top",
            transform=axes.transAxes, color="#555555",
        )  # fmt: skip


def named_genes(
    genes: pd.DataFrame,
    panel: Sequence[str],
    from_panel: int = PANEL_NAMED,
    others: int = RANK_NAMED,
) -> pd.Index:
    """Choose the genes to name: called panel genes, called others by p-value, the panel's rest.

    Parameters
    ----------
    genes
        Table ``contrast_genes``, rows that can be drawn.
    panel
        Names or identifiers of the panel's genes; the order is their priority.
    from_panel
        Most genes of the panel; a few that are not called fill what the called ones leave.
    others
        Most genes that are not in the panel, and as many more as the panel leaves.
    """
    places = {str(name).upper(): place for place, name in reversed(list(enumerate(panel)))}
    never = len(places)
    names = zip(genes["gene_id"].str.upper(), genes["gene_name"].str.upper(), strict=True)
    place = pd.Series([min(places.get(k, never) for k in pair) for pair in names], genes.index)
    called = is_called(genes)
    ranked = genes.sort_values(["pvalue", "gene_id"], kind="stable").index
    in_panel, called = place[ranked] < never, called[ranked]
    by_panel = [
        place[ranked[in_panel & wanted]].sort_values(kind="stable").index
        for wanted in (called, ~called)
    ]
    first = by_panel[0][:from_panel]
    third = by_panel[1][: min(from_panel - len(first), QUIET_NAMED)]
    second = ranked[called & ~in_panel][: from_panel + others - len(first) - len(third)]
    return first.append([second, third])


@styled
def ma_figure(genes: pd.DataFrame, about: About, panel: Sequence[str] = ()) -> Figure:
    """Draw log2 fold change (maximum likelihood) against mean expression.

    Parameters
    ----------
    genes
        Table ``contrast_genes``.
    about
        The contrast and its calling rule.
    panel
        Genes to name when they are called.
    """
    figure = new_figure(HALF, 3.5)
    axes = figure.add_subplot()
    shown = genes[(genes["baseMean"] > 0) & genes["log2FoldChange"].notna()]
    direction = _direction(shown)
    if shown.empty:
        heading(figure, about.title, about.called, about.simulated, _key(direction))
        empty(axes, "no gene has an estimate")
        return figure
    mean = np.log10(shown["baseMean"].to_numpy(dtype=float))
    change = shown["log2FoldChange"].to_numpy(dtype=float)
    limit = robust_limit(np.abs(change), max(about.rule.min_abs_lfc * 1.5, 1.0))
    least, most = robust_range(mean)
    marks = edge_marks(beyond(mean, least, most), beyond(change, -limit, limit))
    facts = facts_of((about.called, beyond_words((marks != DOT).sum())))
    heading(figure, about.title, facts, about.simulated, _key(direction))
    x, y = 10 ** np.clip(mean, least, most), np.clip(change, -limit, limit)
    _scatter(axes, x, y, direction, marks)
    axes.set_xscale("log")
    room = 0.03 * (most - least)
    axes.set_xlim(10 ** (least - room), 10 ** (most + room))
    plain_log(axes.xaxis)
    axes.axhline(0, color=INK, linewidth=1)
    if about.rule.min_abs_lfc:
        for height in (-about.rule.min_abs_lfc, about.rule.min_abs_lfc):
            axes.axhline(height, color=INK, linewidth=0.6, linestyle=(0, (4, 4)))
    axes.set_ylim(-limit * 1.06, limit * 1.06)
    axes.set_xlabel("mean of normalised counts")
    axes.set_ylabel("log2 fold change (maximum likelihood)")
    _none_called(axes, direction)
    called = shown.index[is_called(shown)]
    rows = shown.index.get_indexer(named_genes(shown.loc[called], panel, 10, 3))
    names = shown["gene_name"].iloc[rows]
    place_labels(axes, x[rows], y[rows], names, avoid=np.column_stack([x, y]))
    return figure


@styled
def volcano_figure(genes: pd.DataFrame, about: About, panel: Sequence[str] = ()) -> Figure:
    """Draw significance against log2 fold change, naming the panel's and the strongest genes.

    The height is -log10 of the adjusted p-value that filtered: of the threshold test where there
    is one. Genes without one (filtered) are not drawn. Genes beyond the axes, and p-values of 0,
    are triangles at the edge.

    Parameters
    ----------
    genes
        Table ``contrast_genes``.
    about
        The contrast and its calling rule.
    panel
        Names or identifiers of the genes to name first.
    """
    figure = new_figure(WIDE, 5.2)
    axes = figure.add_subplot()
    column = about.rule.column
    shown = genes[genes[column].notna() & genes["log2FoldChange"].notna()]
    direction = _direction(shown)
    if shown.empty:
        heading(figure, about.title, about.called, about.simulated, _key(direction))
        empty(axes, "no gene was tested")
        return figure
    change = shown["log2FoldChange"].to_numpy(dtype=float)
    with np.errstate(divide="ignore"):
        tall = -np.log10(shown[column].to_numpy(dtype=float))
    across = robust_limit(np.abs(change), max(about.rule.min_abs_lfc * 1.5, 1.0))
    top = robust_limit(tall, 2.0)
    marks = edge_marks(beyond(change, -across, across), beyond(tall, 0, top))
    facts = facts_of((about.called, beyond_words((marks != DOT).sum())))
    heading(figure, about.title, facts, about.simulated, _key(direction))
    x, height = np.clip(change, -across, across), np.minimum(tall, top)
    _scatter(axes, x, height, direction, marks)
    axes.set_xlim(-across * 1.08, across * 1.08)
    axes.set_ylim(-0.03 * top, top * 1.12)
    lines = {"color": INK, "linewidth": 0.6, "linestyle": (0, (4, 4))}
    axes.axhline(-np.log10(about.rule.alpha), **lines)
    if about.rule.min_abs_lfc:
        for place in (-about.rule.min_abs_lfc, about.rule.min_abs_lfc):
            axes.axvline(place, **lines)
    axes.set_xlabel("log2 fold change (maximum likelihood)")
    axes.set_ylabel(about.rule.axis_label)
    _none_called(axes, direction)
    rows = shown.index.get_indexer(named_genes(shown, panel))
    names = shown["gene_name"].iloc[rows]
    place_labels(
        axes, x[rows], height[rows], names, size=8.5, avoid=np.column_stack([x, height]), ring=26
    )
    return figure


@styled
def pvalue_figure(genes: pd.DataFrame, about: About) -> Figure:
    """Draw the histogram of p-values with the level expected when nothing changes.

    Parameters
    ----------
    genes
        Table ``contrast_genes``.
    about
        The contrast and its calling rule.
    """
    figure = new_figure(HALF, 3.5)
    axes = figure.add_subplot()
    pvalues = genes["pvalue"].dropna().to_numpy(dtype=float)
    facts = f"{len(pvalues):,} genes with a p-value, Wald test"
    if not len(pvalues):
        heading(figure, about.title, facts, about.simulated)
        empty(axes, "no gene was tested")
        return figure
    axes.hist(pvalues, bins=np.linspace(0, 1, 41), color="#8C8C8C", edgecolor="white")
    # Storey's estimate of the null genes at 0.5: twice the genes with p-values above it.
    null = min(2 * (pvalues > 0.5).sum(), len(pvalues))
    axes.axhline(len(pvalues) / 40, color=INK, linewidth=1.1, linestyle=(0, (4, 4)))
    axes.axhline(null / 40, color=DOWN, linewidth=1.4)
    axes.set_xlim(0, 1)
    axes.set_xlabel("p-value")
    axes.set_ylabel("genes")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    line = {"marker": "", "linestyle": "-", "linewidth": 1.4}
    key = {
        "if no gene changed": {**line, "color": INK, "linestyle": (0, (4, 2))},
        f"estimated unchanged: {null / len(pvalues):.0%}": {**line, "color": DOWN},
    }
    heading(figure, about.title, facts, about.simulated, key)
    return figure
