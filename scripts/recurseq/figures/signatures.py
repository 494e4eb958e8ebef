"""Figures of the signatures: scores of all sets, and leading ones by group."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.figure import Figure

from recurseq.figures.colours import group_colours
from recurseq.figures.parts import group_key, strip
from recurseq.figures.sample_heatmap import clustered, draw_samples, sample_figure, z_scores
from recurseq.figures.style import WIDE, empty, heading, new_figure, short, styled
from recurseq.signatures.composition import SHOWN

MOST_SETS = 60
COLUMNS, LEADING = 5, 15
LONGEST_SET = 32
TITLE_LINE = 18


def by_evidence(sets: pd.DataFrame, tests: pd.DataFrame) -> pd.DataFrame:
    """Order the scored sets by their smallest p-value in any contrast, then as in their files.

    Parameters
    ----------
    sets, tests
        Tables ``signature_sets`` and ``signature_tests``.
    """
    smallest = tests.groupby(["collection", "set"])["pvalue"].min().rename("smallest")
    scored = sets[sets["column"].notna()].merge(
        smallest.reset_index(), on=["collection", "set"], how="left"
    )
    return scored.sort_values("smallest", kind="stable", ignore_index=True)


@styled
def signature_heatmap(
    scores: pd.DataFrame, ordered: pd.DataFrame, groups: pd.Series, simulated: bool = False
) -> Figure:
    """Draw the scores of the sets in every sample, each set in its standard deviations.

    Parameters
    ----------
    scores
        Samples x columns of the scores.
    ordered
        As `by_evidence` gives it; the first 60 are drawn.
    groups
        Categorical, index = sample, in the order of `scores`.
    simulated
        Whether to say that the data are simulated.
    """
    columns = list(ordered["column"].head(MOST_SETS))
    figure = sample_figure(len(columns), scores.index, 0.155)
    facts = f"scores in standard deviations of each set; {len(columns)} of {len(ordered)} sets"
    title, key = "Scores of gene sets in every sample", group_key(groups, marker="s")
    heading(figure, title, facts, simulated, key)
    if not columns:
        empty(figure.add_subplot(), "no set could be scored")
        return figure
    shown = z_scores(scores[columns])
    rows = clustered(shown)
    labels = [short(_plain(columns[row]), LONGEST_SET) for row in rows]
    what = "z-score of the score"
    draw_samples(figure, shown, rows, labels, groups, what=what, size=8, location="left")
    return figure


@styled
def signature_strips(
    scores: pd.DataFrame,
    samples: pd.DataFrame,
    ordered: pd.DataFrame,
    groups: pd.Series,
    simulated: bool = False,
) -> Figure:
    """Draw what samples are made of, and the leading sets below, one point per sample.

    Parameters
    ----------
    scores
        Samples x columns of the scores.
    samples
        Table ``signature_samples``, indexed by sample.
    ordered
        As `by_evidence` gives it; the first 15 are drawn.
    groups
        Categorical, index = sample, in the order of `scores`.
    simulated
        Whether to say that the data are simulated.
    """
    proxies = [name for name in SHOWN if samples[name].notna().any()]
    panels = [(name, samples.loc[scores.index, name]) for name in proxies]
    leading = ordered["column"].head(LEADING)
    panels += [(_plain(column), scores[column]) for column in leading]
    rows = -(-len(proxies) // COLUMNS) + -(-len(leading) // COLUMNS)
    figure = new_figure(WIDE, 1.65 * max(rows, 1))
    colours = group_colours(groups.cat.categories)
    facts = f"{len(proxies)} proxies of what samples are made of, then {len(leading)} sets"
    key = group_key(groups, marker="s")
    heading(figure, "Composition and leading signatures", facts, simulated, key)
    if not panels:
        empty(figure.add_subplot(), "no score")
        return figure
    grid = figure.subplots(rows, COLUMNS, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    places = [*range(len(proxies)), *range(COLUMNS * -(-len(proxies) // COLUMNS), grid.size)]
    for place, (name, values) in zip(places, panels, strict=False):
        axes = grid.flat[place]
        axes.set_axis_on()
        strip(axes, values.to_numpy(dtype=float), groups, colours, size=11)
        axes.set_xticks([])
        axes.set_title("\n".join(textwrap.wrap(short(name, 46), TITLE_LINE)), fontsize=8)
        axes.tick_params(axis="y", labelsize=8)
    return figure


def _plain(column: str) -> str:
    """Return the name of a set as people read it."""
    return column.replace("_", " ").strip() or column
