"""Observed and predicted risks of strata."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.figures.colours import INK
from recurseq.figures.observed import COLOURS, draw_observed, offsets, risk_axis
from recurseq.figures.style import WIDE, heading, new_figure, short, styled

BAR = 0.34
DOT = {"color": INK, "markersize": 5}


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
    cohorts = [name for name in COLOURS if (strata["cohort"] == name).any()]
    figure = new_figure(WIDE, 3.6)
    key: dict[str, dict] = {
        f"{name}, observed": {"color": COLOURS[name], "marker": "s"} for name in cohorts
    }
    key["predicted"] = {"marker": "D", **DOT}
    heading(figure, title, note, simulated, key)
    axes = figure.add_subplot()
    sizes = {name: [] for name in names}
    for offset, cohort in zip(offsets(len(cohorts)), cohorts, strict=True):
        own = strata[strata["cohort"] == cohort].set_index("stratum").loc[names]
        x = np.arange(len(names)) + offset * BAR
        risk = own[["observed", "lower", "upper"]].to_numpy(float).T
        draw_observed(axes, x, risk, BAR, COLOURS[cohort], "{:.1f} %")
        axes.plot(x - 0.26 * BAR, own["predicted"], "D", markeredgecolor="white", zorder=4, **DOT)
        for name, row in own.iterrows():
            sizes[name].append(f"{row['events']:,} of {row['n']:,}")
    labels = ["\n".join([short(name, 26), *sizes[name]]) for name in names]
    axes.set_xticks(range(len(names)), labels)
    axes.tick_params(axis="x", length=0)
    risk_axis(axes, axis)
    return figure
