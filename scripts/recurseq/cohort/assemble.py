"""Put counts, samples and annotation together: one AnnData for everything that follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import anndata
import numpy as np
import pandas as pd

from recurseq.cohort.filtering import drop_reasons, filter_notes, fitted_genes
from recurseq.cohort.genes.annotation import annotate
from recurseq.cohort.lengths import AVERAGE_LENGTH
from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.remarks import left_out_note
from recurseq.design.contrast import Group


def assemble(
    table: CountTable,
    samples: pd.DataFrame,
    annotation: pd.DataFrame,
    *,
    min_count: int,
    min_samples: int,
    spike_ins: bool = True,
    simulated: bool,
    main_factor: str,
    groups: Sequence[Group] = (),
    messages: Sequence[str] = (),
) -> anndata.AnnData:
    """Build the cohort from a table that passed `recurseq.cohort.checks.matrix_problems`.

    Parameters
    ----------
    table
        Counts as read; columns that are no samples are left out.
    samples
        Kept samples with typed columns, indexed by sample.
    annotation
        As `recurseq.cohort.genes.annotation.load_annotation` returns it.
    min_count, min_samples
        See `recurseq.cohort.filtering.keep_genes`.
    spike_ins
        Whether spike-ins are left out of the model.
    simulated, main_factor
        Of the study, for everything that shows results.
    groups
        What contrasts compare: genes that one of them expresses and the filter leaves out are said.
    messages
        What the user should know, beside what the reader says.

    Returns
    -------
    anndata.AnnData
        Samples × all genes, each sorted by identifier, so that the order in the files never shows
        in a result. ``layers["counts"]``: int32, or int64 where a count needs it, with no copy in
        ``X``; ``layers["average_length"]`` where a quantifier gives lengths.
        ``var``: ``gene_name``, ``gene_type``, ``chromosome``, ``kept``, ``drop_code``,
        ``drop_reason``.
    """
    said = [*table.messages, *messages, left_out_note(table, samples.index)]
    samples = samples.sort_index(kind="stable")
    genes = np.argsort(table.counts.index.to_numpy(dtype=object), kind="stable")
    names = table.counts.index[genes]
    counts = _whole_numbers(table.counts, samples.index, genes)
    variables = annotate(
        list(names),
        None if table.gene_names is None else table.gene_names.iloc[genes],
        annotation,
        None if table.gene_types is None else table.gene_types.iloc[genes],
    )
    limits = {"min_count": min_count, "min_samples": min_samples}
    named = list(names), variables["gene_name"]
    kept, codes = fitted_genes(counts, *named, spike_ins=spike_ins, **limits)
    variables["kept"], variables["drop_code"] = kept, codes
    variables["drop_reason"] = drop_reasons(variables["drop_code"], min_count, min_samples)
    said += filter_notes(counts, codes, list(variables["gene_name"]), samples, groups, **limits)
    variables.index = pd.Index(names, dtype=object, name="gene_id")
    cohort = anndata.AnnData(obs=_storable(samples), var=_compact(variables))
    cohort.layers["counts"] = counts
    if table.lengths is not None:
        lengths = table.lengths[list(samples.index)].iloc[genes]
        cohort.layers[AVERAGE_LENGTH] = np.ascontiguousarray(lengths.to_numpy(dtype=float).T)
    cohort.uns.update(
        simulated=bool(simulated),
        main_factor=main_factor,
        min_samples=min_samples,
        counts_format=table.format,
        messages=np.array([text for text in said if text], dtype=object),
    )
    return cohort


def _whole_numbers(counts: pd.DataFrame, samples: Iterable[str], genes: np.ndarray) -> np.ndarray:
    """Return samples × genes, in the smaller of int32 and int64 that holds them.

    Sample by sample, for a second copy of a large table may not fit.
    """
    columns = [counts[sample].to_numpy() for sample in samples]
    largest = max(column.max(initial=0) for column in columns)
    kind = np.int32 if largest <= np.iinfo(np.int32).max else np.int64
    values = np.empty((len(columns), len(genes)), kind)
    for row, column in zip(values, columns, strict=True):
        row[:] = column[genes]
    return values


def _storable(samples: pd.DataFrame) -> pd.DataFrame:
    """Return the sheet in types that h5ad holds: a text column with gaps becomes categorical."""
    stored = samples.copy()
    stored.index = pd.Index([str(sample) for sample in samples.index], dtype=object)
    # AnnData refuses an index that is named as a column which says something else.
    stored.index.name = None if "sample_id" in stored else "sample_id"
    for name, values in stored.items():
        if values.dtype == object:
            gaps = values.isna().any()
            stored[name] = pd.Categorical(values) if gaps else values.astype(str).astype(object)
    return stored


def _compact(genes: pd.DataFrame) -> pd.DataFrame:
    """Store text that most genes share once: the names stay text."""
    shared = [name for name in genes.select_dtypes(object) if name != "gene_name"]
    return genes.astype(dict.fromkeys(shared, "category"))
