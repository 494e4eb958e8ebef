"""Heatmap of the strongest genes of a contrast."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.figures.contrast import Comparison
from recurseq.figures.parts import MOST_NAMES, cluster_order, draw_bar
from recurseq.figures.style import (
    DIVERGING,
    empty,
    group_colours,
    heading,
    legend,
    new_figure,
    short,
    styled,
)

GENES = 40
CAP = 2.5  # z-scores beyond are drawn in the last colour


@styled
def top_genes_figure(
    genes: pd.DataFrame, vst: pd.DataFrame, groups: pd.Series, about: Comparison
) -> Figure:
    """Draw the 40 genes with the smallest adjusted p-values in every sample.

    Rows are z-scores of variance-stabilised expression; samples stand by group and are clustered
    within. Genes are clustered too.

    Parameters
    ----------
    genes
        Table ``contrast_genes``.
    vst
        Samples × genes (columns are gene_id), at least the genes drawn.
    groups
        Categorical, index = sample, in the order of `vst`.
    about
        The contrast and its thresholds.
    """
    top = top_of(genes)
    figure = new_figure(9.0, 2.6 + 0.155 * max(len(top), 6))
    called = int(top["significant"].fillna(False).astype(bool).sum())
    facts = f"top {len(top)} genes by padj, {called} of them called ({about.facts})"
    heading(figure, about.title, facts, about.simulated)
    if top.empty:
        empty(figure.add_subplot(), "no gene has an adjusted p-value")
        return figure
    values = vst.loc[:, top["gene_id"]].to_numpy(dtype=float).T
    spread = values.std(axis=1, keepdims=True)
    scores = (values - values.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
    columns = order_within(scores, groups)
    rows = cluster_order(_distances(scores))
    bar, main = figure.subplots(2, 1, height_ratios=[0.025, 1])
    colours = group_colours(groups.cat.categories)
    draw_bar(bar, [colours.get(str(groups.iloc[c]), "white") for c in columns], upright=False)
    image = main.imshow(
        scores[np.ix_(rows, columns)], cmap=DIVERGING, vmin=-CAP, vmax=CAP, aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    main.set_yticks(range(len(rows)), [short(top["gene_name"].iloc[r], 20) for r in rows], size=7)
    main.yaxis.tick_right()
    names = [short(groups.index[c], 24) for c in columns]
    if len(names) <= MOST_NAMES:
        main.set_xticks(range(len(names)), names, rotation=90, size=6)
    else:
        main.set_xticks([])
    main.tick_params(length=0)
    main.spines[:].set_visible(False)
    # Fixed order of the outside parts keeps the colour bar beside the rows it explains.
    figure.colorbar(image, ax=main, label="z-score of expression", shrink=0.5, pad=0.02)
    counts = groups.value_counts()
    entries = {
        f"{name} ({counts[name]})": {"color": colour, "marker": "s"}
        for name, colour in colours.items()
    }
    legend(figure, entries, "group", loc="outside right upper")
    return figure


def top_of(genes: pd.DataFrame) -> pd.DataFrame:
    """Return the 40 genes with the smallest padj; ties by p-value, then identifier."""
    tested = genes[genes["padj"].notna()]
    return tested.sort_values(["padj", "pvalue", "gene_id"], kind="stable").head(GENES)


def order_within(scores: np.ndarray, groups: pd.Series) -> np.ndarray:
    """Order samples by group, in the order of levels, and cluster them within each group."""
    ordered = []
    for level in groups.cat.categories:
        members = np.flatnonzero((groups == level).to_numpy())
        ordered.append(members[cluster_order(_distances(scores[:, members].T))])
    ordered.append(np.flatnonzero(groups.isna().to_numpy()))
    return np.concatenate(ordered).astype(int)


def _distances(items: np.ndarray) -> np.ndarray:
    """Euclidean distances between rows."""
    return np.sqrt(((items[:, None, :] - items[None, :, :]) ** 2).sum(axis=2))
