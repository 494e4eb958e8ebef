"""Figure of the fitted model: dispersions against expression."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from recurseq.figures.colours import BLACK, BLUE, SKY, VERMILION
from recurseq.figures.style import HALF, empty, heading, new_figure, plain_log, styled

LOWEST = 1e-8  # the smallest dispersion that DESeq2 draws and fits


@styled
def dispersion_figure(genes: pd.DataFrame, samples: int, simulated: bool = False) -> Figure:
    """Draw gene-wise, trend and final dispersions against mean expression, both logarithmic.

    Parameters
    ----------
    genes
        ``var`` of the model: baseMean, dispGeneEst, dispFit, dispersion, dispOutlier.
    samples
        Number of samples the model was fitted to.
    simulated
        Whether to say that the data are simulated.
    """
    figure = new_figure(HALF, 3.7)
    fitted = genes[(genes["baseMean"] > 0) & genes["dispersion"].notna()]
    facts = f"{len(fitted):,} genes, {samples} samples"
    axes = figure.add_subplot()
    if fitted.empty:
        heading(figure, "Dispersion of the genes", facts, simulated)
        empty(axes, "no gene was fitted")
        return figure
    mean = fitted["baseMean"].to_numpy(dtype=float)
    raw = np.maximum(fitted["dispGeneEst"].to_numpy(dtype=float), LOWEST)
    final = fitted["dispersion"].to_numpy(dtype=float)
    outlier = fitted["dispOutlier"].fillna(False).to_numpy(dtype=bool)
    # Gene-wise estimates of zero would stretch the axis: those are drawn at its lower end.
    lowest = min(np.nanpercentile(raw, 2), final.min())
    bottom = 10 ** np.floor(np.log10(max(lowest, final.min() / 10, LOWEST)))
    below = raw < bottom
    dots = {"s": 3, "linewidth": 0, "rasterized": True}
    axes.scatter(mean[~below], raw[~below], color=BLACK, alpha=0.45, **dots)
    axes.scatter(
        mean[below], np.full(below.sum(), bottom * 1.15), color=BLACK, alpha=0.45, marker="v",
        s=8, linewidth=0, rasterized=True,
    )  # fmt: skip
    axes.scatter(mean[~outlier], final[~outlier], color=SKY, alpha=0.6, **dots)
    axes.scatter(
        mean[outlier], raw[outlier], s=18, facecolor="none", edgecolor=BLUE, linewidth=0.6,
        rasterized=True,
    )  # fmt: skip
    order = np.argsort(mean, kind="stable")
    trend = fitted["dispFit"].to_numpy(dtype=float)
    axes.plot(mean[order], trend[order], color=VERMILION, linewidth=1.8, rasterized=len(mean) > 500)
    axes.set_xscale("log")
    axes.set_yscale("log")
    plain_log(axes.xaxis)
    plain_log(axes.yaxis)
    axes.set_ylim(bottom=bottom)
    axes.set_xlabel("mean of normalised counts")
    axes.set_ylabel("dispersion")
    key = {
        "gene-wise estimate": {"color": BLACK},
        "trend": {"color": VERMILION, "linestyle": "-", "marker": "", "linewidth": 1.8},
        "final, shrunken to the trend": {"color": SKY},
        f"outlier, not shrunken ({outlier.sum():,})": {"color": BLUE, "markerfacecolor": "none"},
    }
    if below.any():
        key[f"gene-wise below the axis ({below.sum():,})"] = {"color": BLACK, "marker": "v"}
    heading(figure, "Dispersion of the genes", facts, simulated, key)
    return figure
