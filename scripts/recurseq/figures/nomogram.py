"""A nomogram to print: axes of terms in points, their total, and the risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from recurseq.clinical.words import plain
from recurseq.figures.style import (
    FAINT,
    INK,
    QUIET,
    empty,
    facts_of,
    heading,
    new_figure,
    short,
    styled,
)
from recurseq.risk.nomogram import MOST_POINTS, Axis, Nomogram, nomogram, risk_ticks, written
from recurseq.risk.risk_model import RiskModel
from recurseq.risk.words import horizon_text, made_with, outcome

A4 = (11.69, 8.27)  # inches, landscape
PRINT_DPI = 300
TEXTS = 0.85  # inches of title and facts
ROW = 0.5  # inches between axes at least
NAMES = 0.235  # of the width, left of the axes
LETTER = 0.068  # inches of a letter of a tick
LABEL = 8.0  # points of ticks
ABOVE, BELOW = 1, -1
TOTAL = "Total points"


@dataclass(frozen=True)
class Tick:
    """A tick: its place in points, its words, the side it stands on, and how far away."""

    at: float
    text: str
    side: int = BELOW
    lane: int = 0
    faint: bool = False


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
    rows = 3 + (0 if drawn is None else len(drawn.axes))
    figure = new_figure(A4[0], max(A4[1] - TEXTS, ROW * rows))
    if drawn is None or not drawn.axes:
        heading(figure, plain(name))
        empty(figure.add_subplot(), "no terms, no nomogram")
        return figure
    title = f"{plain(name)}: risk of {outcome(model)}{horizon_text(model)}"
    grey = "grey: beyond the patients of the development"
    beyond = grey if any(axis.outside.any() for axis in drawn.axes) else ""
    how = (
        "read the points of each value on the first axis, add them up, read the risk below the sum"
    )
    heading(figure, title, facts_of((made_with(model), how, beyond)), model.simulated)
    _draw(figure.add_subplot(), drawn, rows)
    return figure


def _draw(axes: Axes, drawn: Nomogram, rows: int) -> None:
    axes.set_axis_off()
    axes.set_xlim(-NAMES / (1 - NAMES - 0.02), 1 + 0.02 / (1 - NAMES - 0.02))
    axes.set_ylim(-rows + 0.35, 0.6)
    width = axes.figure.get_figwidth() * (1 - NAMES - 0.02)
    round_points = np.arange(0, MOST_POINTS + 1, 10)
    ticks = [Tick(float(x), written(x), ABOVE) for x in round_points]
    _line(axes, 0, "Points", ticks, MOST_POINTS, strong=True)
    _minor(axes, 0, np.arange(0, MOST_POINTS + 1, 2) / MOST_POINTS, ABOVE)
    axes.vlines(
        round_points / MOST_POINTS, -len(drawn.axes) - 0.35, 0, color=FAINT, linewidth=0.5, zorder=0
    )
    for place, axis in enumerate(drawn.axes, start=1):
        ticks = placed(axis, width)
        _line(axes, -place, _named(drawn.model, axis), ticks, MOST_POINTS)
    most = drawn.most
    totals = MaxNLocator(12, steps=[1, 2, 5, 10]).tick_values(0, most)
    totals = [float(x) for x in totals if x <= most + 1e-9]
    _line(
        axes,
        -rows + 2,
        TOTAL,
        [Tick(x, written(x), ABOVE) for x in totals],
        most,
        strong=True,
    )
    step = totals[1] / 10 if len(totals) > 1 else most
    _minor(axes, -rows + 2, np.arange(0, most + step / 2, step) / most, ABOVE)
    risks = [Tick(total, written(risk)) for risk, total in risk_ticks(drawn)]
    _line(axes, -rows + 1, "Risk", thinned(risks, most, width), most, strong=True)


def _named(model: RiskModel, axis: Axis) -> str:
    name, bracket, state = axis.term.partition(" (")
    if name in model.ranges:
        unit = f" [{model.units[name]}]" if name in model.units else ""
        state = f"\n({short(state, 40)}" if bracket else ""
        return f"{short(name, 30)}{unit}{state}"
    return short(axis.term, 40)


def _line(
    axes: Axes, y: float, name: str, ticks: Sequence[Tick], span: float, *, strong: bool = False
) -> None:
    """Draw one axis with its name and its ticks; `span` is how many points the width is."""
    weight = "bold" if strong else "normal"
    axes.text(
        -0.02, y, name, ha="right", va="center", fontsize=9.5, fontweight=weight, linespacing=1.1
    )
    if not ticks:
        return
    places = np.array([tick.at for tick in ticks]) / span
    ends = (0, 1) if name == TOTAL else (places.min(), places.max())
    inside = np.array([tick.at for tick in ticks if not tick.faint] or [tick.at for tick in ticks])
    axes.hlines(y, *ends, color=INK if strong else QUIET, linewidth=1.1 if strong else 0.9)
    axes.hlines(y, inside.min() / span, inside.max() / span, color=INK, linewidth=1.1)
    for tick, x in zip(ticks, places, strict=True):
        colour = QUIET if tick.faint else INK
        axes.vlines(x, y, y + tick.side * 0.12, color=colour, linewidth=0.8)
        height = y + tick.side * (0.16 + 0.26 * tick.lane)
        side = "top" if tick.side == BELOW else "bottom"
        axes.text(
            x,
            height,
            tick.text,
            ha="center",
            va=side,
            fontsize=LABEL,
            color="#777777" if tick.faint else INK,
        )


def _minor(axes: Axes, y: float, places: np.ndarray, side: int) -> None:
    axes.vlines(places, y, y + side * 0.06, color=INK, linewidth=0.5)


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
    texts = [short(value, 24) for value in axis.values]
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


def thinned(ticks: Sequence[Tick], span: float, width: float) -> list[Tick]:
    """Take away the words of ticks that would touch others; the ends keep theirs."""
    kept: list[Tick] = []
    found = []
    last = len(ticks) - 1
    for place in [0, last, *range(1, last)] if last > 0 else range(len(ticks)):
        tick = ticks[place]
        free = not any(_touch(tick, other, span, width) for other in kept)
        if free:
            kept.append(tick)
        found.append(tick if free else Tick(tick.at, "", tick.side, tick.lane, tick.faint))
    return found


def _laned(ticks: Sequence[tuple[float, str, bool]], width: float) -> list[Tick]:
    """Give each level the first place where it touches no other: below, above, further away."""
    found: list[Tick] = []
    for at, text, faint in ticks:
        lanes = [
            Tick(float(at), text, side, lane, faint) for lane in (0, 1) for side in (BELOW, ABOVE)
        ]
        free = [t for t in lanes if not any(_touch(t, one, MOST_POINTS, width) for one in found)]
        found.append(free[0] if free else lanes[-1])
    return found


def _touch(one: Tick, other: Tick, span: float, width: float) -> bool:
    if (one.side, one.lane) != (other.side, other.lane):
        return False
    room = LETTER * (len(one.text) + len(other.text) + 1) / 2
    return abs(one.at - other.at) / span * width < room
