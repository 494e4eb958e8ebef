"""Size factors and normalisation factors: by what each count is divided to make samples comparable.

A size factor belongs to a sample. A normalisation factor belongs to a gene in a sample: size factor
times the relative length of the gene's transcripts there, where a quantifier has estimated lengths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.text import few


@dataclass(frozen=True)
class Normalization:
    """What counts are divided by.

    Attributes
    ----------
    size_factors
        One per sample; with `factors`, the geometric mean of these over the genes.
    factors
        Samples x genes, in place of the size factors when transcript lengths are known.
    """

    size_factors: pd.Series
    factors: pd.DataFrame | None = None

    def rows(self, samples: pd.Index, genes: pd.Index) -> np.ndarray:
        """Divisors, genes x samples; a read-only view without memory of its own if they can be."""
        if self.factors is None:
            values = self.size_factors.reindex(samples).to_numpy(dtype=float)
            return np.broadcast_to(values, (len(genes), len(samples)))
        return self.factors.reindex(index=samples, columns=genes).to_numpy(dtype=float).T

    def divide(self, counts: pd.DataFrame) -> pd.DataFrame:
        """Normalised counts, samples x genes."""
        if self.factors is None:
            return counts.div(self.size_factors.reindex(counts.index), axis=0)
        return counts / self.factors.reindex(index=counts.index, columns=counts.columns)


def normalize(
    counts: pd.DataFrame,
    *,
    method: str = "ratio",
    size_factors: pd.Series | None = None,
    lengths: pd.DataFrame | None = None,
) -> Normalization:
    """Estimate or take what counts are divided by.

    Parameters
    ----------
    counts
        Samples x genes, raw counts.
    method
        ``ratio`` or ``poscounts``, see `estimate_size_factors`; of no use with `size_factors`.
    size_factors
        One positive number per sample, taken as they are.
    lengths
        Average transcript length of each gene in each sample, samples x genes (at least those of
        `counts`). Only ratios between samples matter.

    Returns
    -------
    Normalization

    Raises
    ------
    InputError
        When no factor can be computed, a given one is not positive, or a length is missing.
    """
    if size_factors is not None:
        size_factors = _given(size_factors, counts.index)
    if lengths is None:
        if size_factors is None:
            size_factors = estimate_size_factors(counts, method)
        return Normalization(size_factors)
    relative = relative_lengths(lengths, counts)
    if size_factors is None:
        size_factors = estimate_size_factors(counts, method, relative[counts.columns])
    factors = centred_factors(relative, size_factors)
    logs = np.log(factors[counts.columns].to_numpy())
    overall = pd.Series(np.exp(logs.mean(axis=1)), index=counts.index, name="size_factor")
    return Normalization(overall, factors)


def estimate_size_factors(
    counts: pd.DataFrame, method: str = "ratio", lengths: pd.DataFrame | None = None
) -> pd.Series:
    """Median-of-ratios size factors.

    The factor of a sample is the median over genes of its count divided by the gene's geometric
    mean. With ``ratio`` a gene counts only when every sample has at least one read of it. With
    ``poscounts`` a zero adds nothing to the logarithm of the geometric mean, genes with a count in
    the sample are used, and the factors are scaled to a geometric mean of 1.

    Parameters
    ----------
    counts
        Samples x genes, raw counts.
    method
        ``ratio`` or ``poscounts``.
    lengths
        From `relative_lengths`, the same genes: counts are divided by them first. As in R the
        geometric means of ``poscounts`` are those of the raw counts.

    Returns
    -------
    pandas.Series
        One positive factor per sample, indexed as `counts`, around 1.

    Raises
    ------
    InputError
        When no gene has a count in every sample (``ratio``), naming the sparsest sample, or a
        sample has no count at all (``poscounts``).

    References
    ----------
    Anders and Huber, Genome Biology 11, R106 (2010), equation 5; R DESeq2's
    ``estimateSizeFactorsForMatrix`` and ``estimateSizeFactors(type = "poscounts")``.
    """
    values = counts.to_numpy()
    positive = values > 0
    usable = positive.any(axis=0) if method == "poscounts" else positive.all(axis=0)
    if not usable.any():
        raise InputError([_no_common_gene(counts)])
    with np.errstate(divide="ignore"):
        logs = np.log(values[:, usable].astype(float))
    positive = positive[:, usable]
    if method == "poscounts":
        centre = np.where(positive, logs, 0.0).mean(axis=0)
    if lengths is not None:
        logs -= np.log(lengths.to_numpy(dtype=float)[:, usable])
    if method == "ratio":
        centre = logs.mean(axis=0)
    logs -= centre
    if positive.all():
        medians = np.median(logs, axis=1)
    else:
        medians = np.array([_median(row[seen]) for row, seen in zip(logs, positive, strict=True)])
    if np.isnan(medians).any():
        raise InputError([_empty_sample(counts.index[np.isnan(medians)])])
    if method == "poscounts":
        medians -= medians.mean()
    return pd.Series(np.exp(medians), index=counts.index, name="size_factor")


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else np.nan


def relative_lengths(lengths: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Divide each gene's lengths by their geometric mean over the samples.

    Parameters
    ----------
    lengths
        Samples x genes, at least those of `counts`.
    counts
        Names the samples and genes that need a length.
    """
    lacking = [*counts.columns.difference(lengths.columns), *counts.index.difference(lengths.index)]
    if lacking:
        raise InputError([_no_length(lacking)])
    chosen = lengths.loc[counts.index]
    values = chosen.to_numpy(dtype=float)
    good = np.isfinite(values) & (values > 0)
    if not good.all():
        raise InputError([_bad_lengths(chosen.columns[~good.all(axis=0)])])
    logs = np.log(values)
    return pd.DataFrame(np.exp(logs - logs.mean(axis=0)), chosen.index, chosen.columns)


