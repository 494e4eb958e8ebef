"""Genes in rows or samples in rows: decided by where the samples of the sheet stand."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recurseq.cohort.readers.matching import same_samples
from recurseq.io.bytes import fail

MOST_SAMPLES = 10_000  # in rows, for other spellings of their names to be looked for


def genes_in_rows(
    counts: pd.DataFrame, sample_ids: Sequence[str], where: str
) -> tuple[pd.DataFrame, str]:
    """Turn a table of samples × genes, so that genes are in rows.

    Parameters
    ----------
    counts
        Index and columns are text.
    sample_ids
        Samples of the sheet; without any the table stays as it is.
    where
        The file, for messages.

    Returns
    -------
    (pandas.DataFrame, str)
        Genes × samples, and a message when the table was turned. It is turned when half of the
        samples or more, and more than in the header, stand in the first column.

    Raises
    ------
    InputError
        When as many samples stand in the first column as in the header.
    """
    if not sample_ids:
        return counts, ""
    samples = pd.Index(sample_ids).unique()
    in_rows = int(samples.isin(counts.index).sum())
    in_header = int(samples.isin(counts.columns).sum())
    if not in_rows and not in_header and len(counts) <= MOST_SAMPLES:
        in_rows = len(same_samples(list(counts.index), sample_ids))
        in_header = len(same_samples(list(counts.columns), sample_ids)) if in_rows else 0
    if in_rows and in_rows == in_header:
        found = (
            f"{in_rows} samples of the sheet stand in the first column, and as many in the header"
        )
        fix = "give samples names that no gene has, here and in the sheet"
        raise fail(where, found, "samples in the header, genes in the first column", fix)
    if in_rows < in_header or 2 * in_rows < len(samples):
        return counts, ""
    message = (
        f"{where}: read with samples in rows and genes in columns: {in_rows} of {len(samples)} "
        f"samples of the sheet stand in the first column, {in_header} in the header"
    )
    return counts.T, message
