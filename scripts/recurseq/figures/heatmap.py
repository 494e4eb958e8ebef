"""Heatmap of the strongest genes of a contrast."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from recurseq.design.calling import is_called, strongest_first
from recurseq.figures.contrast import About
from recurseq.figures.parts import group_key
from recurseq.figures.sample_heatmap import clustered, draw_samples, sample_figure, z_scores
from recurseq.figures.style import empty, heading, short, styled

GENES = 40


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
    figure = sample_figure(len(top), vst.index)
    called = int(is_called(top).sum())
    facts = f"top {len(top)} genes by {column}, {called} of them {about.called}"
    heading(figure, about.title, facts, about.simulated, group_key(groups, marker="s"))
    if top.empty:
        empty(figure.add_subplot(), "no gene has an adjusted p-value")
        return figure
    scores = z_scores(vst.loc[:, top["gene_id"]])
    rows = clustered(scores)
    labels = [short(top["gene_name"].iloc[row], 20) for row in rows]
    draw_samples(figure, scores, rows, labels, groups)
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
