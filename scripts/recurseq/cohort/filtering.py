"""Which genes have counts enough to be fitted, and which of the others deserve a look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from recurseq.base.errors import Problem
from recurseq.base.text import few
from recurseq.cohort.genes.spike_ins import spike_ins as find_spike_ins
from recurseq.design.contrast import Group
from recurseq.study import CohortSettings

FILTERED = "filtered"  # code of a gene with too few counts
SPIKE_IN = "spike_in"  # code of a spike-in that is left out of the model
LARGE_GROUP = 10
_TENTHS_BEYOND = 7  # of the samples above a large group
_HIGHER = 2.0
_NAMED = 5


def smallest_group(samples: pd.DataFrame, groups: Sequence[Group]) -> int:
    """Return the number of samples in the smallest group that is compared.

    Parameters
    ----------
    samples
        Kept samples, typed.
    groups
        What contrasts compare; groups without samples do not count. With none (every contrast is
        one of coefficients) they are the levels of every categorical column, that is of every
        factor of the design; without a factor all samples are one group.
    """
    sizes = [int(group.members(samples).sum()) for group in groups]
    if not groups:
        factors = samples.select_dtypes("category")
        sizes = [int(count) for name in factors for count in factors[name].value_counts()]
    return min((size for size in sizes if size), default=len(samples))


def samples_needed(smallest: int) -> int:
    """Return how many samples must have the counts, for a smallest group of this size.

    All of them up to 10; above, n in 10 + 0.7 (n - 10), rounded up. This is the rule of edgeR's
    ``filterByExpr`` (``large.n = 10``, ``min.prop = 0.7``; Chen, Lun and Smyth, F1000Research 5,
    1438, 2016), which does not round but compares a whole number of samples with the limit: the
    same genes pass.
    """
    beyond = max(smallest - LARGE_GROUP, 0)
    return min(smallest, LARGE_GROUP) - (-_TENTHS_BEYOND * beyond // 10)


def samples_for(settings: CohortSettings, samples: pd.DataFrame) -> int:
    """Return how many samples of a study must have the counts: as configured, or ``auto``."""
    if settings.min_samples is not None:
        return settings.min_samples
    return samples_needed(smallest_group(samples, settings.compared))


def keep_genes(
    counts: np.ndarray, min_count: int, min_samples: int
) -> tuple[np.ndarray, np.ndarray]:
    """Decide which genes are expressed enough to be fitted.

    Parameters
    ----------
    counts
        Samples × genes.
    min_count
        A gene is kept when at least `min_samples` samples have this many counts or more; 0 keeps
        every gene with at least one count in any sample.
    min_samples
        Number of samples.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        For each gene whether it is kept, and a code when it is not: ``all_zero`` or ``filtered``,
        else an empty text.
    """
    expressed = (counts > 0).any(axis=0)
    kept = expressed
    if min_count > 0:
        kept = expressed & ((counts >= min_count).sum(axis=0) >= min_samples)
    codes = np.where(kept, "", np.where(expressed, FILTERED, "all_zero"))
    return kept, codes.astype(object)


def fitted_genes(
    counts: np.ndarray,
    ids: Sequence[str],
    names: pd.Series | None,
    *,
    min_count: int,
    min_samples: int,
    spike_ins: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Decide as `keep_genes` does, and leave spike-ins out, with a code of their own.

    Parameters
    ----------
    counts, min_count, min_samples
        See `keep_genes`.
    ids, names
        Of the genes; names may be absent.
    spike_ins
        Whether spike-ins are left out.
    """
    kept, codes = keep_genes(counts, min_count, min_samples)
    if not spike_ins:
        return kept, codes
    added = find_spike_ins(list(ids), names)
    return kept & ~added, np.where(added, SPIKE_IN, codes)


def drop_reasons(codes: np.ndarray, min_count: int, min_samples: int) -> np.ndarray:
    """Say in words what the codes of `keep_genes` mean with its limits."""
    plural = "s" if min_samples != 1 else ""
    too_few = f"fewer than {min_samples} sample{plural} with {min_count} counts or more"
    added = "a spike-in, no gene of the sample (genes.spike_ins: exclude)"
    words = {"": "", "all_zero": "all zero", FILTERED: too_few, SPIKE_IN: added}
    return np.array([words[code] for code in codes], dtype=object)


def high_in_one_group(
    counts: np.ndarray,
    totals: np.ndarray,
    samples: pd.DataFrame,
    groups: Sequence[Group],
    min_count: int,
) -> np.ndarray:
    """Find genes that are expressed in one compared group and hardly in the others.

    Parameters
    ----------
    counts
        Samples × genes.
    totals
        Counts of all genes, of each sample.
    samples
        The same samples, typed.
    groups
        What contrasts compare.
    min_count
        Counts that at least half the samples of the group have.

    Returns
    -------
    numpy.ndarray
        One boolean per gene; a gene is high where, besides, the group's mean share of all counts
        is at least twice that of the other compared samples.
    """
    high = np.zeros(counts.shape[1], dtype=bool)
    inside = [group.members(samples).to_numpy() for group in groups]
    shares = counts / np.maximum(totals, 1)[:, None]
    for members in inside:
        others = np.any(inside, axis=0) & ~members
        if members.any() and others.any():
            expressed = np.median(counts[members], axis=0) >= min_count
            higher = shares[members].mean(axis=0) >= _HIGHER * shares[others].mean(axis=0)
            high |= expressed & higher
    return high


def filter_notes(
    counts: np.ndarray,
    codes: np.ndarray,
    names: Sequence[str],
    samples: pd.DataFrame,
    groups: Sequence[Group],
    *,
    min_count: int,
    min_samples: int,
) -> list[str]:
    """Name genes that the filter leaves out although one group expresses them.

    Parameters
    ----------
    counts
        Samples × genes.
    codes
        Of the genes, from `fitted_genes`.
    names
        Of the genes, as people know them.
    samples
        The same samples, typed.
    groups
        What contrasts compare.
    min_count, min_samples
        See `keep_genes`.
    """
    left_out = np.flatnonzero(codes == FILTERED)
    totals = counts.sum(axis=1, dtype=float)
    high = high_in_one_group(counts[:, left_out], totals, samples, groups, min_count)
    named = [str(names[position]) for position in left_out[high]]
    if not named:
        return []
    are, them = ("gene is", "it") if len(named) == 1 else ("genes are", "more of them")
    return [
        f"{len(named):,} {are} left out by the filter although at least half the samples of a "
        f"compared group have {min_count} counts or more and the group is at least twice as high "
        f"as the others: {few(named, _NAMED)}; filter.min_samples below {min_samples} tests {them}"
    ]


def no_gene_is_left(settings: CohortSettings, min_samples: int) -> Problem:
    """Say that no gene passes the filter."""
    return Problem(
        "config: filter",
        f"no gene has {settings.min_count} counts or more in {min_samples} samples",
        "limits that leave genes to fit",
        "lower them",
    )