def centred_factors(relative: pd.DataFrame, size_factors: pd.Series) -> pd.DataFrame:
    """Relative length times size factor, scaled to a geometric mean of 1 in every gene.

    R's ``estimateNormFactors``: normalised counts stay on the scale of the raw ones.
    """
    product = relative.mul(size_factors.reindex(relative.index), axis=0)
    return product / np.exp(np.log(product.to_numpy()).mean(axis=0))


def _given(size_factors: pd.Series, samples: pd.Index) -> pd.Series:
    values = pd.to_numeric(size_factors.reindex(samples), errors="coerce").astype(float)
    bad = ~(np.isfinite(values) & (values > 0))
    if bad.any():
        problem = Problem(
            where="size factors",
            found=f"no positive number for {few(samples[bad])}",
            allowed="one positive number per sample",
            fix="fill the column in, or leave size_factors out to have them estimated",
        )
        raise InputError([problem])
    return values.rename("size_factor")


def _no_common_gene(counts: pd.DataFrame) -> Problem:
    detected = (counts > 0).sum(axis=1)
    return Problem(
        where="counts",
        found="every gene has a zero in at least one sample, so no size factor can be computed",
        allowed="at least one gene, better hundreds, with a count in every sample",
        fix=f"look at sample {str(detected.idxmin())!r}: only {detected.min()} genes are detected "
        "in it; leave out samples that are nearly empty. If sparse counts are in the nature of the "
        "data, set normalization: {method: poscounts}",
    )


def _empty_sample(samples: pd.Index) -> Problem:
    return Problem(
        where="counts",
        found=f"no gene has a count in {few(samples)}",
        allowed="counts in every sample",
        fix="leave these samples out",
    )


def _no_length(names: list[str]) -> Problem:
    return Problem(
        where="lengths",
        found=f"no average transcript length for {few(names)}",
        allowed="a length for every gene that is tested, in every sample",
        fix="make counts and lengths from the same quantification",
    )


def _bad_lengths(genes: pd.Index) -> Problem:
    return Problem(
        where="lengths",
        found=f"a length that is missing, zero or negative for {few(genes)}",
        allowed="positive numbers, in base pairs",
        fix="where a gene is silent in a sample, give it the mean length of the other samples, "
        "as tximport does",
    )
