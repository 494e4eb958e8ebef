"""Expression of genes in samples for a page: each cell where there is room, else quartiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

NUMBERS = 1_000_000  # genes × samples that are kept whole, and numbers of the quartiles, together
STEPS = 255
QUARTILE_STEPS = 20  # of a unit
HUNDREDTH = 100
QUARTILES = (0, 0.25, 0.5, 0.75, 1)


def first_genes(
    wanted: Iterable[Sequence[str]], kept: Sequence[str], samples: int, groups: int
) -> list[str]:
    """Choose the genes whose every sample is kept.

    Parameters
    ----------
    wanted
        Lists of genes, the most wanted list first, and in each the most wanted gene.
    kept
        All genes that have expression; they follow what was wanted.
    samples, groups
        Number of samples, and of the groups whose quartiles stand for the other genes.
    """
    having = set(kept)
    order = dict.fromkeys(gene for one in (*wanted, kept) for gene in one if gene in having)
    summary = groups * len(QUARTILES)
    if len(order) * samples <= NUMBERS or samples <= summary:
        return list(order)
    spare = max(NUMBERS - len(order) * summary, NUMBERS // 4)
    return list(order)[: spare // (samples - summary)]


def quantised(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Write each row in 256 steps between its smallest and its largest value.

    Parameters
    ----------
    values
        Genes × anything.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Steps, of the shape of `values`, and genes × 2: the range's ends, whole hundredths that hold
        the smallest and the largest value. A value is off by at most 1 / 510 of this range.
    """
    low = np.floor(values.min(axis=1, keepdims=True) * HUNDREDTH)
    high = np.ceil(values.max(axis=1, keepdims=True) * HUNDREDTH)
    span = np.where(high > low, high - low, 1)
    steps = np.rint((values * HUNDREDTH - low) / span * STEPS)
    return steps.astype(np.uint8), np.concatenate([low, high], axis=1).astype(np.int16)


def quartiles(values: np.ndarray, groups: np.ndarray, number: int) -> np.ndarray:
    """Smallest value, quartiles and largest value of each group: genes × (groups × 5).

    Parameters
    ----------
    values
        Genes × samples.
    groups
        Group of each sample, from 0; negative: in none.
    number
        Number of groups; one without samples has the gene's smallest value throughout.
    """
    parts = [
        np.quantile(values[:, groups == group], QUARTILES, axis=1).T
        if (groups == group).any()
        else np.repeat(values.min(axis=1)[:, None], len(QUARTILES), axis=1)
        for group in range(number)
    ]
    return np.concatenate(parts, axis=1)


def steps_of_quartiles(values: np.ndarray) -> np.ndarray:
    """Write quartiles as whole steps that are small and alike, a column after another.

    Parameters
    ----------
    values
        Genes × (groups × 5), as of `quartiles`.

    Returns
    -------
    numpy.ndarray
        Groups × 5 × genes, in steps of 1 / 20: of each group the median (after the first group as
        its difference from the median of the group before), then the differences of each of the
        five from the one before it; the first of the five has none. Off by 0.025 at most.
    """
    steps = np.rint(values * QUARTILE_STEPS).astype(int)
    five = steps.reshape(len(values), -1, len(QUARTILES))
    middle = np.diff(five[:, :, len(QUARTILES) // 2], axis=1, prepend=0)
    coded = np.concatenate([middle[:, :, None], np.diff(five, axis=2)], axis=2)
    return coded.astype(np.int16).transpose(1, 2, 0)
