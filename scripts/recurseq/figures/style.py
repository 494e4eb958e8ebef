"""The one place for colours, sizes, fonts, axis texts and how a figure is written."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

# Okabe & Ito (2008): told apart by people with any common colour-vision deficiency.
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILION, PURPLE, BLACK = "#0072B2", "#D55E00", "#CC79A7", "#000000"
UP, DOWN, QUIET, INK, FAINT = VERMILION, BLUE, "#B4B4B4", "#333333", "#E6E6E6"
GROUPS = (GREEN, ORANGE, PURPLE, SKY, YELLOW, BLUE, VERMILION, "#7F7F7F")
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*", "<", ">")
DIVERGING = LinearSegmentedColormap.from_list("blue_white_vermilion", [BLUE, "#FFFFFF", VERMILION])
SEQUENTIAL = "viridis"
PNG_DPI = 160
RASTER_DPI = 120
LONGEST = 34

SETTINGS = {
    # Names come from the user's files: a dollar sign in one is a dollar sign, not mathematics.
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.axisbelow": True,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "svg.fonttype": "none",
    "svg.hashsalt": "recurseq",
}


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Draw a figure under this module's settings, leaving those of the caller alone."""

    @functools.wraps(draw)
    def inner(*args: object, **kwargs: object) -> Figure:
        with matplotlib.rc_context(SETTINGS):
            return draw(*args, **kwargs)

    return inner


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure (inches) with room kept between its parts."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, svg_path: str | Path, png_path: str | Path) -> None:
    """Write a figure as SVG and as PNG; the same figure gives the same bytes every time."""
    with matplotlib.rc_context(SETTINGS):
        # One layout serves both files: they show the same, and it costs more than drawing.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        for path, metadata, dpi in (
            (svg_path, {"Date": None, "Creator": None}, RASTER_DPI),
            (png_path, {"Software": None}, PNG_DPI),
        ):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(path, metadata=metadata, dpi=dpi)


def short(text: object, longest: int = LONGEST) -> str:
    """Make a name safe to draw: one line, printable characters, at most `longest` of them."""
    line = " ".join(str(text).split())
    line = "".join(character for character in line if character.isprintable())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def heading(figure: Figure, title: str, subtitle: str = "", simulated: bool = False) -> None:
    """Set a title, a line of facts under it, and the word simulated where the data are."""
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    note = [subtitle] if subtitle else []
    note += ["simulated data"] if simulated else []
    if note:
        figure.supxlabel("  ·  ".join(note), x=0.01, ha="left", fontsize=8, color="#555555")


def empty(axes: Axes, text: str) -> None:
    """Say in the middle of an empty panel why it is empty."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes, color="#555555")


def group_colours(levels: Iterable[object]) -> dict[str, object]:
    """Give every level its colour, by its place in the order of levels."""
    names = [str(level) for level in levels]
    if len(names) <= len(GROUPS):
        return dict(zip(names, GROUPS, strict=False))
    spectrum = matplotlib.colormaps["turbo"](np.linspace(0.05, 0.95, len(names)))
    return {name: tuple(colour) for name, colour in zip(names, spectrum, strict=True)}


def legend(target: Axes | Figure, entries: dict[str, dict], title: str = "", **where: object):
    """Draw a legend of markers: label to the marker's look (``color``, ``marker``)."""
    look = {"linestyle": "", "marker": "o", "markersize": 6}
    handles = [Line2D([], [], **{**look, **entry}) for entry in entries.values()]
    # Matplotlib hides labels that start with an underscore; a hair space in front shows them.
    labels = [f"\u200a{short(label)}" for label in entries]
    return target.legend(
        handles,
        labels,
        title=short(title),
        title_fontsize=8,
        alignment="left",
        handletextpad=0.3,
        **where,
    )


def plain_log(axis: object, base: int = 10) -> None:
    """Label a logarithmic axis in plain text, not in mathematics, which is switched off."""
    axis.set_major_locator(LogLocator(base=base, numticks=9))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: plain_number(value)))


def plain_number(value: float) -> str:
    """Write a tick: 0.01, 1, 1,000, then 10 to a power in superscript."""
    if value <= 0:
        return "0"
    power = np.log10(value)
    if -3 <= power < 5 or abs(power - round(power)) > 1e-9:
        return f"{value:,.10g}"
    digits = str(round(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{digits}"
