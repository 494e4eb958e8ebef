"""Figures of the replication: the panel over all studies, and called genes here against there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from recurseq.figures.colours import BLACK, BLUE, FAINT, GREEN, INK, QUIET, VERMILION
from recurseq.figures.intervals import INTERVALS_CUT, any_cut, draw_estimate, forest_limit
from recurseq.figures.limits import (
    EDGES,
    beyond,
    beyond_words,
    edge_marks,
    robust_limit,
    scatter_marked,
)
from recurseq.figures.style import HALF, WIDE, empty, facts_of, heading, new_figure, short, styled
from recurseq.replication.codes import IN_WORDS
from recurseq.replication.combine import ALONE, EFFECT, ERROR, RANDOM, THIS
from recurseq.stats.intervals import NORMAL_975

GENES, COLUMNS, STUDIES = 24, 6, 12  # of the forest
LARGEST = 8.0  # log2 fold change at which an interval is cut
PANELS = 6  # studies of the scatter
MOST_POINTS = 400  # above them, points are drawn as a picture
HERE = {"color": BLACK, "marker": "s"}
THERE = {"color": BLUE, "marker": "o"}
SUMMARY = {"color": VERMILION, "marker": "D"}
OUTCOMES = {
    "replicated": {"color": GREEN, "marker": "o"},
    "same direction": {"color": QUIET, "marker": "o"},
    "other direction": {"color": VERMILION, "marker": "X"},
}


@styled
def replication_forest_figure(meta: pd.DataFrame, title: str, simulated: bool = False) -> Figure:
    """Draw each gene of the panel in every study, with the summary below as a diamond.

    Parameters
    ----------
    meta
        Rows of the table ``replication_meta`` of one contrast. The first 24 genes of the panel with
        an estimate in two studies are drawn; without a panel, called genes.
    title
        Sides of the contrast.
    simulated
        Whether to say that the data are simulated.
    """
    pooled = meta[meta["method"] != ALONE]
    of_panel = pooled[pooled["panel"]]
    chosen = of_panel if meta["panel"].any() else pooled
    shown = chosen.head(GENES)
    names = [c.removeprefix(EFFECT) for c in meta if c.startswith(EFFECT)]
    names = [n for n in names if meta[f"{EFFECT}{n}"].notna().any()][:STUDIES]
    columns = min(COLUMNS, max(len(shown), 1))
    rows = max(-(-len(shown) // columns), 1)
    figure = new_figure(WIDE if columns > 3 else HALF, rows * (0.62 + 0.17 * (len(names) + 1)))
    what = "panel genes" if meta["panel"].any() else "called genes"
    ends = _ends(shown, names)
    limit = forest_limit(np.abs(ends), 1.0, LARGEST)
    facts = facts_of(
        [
            "log2 fold change with 95 % interval",
            f"{len(shown)} of {len(chosen)} {what} with an estimate in two studies or more",
            _method(shown),
            INTERVALS_CUT if any_cut(ends, (-limit, limit)) else "",
        ]
    )
    key = {"this study": HERE, "another study": THERE, "summary": SUMMARY}
    heading(figure, f"All studies together: {title}", facts, simulated, key)
    if shown.empty:
        empty(figure.add_subplot(), "no such gene has an estimate in a second study")
        return figure
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True, sharex=True)
    for axes in panels.flat[len(shown) :]:
        axes.set_axis_off()
    for axes, (_, gene) in zip(panels.flat, shown.iterrows(), strict=False):
        _gene(axes, gene, names, (-limit, limit))
    labels = ["this study" if name == THIS else short(name, 14) for name in names]
    panels.flat[0].set_yticks(range(len(names) + 1), [*labels, "summary"], size=8)
    panels.flat[0].set_ylim(len(names) + 0.6, -0.6)
    return figure


def _method(shown: pd.DataFrame) -> str:
    if shown.empty:
        return ""
    random = (shown["method"] == RANDOM).any()
    return "random effects, Hartung-Knapp" if random else "two studies: fixed effect"


def _ends(shown: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Estimates and ends of the intervals of all studies and of the summary."""
    effects = shown[[f"{EFFECT}{n}" for n in names]].to_numpy(dtype=float)
    half = NORMAL_975 * shown[[f"{ERROR}{n}" for n in names]].to_numpy(dtype=float)
    summary = shown[["ci_lower", "ci_upper", "log2FoldChange"]].to_numpy(dtype=float)
    return np.hstack([effects, effects - half, effects + half, summary])


def _gene(axes: Axes, gene: pd.Series, names: Sequence[str], limits: tuple[float, float]) -> None:
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    for place, name in enumerate(names):
        effect, error = float(gene[f"{EFFECT}{name}"]), float(gene[f"{ERROR}{name}"])
        half = NORMAL_975 * error
        if np.isnan(effect):
            axes.text(0, place, "–", ha="center", va="center", color="#555555", fontsize=8)
        look = HERE if name == THIS else THERE
        draw_estimate(axes, place, effect, (effect - half, effect + half), limits, look, size=4.2)
    place = len(names)
    lower, upper, effect = (float(gene[c]) for c in ("ci_lower", "ci_upper", "log2FoldChange"))
    left, right, middle = np.clip([lower, upper, effect], *limits)
    axes.fill(
        [left, middle, right, middle], [place, place - 0.32, place, place + 0.32],
        color=SUMMARY["color"], linewidth=0,
    )  # fmt: skip
    if middle != effect:
        arrow = {**SUMMARY, "marker": ">" if effect > 0 else "<"}
        axes.plot(middle, place, linestyle="", markersize=6, clip_on=False, **arrow)
    axes.axhline(place - 0.5, color=FAINT, linewidth=0.8)
    axes.set_xlim(limits)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="both", labelsize=8)
    axes.set_title(short(gene["gene_name"], 16), fontsize=9)


