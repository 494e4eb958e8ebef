"""Evidence that numbers are not counts: logarithms, TPM, FPKM."""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc, gammaincinv  # scipy.stats takes a second to load

LARGEST_LOG2 = 30.0  # 2**30 reads for one gene do not occur
PER_MILLION = (0.98e6, 1.02e6)  # sums of TPM and CPM columns, some genes left out
SAME_TOTAL = 1e-3  # relative
SMALLEST_TOTAL = 1e3  # below, samples of whole numbers have the same sum by chance
TOO_EQUAL = 0.005  # probability of sums as equal as these, of Poisson counts
FEWEST_GENES = 10  # for the same reason
FEW_WHOLE = 0.1
SMALL_LIBRARY = 2e6
STEADY_MEAN = 2.0  # of a gene whose variance is compared with its mean
STEADY_GENES = 20
STEADY_RATIO = 0.5  # of what Poisson counts have, the least that any counts have


def adds_up_to_a_million(sums: np.ndarray) -> bool:
    """Whether the sums of all samples are what those of TPM and CPM are, within 2 %."""
    return bool(np.all((sums >= PER_MILLION[0]) & (sums <= PER_MILLION[1])))


def scale_evidence(values: np.ndarray, *, estimated: bool = False) -> str:
    """Say which scale the values seem to be on, with the evidence; empty when they may be counts.

    Parameters
    ----------
    values
        Genes × samples, numbers; missing values are ignored.
    estimated
        Whether the user says that these are estimated counts; FPKM, which only their size tells
        from such, are then not looked for.

    Notes
    -----
    Logarithms: more than half of the non-zero values are fractional, and none exceeds 30 or some
    are negative. TPM or CPM: more than half are fractional, or there are 1,000 genes or more, and
    every column adds up to a million within 2 %. Other totals, whole numbers or not: two
    different columns or more add up to a power of ten within 0.1 %, or three or more to another
    number; whole numbers then have to be more equal than Poisson counts of one depth are (0.5 %).
    Rounded logarithms: none exceeds 30, and genes vary less between samples than Poisson counts of
    the same mean, which no count of reads does (`varies_less_than_counts`). FPKM and other
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
    if same := _same_total(values, sums, fractional > 0.5):
        return f"values scaled to one total ({share}, every sample adds up to {same:.6g})"
    if nonzero.max() <= LARGEST_LOG2 and nonzero.min() > 0 and varies_less_than_counts(values):
        return (
            f"rounded logarithms ({share}, the largest is {nonzero.max():.4g}, and genes vary "
            "less between samples than counts of reads can)"
        )
    if not estimated and 1 - fractional < FEW_WHOLE and np.median(sums) < SMALL_LIBRARY:
        return f"normalised values such as FPKM ({share}, samples add up to {np.median(sums):.3g})"
    return ""


def may_be_scaled(counts: np.ndarray, sums: np.ndarray) -> bool:
    """Whether whole numbers have to be looked at by `scale_evidence`: told without a copy.

    Parameters
    ----------
    counts, sums
        Whole numbers, genes × samples, and their sums by sample.
    """
    same = bool(np.ptp(sums) <= 2 * SAME_TOTAL * sums.max())
    return same or adds_up_to_a_million(sums) or bool(counts.max(initial=0) <= LARGEST_LOG2)


def _same_total(values: np.ndarray, sums: np.ndarray, fractional: bool) -> float:
    """Return the total that samples share; 0 when they do not, or when they are the same sample."""
    if not fractional and (len(values) < FEWEST_GENES or sums.min() < SMALLEST_TOTAL):
        return 0.0
    if np.ptp(sums) > 2 * SAME_TOTAL * sums.max():
        return 0.0
    different = np.unique(values, axis=1).shape[1]
    power = 10.0 ** np.rint(np.log10(sums.mean()))
    close = bool(np.all(np.abs(sums - power) <= SAME_TOTAL * power))
    if different > 1 and close and power >= 10 * SMALLEST_TOTAL:
        return float(power)
    alike = np.ptp(sums) <= SAME_TOTAL * sums.max()
    return (
        float(sums.mean()) if different > 2 and alike and (fractional or _too_equal(sums)) else 0.0
    )


def _too_equal(sums: np.ndarray) -> bool:
    """Whether sums differ less than sampling alone makes those of equally deep libraries differ."""
    degrees = len(sums) - 1
    return bool(gammainc(degrees / 2, degrees * sums.var(ddof=1) / sums.mean() / 2) < TOO_EQUAL)


def varies_less_than_counts(values: np.ndarray) -> bool:
    """Whether most genes vary less between samples than the least that counts of reads vary.

    Counts vary by sampling at least, so that their variance is their mean or more; that of
    logarithms is far below it. Samples that are copies of another are left out.

    Parameters
    ----------
    values
        Genes × samples, numbers.

    Notes
    -----
    The median over genes of variance by mean is compared with half of that of Poisson counts, the
    median of chi-squared by its degrees of freedom (both as incomplete gamma functions).
    """
    different = np.unique(values[:, ~np.isnan(values).any(axis=0)], axis=1)
    means = different.mean(axis=1) if different.shape[1] > 1 else np.zeros(len(values))
    # Genes at the largest value of the table are left out: it may be a ceiling.
    below = different.max(axis=1, initial=0) < different.max(initial=0)
    steady = (means >= STEADY_MEAN) & below
    if steady.sum() < STEADY_GENES:
        return False
    ratio = np.median(different[steady].var(axis=1, ddof=1) / means[steady])
    degrees = different.shape[1] - 1
    return bool(ratio < STEADY_RATIO * 2 * gammaincinv(degrees / 2, 0.5) / degrees)
