"""Treatment within strata: balance of the groups, crude and adjusted ratios, weighted curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.base.text import setting
from recurseq.clinical.settings import Benefit
from recurseq.clinical.words import plain, warnings_of
from recurseq.figures.colours import (
    BLACK,
    BLUE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    QUIET,
    VERMILION,
)
from recurseq.figures.drawing import Tables
from recurseq.figures.ratios import model_forest_figure
from recurseq.figures.style import WIDE, empty, facts_of, heading, new_figure, short, styled
from recurseq.figures.survival import at_ticks, draw_risk_table, draw_steps
from recurseq.risk.benefit.balance import LARGEST
from recurseq.risk.benefit.curves import TREATED, UNTREATED
from recurseq.risk.benefit.rows import ADJUSTED, CRUDE
from recurseq.risk.benefit.words import interaction_text, method_words

LOOKS = {
    "crude": {"color": VERMILION, "marker": "X"},
    "crude landmark": {"color": ORANGE, "marker": "X"},
    "crude time-varying": {"color": ORANGE, "marker": "X"},
    "overlap": {"color": BLUE, "marker": "o"},
    "iptw": {"color": GREEN, "marker": "^"},
    "match": {"color": PURPLE, "marker": "D"},
}
PRIMARY = {"color": BLACK, "marker": "s"}
ARMS = {TREATED: BLUE, UNTREATED: ORANGE}


def _title(benefit: Benefit) -> str:
    within = f" within strata of {plain(benefit.within)}" if benefit.within else ""
    return f"{plain(benefit.treatment)} and {plain(benefit.endpoint)}{within}"


def _landmark(benefit: Benefit) -> str:
    return "" if benefit.landmark is None else f"from month {setting(benefit.landmark)}"


def _forest(benefit: Benefit, tables: Tables, simulated: bool) -> Figure:
    effect = tables["benefit_effect"][benefit.name]
    cautions = warnings_of(tables["benefit_cautions"][benefit.name])
    facts = ("associations, not effects", interaction_text(effect), _landmark(benefit), cautions)
    return benefit_forest_figure(effect, _title(benefit), facts_of(facts), simulated)


def benefit_forest_figure(
    effect: pd.DataFrame, title: str, note: str, simulated: bool = False
) -> Figure:
    """Draw crude and adjusted ratios of each stratum side by side.

    Parameters
    ----------
    effect
        Table ``benefit_effect``.
    title, note, simulated
        As for `recurseq.figures.ratios.model_forest_figure`.
    """
    primary = effect["primary"].astype(bool)
    asked = effect.loc[primary, "method"].iloc[0]
    sizes = effect[effect["method"] == effect["method"].iloc[0]].set_index("stratum")
    sizes = sizes[["n_treated", "n_control"]].astype(int)
    rows = pd.DataFrame(
        {
            "term": [
                f"{name} ({sizes.loc[name, 'n_treated']} v {sizes.loc[name, 'n_control']})"
                for name in effect["stratum"]
            ],
            "level": None,
            "reference": None,
            "model": effect["method"].map(lambda name: name + " (primary)" * (name == asked)),
            **{name: effect[name] for name in ("ratio", "lower", "upper", "pvalue", "note")},
        }
    )
    looks = LOOKS | {f"{asked} (primary)": PRIMARY}
    measure = effect["measure"].iloc[0]
    return model_forest_figure(rows, title, measure, note, simulated, looks)


def _love(benefit: Benefit, tables: Tables, simulated: bool) -> Figure:
    balance, effect = (tables[f"benefit_{x}"][benefit.name] for x in ("balance", "effect"))
    own = effect[effect["primary"].astype(bool)].set_index("stratum")["ess"]
    crude = effect[effect["estimate"] == CRUDE].groupby("stratum", sort=False).last()
    sizes = {
        name: f"{crude.loc[name, 'n_treated'] + crude.loc[name, 'n_control']} patients"
        + ("" if np.isnan(worth) else f", worth {worth:.0f}")
        for name, worth in own.items()
    }
    note = facts_of((method_words(balance["method"].iloc[0]), f"line at {setting(LARGEST)}"))
    return love_figure(balance, sizes, f"{_title(benefit)}: balance", note, simulated)


@styled
def love_figure(
    balance: pd.DataFrame, sizes: Mapping[str, str], title: str, note: str, simulated: bool = False
) -> Figure:
    """Draw standardised differences of each covariate before and after, a panel for each stratum.

    Parameters
    ----------
    balance
        Table ``benefit_balance``.
    sizes
        Effective sample size of each stratum in words.
    title, note
        Title, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    """
    strata = list(dict.fromkeys(balance["stratum"]))
    labels = [
        name if pd.isna(level) else f"{name}: {level}"
        for name, level in zip(balance["covariate"], balance["level"], strict=True)
    ]
    balance = balance.assign(label=labels)
    names = list(dict.fromkeys(labels))
    figure = new_figure(WIDE, 1.2 + 0.27 * max(len(names), 3))
    key = {
        "before": {"color": VERMILION, "marker": "o", "markerfacecolor": "white"},
        "after": {"color": BLUE, "marker": "o"},
    }
    drawn = {when: key[when] for when in key if balance[f"smd_{when}"].notna().any()}
    heading(figure, title, note, simulated, drawn)
    if not strata:
        empty(figure.add_subplot(), "nobody to compare")
        return figure
    panels = figure.subplots(1, len(strata), sharey=True, sharex=True, squeeze=False)[0]
    for axes, stratum in zip(panels, strata, strict=True):
        own = balance[balance["stratum"] == stratum].set_index("label")
        place = np.array([names.index(name) for name in own.index], dtype=float)
        before, after = (own[f"smd_{when}"].to_numpy(float) for when in ("before", "after"))
        axes.hlines(place, np.minimum(before, after), np.maximum(before, after), color=QUIET)
        axes.plot(before, place, linestyle="", markersize=6, **key["before"])
        axes.plot(after, place, linestyle="", markersize=5, **key["after"])
        axes.axvline(LARGEST, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_title(f"{short(stratum, 22)}\n{sizes.get(stratum, '')}", fontsize=9)
        axes.set_xlabel("standardised difference" if len(strata) < 3 else "SMD")
        axes.tick_params(axis="y", length=0)
        axes.grid(color=FAINT, linewidth=0.6)
    panels[0].set_yticks(range(len(names)), [short(name, 40) for name in names])
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    panels[0].set_xlim(left=-0.03)
    return figure


def _survival(benefit: Benefit, tables: Tables, simulated: bool) -> Figure:
    curve = tables["benefit_curve"][benefit.name]
    axis = "months" if benefit.landmark is None else "months since the landmark"
    note = facts_of(
        (
            method_words(benefit.method),
            "share without the event, 95 % log-log intervals",
            "dashed: crude",
            "pale below 10 at risk",
        )
    )
    title = f"{_title(benefit)}: curves"
    return benefit_curve_figure(curve, title, axis, note, simulated)


@styled
def benefit_curve_figure(
    curve: pd.DataFrame, title: str, axis: str, note: str, simulated: bool = False
) -> Figure:
    """Draw weighted curves of treated and untreated patients over the crude ones.

    Parameters
    ----------
    curve
        Table ``benefit_curve``.
    title, axis, note
        Title, name of the time axis, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    """
    strata = list(dict.fromkeys(curve["stratum"]))
    columns = min(2, max(len(strata), 1))
    rows = -(-max(len(strata), 1) // columns)
    figure = new_figure(WIDE, 3.7 * rows)
    key = {name: {"color": colour, "marker": "s"} for name, colour in ARMS.items()}
    heading(figure, title, note, simulated, key)
    if not strata:
        empty(figure.add_subplot(), "no weighted curves: ratios are left out, or have no weights")
        return figure
    panels = figure.subplots(rows, columns, squeeze=False)
    for axes in panels.flat[len(strata) :]:
        axes.set_axis_off()
    for axes, stratum in zip(panels.flat, strata, strict=False):
        inside = curve[curve["stratum"] == stratum]
        adjusted = inside[inside["estimate"] == ADJUSTED]
        for name, colour in ARMS.items():
            draw_steps(axes, adjusted[adjusted["group"] == name], "survival", 1.0, colour)
            crude = inside[(inside["estimate"] == CRUDE) & (inside["group"] == name)]
            time = np.concatenate([[0.0], crude["time"]])
            height = np.concatenate([[1.0], crude["survival"]])
            axes.step(time, height, where="post", color=colour, linewidth=1, linestyle=(0, (3, 2)))
        axes.set_title(short(stratum), fontsize=9.5)
        draw_risk_table(axes, at_ticks(adjusted), ARMS, axis)
    return figure


# Figure to the wildcard of its names and the function that draws one of them.
FIGURES: dict[str, tuple[str, Callable[..., Figure]]] = {
    "benefit_forest": ("benefit", _forest),
    "benefit_love": ("benefit", _love),
    "benefit_survival": ("benefit_times", _survival),
}
