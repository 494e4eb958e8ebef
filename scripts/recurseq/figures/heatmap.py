"""Heatmap of the strongest genes of a contrast."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.design.calling import strongest_first
from recurseq.figures.contrast import About
from recurseq.figures.parts import MOST_NAMES, brief_names, cluster_order, draw_bar
from recurseq.figures.style import (
    DIVERGING,
    WIDE,
    empty,
    group_colours,
    heading,
    new_figure,
    short,
    styled,
)

GENES = 40
CAP = 2.5  # z-scores beyond are drawn in the last colour


@styled
def top_genes_figure(
    genes: pd.DataFrame, vst: pd.DataFrame, groups: pd.Series, about: About
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
        The contrast and its calling rule.
    """
    column = about.rule.column
    top = top_of(genes, column)
    names = brief_names(vst.index)
    named = len(names) <= MOST_NAMES
    figure = new_figure(WIDE, 0.5 + 0.5 * named + 0.16 * max(len(top), 6))
    called = int(top["significant"].fillna(False).astype(bool).sum())
    facts = f"top {len(top)} genes by {column}, {called} of them {about.called}"
    counts = groups.value_counts()
    colours = group_colours(groups.cat.categories)
    key = {
        f"{name} ({counts[name]})": {"color": colour, "marker": "s"}
        for name, colour in colours.items()
    }
    heading(figure, about.title, facts, about.simulated, key)
    if top.empty:
        empty(figure.add_subplot(), "no gene has an adjusted p-value")
        return figure
    values = vst.loc[:, top["gene_id"]].to_numpy(dtype=float).T
    spread = values.std(axis=1, keepdims=True)
    scores = (values - values.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
    columns = order_within(scores, groups)
    rows = cluster_order(gene_distances(scores))
    bar, main = figure.subplots(2, 1, height_ratios=[0.025, 1])
    draw_bar(bar, [colours.get(str(groups.iloc[c]), "white") for c in columns], upright=False)
    image = main.imshow(
        scores[np.ix_(rows, columns)], cmap=DIVERGING, vmin=-CAP, vmax=CAP, aspect="auto",
        interpolation="nearest",
    )  # fmt: skip
    main.set_yticks(range(len(rows)), [short(top["gene_name"].iloc[r], 20) for r in rows], size=8)
    main.yaxis.tick_right()
    main.set_xticks(range(len(names)) if named else [])
    if named:
        main.set_xticklabels([names[c] for c in columns], rotation=90, size=7.5)
    main.tick_params(length=0)
    main.spines[:].set_visible(False)
    figure.colorbar(
        image, ax=main, label="z-score of expression", extend="both", shrink=0.45, aspect=24,
        pad=0.02, anchor=(0, 1),
    )  # fmt: skip
    return figure


def top_of(genes: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the 40 genes with the smallest adjusted p-values; ties by p-value, then identifier.

    Parameters
    ----------
    genes
        Table ``contrast_genes``.
    column
        Adjusted p-value that decides (`CallingRule.column`).
    """
    return strongest_first(genes[genes[column].notna()], column).head(GENES)


def order_within(scores: np.ndarray, groups: pd.Series) -> np.ndarray:
    """Order samples by group, in the order of levels, and cluster them within each group."""
    ordered = []
    for level in groups.cat.categories:
        members = np.flatnonzero((groups == level).to_numpy())
        ordered.append(members[cluster_order(gene_distances(scores[:, members].T))])
    ordered.append(np.flatnonzero(groups.isna().to_numpy()))
    return np.concatenate(ordered).astype(int)


def gene_distances(items: np.ndarray) -> np.ndarray:
    """Return Euclidean distances between rows."""
    return np.sqrt(((items[:, None, :] - items[None, :, :]) ** 2).sum(axis=2))
