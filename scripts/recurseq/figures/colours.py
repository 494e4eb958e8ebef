"""The one place for colours of figures, page and files."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

# Okabe & Ito (2008): told apart by people with any common colour-vision deficiency.
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILION, PURPLE, BLACK = "#0072B2", "#D55E00", "#CC79A7", "#000000"
UP, DOWN, QUIET, INK, FAINT = VERMILION, BLUE, "#B4B4B4", "#333333", "#E6E6E6"
GROUPS = (GREEN, ORANGE, PURPLE, SKY, YELLOW, BLUE, VERMILION, "#7F7F7F")


def group_colours(levels: Iterable[object]) -> dict[str, object]:
    """Give every level its colour, by its place in the order of levels."""
    names = [str(level) for level in levels]
    if len(names) <= len(GROUPS):
        return dict(zip(names, GROUPS, strict=False))
    import matplotlib  # the page and the h5ad need colours, and nothing is drawn there

    spectrum = matplotlib.colormaps["turbo"](np.linspace(0.05, 0.95, len(names)))
    return {name: tuple(colour) for name, colour in zip(names, spectrum, strict=True)}
