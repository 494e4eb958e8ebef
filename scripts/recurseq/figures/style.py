"""The one place for sizes, fonts, axis texts and how a figure is written."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from matplotlib.transforms import Affine2D, Bbox

from recurseq.base.whole_file import whole_file
from recurseq.figures.colours import BLUE, INK, VERMILION

MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*", "<", ">")
DIVERGING = LinearSegmentedColormap.from_list("blue_white_vermilion", [BLUE, "#FFFFFF", VERMILION])
SEQUENTIAL = "viridis"
# Figures are drawn a third larger than they are printed: half of the report's text column becomes a
# column of a journal (85 mm), the whole its page (180 mm). A text of 8 points is printed with 6.
ENLARGED = 4 / 3
PRINTED_MM = (85, 180)
HALF, WIDE = (ENLARGED * width / 25.4 for width in PRINTED_MM)
SMALLEST = 6 * ENLARGED  # points of the smallest text
MARGIN = 0.06  # inches around a figure and between its title, key, panels and note
PRINT_DPI = 300  # of the PNG and of dense points in the PDF, at the printed size
RASTER_DPI = 120  # of dense points in the SVG, which is for screens
LONGEST = 34

SETTINGS = {
    # Names come from the user's files: a dollar sign in one is a dollar sign, not mathematics.
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9.5,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.axisbelow": True,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "svg.fonttype": "none",
    # Outlines of letters: fonts as such (42) take five times as long, and the SVG is for editing.
    "pdf.fonttype": 3,
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
    """Return an empty figure (inches) with room kept between its parts.

    The height is that of the panels: `heading` adds what title, key and note need.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, svg_path: str | Path, enlarged: float = ENLARGED) -> None:
    """Write a figure as SVG for the screen, and beside it as PDF and PNG for print.

    The PNG has 300 dots per inch at its printed size, which is written into it. The same figure
    gives the same bytes every time.

    Parameters
    ----------
    figure
        A figure of `new_figure`.
    svg_path
        The SVG file; PDF and PNG differ from it in their ending.
    enlarged
        How much larger than in print the figure is drawn.
    """
    path = Path(svg_path)
    with matplotlib.rc_context(SETTINGS):
        # One layout serves all files: they show the same, and it costs more than drawing.
        figure.get_layout_engine().execute(figure)
        figure.set_layout_engine("none")
        # Each canvas draws once; `savefig` would draw twice for each file.
        figure.set_dpi(RASTER_DPI)
        with whole_file(path) as partial:
            FigureCanvasSVG(figure).print_svg(partial, metadata={"Date": None, "Creator": None})
        figure.set_dpi(PRINT_DPI / enlarged)
        with whole_file(path.with_suffix(".pdf")) as partial:
            undated = {"Creator": None, "Producer": None, "CreationDate": None}
            FigureCanvasPdf(figure).print_pdf(partial, metadata=undated)
        figure.set_dpi(PRINT_DPI / enlarged)  # the PDF took it to 72
        with whole_file(path.with_suffix(".png")) as partial:
            FigureCanvasAgg(figure).print_png(
                partial, metadata={"Software": None}, pil_kwargs={"dpi": (PRINT_DPI, PRINT_DPI)}
            )


def short(text: object, longest: int = LONGEST) -> str:
    """Make a name safe to draw: one line, printable characters, at most `longest` of them."""
    line = " ".join(str(text).split())
    line = "".join(character for character in line if character.isprintable())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def facts_of(parts: Iterable[str]) -> str:
    """Join facts for the line below a figure."""
    return "  ·  ".join(part for part in parts if part)


def heading(
    figure: Figure,
    title: str,
    note: str = "",
    simulated: bool = False,
    key: dict[str, dict] | None = None,
) -> None:
    """Set title and key above the panels and a line of facts below; the figure grows by them.

    Parameters
    ----------
    figure
        Figure of `new_figure`; called once, before names are placed.
    title
        Broken into lines where it is wider than the figure.
    note
        Facts under the panels.
    simulated
        Whether the note must say that the data are simulated.
    key
        Label to the look of its marker (``color``, ``marker``), in as many rows as needed.
    """
    width, height = figure.get_size_inches()
    note = facts_of((note, "simulated data" if simulated else ""))
    above = _wrapped(figure, title, fontsize=11, fontweight="bold")
    below = _wrapped(figure, note, fontsize=8.5, color="#555555")
    legend = _legend(figure, key) if key else None
    parts = [part for part in (above, legend, below) if part is not None]
    tall = {id(part): _inches(figure, part).height + MARGIN for part in parts}
    total = height + sum(tall.values()) + 2 * MARGIN
    figure.set_size_inches(width, total)
    top = total - MARGIN
    for part in parts[:-1] if below is not None else parts:
        _move(part, MARGIN / width, top / total)
        top -= tall[id(part)]
    bottom = MARGIN
    if below is not None:
        bottom += tall[id(below)]
        _move(below, MARGIN / width, tall[id(below)] / total)
    figure.get_layout_engine().set(rect=(0, bottom / total, 1, (top - bottom) / total))


def _wrapped(figure: Figure, words: str, **look: object) -> Text | None:
    """Write a text in as few lines as fit the figure; None for an empty one."""
    if not words:
        return None
    text = figure.text(0, 1, "", va="top", ha="left", **look)
    text.set_in_layout(False)
    room = figure.get_figwidth() - 2 * MARGIN
    lines: list[str] = []
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        text.set_text(longer)
        if lines and _inches(figure, text).width <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    text.set_text("\n".join(line.strip() for line in lines))
    return text


def _legend(figure: Figure, key: dict[str, dict]) -> Legend:
    """Draw the key in the fewest rows that are no wider than the figure."""
    look = {"linestyle": "", "marker": "o", "markersize": 6}
    handles = [Line2D([], [], **{**look, **entry}) for entry in key.values()]
    # Matplotlib hides labels that start with an underscore; a hair space in front shows them.
    labels = [f"\u200a{short(label)}" for label in key]
    for columns in range(len(key), 0, -1):
        legend = figure.legend(
            handles, labels, ncols=columns, loc="upper left", borderpad=0, borderaxespad=0,
            handletextpad=0.3, columnspacing=1.4,
        )  # fmt: skip
        legend.set_in_layout(False)
        if columns == 1 or _inches(figure, legend).width <= figure.get_figwidth() - 2 * MARGIN:
            break
        legend.remove()
    return legend


def _inches(figure: Figure, part: Text | Legend) -> Bbox:
    extent = part.get_window_extent(figure.canvas.get_renderer())
    return extent.transformed(Affine2D().scale(1 / figure.dpi))


def _move(part: Text | Legend, left: float, top: float) -> None:
    """Put the upper left corner of a part to a place in fractions of the figure."""
    if isinstance(part, Text):
        part.set_position((left, top))
    else:
        part.set_bbox_to_anchor((left, top))


def empty(axes: Axes, text: str) -> None:
    """Say in the middle of an empty panel why it is empty."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes, color="#555555")


def plain_log(axis: object, base: int = 10, subs: tuple[int, ...] = (1,)) -> None:
    """Label a logarithmic axis in plain text, not in mathematics, which is switched off."""
    axis.set_major_locator(LogLocator(base=base, subs=subs, numticks=9))
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
