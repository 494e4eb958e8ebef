"""A nomogram to print: axes of terms in points, their total, and the risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from recurseq.clinical.words import plain
from recurseq.figures.colours import FAINT, INK, QUIET
from recurseq.figures.style import empty, facts_of, heading, new_figure, short, styled
from recurseq.risk.nomogram import MOST_POINTS, Axis, Nomogram, nomogram, risk_ticks
from recurseq.risk.risk_model import RiskModel
from recurseq.risk.ticks import written
from recurseq.risk.words import horizon_text, made_with, outcome

A4 = (11.69, 8.27)  # inches, landscape
TEXTS = 0.85  # inches of title and facts
GAP = 0.1  # inches between axes at least
LANE, TICK = 0.18, 0.1  # inches of a line of words, and of a tick
NAMES, PART = 0.235, 0.745  # of the width: left of the axes, and the axes
GREY = "#777777"
LETTER = 0.077  # inches of a letter of a tick
LABEL = 9.0  # points of ticks
DIGITS = 4  # of a number on an axis
ABOVE, BELOW = 1, -1
TOTAL = "Total points"


@dataclass(frozen=True)
class Tick:
    """A tick: its place in points, its words, the side they stand on, and how far away."""

    at: float
    text: str
    side: int = BELOW
    lane: int = 0
    faint: bool = False


@dataclass(frozen=True)
class Row:
    """A line of the figure: its name, its ticks, and how many points the width of the page is."""

    name: str
    ticks: tuple[Tick, ...]
    span: float
    strong: bool = False
    minor: tuple[float, ...] = ()

    def room(self, side: int) -> float:
        """Return the inches that its words need on one side."""
        lanes = [tick.lane + 1 for tick in self.ticks if tick.side == side and tick.text]
        return max(lanes, default=0) * LANE + TICK


@styled
def nomogram_figure(model: RiskModel | None, name: str) -> Figure:
    """Draw a nomogram on a page of A4, landscape; it grows where there are many axes.

    Parameters
    ----------
    model
        The risk model; None where none was made.
    name
        Its name.
    """
    drawn = None if model is None else nomogram(model)
    if drawn is None or not drawn.axes:
        figure = new_figure(A4[0], 1.0)
        heading(figure, plain(name))
        empty(figure.add_subplot(), "no terms, no nomogram")
        return figure
    rows = _rows(drawn, A4[0] * PART)
    needed = sum(row.room(ABOVE) + row.room(BELOW) + GAP for row in rows)
    figure = new_figure(A4[0], max(A4[1] - TEXTS, needed))
    title = f"Nomogram of {plain(name)}: risk of {plain(outcome(model))}{horizon_text(model)}"
    grey = "grey: beyond the patients of the development"
    beyond = grey if any(axis.outside.any() for axis in drawn.axes) else ""
    how = (
        "read the points of each value on the first axis, add them up, read the risk below the sum"
    )
    height = figure.get_figheight()
    heading(figure, title, facts_of((made_with(model), how, beyond)), model.simulated)
    _draw(figure.add_subplot(), rows, height, (height - needed) / len(rows))
    return figure


def _rows(drawn: Nomogram, width: float) -> list[Row]:
    """Return the lines from above: points, the terms, the total, the risk."""
    tens = np.arange(0, MOST_POINTS + 1, 10)
    twos = np.arange(0, MOST_POINTS + 1, 2)
    points = tuple(Tick(float(x), written(x), ABOVE) for x in tens)
    rows = [Row("Points", points, MOST_POINTS, True, tuple(twos))]
    rows += [
        Row(_named(drawn.model, axis), tuple(placed(axis, width)), MOST_POINTS)
        for axis in drawn.axes
    ]
    most = drawn.most
    steps = MaxNLocator(12, steps=[1, 2, 5, 10]).tick_values(0, most)
    totals = [float(x) for x in steps if x <= most + 1e-9]
    minor = tuple(np.arange(0, most, (steps[1] - steps[0]) / 10))
    ticks = tuple(Tick(x, written(x), ABOVE) for x in totals)
    rows.append(Row(TOTAL, ticks, most, True, minor))
    risks = [Tick(total, written(risk)) for risk, total in risk_ticks(drawn)]
    rows.append(Row("Risk", tuple(thinned(risks, most, width)), most, True))
    return rows


def _draw(axes: Axes, rows: Sequence[Row], height: float, spare: float) -> None:
    """Draw the lines; heights are inches, and what is to spare is shared between them."""
    axes.set_axis_off()
    axes.set_xlim(-NAMES / PART, 1 + (1 - NAMES - PART) / PART)
    axes.set_ylim(-height, 0)
    place, places = 0.0, []
    for row in rows:
        place -= row.room(ABOVE) + (GAP + spare) / 2
        places.append(place)
        place -= row.room(BELOW) + (GAP + spare) / 2
    tens = [tick.at / MOST_POINTS for tick in rows[0].ticks]
    axes.vlines(tens, places[-3] - TICK, places[0], color=FAINT, linewidth=0.5, zorder=0)
    for row, y in zip(rows, places, strict=True):
        _line(axes, y, row)


def _named(model: RiskModel, axis: Axis) -> str:
    name, bracket, state = axis.term.partition(" (")
    if name in model.ranges:
        unit = f" [{short(model.units[name], 12)}]" if name in model.units else ""
        state = f"\n({short(state, 40)}" if bracket else ""
        return f"{short(name, 26)}{unit}{state}"
    return short(axis.term, 38)


def _line(axes: Axes, y: float, row: Row) -> None:
    """Draw one axis with its name and its ticks."""
    weight = "bold" if row.strong else "normal"
    look = {"ha": "right", "va": "center", "fontsize": 9.5, "linespacing": 1.1}
    axes.text(-0.02, y, row.name, fontweight=weight, **look)
    if not row.ticks:
        return
    places = np.array([tick.at for tick in row.ticks]) / row.span
    inside = [x for tick, x in zip(row.ticks, places, strict=True) if not tick.faint]
    ends = (0.0, 1.0) if row.name == TOTAL else (places.min(), places.max())
    axes.hlines(y, *ends, color=QUIET, linewidth=0.9)
    own = ends if row.strong else (min(inside, default=ends[0]), max(inside, default=ends[0]))
    axes.hlines(y, *own, color=INK, linewidth=1.1)
    axes.vlines(np.array(row.minor) / row.span, y, y + TICK / 2, color=INK, linewidth=0.5)
    for tick, x in zip(row.ticks, places, strict=True):
        colour = GREY if tick.faint else INK
        words = y + tick.side * (TICK + LANE * tick.lane)
        axes.vlines(x, y, words if tick.text else y + tick.side * TICK, color=colour, linewidth=0.7)
        side = "top" if tick.side == BELOW else "bottom"
        # A line that leads to words further away goes behind those that are nearer.
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        axes.text(
            x, words, tick.text, ha="center", va=side, fontsize=LABEL, color=colour, bbox=paper
        )


def placed(axis: Axis, width: float) -> list[Tick]:
    """Put the ticks of a term where their words do not meet.

    Where a curve turns, values on its way back stand above the line. Numbers that would touch
    others lose their words; levels move to the other side or further away.

    Parameters
    ----------
    axis
        The axis.
    width
        Inches of a hundred points.
    """
    points, numbers = axis.points, all(_is_number(value) for value in axis.values)
    texts = [_rounded(value) if numbers else short(value, 24) for value in axis.values]
    if not numbers:
        order = np.argsort(points, kind="stable")
        return _laned([(points[i], texts[i], bool(axis.outside[i])) for i in order], width)
    rising = np.gradient(points) if len(points) > 1 else np.zeros(1)
    first = np.sign(points[-1] - points[0]) or 1
    ticks = [
        Tick(float(at), text, BELOW if step * first >= 0 else ABOVE, 0, bool(faint))
        for at, text, step, faint in zip(points, texts, rising, axis.outside, strict=True)
    ]
    return thinned(ticks, MOST_POINTS, width)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _rounded(text: str) -> str:
    """Write a number as it can be read off an axis; the table and the calculator have it whole."""
    return np.format_float_positional(float(f"{float(text):.{DIGITS}g}"), trim="-")


def thinned(ticks: Sequence[Tick], span: float, width: float) -> list[Tick]:
    """Take away the words of ticks that would touch others; the ends keep theirs."""
    kept: list[Tick] = []
    found = []
    last = len(ticks) - 1
    for place in [0, last, *range(1, last)] if last > 0 else range(len(ticks)):
        tick = ticks[place]
        free = not any(_touch(tick, other, span, width) for other in kept)
        if not free:
            tick = replace(tick, lane=1) if place == last else replace(tick, text="")
        kept.append(tick)
        found.append(tick)
    return found


def _laned(ticks: Sequence[tuple[float, str, bool]], width: float) -> list[Tick]:
    """Give each level the first place where it touches no other: below, above, further away."""
    found: list[Tick] = []
    sides = [(lane, side) for lane in range(len(ticks)) for side in (BELOW, ABOVE)]
    for at, text, faint in ticks:
        lanes = (Tick(float(at), text, side, lane, faint) for lane, side in sides)
        found.append(
            next(t for t in lanes if not any(_touch(t, o, MOST_POINTS, width) for o in found))
        )
    return found


def _touch(one: Tick, other: Tick, span: float, width: float) -> bool:
    if (one.side, one.lane) != (other.side, other.lane) or not (one.text and other.text):
        return False
    room = LETTER * (len(one.text) + len(other.text) + 1) / 2
    return abs(one.at - other.at) / span * width < room
