"""Pairs of genes with their quadrants, and correlations within sets."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recurseq.figures.colours import INK, QUIET, group_colours
from recurseq.figures.parts import cluster_order
from recurseq.figures.style import (
    DIVERGING,
    MARKERS,
    WIDE,
    empty,
    heading,
    new_figure,
    plain_number,
    short,
    styled,
)

COLUMNS = 3
MOST_PAIRS = 12
LONGEST_RULE = 110
TICKS = (0, *(lead * 10**power for power in range(8) for lead in (1, 3)))
MOST_TICKS = 5


@styled
def quadrants_figure(
    samples: pd.DataFrame,
    classes: pd.DataFrame,
    pairs: pd.DataFrame,
    groups: pd.Series,
    simulated: bool = False,
) -> Figure:
    """Draw each pair: one gene against the other in every sample, with the cut-offs of high.

    Parameters
    ----------
    samples, classes, pairs
        Tables ``coexpression_samples``, ``coexpression_classes`` and ``coexpression_pairs``.
    groups
        Categorical, index = sample.
    simulated
        Whether to say that the data are simulated.
    """
    names = list(dict.fromkeys(samples["pair"]))
    shown = names[:MOST_PAIRS]
    columns = min(COLUMNS, len(shown))
    lines = -(-len(shown) // columns)
    figure = new_figure(WIDE if columns > 1 else WIDE * 0.62, 3.5 * lines)
    colours, counts = group_colours(groups.cat.categories), groups.value_counts()
    markers = {level: MARKERS[k % len(MARKERS)] for k, level in enumerate(colours)}
    key = {
        f"{level} ({counts[level]})": {"color": colour, "marker": markers[level]}
        for level, colour in colours.items()
    }
    rule = str(classes["high"].iloc[0])
    facts = f"lines: cut-offs of high, {short(rule, LONGEST_RULE)}; points at 0 have no count"
    if len(names) > len(shown):
        facts += f"; the first {MOST_PAIRS} of {len(names)} pairs"
    heading(figure, "Pairs of genes in each sample", facts, simulated, key)
    axes = figure.subplots(lines, columns, squeeze=False).ravel()
    for panel in axes[len(shown) :]:
        panel.set_axis_off()
    for panel, name in zip(axes, shown, strict=False):
        own = samples[samples["pair"] == name].set_index("sample_id")
        row = classes[classes["pair"] == name].iloc[0]
        inner = pairs[(pairs["pair"] == name) & (pairs["kind"] == "within")].iloc[0]
        _pair(panel, own, row, inner, groups, colours, markers)
    return figure


def _pair(
    panel: Axes,
    own: pd.DataFrame,
    row: pd.Series,
    inner: pd.Series,
    groups: pd.Series,
    colours: dict,
    markers: dict,
) -> None:
    genes = [short(row["gene_a"], 16), short(row["gene_b"], 16)]
    values = own[["normalized_a", "normalized_b"]].to_numpy(dtype=float)
    if np.isnan(values).any():
        panel.set_title(f"{genes[0]} and {genes[1]}", fontsize=9, fontweight="normal")
        empty(panel, "not in the counts" if row["status"] == "gene_absent" else "no values")
        return
    logs = np.log2(values + 1)
    for level, colour in colours.items():
        rows = (groups.reindex(own.index).astype(str) == level).to_numpy()
        panel.scatter(
            logs[rows, 0], logs[rows, 1], s=26, color=colour, marker=markers[level],
            edgecolor="white", linewidth=0.5, zorder=3, clip_on=False,
        )  # fmt: skip
    for cutoff, draw in ((row["cutoff_a"], panel.axvline), (row["cutoff_b"], panel.axhline)):
        if not pd.isna(cutoff):
            draw(np.log2(cutoff + 1), color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    for place, axis in enumerate((panel.xaxis, panel.yaxis)):
        _counts_axis(axis, logs[:, place])
        axis.set_label_text(f"{genes[place]}, normalised count")
    panel.set_title(_title(genes, inner), fontsize=9, fontweight="normal")
    if row["status"] == "tested":
        panel.text(
            1, 1, "both high", transform=panel.transAxes, ha="right", va="bottom", fontsize=8,
            color="#777777",
        )  # fmt: skip


def _title(genes: list[str], inner: pd.Series) -> str:
    if pd.isna(inner["rho"]):
        return f"{' and '.join(genes)}\nnot correlated: {str(inner['status']).replace('_', ' ')}\n"
    interval = f"{inner['lower']:.2f} to {inner['upper']:.2f}"
    told = f"{inner['stratum']}: rho {inner['rho']:.2f} ({interval})".replace(" -", " −")
    return f"{' and '.join(genes)}\n{told.replace('(-', '(−')}\n"


def _counts_axis(axis: object, logs: np.ndarray) -> None:
    """Label a scale of log2(count + 1) by counts, over the range that there is."""
    ends = logs.min(), logs.max()
    room = 0.04 * max(ends[1] - ends[0], 1)
    ticks = [tick for tick in TICKS if ends[0] - room <= np.log2(tick + 1) <= ends[1] + room]
    if len(ticks) > MOST_TICKS:
        ticks = [tick for tick in ticks if not str(tick).startswith("3")]
    axis.axes.set(**{f"{axis.axis_name}lim": (ends[0] - room, ends[1] + room)})
    axis.set_ticks(np.log2(np.array(ticks) + 1), [plain_number(tick) for tick in ticks])


@styled
def sets_figure(pairs: pd.DataFrame, sets: pd.DataFrame, simulated: bool = False) -> Figure:
    """Draw the correlations of each set: within groups below the diagonal, in all samples above.

    Parameters
    ----------
    pairs, sets
        Tables ``coexpression_pairs`` and ``coexpression_sets``.
    simulated
        Whether to say that the data are simulated.
    """
    inner = sets[sets["kind"] == "within"]
    columns = min(2, len(inner))
    lines = -(-len(inner) // columns)
    largest = int(inner["genes"].max())
    height = max(3.2, 0.24 * largest + 1.4) * lines
    figure = new_figure(WIDE if columns > 1 else min(WIDE, height + 1.4), height)
    facts = "below the diagonal within groups, above it in all samples; grey: no correlation"
    heading(figure, "Rank correlations within sets", facts, simulated)
    axes = figure.subplots(lines, columns, squeeze=False).ravel()
    for panel in axes[len(inner) :]:
        panel.set_axis_off()
    image = None
    for panel, row in zip(axes, inner.to_dict("records"), strict=False):
        image = _set(panel, pairs, row) or image
    if image is not None:
        figure.colorbar(
            image, ax=list(axes), label="Spearman's rho", shrink=0.5, aspect=24, pad=0.02
        )
    return figure


def _set(panel: Axes, pairs: pd.DataFrame, row: dict) -> object | None:
    title = short(row["found_as"], 40)
    panel.set_title(title)
    own = pairs[pairs["sets"].map(lambda text: row["set"] in str(text).split(";"))]
    if own.empty:
        empty(panel, "fewer than two of its genes\nare in the counts")
        return None
    genes = list(dict.fromkeys([*own["gene_id_a"], *own["gene_id_b"]]))
    names = dict(zip(own["gene_id_a"], own["gene_name_a"], strict=True))
    names |= dict(zip(own["gene_id_b"], own["gene_name_b"], strict=True))
    below, above = (_matrix(own[own["kind"] == kind], genes) for kind in ("within", "overall"))
    distances = 1 - np.nan_to_num(below)
    np.fill_diagonal(distances, 0)
    order = cluster_order(distances)
    below, above = below[np.ix_(order, order)], above[np.ix_(order, order)]
    shown = np.where(np.tri(len(genes), k=-1, dtype=bool), below, above)
    np.fill_diagonal(shown, np.nan)
    image = panel.imshow(shown, cmap=DIVERGING, vmin=-1, vmax=1, interpolation="nearest")
    panel.set_facecolor(QUIET)
    labels = [short(names[genes[k]], 14) for k in order]
    panel.set_xticks(range(len(labels)), labels, rotation=90, size=8)
    panel.set_yticks(range(len(labels)), labels, size=8)
    panel.tick_params(length=0)
    panel.spines[:].set_visible(False)
    if not pd.isna(row["median_rho"]):
        panel.set_title(f"{title}\nmedian {row['median_rho']:.2f} within groups")
    return image


def _matrix(rows: pd.DataFrame, genes: list[str]) -> np.ndarray:
    """Return a symmetric matrix of correlations; missing where there is none."""
    place = {gene: k for k, gene in enumerate(genes)}
    found = np.full((len(genes), len(genes)), np.nan)
    one, other = (rows[f"gene_id_{side}"].map(place).to_numpy(dtype=int) for side in "ab")
    found[one, other] = found[other, one] = rows["rho"].to_numpy(dtype=float)
    return found
