"""Adjusted p-values, with the low-count genes left out that could not have been called anyway."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.stats.adjust import benjamini_hochberg, step_up

_QUANTILES = 50
_LOWESS_SPAN = 1 / 5
_FEW_REJECTIONS = 10


@dataclass(frozen=True)
class Adjusted:
    """Adjusted p-values of one test.

    Attributes
    ----------
    padj
        One per gene; NaN where the p-value is missing or the gene was filtered.
    threshold
        Mean normalised count below which genes were filtered; 0 when none was.
    filtered
        Genes with a p-value whose mean count is below the threshold.
    """

    padj: pd.Series
    threshold: float
    filtered: pd.Series


def adjust(
    pvalues: pd.Series, means: pd.Series, *, alpha: float, independent_filtering: bool = True
) -> Adjusted:
    """Adjust p-values, filtering on the mean count so that most genes are called at `alpha`.

    Of 50 thresholds between the share of genes without counts and 0.95, the first is taken whose
    number of calls comes within one residual deviation of the maximum of a smooth curve through
    all (R's ``pvalueAdjustment`` with Cleveland's lowess, span 1/5).

    Parameters
    ----------
    pvalues
        One per gene.
    means
        Mean of normalised counts, the same genes: it must not depend on the contrast.
    alpha
        Adjusted p-value below which genes will be called.
    independent_filtering
        FALSE adjusts over all genes.

    References
    ----------
    Bourgon, Gentleman and Huber, PNAS 107, 9546 (2010); Love, Huber and Anders 2014.
    """
    values, base = pvalues.to_numpy(dtype=float), means.reindex(pvalues.index).to_numpy(dtype=float)
    threshold, above = 0.0, np.ones(len(values), dtype=bool)
    if independent_filtering and len(values):
        fractions = _fractions(base)
        cutoffs = _quantiles(base, fractions)
        threshold = float(cutoffs[_choose(fractions, _calls(values, base, cutoffs, alpha))])
        above = base >= threshold
    padj = benjamini_hochberg(np.where(above, values, np.nan))
    filtered = (base < threshold) & ~np.isnan(values)
    return Adjusted(
        pd.Series(padj, index=pvalues.index), threshold, pd.Series(filtered, index=pvalues.index)
    )


def _fractions(base: np.ndarray) -> np.ndarray:
    lowest = float(np.mean(base == 0))
    return np.linspace(lowest, 0.95 if lowest < 0.95 else 1.0, _QUANTILES)


def _quantiles(values: np.ndarray, fractions: np.ndarray) -> np.ndarray:
    """R's default quantiles; positions within rounding of a whole number take that value."""
    ordered = np.sort(values)
    position = (len(ordered) - 1) * fractions
    low = np.floor(position + 4 * np.finfo(float).eps).astype(int)
    share = position - low
    share[np.abs(share) < 1e-12 * np.maximum(position, 1)] = 0.0
    high = np.minimum(low + 1, len(ordered) - 1)
    return ordered[low] + share * (ordered[high] - ordered[low])


def _calls(pvalues: np.ndarray, base: np.ndarray, cutoffs: np.ndarray, alpha: float) -> np.ndarray:
    """Count the genes called at `alpha` when those below a cutoff are left out, for each cutoff."""
    known = np.flatnonzero(~np.isnan(pvalues))
    order = known[np.argsort(-pvalues[known], kind="stable")]
    falling, base = pvalues[order], base[order]
    return np.array([np.sum(step_up(falling[base >= cutoff]) < alpha) for cutoff in cutoffs])


def _choose(fractions: np.ndarray, calls: np.ndarray) -> int:
    if calls.max() <= _FEW_REJECTIONS:
        return 0
    # The compiled routine alone: the package's own module takes two seconds to import.
    from statsmodels.nonparametric._smoothers_lowess import lowess

    smooth = lowess(
        calls.astype(float),
        fractions,
        fractions,
        np.ones_like(fractions),
        frac=_LOWESS_SPAN,
        it=3,
        delta=0.01 * (fractions[-1] - fractions[0]),
        given_xvals=False,
    )[0][:, 1]
    some = calls > 0
    deviation = np.sqrt(np.mean((calls[some] - smooth[some]) ** 2))
    near = np.flatnonzero(calls > smooth.max() - deviation)
    return int(near[0]) if len(near) else 0
