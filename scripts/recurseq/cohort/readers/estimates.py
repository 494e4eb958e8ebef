"""Estimated counts, which are no whole numbers: one rule for every table that holds them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from recurseq.cohort.readers.count_scale import scale_evidence
from recurseq.cohort.readers.count_table import CountTable, as_numbers

# The merged tables of nf-core/rnaseq, by the names the pipeline gives them.
_MERGED = re.compile(r"merged\.gene_counts")
NO_LENGTHS = (
    "the table holds no transcript lengths, so genes that change the length of their transcripts "
    "may seem to change; with normalization.lengths, or from the quantifier's own files in "
    "counts.directory, lengths enter the model (counts scaled by length need none)"
)


def decimals(table: CountTable) -> str:
    """Say what the decimals of a table are.

    Returns
    -------
    str
        ``none`` where there are none, or where the values are known to be on another scale;
        ``estimated`` where they look like a quantifier's; ``unclear`` where these may be FPKM.
    """
    values = as_numbers(table.counts)
    if not _fractional(values).any() or scale_evidence(values, estimated=True):
        return "none"
    return "unclear" if scale_evidence(values) else "estimated"


def rounded(table: CountTable, path: str, wanted: bool | None) -> CountTable:
    """Round estimated counts to whole numbers, where it is known that they are estimated.

    Parameters
    ----------
    table
        What was read. The tables of quantifiers are rounded already.
    path
        The file or folder, for messages.
    wanted
        ``counts.round``. None, where the key is left out, rounds only the merged tables of
        nf-core/rnaseq, which say so by their file name.

    Returns
    -------
    CountTable
        Ties go to even, as with R's ``round``. Values that are no counts at all, and tables that
        are not to be rounded, stay for the checks to name.
    """
    merged = table.format == "nfcore" and _MERGED.search(Path(path).name) is not None
    if wanted is False or (wanted is None and not merged):
        return table
    values = as_numbers(table.counts)
    fractional = _fractional(values)
    if not fractional.any() or scale_evidence(values, estimated=wanted is True):
        return table
    message = (
        f"{path}: estimated counts of a quantifier were rounded to whole numbers "
        f"({int(fractional.sum())} of {values.size} values were fractional)"
    )
    said = [message] if merged else [message, f"{path}: {NO_LENGTHS}"]
    counts = table.counts.mask(fractional, np.rint(values))
    return replace(table, counts=counts, messages=(*table.messages, *said))


def _fractional(values: np.ndarray) -> np.ndarray:
    return np.isfinite(values) & (values != np.rint(values))
