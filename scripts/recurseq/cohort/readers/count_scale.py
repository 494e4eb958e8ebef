"""Evidence that numbers are not counts: logarithms, TPM, FPKM."""

from __future__ import annotations

import numpy as np

LARGEST_LOG2 = 30.0  # 2**30 reads for one gene do not occur
PER_MILLION = (0.98e6, 1.02e6)  # sums of TPM and CPM columns, some genes left out
SAME_TOTAL = 1e-3  # relative
FEW_WHOLE = 0.1
SMALL_LIBRARY = 2e6


def adds_up_to_a_million(sums: np.ndarray) -> bool:
    """Whether the sums of all samples are what those of TPM and CPM are, within 2 %."""
    return bool(np.all((sums >= PER_MILLION[0]) & (sums <= PER_MILLION[1])))


def scale_evidence(values: np.ndarray) -> str:
    """Say which scale the values seem to be on, with the evidence; empty when they may be counts.

    Parameters
    ----------
    values
        Genes × samples, numbers; missing values are ignored.

    Notes
    -----
    Logarithms: more than half of the non-zero values are fractional, and none exceeds 30 or some
    are negative. TPM or CPM: more than half are fractional, or there are 1,000 genes or more, and
    every column adds up to a million within 2 %. Other totals: more than half are fractional, and
    three columns or more add up to the same within 0.1 %. FPKM and other
    normalised values: under a tenth of the non-zero values are whole and columns add up to less
    than two million; estimated counts of a quantifier mostly fail one of the two.
    """
    finite = values[np.isfinite(values)]
    nonzero = finite[finite != 0]
    if nonzero.size == 0:
        return ""
    fractional = float(np.mean(nonzero != np.rint(nonzero)))
    share = f"{100 * fractional:.0f} % of the non-zero values are fractional"
    if fractional > 0.5 and nonzero.min() < 0:
        return f"logarithms or centred values ({share}, the smallest is {nonzero.min():.4g})"
    if fractional > 0.5 and nonzero.max() <= LARGEST_LOG2:
        return f"logarithms ({share}, the largest is {nonzero.max():.4g})"
    sums = np.nansum(np.where(np.isfinite(values), values, np.nan), axis=0)
    if adds_up_to_a_million(sums) and (fractional > 0.5 or len(values) >= 1000):
        return f"TPM or CPM ({share}, every sample adds up to a million)"
    if fractional > 0.5 and len(sums) > 2 and np.ptp(sums) <= SAME_TOTAL * sums.max():
        return f"values scaled to one total ({share}, every sample adds up to {sums.mean():.4g})"
    if 1 - fractional < FEW_WHOLE and np.median(sums) < SMALL_LIBRARY:
        return f"normalised values such as FPKM ({share}, samples add up to {np.median(sums):.3g})"
    return ""
