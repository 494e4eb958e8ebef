"""Forest plots of hazard ratios: the terms of a model, and the subgroups of an analysis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from recurseq.clinical.words import pvalue_text
from recurseq.figures.colours import BLACK, BLUE, FAINT, GREEN, INK, QUIET, VERMILION
from recurseq.figures.intervals import INTERVALS_CUT, any_cut, draw_estimate, forest_limit
from recurseq.figures.style import WIDE, empty, heading, new_figure, plain_number, short, styled

LOOKS = {
    "univariable": {"color": QUIET, "marker": "o"},
    "multivariable": {"color": BLACK, "marker": "s"},
    "complete_cases": {"color": BLUE, "marker": "D"},
    "naive": {"color": VERMILION, "marker": "X"},
    "landmark": {"color": BLUE, "marker": "D"},
    "time_varying": {"color": GREEN, "marker": "^"},
    "all": {"color": BLACK, "marker": "s"},
    "subgroup": {"color": BLUE, "marker": "o"},
}
MOST_ROWS = 40
LARGEST_SPAN = 64.0  # the widest axis
STEPS = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, 64)


@styled
def model_forest_figure(
    terms: pd.DataFrame,
    title: str,
    ratio: str,
    note: str,
    simulated: bool = False,
    looks: Mapping[str, dict] = LOOKS,
) -> Figure:
    """Draw the ratios of every term with 95 % intervals, alone and together.

    Parameters
    ----------
    terms
        Table ``model_terms``.
    title, ratio, note
        Title, what the ratio is, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    looks
        Colour and marker of each kind of estimate.
    """
    models = list(dict.fromkeys(terms["model"]))
    rows = list(dict.fromkeys(_row_name(one) for one in terms.itertuples()))[:MOST_ROWS]
    figure = new_figure(WIDE, 1.1 + (0.16 + 0.15 * len(models)) * max(len(rows), 2))
    key = {model.replace("_", "-"): looks[model] for model in models}
    heading(figure, title, note, simulated, key)
    axes = figure.add_subplot()
    if not terms["ratio"].notna().any():
        empty(axes, "no ratio: every one is left out")
        return figure
    texts, limits = [], _limits(terms)
    for place, name in enumerate(rows):
        for offset, model in enumerate(models):
            own = [x for x in terms.itertuples() if _row_name(x) == name and x.model == model]
            height = place + (offset - (len(models) - 1) / 2) * 0.7 / max(len(models), 2)
            for one in own:
                texts.append((height, _drawn(axes, one, height, looks[model], limits)))
    _finish(axes, rows, texts, terms, ratio, limits)
    return figure


def _row_name(one) -> str:
    if pd.isna(one.level):
        step = "" if pd.isna(one.reference) else f" ({one.reference})"
        return f"{one.term}{step}"
    versus = "" if pd.isna(one.reference) else f" v {one.reference}"
    return f"{one.term}: {one.level}{versus}"


@styled
def subgroup_forest_figure(
    groups: pd.DataFrame, tests: pd.DataFrame, title: str, note: str, simulated: bool = False
) -> Figure:
    """Draw the hazard ratios of each subgroup below that of all patients, with the interaction.

    Parameters
    ----------
    groups, tests
        Tables ``survival_groups`` and ``survival_tests``.
    title, note, simulated
        As for `model_forest_figure`.
    """
    groups = groups.rename(columns={"hr": "ratio"})
    compared = groups[groups["ratio"].notna() | groups["note"].notna()]
    reference = groups.drop_duplicates("subgroup").set_index("subgroup")["group"]
    interaction = tests[tests["test"] == "interaction"].set_index("subgroup")["pvalue"]
    rows = [one for one in compared.itertuples() if one.group != reference[one.subgroup]]
    figure = new_figure(WIDE, 1.1 + 0.36 * max(len(rows), 2))
    heading(figure, title, note, simulated)
    axes = figure.add_subplot()
    if not any(pd.notna(one.ratio) for one in rows):
        empty(axes, "no hazard ratio: every one is left out")
        return figure
    texts, names, limits = [], [], _limits(compared)
    for place, one in enumerate(rows):
        inside = groups[groups["subgroup"] == one.subgroup]
        size = f"n = {inside['n'].sum()}, {inside['events'].sum()} events"
        names.append(f"{one.subgroup}: {one.group} v {reference[one.subgroup]} ({size})")
        look = LOOKS["all" if one.subgroup == "all" else "subgroup"]
        text = _drawn(axes, one, place, look, limits)
        if one.subgroup in interaction.index:
            text += f"   interaction {pvalue_text(interaction[one.subgroup])}"
        texts.append((place, text))
    _finish(axes, names, texts, compared, "hazard ratio", limits)
    return figure


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """Return limits of the logarithmic axis, the same for all rows."""
    ends = np.log(rows[["ratio", "lower", "upper"]].to_numpy(dtype=float, na_value=np.nan))
    least, most = np.log(2), np.log(LARGEST_SPAN)
    return np.exp(-forest_limit(-ends, least, most)), np.exp(forest_limit(ends, least, most))


def _drawn(axes: Axes, one, height: float, look: dict, limits: tuple[float, float]) -> str:
    """Draw one ratio with its interval and return it as text."""
    if pd.isna(one.ratio):
        return "" if pd.isna(one.note) else str(one.note)
    draw_estimate(axes, height, one.ratio, (one.lower, one.upper), limits, look, size=5.5)
    text = f"{one.ratio:.2f} ({one.lower:.2f}–{one.upper:.2f})"
    pvalue = getattr(one, "pvalue", np.nan)
    if pd.notna(pvalue):
        return f"{text}   {pvalue_text(pvalue)}"
    note = getattr(one, "note", None)
    return text if note is None or pd.isna(note) else f"{text}  {note}"


def _finish(
    axes: Axes,
    names: list[str],
    texts: list[tuple[float, str]],
    rows: pd.DataFrame,
    ratio: str,
    limits: tuple[float, float],
) -> None:
    """Set the logarithmic axis, the names on the left and the numbers on the right."""
    axes.axvline(1, color=INK, linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlim(limits)
    inside = [step for step in STEPS if limits[0] <= step <= limits[1]]
    axes.xaxis.set_major_locator(FixedLocator(inside))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: plain_number(value)))
    ends = rows[["ratio", "lower", "upper"]].to_numpy(dtype=float, na_value=np.nan)
    cut = f"; {INTERVALS_CUT}" if any_cut(ends, limits) else ""
    axes.set_xlabel(f"{ratio} with 95 % interval, logarithmic{cut}")
    axes.set_yticks(range(len(names)), [short(name, 52) for name in names], size=8.5)
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    for height, text in texts:
        axes.annotate(
            text, (1, height), xycoords=("axes fraction", "data"), xytext=(8, 0),
            textcoords="offset points", va="center", fontsize=8, annotation_clip=False,
        )  # fmt: skip
