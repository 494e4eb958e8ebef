"""Single counts that drive a gene's fit: which are replaced, and which withhold its p-value.

Rules of R DESeq2 (``replaceOutliers``, ``recordMaxCooks``, ``results``; Love, Huber and Anders
2014, Methods, "Handling outliers").
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import fdtri

from recurseq.deseq.blocks import by_blocks
from recurseq.deseq.design_rows import has_replicates

REPLICATES_TO_REPLACE = 7
REPLICATES_TO_FLAG = 3
LARGER_COUNTS_THAT_EXEMPT = 3
_TRIM = 0.2
_LOWEST_ROBUST_DISPERSION = 0.04
_TRIMMING = ((3, 1 / 3, 2.04), (23, 1 / 4, 1.86), (np.inf, 1 / 8, 1.51))  # up to size, share, scale


def cutoff(samples: int, coefficients: int) -> float:
    """Cook's distance above which a count is an outlier: 99 % quantile of F(p, n - p)."""
    return float(fdtri(coefficients, samples - coefficients, 0.99))


def distances(
    counts: np.ndarray,
    means: np.ndarray,
    leverages: np.ndarray,
    normalized: np.ndarray,
    groups: np.ndarray,
    coefficients: int,
) -> np.ndarray:
    """Cook's distance of every count: how far the gene's fit would move without it.

    Parameters
    ----------
    counts, means, leverages, normalized
        Genes x samples: counts, fitted means, diagonal of the hat matrix, normalised counts.
    groups
        Number of each sample's row group (`row_group_numbers`).
    coefficients
        Columns of the design.

    References
    ----------
    Cook, Technometrics 19, 15 (1977); R's ``calculateCooksDistance``.
    """
    variance = means + robust_dispersions(normalized, groups)[:, None] * means**2
    return (counts - means) ** 2 / variance / coefficients * leverages / (1 - leverages) ** 2


def robust_dispersions(normalized: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Dispersion by moments from trimmed variances, at least 0.04.

    The largest trimmed variance of the row groups with three samples or more is taken; without such
    a group the one of all samples (R's ``robustMethodOfMomentsDisp``).
    """
    large = np.flatnonzero(np.bincount(groups) >= REPLICATES_TO_FLAG)
    if len(large):
        variance = np.max([_trimmed_variance(normalized[:, groups == k]) for k in large], axis=0)
    else:
        squares = (normalized - trimmed_mean(normalized, 1 / 8)[:, None]) ** 2
        variance = 1.51 * trimmed_mean(squares, 1 / 8)
    means = normalized.mean(axis=1)
    return np.maximum((variance - means) / means**2, _LOWEST_ROBUST_DISPERSION)


def _trimmed_variance(values: np.ndarray) -> np.ndarray:
    """Mean square around the trimmed mean, itself trimmed, scaled to a normal variance."""
    size = values.shape[1]
    share, scale = next((s, c) for limit, s, c in _TRIMMING if size <= limit)
    squares = (values - trimmed_mean(values, share)[:, None]) ** 2
    return scale * trimmed_mean(squares, share)


def trimmed_mean(values: np.ndarray, share: float) -> np.ndarray:
    """Mean of each row without this share of its values at either end."""
    size = values.shape[1]
    cut = int(size * share)
    return np.sort(values, axis=1)[:, cut : size - cut].mean(axis=1)


def replacement_counts(
    counts: np.ndarray, factors: np.ndarray, distances: np.ndarray, design: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Replace outlier counts of samples with at least 7 replicates.

    The replacement is the 20 % trimmed mean of the gene's normalised counts times the factor of
    the count, rounded down.

    Parameters
    ----------
    counts, factors, distances
        Genes x samples.
    design
        Samples x p.

    Returns
    -------
    tuple
        Positions of the genes with a replaced count, their counts after replacement, and which were
        replaced (both genes x samples, these genes only).
    """
    replaceable = has_replicates(design, REPLICATES_TO_REPLACE)
    limit = cutoff(*design.shape)
    (hit,) = by_blocks(lambda rows: ((rows > limit).any(axis=1, where=replaceable),), distances)
    genes = np.flatnonzero(hit)
    replaced = (distances[genes] > limit) & replaceable
    divisors = factors[genes]
    trimmed = trimmed_mean(counts[genes] / divisors, _TRIM)[:, None]
    substitutes = np.floor(trimmed * divisors + 1e-9).astype(counts.dtype)
    return genes, np.where(replaced, substitutes, counts[genes]), replaced


def flag_outliers(
    counts: np.ndarray, distances: np.ndarray, design: pd.DataFrame, *, replaced: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Genes whose p-value is withheld because of one count.

    Only samples with at least 3 replicates are looked at; once any count was replaced, those with
    at least 7 are not. In a comparison of two groups a gene is spared when at least 3 other samples
    have larger counts than the outlying one.

    Parameters
    ----------
    counts, distances
        Genes x samples, the original counts.
    design
        Samples x p.
    replaced
        Whether any gene was fitted again with replaced counts.

    Returns
    -------
    tuple
        Per gene: the largest distance looked at (NaN when no sample is), the position of its
        sample, and whether the gene is flagged.
    """
    looked_at = has_replicates(design, REPLICATES_TO_FLAG)
    passed_over = has_replicates(design, REPLICATES_TO_REPLACE) & replaced
    none = not (looked_at & ~passed_over).any()
    limit, exempting = cutoff(*design.shape), _two_groups(design)

    def block(y, cooks):
        considered = np.where(looked_at, np.where(passed_over, 0.0, cooks), -np.inf)
        position, largest = considered.argmax(axis=1), considered.max(axis=1)
        if none:
            return np.full(len(y), np.nan), position, np.zeros(len(y), dtype=bool)
        flagged = largest > limit
        if exempting:
            outlying = y[np.arange(len(y)), cooks.argmax(axis=1)]
            flagged &= (y > outlying[:, None]).sum(axis=1) < LARGER_COUNTS_THAT_EXEMPT
        return largest, position, flagged

    return by_blocks(block, counts, distances)


def _two_groups(design: pd.DataFrame) -> bool:
    return design.shape[1] == 2 and len(design.drop_duplicates()) == 2
