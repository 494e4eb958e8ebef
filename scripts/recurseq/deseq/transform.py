"""Expression on a log-like scale with even variance, for plots and distances, never for tests."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.deseq import dispersion
from recurseq.deseq.normalization import normalized
from recurseq.deseq.trend import Trend, fit_trend

_GENES_FOR_TREND = 1000
_LOWEST_MEAN = 5.0


def blind_vst(counts: pd.DataFrame, size_factors: pd.Series) -> pd.DataFrame:
    """Variance-stabilising transformation that knows nothing of the groups.

    The dispersion trend is fitted without covariates to 1000 genes of mean above 5, evenly spread
    over the ordered means (R's ``vst(dds, blind = TRUE)``); with fewer such genes all that have a
    count are used (R's ``varianceStabilizingTransformation``).

    Parameters
    ----------
    counts
        Samples x genes, raw counts.
    size_factors
        One a sample.

    Returns
    -------
    pandas.DataFrame
        Samples x genes, log2 scale.
    """
    scaled = normalized(counts, size_factors)
    try:
        trend = _blind_trend(counts, scaled, size_factors)
    except ValueError:  # nothing varies beyond counting noise; the transformation is then the root
        trend = Trend("mean", dispersion.MINIMUM_DISPERSION, 0.0)
    return pd.DataFrame(
        trend.stabilise(scaled.to_numpy()), index=counts.index, columns=counts.columns
    )


def _blind_trend(counts: pd.DataFrame, scaled: pd.DataFrame, size_factors: pd.Series) -> Trend:
    order = np.argsort(counts.columns.to_numpy(), kind="stable")
    rows = np.argsort(counts.index.to_numpy(), kind="stable")
    raw = counts.to_numpy(dtype=float)[np.ix_(rows, order)].T
    even = scaled.to_numpy()[np.ix_(rows, order)].T
    factors = size_factors.reindex(counts.index).to_numpy()[rows]
    chosen = _evenly_chosen(even.mean(axis=1))
    raw, even = np.ascontiguousarray(raw[chosen]), np.ascontiguousarray(even[chosen])
    design = np.ones((len(factors), 1))
    start = dispersion.starting_values(even, design, factors)
    means = dispersion.linear_means(raw, design, factors)
    estimates, _ = dispersion.gene_wise(raw, means, design, start)
    return fit_trend(even.mean(axis=1), estimates)


def _evenly_chosen(means: np.ndarray) -> np.ndarray:
    """Positions of the genes the trend is fitted to."""
    high = np.flatnonzero(means > _LOWEST_MEAN)
    if len(high) < _GENES_FOR_TREND:
        return np.flatnonzero(means > 0)
    ordered = high[np.argsort(means[high], kind="stable")]
    picks = np.round(np.linspace(0, len(ordered) - 1, _GENES_FOR_TREND)).astype(int)
    return ordered[picks]
