"""The statistic of every cut-off, with the one that was taken and what it is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.figures.colours import BLUE, FAINT, INK, VERMILION
from recurseq.figures.style import HALF, empty, heading, new_figure, plain_log, styled

WIDE_RANGE = 20  # largest over smallest value: a logarithmic axis


@styled
def scan_figure(
    scan: pd.DataFrame,
    cutoff: pd.DataFrame,
    title: str,
    axis: str,
    statistic: str,
    note: str,
    simulated: bool = False,
) -> Figure:
    """Draw the statistic against the cut-off.

    Parameters
    ----------
    scan, cutoff
        Tables ``clinical_scan`` and ``clinical_cutoff``.
    title, axis, statistic, note
        Title, names of both axes, and the line of facts below.
    simulated
        Whether to say that the data are simulated.
    """
    figure = new_figure(HALF, 3.1)
    heading(figure, title, note, simulated)
    axes = figure.add_subplot()
    if scan.empty:
        empty(axes, "too few patients for any other cut-off")
        return figure
    cuts = scan["cut"].to_numpy(dtype=float)
    row = cutoff.iloc[0]
    if pd.notna(row["cut_lower"]):
        axes.axvspan(row["cut_lower"], row["cut_upper"], color=BLUE, alpha=0.10, linewidth=0)
    axes.plot(cuts, scan["statistic"], color=INK, linewidth=0.9, marker="o", markersize=2.6)
    for value in cutoff["cut"]:
        axes.axvline(value, color=VERMILION, linewidth=1.3)
    if cuts.min() > 0 and cuts.max() / cuts.min() > WIDE_RANGE:
        axes.set_xscale("log")
        plain_log(axes.xaxis, subs=(1, 2, 5))
    low, high = np.nanmin(scan["statistic"]), np.nanmax(scan["statistic"])
    axes.set_ylim(min(0.0, low), high * 1.1 if high > 0 else 1)
    axes.set_xlabel(axis)
    axes.set_ylabel(statistic)
    axes.grid(color=FAINT, linewidth=0.6)
    return figure
