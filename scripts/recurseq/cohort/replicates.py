"""Technical replicates: counts of several libraries that are one sample, added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from recurseq.base.text import few
from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.twins import find_twins, twin_note


def added_up(
    table: CountTable, libraries: Mapping[str, Sequence[str]], column: str, path: str
) -> CountTable:
    """Add up the counts of the libraries of each sample.

    Parameters
    ----------
    table
        Counts that passed their checks.
    libraries
        Sample to its columns.
    column
        Of the sheet, which says so; for messages.
    path
        The file or folder, for messages.

    Returns
    -------
    CountTable
        A column for each sample. Average transcript lengths are those of all reads together: with
        counts c and lengths l of the libraries, sum(c) / sum(c / l), where a gene has counts, and
        the mean of the lengths elsewhere. Libraries that seem to be one are named.
    """
    names = [name for several in libraries.values() for name in several]
    counts = table.counts[names].to_numpy()
    totals = {name: counts[:, at].sum() for at, name in enumerate(names)}
    summed = {
        sample: table.counts[list(several)].sum(axis=1) for sample, several in libraries.items()
    }
    several = [
        f"{sample} from {len(runs)} ({', '.join(f'{totals[run]:,.0f}' for run in runs)} counts)"
        for sample, runs in libraries.items()
    ]
    said = (
        f"{path}: {len(names)} columns of counts were added up to {len(libraries)} samples by the "
        f"column {column!r} of the sheet (samples.merge): {few(several)}"
    )
    twins = twin_note(path, find_twins(counts, names))
    return replace(
        table,
        counts=pd.DataFrame(summed, columns=pd.Index(list(libraries), dtype=object)),
        lengths=None if table.lengths is None else _lengths(table, libraries),
        messages=tuple(text for text in (*table.messages, said, twins) if text),
    )


def _lengths(table: CountTable, libraries: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    pooled = {}
    for sample, several in libraries.items():
        counts = table.counts[list(several)].to_numpy(dtype=float)
        lengths = table.lengths[list(several)].to_numpy(dtype=float)
        reads, rates = counts.sum(axis=1), (counts / lengths).sum(axis=1)
        with np.errstate(invalid="ignore"):
            pooled[sample] = np.where(reads > 0, reads / rates, lengths.mean(axis=1))
    return pd.DataFrame(pooled, index=table.counts.index, columns=list(libraries))
