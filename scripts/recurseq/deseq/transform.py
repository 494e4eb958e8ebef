"""Expression on a log-like scale with even variance, for plots and distances, never for tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from recurseq.deseq import dispersion
from recurseq.deseq.blocks import by_blocks, dense
from recurseq.deseq.normalization import Normalization
from recurseq.deseq.trend import Trend, fit_trend

_GENES_FOR_TREND = 1000
_LOWEST_MEAN = 5.0
_GRID = 1000
_ANCHORS = (0.95, 0.999)


def blind_vst(counts: pd.DataFrame, normalization: Normalization) -> pd.DataFrame:
    """Variance-stabilising transformation that knows nothing of the groups.

    The dispersion trend is fitted without covariates to 1000 genes of mean above 5, evenly spread
    over the ordered means (R's ``vst(dds, blind = TRUE)``); with fewer such genes all that have a
    count are used (R's ``varianceStabilizingTransformation``).

    Parameters
    ----------
    counts
        Samples x genes, raw counts.
    normalization
        What they are divided by (`normalize`).

    Returns
    -------
    pandas.DataFrame
        Samples x genes, log2 scale.
    """
    rows, genes = counts.index.sort_values(), counts.columns.sort_values()
    ordered = counts.reindex(index=rows, columns=genes)
    try:
        trend = _blind_trend(ordered.to_numpy().T, normalization.rows(rows, genes))
    except ValueError:  # nothing varies beyond counting noise; the transformation is then the root
        trend = Trend("mean", dispersion.MINIMUM_DISPERSION, 0.0)
    return vst(counts, normalization, trend)


def vst(
    counts: pd.DataFrame,
    normalization: Normalization,
    trend: Trend,
    *,
    fitted: pd.Index | None = None,
    precision: type[np.floating] = np.float64,
) -> pd.DataFrame:
    """Variance-stabilising transformation by a dispersion trend.

    Parameters
    ----------
    counts
        Samples x genes, raw counts.
    normalization
        What they are divided by.
    trend
        Dispersion over mean: of the fitted model, or blind to the design.
    fitted
        Genes that a local trend is calibrated on; all when absent.
    precision
        In which the result is held; it is computed in double precision.

    Returns
    -------
    pandas.DataFrame
        Samples x genes, log2 scale.

    References
    ----------
    Anders and Huber, Genome Biology 11, R106 (2010); R's ``getVarianceStabilizedData``.
    """
    if trend.kind == "local":
        known = normalization.divide(counts if fitted is None else counts[fitted])
        transform = _numeric(trend, known, normalization.size_factors)
    else:
        transform = _closed_form(trend)
    (values,) = by_blocks(
        lambda y, f: (transform(y / f).astype(precision, copy=False),),
        counts.to_numpy(),
        normalization.rows(counts.index, counts.columns).T,
    )
    return pd.DataFrame(values, counts.index, counts.columns)


def remove_batch(vst: pd.DataFrame, kept: pd.DataFrame, removed: pd.DataFrame) -> pd.DataFrame:
    """Subtract from transformed expression what a linear model ascribes to a batch.

    For figures only: a test on the result would count the batch's degrees of freedom as free.

    Parameters
    ----------
    vst
        Samples x genes, log2 scale.
    kept
        Samples x columns of the design whose effect stays, an intercept among them.
    removed
        Samples x columns whose effect is subtracted, coded around zero (see `around_zero`). Columns
        that cannot be told apart from the others are left alone.

    Returns
    -------
    pandas.DataFrame
        Samples x genes.

    References
    ----------
    Ritchie et al., Nucleic Acids Research 43, e47 (2015): limma's ``removeBatchEffect``.
    """
    columns = kept.loc[vst.index].to_numpy(dtype=float)
    chosen = []
    for column in removed.loc[vst.index].to_numpy(dtype=float).T:
        wider = np.column_stack([columns, column])
        if np.linalg.matrix_rank(wider) > np.linalg.matrix_rank(columns):
            columns, chosen = wider, [*chosen, column]
    if not chosen:
        return vst.copy()
    coefficients = np.linalg.lstsq(columns, vst.to_numpy(dtype=float), rcond=None)[0]
    effect = np.column_stack(chosen) @ coefficients[-len(chosen) :]
    return vst - effect


def around_zero(values: pd.Series) -> pd.DataFrame:
    """Code a column so that its effect sums to zero: over its levels, or over the samples.

    Factors get R's ``contr.sum`` coding, numbers are centred.
    """
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return (values - values.mean()).to_frame()
    codes = values.cat.remove_unused_categories().cat.codes.to_numpy()
    last = codes.max()
    coding = (codes[:, None] == np.arange(last)) * 1.0 - (codes == last)[:, None]
    return pd.DataFrame(coding, values.index, [f"{values.name}[{k}]" for k in range(last)])


def _closed_form(trend: Trend) -> Callable[[np.ndarray], np.ndarray]:
    """Integral of 1 / sqrt(q + q² dispersion(q)) for a parametric and for a constant dispersion."""
    a0, a1 = trend.asymptote, trend.extra_poisson
    if trend.kind == "mean":
        return lambda q: (2 * np.arcsinh(np.sqrt(a0 * q)) - np.log(a0) - np.log(4)) / np.log(2)

    def transform(q: np.ndarray) -> np.ndarray:
        root = np.sqrt(a0 * q * (1 + a1 + a0 * q))
        return np.log2((1 + a1 + 2 * a0 * q + 2 * root) / (4 * a0))

    return transform


def _numeric(
    trend: Trend, scaled: pd.DataFrame, size_factors: pd.Series
) -> Callable[[np.ndarray], np.ndarray]:
    """Numeric integral for a local trend, on a grid even in asinh of the mean.

    Scaled so that it equals log2 at the 95 % and 99.9 % quantiles of the genes' means.
    """
    from scipy.interpolate import make_interp_spline  # only needed here, and slow to import

    grid = np.sinh(np.linspace(0, np.arcsinh(scaled.to_numpy().max()), _GRID))[1:]
    noise = float(np.mean(1 / size_factors.sort_index()))
    slope = 1 / np.sqrt(trend.at(grid) * grid**2 + noise * grid)
    area = np.cumsum(np.diff(grid) * (slope[1:] + slope[:-1]) / 2)
    x = np.arcsinh((grid[1:] + grid[:-1]) / 2)
    spline = make_interp_spline(
        x, area, bc_type=(_third(x[:4], area[:4]), _third(x[-4:], area[-4:]))
    )
    anchors = np.quantile(scaled.mean(axis=0).to_numpy(), _ANCHORS)
    at = spline(np.arcsinh(anchors))
    unit = np.diff(np.log2(anchors))[0] / np.diff(at)[0]
    return lambda q: unit * (spline(np.arcsinh(q)) - at[0]) + np.log2(anchors[0])


def _third(x: np.ndarray, y: np.ndarray) -> list[tuple[int, float]]:
    """Third derivative of the cubic through four points: the ends of R's ``splinefun``."""
    return [(3, float(6 * np.polyfit(x - x[0], y, 3)[0]))]


def _blind_trend(counts: np.ndarray, factors: np.ndarray) -> Trend:
    (means,) = by_blocks(lambda y, f: ((y / f).mean(axis=1),), counts, factors)
    chosen = _evenly_chosen(means)
    y, divisors = dense(counts[chosen]), factors[chosen]
    design = np.ones((y.shape[1], 1))
    reciprocal = dispersion.mean_reciprocal(divisors)
    scaled, q = y / divisors, np.linalg.qr(design)[0]
    start = dispersion.starting_values(scaled, q, reciprocal)
    preliminary = dispersion.linear_means(scaled, q, divisors)
    estimates, _ = dispersion.gene_wise(y, preliminary, design, start)
    return fit_trend(means[chosen], estimates)


def _evenly_chosen(means: np.ndarray) -> np.ndarray:
    """Positions of the genes the trend is fitted to."""
    high = np.flatnonzero(means > _LOWEST_MEAN)
    if len(high) < _GENES_FOR_TREND:
        return np.flatnonzero(means > 0)
    ordered = high[np.argsort(means[high], kind="stable")]
    picks = np.round(np.linspace(0, len(ordered) - 1, _GENES_FOR_TREND)).astype(int)
    return ordered[picks]