@styled
def replication_scatter_figure(
    calls: Mapping[str, pd.DataFrame],
    summary: pd.DataFrame,
    title: str,
    simulated: bool = False,
) -> Figure:
    """Draw the fold changes of called genes here against those in each other study.

    Parameters
    ----------
    calls
        Name of a study to its rows of the table ``replication_genes`` of one contrast.
    summary
        Rows of the table ``replication_summary`` of that contrast.
    title
        Sides of the contrast.
    simulated
        Whether to say that the data are simulated.
    """
    names = [n for n, table in calls.items() if table["log2FoldChangeThere"].notna().any()][:PANELS]
    columns = min(3, max(len(names), 1))
    rows = max(-(-len(names) // columns), 1)
    figure = new_figure(HALF if columns == 1 else WIDE, (3.3 if columns < 3 else 2.7) * rows)
    facts = "log2 fold change of the genes called here; the line has slope 1"
    if len(names) < len(calls):
        facts += f"; {len(names)} of {len(calls)} studies"
    changes = {name: _changes(calls[name]) for name in names}
    cut = sum(int(np.isin(one.marks, list(EDGES)).sum()) for one in changes.values())
    facts = facts_of((facts, beyond_words(cut)))
    outcomes = {name: _outcome(calls[name]) for name in names}
    totals = {o: sum(int((found == o).sum()) for found in outcomes.values()) for o in OUTCOMES}
    key = {f"{name} ({totals[name]:,})": look for name, look in OUTCOMES.items()}
    heading(figure, f"Called genes in other studies: {title}", facts, simulated, key)
    if not names:
        empty(figure.add_subplot(), "no gene called here has a fold change in another study")
        return figure
    panels = figure.subplots(rows, columns, squeeze=False)
    rest = summary.set_index("study")
    for axes in panels.flat[len(names) :]:
        axes.set_axis_off()
    for axes, name in zip(panels.flat, names, strict=False):
        _scatter(axes, changes[name], outcomes[name])
        _label(axes, name, rest.loc[name])
    return figure


def _outcome(calls: pd.DataFrame) -> pd.Series:
    same = calls["same_direction"].fillna(False).astype(bool)
    replicated = calls["replicated"].fillna(False).astype(bool)
    words = np.select([replicated, same], list(OUTCOMES)[:2], list(OUTCOMES)[2])
    return pd.Series(words, calls.index).where(calls["same_direction"].notna())


class Changes(NamedTuple):
    """Log2 fold changes here and there, the limit of both axes, and the mark of each gene."""

    here: np.ndarray
    there: np.ndarray
    limit: float
    marks: np.ndarray


def _changes(calls: pd.DataFrame) -> Changes:
    here, there = (
        calls[c].to_numpy(dtype=float) for c in ("log2FoldChange", "log2FoldChangeThere")
    )
    both = np.abs(np.concatenate([here, there])[np.tile(~np.isnan(there), 2)])
    limit = robust_limit(both, 2.0)
    marks = edge_marks(beyond(here, -limit, limit), beyond(there, -limit, limit))
    return Changes(here, there, limit, np.where(np.isnan(there), "", marks))


def _scatter(axes: Axes, changes: Changes, outcome: pd.Series) -> None:
    limit, rasterized = changes.limit, len(changes.here) > MOST_POINTS
    x, y = (np.clip(one, -limit, limit) for one in (changes.here, changes.there))
    axes.axhline(0, color=INK, linewidth=0.7)
    axes.axvline(0, color=INK, linewidth=0.7)
    axes.plot([-limit, limit], [-limit, limit], color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)))
    for name, look in OUTCOMES.items():
        own = (outcome == name).to_numpy()
        scatter_marked(
            axes, x[own], y[own], changes.marks[own], (13, 26), alpha=0.75, rasterized=rasterized,
            **look,
        )  # fmt: skip
    axes.set_xlim(-limit * 1.03, limit * 1.03)
    axes.set_ylim(-limit * 1.03, limit * 1.03)
    axes.grid(color=FAINT, linewidth=0.6)


def _label(axes: Axes, name: str, row: pd.Series) -> None:
    axes.set_title(f"{short(name, 30)}", fontsize=9.5)
    axes.set_xlabel("here")
    axes.set_ylabel("there")
    share = f"same direction: {row['same_direction']:,} of {row['found']:,}"
    words = IN_WORDS.get(row["verdict"], "").split(":")[0]
    axes.text(
        0.02, 0.98, f"{share}\n{words}", transform=axes.transAxes, va="top", fontsize=8,
        color="#555555",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
    )  # fmt: skip
