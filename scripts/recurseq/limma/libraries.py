"""Library sizes that make samples comparable, from size factors or by trimmed mean ratios (TMM)."""

from __future__ import annotations

import numpy as np

_UPPER = 0.75
_TRIM_RATIOS = 0.3
_TRIM_LEVELS = 0.05
_EQUAL = 1e-6


def effective_libraries(counts: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Turn the factors by which another model divides counts into library sizes.

    Parameters
    ----------
    counts
        Genes x samples.
    factors
        Size factors, one per sample, or normalisation factors, genes x samples.

    Returns
    -------
    numpy.ndarray
        The factors times one number, which makes the geometric mean of the library sizes (of their
        means over the genes) that of the column sums.
    """
    totals = counts.sum(axis=0)
    by_sample = factors if factors.ndim == 1 else np.exp(np.log(factors).mean(axis=0))
    return factors * np.exp(np.mean(np.log(totals) - np.log(by_sample)))


def tmm_libraries(counts: np.ndarray) -> np.ndarray:
    """Multiply the column sums by TMM factors.

    Parameters
    ----------
    counts
        Genes x samples.

    Returns
    -------
    numpy.ndarray
        One library size per sample.
    """
    return counts.sum(axis=0) * tmm_factors(counts)


def tmm_factors(counts: np.ndarray) -> np.ndarray:
    """Normalisation factors by trimmed means of M-values.

    Each sample is compared with a reference, the sample whose upper quartile (as a share of its
    library) is nearest to the mean of all. Of the genes with counts in both, the 30 % of highest
    and lowest log ratios and the 5 % of highest and lowest levels are left out; the log factor is
    the mean of the remaining log ratios, weighted by their inverse asymptotic variances.

    Parameters
    ----------
    counts
        Genes x samples.

    Returns
    -------
    numpy.ndarray
        One factor per sample, of geometric mean 1.

    References
    ----------
    Robinson and Oshlack, Genome Biology 11, R25 (2010); edgeR's defaults.
    """
    counts = counts[counts.any(axis=1)].astype(float)
    totals = counts.sum(axis=0)
    upper = np.quantile(counts, _UPPER, axis=0) / totals
    reference = int(np.argmin(np.abs(upper - upper.mean())))
    logs = np.array(
        [
            _log_ratio(column, total, counts[:, reference], totals[reference])
            for column, total in zip(counts.T, totals, strict=True)
        ]
    )
    return np.exp2(logs - logs.mean())


def _log_ratio(counts: np.ndarray, total: float, base: np.ndarray, base_total: float) -> float:
    """Return the trimmed, weighted mean log2 ratio of a sample to the reference."""
    both = (counts > 0) & (base > 0)
    share, base_share = counts[both] / total, base[both] / base_total
    ratio = np.log2(share / base_share)
    level = (np.log2(share) + np.log2(base_share)) / 2
    if not len(ratio) or np.abs(ratio).max() < _EQUAL:
        return 0.0
    variance = (1 - share) / counts[both] + (1 - base_share) / base[both]
    kept = _central(ratio, _TRIM_RATIOS) & _central(level, _TRIM_LEVELS)
    return float(np.average(ratio[kept], weights=1 / variance[kept]))


def _central(values: np.ndarray, share: float) -> np.ndarray:
    """Whether each value's rank lies within the rest when a share at either end is cut off."""
    ordered, cut = np.sort(values), int(len(values) * share)
    low, high = ordered[cut], ordered[len(values) - 1 - cut]
    kept = (values > low) & (values < high)
    for edge in {low, high}:
        if cut + 1 <= _rank(ordered, edge) <= len(values) - cut:
            kept |= values == edge
    return kept


def _rank(ordered: np.ndarray, value: float) -> float:
    """Rank of a value, the mean one where several are equal."""
    return (np.searchsorted(ordered, value) + np.searchsorted(ordered, value, "right") + 1) / 2
