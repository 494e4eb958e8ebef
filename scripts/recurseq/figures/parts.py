"""Parts that several figures share: names, clustering, colour bars, strips of points."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from recurseq.figures.colours import FAINT, INK, group_colours
from recurseq.figures.style import short

MOST_NAMES = 60  # samples whose names are still readable along an axis


def group_key(groups: pd.Series, **look: object) -> dict[str, dict]:
    """Return the key of a figure: each group with its number of samples, its colour and look."""
    counts = groups.value_counts()
    return {
        f"{name} ({counts[name]})": {"color": colour, **look}
        for name, colour in group_colours(groups.cat.categories).items()
    }


def brief_names(names: Sequence[object], least: int = 8) -> list[str]:
    """Cut long sample names at the end of a word, no shorter than tells all of them apart.

    ``TCGA-DD-A118-01A-11R-A131-07`` becomes ``TCGA-DD-A118-01A…`` beside ``TCGA-DD-A118-11A…``.

    Parameters
    ----------
    names
        All names of the cohort.
    least
        Characters that are never cut.
    """
    texts = [short(name, 60) for name in names]
    longest = max((len(text) for text in texts), default=0)
    whole = len(set(texts))
    length = next(
        (size for size in range(least, longest) if len({text[:size] for text in texts}) == whole),
        longest,
    )
    cut = [text[:length] + re.match(r"\w*", text[length:]).group() for text in texts]
    return [
        short(part + "…" if len(part) + 1 < len(text) else text)
        for part, text in zip(cut, texts, strict=True)
    ]


def cluster_order(distances: np.ndarray) -> np.ndarray:
    """Order items so that close ones are neighbours (average linkage, optimal leaf order)."""
    if len(distances) < 3:
        return np.arange(len(distances))
    # Half of what draws heatmaps never orders anything, and these take a moment to import.
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    condensed = squareform(distances, checks=False)
    tree = linkage(condensed, method="average")
    # Optimal ordering takes cubic time; large cohorts are drawn without names anyway.
    return leaves_list(optimal_leaf_ordering(tree, condensed) if len(distances) <= 200 else tree)


def draw_bar(axes: Axes, colours: list, upright: bool) -> None:
    """Draw one coloured cell per item, beside or above a heatmap."""
    cells = np.array([to_rgb(colour) for colour in colours])
    axes.imshow(cells[:, None] if upright else cells[None], aspect="auto", interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def strip(axes: Axes, values: np.ndarray, groups: pd.Series, colours: dict, size: float = 22):
    """Draw one point per sample above its group, spread sideways by rank, with the median.

    Returns the horizontal positions.
    """
    x = np.full(len(values), np.nan)
    for place, (level, colour) in enumerate(colours.items()):
        rows = np.flatnonzero((groups == level).to_numpy() & ~np.isnan(values))
        if not len(rows):
            continue
        x[rows] = place + spread(len(rows))[np.argsort(np.argsort(values[rows], kind="stable"))]
        axes.scatter(
            x[rows], values[rows], s=size, color=colour, edgecolor="white", linewidth=0.5, zorder=3
        )
        axes.hlines(np.median(values[rows]), place - 0.32, place + 0.32, color=INK, zorder=4)
    names = [short(name, 20) for name in colours]
    turned = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"}
    axes.set_xticks(range(len(names)), names, **(turned if len(names) > 1 else {}))
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.grid(axis="y", color=FAINT, linewidth=0.7)
    return x


def spread(count: int) -> np.ndarray:
    """Return sideways offsets within a third of a unit that keep neighbours in rank apart."""
    width = min(0.28, 0.06 * count)
    return ((np.arange(count) * 0.618034) % 1 - 0.5) * 2 * width if count > 1 else np.zeros(count)
