"""The flow of patients as boxes: who was left out at which step, and how the others are divided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recurseq.clinical.cohorts import COHORT, flow_gaps
from recurseq.clinical.settings import ALL
from recurseq.figures.colours import FAINT, INK
from recurseq.figures.style import WIDE, heading, new_figure, short, styled

ROW = 0.62  # inches between the boxes of two steps
SPLIT = 1.25  # inches for the boxes of the cohorts
MAIN, ASIDE = 0.30, 0.56  # from left to right: who stays, who is left out
MOST_COHORTS = 5
BOX = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": INK, "linewidth": 0.9}
# The head is at the box that the arrow belongs to.
ARROW = {"arrowstyle": "<|-", "color": INK, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}


@styled
def flow_figure(
    flow: pd.DataFrame,
    split: Sequence[str],
    events: Mapping[str, pd.DataFrame],
    simulated: bool = False,
) -> Figure:
    """Draw the flow of patients.

    Parameters
    ----------
    flow
        Table ``clinical_flow``.
    split
        Cohorts into which those who remain are divided; empty to show those of the table.
    events
        Endpoint to its table ``description_cohorts``; its events stand in the boxes.
    simulated
        Whether to say that the data are simulated.
    """
    is_cohort = flow["label"].str.startswith(COHORT)
    steps = flow[~is_cohort]
    cohorts = flow[is_cohort].assign(name=lambda one: one["label"].str.removeprefix(COHORT))
    if split:
        cohorts = cohorts[cohorts["name"].isin(split)]
    cohorts = cohorts.head(MOST_COHORTS)
    gaps = flow_gaps(flow, split)
    height = ROW * len(steps) + (SPLIT if len(cohorts) else 0)
    figure = new_figure(WIDE, height)
    told = f"does not add up: {'; '.join(gaps)}" if gaps else "every step adds up"
    heading(figure, "Flow of patients", told, simulated)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(-height, 0))
    places = [-ROW * (place + 0.5) for place in range(len(steps))]
    _draw_cohorts(axes, cohorts, places[-1], events)
    _draw_steps(axes, steps, places, _events_in(ALL, events))
    return figure


def _draw_steps(
    axes: Axes, steps: pd.DataFrame, places: Sequence[float], events: Sequence[str]
) -> None:
    """Draw those who stay one below the other, and beside the arrows who is left out."""
    rows = list(zip(steps.itertuples(), places, strict=True))
    for number, (row, y) in reversed(list(enumerate(rows))):  # a box covers the arrow below it
        first, last = number == 0, number == len(rows) - 1
        words = row.label if first else "analysed" if last else "remain"
        lines = [f"{row.remaining:,} {words}", *(events if last else ())]
        look = {"bbox": BOX | {"facecolor": FAINT if last else "white"}}
        if first or last:
            look["fontweight"] = "bold"
        if not first:
            between = y + ROW / 2
            left_out = fill(f"{row.excluded:,.0f} left out: {short(row.label, 80)}", 44)
            _box(axes, left_out, (ASIDE, between), (MAIN, between), ha="left", fontsize=9)
        _box(axes, "\n".join(lines), (MAIN, y), None if first else (MAIN, y + ROW), **look)


def _draw_cohorts(
    axes: Axes, cohorts: pd.DataFrame, top: float, events: Mapping[str, pd.DataFrame]
) -> None:
    """Draw the cohorts side by side below those who are analysed."""
    apart = 0.36 if len(cohorts) <= 2 else 1 / len(cohorts)
    middle = MAIN if len(cohorts) <= 2 else 0.5
    for place, row in enumerate(cohorts.itertuples()):
        x = middle + apart * (place - (len(cohorts) - 1) / 2)
        lines = [short(row.name, 24), f"{row.remaining:,} patients", *_events_in(row.name, events)]
        _box(axes, "\n".join(lines), (x, top - (ROW + SPLIT) / 2), (MAIN, top))


def _box(
    axes: Axes,
    words: str,
    at: tuple[float, float],
    origin: tuple[float, float] | None,
    **look: object,
) -> None:
    """Write words in a box with an arrow to it."""
    look = {"ha": "center", "va": "center", "bbox": BOX} | look
    arrow = None if origin is None else ARROW
    axes.annotate(words, origin or at, at, arrowprops=arrow, annotation_clip=False, **look)


def _events_in(cohort: str, events: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say how many of a cohort had each event, of those whose answer is known."""
    told = []
    for endpoint, table in events.items():
        for row in table[table["cohort"] == cohort].itertuples():
            share = "" if pd.isna(row.share) else f" ({100 * row.share:.1f} %)"
            told.append(f"{short(endpoint, 20)}: {row.events:,} of {row.n:,}{share}")
    return told
