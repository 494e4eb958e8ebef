"""From the rows of a file to genes: names taken apart, dates left out, repeated rows added up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recurseq.base.text import few
from recurseq.cohort.genes.composite import Split, merged_ids, split_composites
from recurseq.cohort.genes.excel_names import changed_by_excel
from recurseq.cohort.genes.spike_ins import spike_in_message, spike_ins
from recurseq.cohort.readers.count_table import CountTable
from recurseq.io.bytes import fail

if TYPE_CHECKING:
    from recurseq.study.model import GeneRules

_DATES_SHOWN = 40  # all that Excel makes of a human annotation


def settled(table: CountTable, rules: GeneRules, path: str) -> CountTable:
    """Turn the rows of a file into genes, as the section ``genes`` says.

    Parameters
    ----------
    table
        What was read.
    rules
        How repeated identifiers, dates of Excel and spike-ins are treated.
    path
        The file or folder, for messages.

    Returns
    -------
    CountTable
        With a message for everything that was changed.

    Raises
    ------
    InputError
        When different composites share an identifier, and are not to be added up, or all rows are
        spike-ins that are to be left out.
    """
    table = _split(table, rules, path)
    if rules.excel_dates == "drop":
        table = _without_dates(table, path)
    if rules.duplicates == "sum":
        table = _summed(table, path)
    genes = list(table.counts.index)
    found = spike_ins(genes, table.gene_names)
    included = rules.spike_ins == "include"
    if found.all() and not included:
        what = f"all {len(genes)} rows are spike-ins, such as {few(genes, 3)}"
        fix = "set genes.spike_ins to include, if they are to be tested"
        raise fail(f"{path}, first column", what, "genes of the samples", fix)
    return saying(table, spike_in_message(genes, found, included=included))


def with_split_ids(table: CountTable, split: Split | None = None) -> CountTable:
    """Give a table the identifiers of its composites, and their names where it has none."""
    split = split or split_composites(list(table.counts.index))
    if split is None:
        return table
    index = pd.Index(split.ids, dtype=object)
    names = pd.Series(split.names, index=index, dtype=object)
    if table.gene_names is not None:
        own = table.gene_names.set_axis(index)
        names = own.where(own != "", names)
    return replace(
        table,
        counts=table.counts.set_axis(index, axis=0),
        gene_names=names,
        gene_types=None if table.gene_types is None else table.gene_types.set_axis(index),
        lengths=None if table.lengths is None else table.lengths.set_axis(index, axis=0),
    )


def _split(table: CountTable, rules: GeneRules, path: str) -> CountTable:
    genes = list(table.counts.index)
    split = split_composites(genes)
    if split is None:
        return table
    at = next(at for at, (a, b) in enumerate(zip(genes, split.ids, strict=True)) if a != b)
    parts = f"{genes[at]!r} is {split.ids[at]!r}" + (
        f", called {split.names[at]!r}" if split.names[at] else ""
    )
    merged = merged_ids(genes, split)
    if merged and rules.duplicates != "sum":
        found = (
            f"composite names such as {genes[at]!r}, of which several share an identifier: "
            f"{few(merged)}"
        )
        allowed = "one row for each identifier, with or without a symbol beside it"
        fix = "genes.duplicates: sum adds up the rows; or name the rows by identifiers alone"
        raise fail(f"{path}, first column", found, allowed, fix)
    message = (
        f"{path}: identifiers that hold a second name were taken apart in {split.rows:,} of "
        f"{len(genes):,} rows: {parts}"
    )
    return saying(with_split_ids(table, split), message)


def _without_dates(table: CountTable, path: str) -> CountTable:
    """Leave out rows that Excel made dates; a name alone that is one gives way to the identifier.

    Which gene a date was cannot be told: 1-Mar is MARCHF1 or MTARC1.
    """
    dates = set(changed_by_excel(table.counts.index))
    kept = ~table.counts.index.isin(dates)
    table = saying(_rows(table, kept) if dates else table, _left_out(table, kept, dates, path))
    if table.gene_names is None:
        return table
    wrong = table.gene_names.isin(changed_by_excel(table.gene_names)).to_numpy()
    if not wrong.any():
        return table
    message = (
        f"{path}: {int(wrong.sum())} gene names that Excel turned into dates or numbers give way "
        f"to those of the identifier: {few(table.gene_names[wrong], _DATES_SHOWN)}"
    )
    return saying(replace(table, gene_names=table.gene_names.mask(wrong, "")), message)


def _left_out(table: CountTable, kept: np.ndarray, dates: set[str], path: str) -> str:
    if not dates:
        return ""
    which = [gene for gene in dict.fromkeys(table.counts.index) if gene in dates]
    number = int((~kept).sum())
    rows = "1 row was" if number == 1 else f"{number} rows were"
    return (
        f"{path}: {rows} left out of everything, because Excel turned the gene name into a date or "
        f"number (genes.excel_dates: drop): {few(which, _DATES_SHOWN)}"
    )


def _rows(table: CountTable, kept: np.ndarray) -> CountTable:
    return replace(
        table,
        counts=table.counts[kept],
        gene_names=None if table.gene_names is None else table.gene_names[kept],
        gene_types=None if table.gene_types is None else table.gene_types[kept],
        lengths=None if table.lengths is None else table.lengths[kept],
    )


def _summed(table: CountTable, path: str) -> CountTable:
    """Add up rows with the same identifier; dates of Excel are several genes and stay as they are.

    Rows whose transcript lengths are known stay too: their average would need abundances.
    """
    genes = table.counts.index
    repeated = genes.duplicated(keep=False) & (genes != "")
    repeated &= ~genes.isin(changed_by_excel(genes[repeated]))
    if not repeated.any() or table.lengths is not None:
        return table
    first, kept = repeated & ~genes.duplicated(), ~(repeated & genes.duplicated())
    counts = table.counts.set_axis(range(table.counts.shape[1]), axis=1)
    for at in counts:
        cells = counts[at]
        grouped = cells[repeated].groupby(level=0, sort=False)
        whole = cells.dtype != object and cells.notna().all()
        totals = grouped.sum() if whole else grouped.agg(_total)
        values = cells.to_numpy(copy=True)
        values[first] = totals.reindex(genes[first]).to_numpy()
        counts[at] = values
    counts = counts.set_axis(table.counts.columns, axis=1)
    names = list(dict.fromkeys(genes[repeated]))
    message = (
        f"{path}: {int(repeated.sum())} rows of {len(names)} identifiers that stand on several "
        f"were added up (genes.duplicates: sum): {few(names)}"
    )
    return saying(_rows(replace(table, counts=counts), kept), message)


def _total(cells: pd.Series) -> object:
    """Sum the cells of a gene; the first that is no number, so that the checks can name it."""
    numbers = pd.to_numeric(cells, errors="coerce")
    wrong = numbers.isna().to_numpy()
    return cells.iloc[int(wrong.argmax())] if wrong.any() else numbers.sum()


def saying(table: CountTable, message: str) -> CountTable:
    """Return a table with one more message; as it is when there is none."""
    return replace(table, messages=(*table.messages, message)) if message else table
