"""Single counts that drive a gene's fit: which are replaced, and which withhold its p-value.

Rules of R DESeq2 (``replaceOutliers``, ``recordMaxCooks``, ``results``; Love, Huber and Anders
2014, Methods, "Handling outliers").
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import fdtri

REPLICATES_TO_REPLACE = 7
REPLICATES_TO_FLAG = 3
LARGER_COUNTS_THAT_EXEMPT = 3
_TRIM = 0.2


def cutoff(samples: int, coefficients: int) -> float:
    """Cook's distance above which a count is an outlier: 99 % quantile of F(p, n - p)."""
    return float(fdtri(coefficients, samples - coefficients, 0.99))


def in_cells_of(design: pd.DataFrame, replicates: int) -> np.ndarray:
    """Whether each sample shares its design row with at least so many samples, itself included."""
    sizes = design.groupby(list(design.columns), sort=False)[design.columns[0]].transform("size")
    return (sizes >= replicates).to_numpy()


def replacement_counts(
    counts: np.ndarray, size_factors: np.ndarray, distances: np.ndarray, design: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Replace outlier counts of samples with at least 7 replicates.

    The replacement is the 20 % trimmed mean of the gene's normalised counts times the sample's size
    factor, rounded down.

    Parameters
    ----------
    counts, distances
        Samples x genes.
    size_factors
        One a sample.
    design
        Samples x p.

    Returns
    -------
    tuple
        The counts after replacement, and which were replaced (both samples x genes).
    """
    limit = cutoff(*design.shape)
    replaceable = in_cells_of(design, REPLICATES_TO_REPLACE)
    replaced = (distances > limit) & replaceable[:, None]
    genes = np.flatnonzero(replaced.any(axis=0))
    new = counts.copy()
    trimmed = _trimmed_mean(counts[:, genes] / size_factors[:, None])
    substitutes = np.floor(trimmed * size_factors[:, None] + 1e-9).astype(counts.dtype)
    new[:, genes] = np.where(replaced[:, genes], substitutes, counts[:, genes])
    return new, replaced


def _trimmed_mean(values: np.ndarray) -> np.ndarray:
    cut = int(len(values) * _TRIM)
    return np.sort(values, axis=0)[cut : len(values) - cut].mean(axis=0)


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
        Samples x genes, the original ones.
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
    looked_at = in_cells_of(design, REPLICATES_TO_FLAG)
    considered = np.where(looked_at[:, None], distances, -np.inf)
    if replaced:
        replaceable = in_cells_of(design, REPLICATES_TO_REPLACE)
        considered = np.where((looked_at & replaceable)[:, None], 0.0, considered)
        looked_at = looked_at & ~replaceable
    position = considered.argmax(axis=0)
    largest = considered.max(axis=0)
    if not looked_at.any():
        return np.full(counts.shape[1], np.nan), position, np.zeros(counts.shape[1], dtype=bool)
    flagged = largest > cutoff(*design.shape)
    if _two_groups(design):
        outlying = counts[distances.argmax(axis=0), np.arange(counts.shape[1])]
        flagged &= (counts > outlying).sum(axis=0) < LARGER_COUNTS_THAT_EXEMPT
    return largest, position, flagged


def _two_groups(design: pd.DataFrame) -> bool:
    return design.shape[1] == 2 and len(design.drop_duplicates()) == 2
