"""Heat maps of genes or sets in all samples: z-scores, samples by group and clustered within."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recurseq.figures.colours import group_colours
from recurseq.figures.parts import MOST_NAMES, brief_names, cluster_order, draw_bar
from recurseq.figures.style import DIVERGING, WIDE, new_figure

CAP = 2.5  # z-scores beyond are drawn in the last colour


def sample_figure(rows: int, samples: pd.Index, row_height: float = 0.16) -> Figure:
    """Return an empty figure with room for some rows and the names of the samples."""
    named = len(samples) <= MOST_NAMES
    return new_figure(WIDE, 0.5 + 0.5 * named + row_height * max(rows, 6))


def z_scores(values: pd.DataFrame) -> np.ndarray:
    """Return columns x samples in standard deviations from each column's mean."""
    rows = values.to_numpy(dtype=float).T
    spread = rows.std(axis=1, keepdims=True)
    return (rows - rows.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)


def draw_samples(
    figure: Figure,
    scores: np.ndarray,
    rows: np.ndarray,
    labels: Sequence[str],
    groups: pd.Series,
    *,
    what: str = "z-score of expression",
    size: float = 8,
    **bar: object,
) -> Axes:
    """Draw rows in all samples below a bar of the groups; return the axes of the rows.

    Parameters
    ----------
    figure
        From `sample_figure`, with its heading.
    scores
        Rows x samples, from `z_scores`.
    rows
        Order in which rows are drawn.
    labels
        Of the rows, in the order in which they are drawn.
    groups
        Categorical, index = sample, in the order of the columns of `scores`.
    what, size
        What the colours mean, and the size of the labels.
    bar
        Further settings of the colour bar.
    """
    names, colours = brief_names(groups.index), group_colours(groups.cat.categories)
    named = len(names) <= MOST_NAMES
    columns = order_within(scores, groups)
    strip, main = figure.subplots(2, 1, height_ratios=[0.025, 1])
    draw_bar(strip, [colours.get(str(groups.iloc[c]), "white") for c in columns], upright=False)
    image = main.imshow(
        scores[np.ix_(rows, columns)], cmap=DIVERGING, vmin=-CAP, vmax=CAP, aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    main.set_yticks(range(len(rows)), labels, size=size)
    main.yaxis.tick_right()
    main.set_xticks(range(len(names)) if named else [])
    if named:
        main.set_xticklabels([names[c] for c in columns], rotation=90, size=8)
    main.tick_params(length=0)
    main.spines[:].set_visible(False)
    figure.colorbar(
        image, ax=main, label=what, extend="both", shrink=0.45, aspect=24, pad=0.02,
        anchor=(0, 1), **bar,
    )  # fmt: skip
    return main


def order_within(scores: np.ndarray, groups: pd.Series) -> np.ndarray:
    """Order samples by group, in the order of levels, and cluster them within each group."""
    ordered = []
    for level in groups.cat.categories:
        members = np.flatnonzero((groups == level).to_numpy())
        ordered.append(members[clustered(scores[:, members].T)])
    ordered.append(np.flatnonzero(groups.isna().to_numpy()))
    return np.concatenate(ordered).astype(int)


def clustered(items: np.ndarray) -> np.ndarray:
    """Order rows so that similar ones (by Euclidean distance) are neighbours."""
    return cluster_order(np.sqrt(((items[:, None, :] - items[None, :, :]) ** 2).sum(axis=2)))
