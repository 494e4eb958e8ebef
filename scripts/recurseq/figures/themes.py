"""Figure of the themes of gene sets over all contrasts."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.base.text import setting
from recurseq.figures.colours import FAINT, INK
from recurseq.figures.enrichment import set_label
from recurseq.figures.style import DIVERGING, WIDE, empty, heading, new_figure, short, styled

MOST_THEMES = 25
LONGEST = 44  # characters of a set's name
COLUMN_LINE = 16  # characters of a line above a column
CALLED, OTHER = "*", "(*)"
STRONG = 0.65  # share of the largest score from which text is white


@styled
def themes_figure(
    summary: pd.DataFrame, labels: Mapping[str, str], alpha: float, simulated: bool = False
) -> Figure:
    """Draw the score of each theme's representative set in each contrast.

    Parameters
    ----------
    summary
        Table ``theme_summary``.
    labels
        Contrast to what it is called in the figure, in the order of the columns.
    alpha
        Level of the one adjusted p-value below which a set is called.
    simulated
        Whether the data are simulated.
    """
    themes = summary.drop_duplicates("theme").sort_values("theme")
    shown = themes.head(MOST_THEMES)
    figure = new_figure(WIDE, 0.7 + 0.25 * max(len(shown), 5))
    rule = f"padj < {setting(alpha)} over all sets, contrasts and collections"
    facts = (
        f"{len(shown)} of {len(themes)} themes, strongest first; {CALLED} the set is called, "
        f"{OTHER} another set of the theme is: {rule}"
    )
    if shown.empty:
        heading(figure, "Themes of gene sets", f"called: {rule}", simulated)
        empty(figure.add_subplot(), "no gene set is called in any contrast")
        return figure
    heading(figure, "Themes of gene sets", facts, simulated)
    axes = figure.add_subplot()
    scores = _wide(summary, "NES", shown, labels)
    reach = np.nanmax(np.abs(scores), initial=1.0)
    image = axes.imshow(scores, cmap=DIVERGING, vmin=-reach, vmax=reach, aspect="auto")
    axes.set_facecolor(FAINT)
    _write_cells(axes, summary, shown, labels, scores, alpha)
    named = zip(shown["representative"], shown["name"], strict=True)
    axes.set_yticks(range(len(shown)), [_label(*pair) for pair in named])
    columns = [textwrap.fill(set_label(label), COLUMN_LINE) for label in labels.values()]
    axes.set_xticks(range(len(labels)), columns)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(
        image, ax=axes, label="normalised enrichment score", shrink=0.6, aspect=20, pad=0.02
    )
    bar.outline.set_visible(False)
    return figure


def _label(representative: str, name: str) -> str:
    """Shorten the name of the set, and not the number of the others."""
    return short(representative.replace("_", " "), LONGEST) + name[len(representative) :]


def _wide(
    summary: pd.DataFrame, column: str, shown: pd.DataFrame, labels: Mapping[str, str]
) -> np.ndarray:
    """Values of a column, themes x contrasts."""
    table = summary.pivot(index="theme", columns="contrast", values=column)
    return table.reindex(index=shown["theme"], columns=list(labels)).to_numpy(dtype=float)


def _write_cells(axes, summary, shown, labels, scores: np.ndarray, alpha: float) -> None:
    """Write the score of each cell, and whether its set, or another of the theme, is called."""
    own = _wide(summary, "padj", shown, labels) < alpha
    called = _wide(summary, "called_up", shown, labels) + _wide(
        summary, "called_down", shown, labels
    )
    reach = np.nanmax(np.abs(scores), initial=1.0)
    for row, column in np.ndindex(scores.shape):
        score = scores[row, column]
        mark = CALLED if own[row, column] else OTHER if called[row, column] > 0 else ""
        text = "–" if np.isnan(score) else f"{score:.1f}".replace("-", "−")
        colour = "white" if abs(score) > STRONG * reach else INK
        axes.text(column, row, f"{text} {mark}".strip(), ha="center", va="center", size=8.5,
                  color=colour)  # fmt: skip
