"""Figures that are drawn for every name a study gives: each model, each treatment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import pandas as pd
from matplotlib.figure import Figure

from recurseq.figures.style import save

Draw = TypeVar("Draw")
# What `recurseq.base.tables.read_tables` reads: table and name to its rows.
Tables = Mapping[str, Mapping[str, pd.DataFrame]]


def draw_named(
    figures: Mapping[str, tuple[str, Draw]],
    names: Mapping[str, Sequence[str]],
    files: Mapping[str, Sequence[str]],
    drawn: Callable[[Draw, str], Figure],
) -> None:
    """Draw and save every one of some figures that has files, for each of its names.

    Parameters
    ----------
    figures
        Figure to the wildcard of its names and the function that draws one of them.
    names
        Wildcard to the names it stands for.
    files
        ``<figure>_svg`` to the paths, in the order of the names; the other kinds lie beside them.
    drawn
        From such a function and a name to the figure.
    """
    for figure, (wildcard, draw) in figures.items():
        if f"{figure}_svg" in files.keys():  # noqa: SIM118 - Snakemake's object has no `in`
            for name, path in zip(names[wildcard], files[f"{figure}_svg"], strict=True):
                save(drawn(draw, name), path)
