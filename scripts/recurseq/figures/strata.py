"""Observed and predicted risks of strata."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.figures.style import FAINT, INK, WIDE, heading, new_figure, short, styled
from recurseq.figures.tree import COHORTS

BAR = 0.34


@styled
def strata_figure(
    strata: pd.DataFrame, title: str, axis: str, note: str, simulated: bool = False
) -> Figure:
    """Draw the observed risk of each stratum in both cohorts, and what the model predicted.

    Parameters
    ----------
    strata
        Table ``risk_strata``.
    title, axis, note
        Title, name of the axis of risks, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    """
    names = list(dict.fromkeys(strata["stratum"]))
    cohorts = [name for name in COHORTS if (strata["cohort"] == name).any()]
    figure = new_figure(WIDE, 3.6)
    key: dict[str, dict] = {
        f"{name}, observed": {"color": COHORTS[name], "marker": "s"} for name in cohorts
    }
    key["predicted"] = {"color": INK, "marker": "D", "markersize": 5}
    heading(figure, title, note, simulated, key)
    axes = figure.add_subplot()
    sizes = {name: [] for name in names}
    for offset, cohort in zip(
        np.arange(len(cohorts)) - (len(cohorts) - 1) / 2, cohorts, strict=True
    ):
        own = strata[strata["cohort"] == cohort].set_index("stratum").loc[names]
        x = np.arange(len(names)) + offset * BAR
        columns = ("observed", "lower", "upper", "predicted")
        rate, lower, upper, predicted = (own[name].to_numpy(float) for name in columns)
        axes.bar(x, np.nan_to_num(rate), BAR * 0.94, color=COHORTS[cohort])
        error = np.clip(np.vstack([rate - lower, upper - rate]), 0, None)
        axes.errorbar(x, rate, error, fmt="none", ecolor=INK, elinewidth=0.9, capsize=3)
        axes.plot(
            x - 0.26 * BAR,
            predicted,
            "D",
            color=INK,
            markersize=5,
            markeredgecolor="white",
            zorder=4,
        )
        top = np.where(np.isnan(upper), np.nan_to_num(rate), upper)
        for place, height, value in zip(x, top, rate, strict=True):
            words = "NA" if np.isnan(value) else f"{100 * value:.1f} %"
            axes.annotate(
                words,
                (place, height),
                (0, 3),
                textcoords="offset points",
                ha="center",
                fontsize=8.5,
            )
        for name, row in own.iterrows():
            sizes[name].append(f"{row['events']:,} of {row['n']:,}")
    labels = ["\n".join([short(name, 26), *sizes[name]]) for name in names]
    axes.set_xticks(range(len(names)), labels)
    axes.tick_params(axis="x", length=0)
    axes.set_ylim(0, 1.1)
    ticks = [0, 0.25, 0.5, 0.75, 1]
    axes.set_yticks(ticks, [f"{tick:.0%}" for tick in ticks])
    axes.set_ylabel(axis)
    axes.grid(axis="y", color=FAINT, linewidth=0.7)
    return figure
