"""Size factors: how deeply each sample was sequenced, relative to the others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.errors import InputError, Problem


def size_factors(counts: pd.DataFrame) -> pd.Series:
    """Median-of-ratios size factors.

    A gene counts only when every sample has at least one read of it; the factor of a sample is the
    median over those genes of its count divided by the gene's geometric mean.

    Parameters
    ----------
    counts
        Samples x genes, raw counts.

    Returns
    -------
    pandas.Series
        One positive factor a sample, indexed as `counts`, around 1.

    Raises
    ------
    InputError
        When no gene has a count in every sample, naming the sparsest sample.

    References
    ----------
    Anders and Huber, Genome Biology 11, R106 (2010), equation 5.
    """
    values = counts.to_numpy(dtype=float)
    usable = (values > 0).all(axis=0)
    if not usable.any():
        raise InputError([_no_common_gene(counts)])
    logs = np.log(values[:, usable])
    factors = np.exp(np.median(logs - logs.mean(axis=0), axis=1))
    return pd.Series(factors, index=counts.index, name="size_factor")


def _no_common_gene(counts: pd.DataFrame) -> Problem:
    detected = (counts > 0).sum(axis=1)
    return Problem(
        where="counts",
        found="every gene has a zero in at least one sample, so no size factor can be computed",
        allowed="at least one gene, better hundreds, with a count in every sample",
        fix=f"look at sample {str(detected.idxmin())!r}: only {detected.min()} genes are detected "
        "in it; leave out samples that are nearly empty",
    )


def normalized(counts: pd.DataFrame, factors: pd.Series) -> pd.DataFrame:
    """Divide each sample's counts by its size factor (samples x genes)."""
    return counts.div(factors.reindex(counts.index), axis=0)
