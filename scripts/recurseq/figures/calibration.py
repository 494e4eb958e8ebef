"""Observed beside predicted risks: groups, smooth curve, and where the predictions lie."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from recurseq.figures.colours import FAINT, INK, QUIET
from recurseq.figures.discrimination import LINES
from recurseq.figures.style import HALF, WIDE, empty, facts_of, heading, new_figure, styled
from recurseq.risk.judged import INTERCEPT, OVER, SLOPE
from recurseq.risk.performance_rows import APPARENT, CORRECTED, VALIDATION
from recurseq.risk.told import told

BINS = 25
# Panel to the data of its groups, of its curve, and of the numbers in it.
PANELS = {
    "validation": (VALIDATION, VALIDATION),
    "development": (APPARENT, CORRECTED),
}
TITLES = {
    "validation": "other patients (validation)",
    "development": "development, curve less the optimism",
}


@styled
def calibration_figure(
    calibration: pd.DataFrame,
    performance: pd.DataFrame,
    risks: pd.DataFrame,
    title: str,
    note: str,
    simulated: bool = False,
) -> Figure:
    """Draw observed against predicted risks, the validation first.

    Parameters
    ----------
    calibration, performance
        Tables ``risk_calibration`` and ``risk_performance``.
    risks
        Table ``risk_patients``; only counts in bins of predicted risk are drawn.
    title, note
        Title, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    """
    there = [name for name, (groups, _) in PANELS.items() if _of(calibration, groups, "group").size]
    figure = new_figure(WIDE if len(there) > 1 else HALF, 4.6)
    heading(figure, title, note, simulated, _key(calibration))
    if not there:
        empty(figure.add_subplot(), "no calibration: the model was not judged")
        return figure
    end = _end(calibration)
    panels = figure.subplots(
        2, len(there), sharex=True, squeeze=False, height_ratios=(5, 1), gridspec_kw={"hspace": 0.0}
    )
    for column, name in enumerate(there):
        _panel(panels[0, column], calibration, name, end)
        # Above the panel: inside, a curve away from the diagonal would run through them.
        numbers = _numbers(performance, PANELS[name][1])
        panels[0, column].text(
            0, 1.02, numbers, va="bottom", fontsize=8, transform=panels[0, column].transAxes
        )
        panels[0, column].set_title(TITLES[name], pad=31 if "\n" in numbers else 18)
        own = risks.loc[risks["cohort"] == name, "risk"].dropna().to_numpy(float)
        _counts(panels[1, column], own, end, LINES[PANELS[name][1]])
    panels[0, 0].set_ylabel("observed risk")
    panels[1, 0].set_ylabel("patients")
    return figure


def _of(calibration: pd.DataFrame, data: str, kind: str) -> pd.DataFrame:
    return calibration[(calibration["data"] == data) & (calibration["kind"] == kind)]


def _key(calibration: pd.DataFrame) -> dict[str, dict]:
    line = {"linestyle": "-", "marker": "", "linewidth": 2}
    key = {
        "groups of patients, 95 % interval": {"color": INK, "marker": "o", "markersize": 5},
        "perfect": {"color": QUIET, **line},
    }
    for data, words in (
        (VALIDATION, "curve, validation"),
        (CORRECTED, "curve, corrected"),
        (APPARENT, "curve, apparent"),
    ):
        if _of(calibration, data, "curve").size:
            style = {"linestyle": (0, (4, 2))} if data == APPARENT else {}
            key[words] = {"color": LINES[data], **line, **style}
    return key


def _end(calibration: pd.DataFrame) -> float:
    """Return where both axes end: the next tenth above all that is drawn."""
    groups = calibration[calibration["kind"] == "group"]
    most = max(groups[["predicted", "upper"]].max().max(), calibration["predicted"].max())
    return min(1.0, np.ceil(most * 10) / 10)


def _panel(axes: Axes, calibration: pd.DataFrame, name: str, end: float) -> None:
    groups, curve = PANELS[name]
    axes.plot([0, end], [0, end], color=QUIET, linewidth=1)
    smooth = _of(calibration, curve, "curve")
    colour = LINES[curve]
    axes.fill_between(
        smooth["predicted"], smooth["lower"], smooth["upper"], color=colour, alpha=0.18, linewidth=0
    )
    axes.plot(smooth["predicted"], smooth["observed"], color=colour, linewidth=1.8)
    if groups == APPARENT:
        own = _of(calibration, APPARENT, "curve")
        look = {"color": LINES[APPARENT], "linestyle": (0, (4, 2)), "linewidth": 1.1}
        axes.plot(own["predicted"], own["observed"], **look)
    points = _of(calibration, groups, "group")
    errors = [points["observed"] - points["lower"], points["upper"] - points["observed"]]
    axes.errorbar(
        points["predicted"], points["observed"], np.clip(errors, 0, None), fmt="o", color=INK,
        markersize=4.5, markeredgecolor="white", elinewidth=0.9, capsize=2,
    )  # fmt: skip
    axes.set_xlim(0, end)
    axes.set_ylim(-0.01 * end, end)
    axes.grid(color=FAINT, linewidth=0.6)


def _numbers(performance: pd.DataFrame, data: str) -> str:
    names = {SLOPE: "slope", INTERCEPT: "intercept", OVER: "observed / expected"}
    found = ((words, told(performance, data, name)) for name, words in names.items())
    texts = [f"{words} {one.text}" for words, one in found if one is not None]
    return "\n".join(part for part in (facts_of(texts[:-1]), *texts[-1:]) if part)


def _counts(axes: Axes, risks: np.ndarray, end: float, colour: str) -> None:
    """Draw how many patients have which predicted risk; those beyond the axis in the last bin."""
    inside = np.clip(risks, 0, end - 1e-9)
    axes.hist(inside, np.linspace(0, end, BINS + 1), color=colour, alpha=0.75)
    axes.set_xlabel("predicted risk")
    axes.tick_params(axis="y", labelsize=8)
    axes.locator_params(axis="y", nbins=2, integer=True)
