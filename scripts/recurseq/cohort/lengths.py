"""What the configuration says about normalisation, as values for the fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recurseq.base.errors import InputError, Problem, raise_if_any
from recurseq.base.text import few
from recurseq.cohort.genes.rows import with_split_ids
from recurseq.cohort.readers.count_table import as_numbers
from recurseq.cohort.readers.matrix import read_matrix_table
from recurseq.io.files import load

if TYPE_CHECKING:
    import anndata

    from recurseq.base.h5ad import Stored

LONGEST = 1e9  # longer than any genome's longest transcript
AVERAGE_LENGTH = "average_length"  # layer of a cohort whose counts a quantifier estimated


def normalization_values(
    cohort: Stored | anndata.AnnData, settings: Mapping[str, str | None], lengths_path: str | None
) -> dict:
    """Turn the section ``normalization`` into arguments of `recurseq.deseq.normalize`.

    Parameters
    ----------
    cohort
        Samples x genes; ``obs`` is the sample sheet.
    settings
        ``method``, and ``size_factors``: a column of the sheet or None.
    lengths_path
        Matrix of average transcript lengths, or None: then those of the cohort, if it has any.

    Returns
    -------
    dict
        ``method``, ``size_factors``, ``lengths``.
    """
    column = settings["size_factors"]
    if lengths_path is not None:
        lengths = read_lengths(lengths_path, cohort)
    elif AVERAGE_LENGTH in cohort.layers:
        values = cohort.layers[AVERAGE_LENGTH][:]
        lengths = pd.DataFrame(values, cohort.obs_names, cohort.var_names)
    else:
        lengths = None
    return {
        "method": settings["method"],
        "size_factors": None if column is None else cohort.obs[column],
        "lengths": lengths,
    }


def read_lengths(path: str, cohort: Stored | anndata.AnnData) -> pd.DataFrame:
    """Read the average transcript length of each gene in each sample.

    Parameters
    ----------
    path
        Genes in rows, named as in the count matrix, samples in columns.
    cohort
        The samples that need lengths, and the genes that may have them.

    Returns
    -------
    pandas.DataFrame
        Samples x genes of the cohort that the file has; NaN where a cell is no number.

    Raises
    ------
    InputError
        When a sample has no column, a gene two rows, or a cell holds what is no length.
    """
    samples, genes = list(cohort.obs_names), list(cohort.var_names)
    table = with_split_ids(read_matrix_table(load(path), "matrix")).counts
    raise_if_any(_problems(path, table, samples, genes))
    chosen = table.loc[table.index.isin(genes), samples]
    return pd.DataFrame(as_numbers(chosen).T, cohort.obs_names, chosen.index)


def matrix_of_lengths_problems(path: str, samples: list[str], genes: list[str]) -> list[Problem]:
    """List what is wrong with a matrix of transcript lengths, for these samples and genes."""
    try:
        table = with_split_ids(read_matrix_table(load(path), "matrix")).counts
    except InputError as error:
        return list(error.problems)
    return _problems(path, table, samples, genes)


def column_problems(path: str, columns: Iterable[str], samples: list[str]) -> list[Problem]:
    """Find the samples that have no column in a matrix of transcript lengths."""
    present = set(columns)
    missing = [sample for sample in samples if sample not in present]
    if not missing:
        return []
    allowed = "a column for every sample, named as in the sheet"
    return [Problem(path, f"no column for {few(missing)}", allowed)]


def _problems(
    path: str, table: pd.DataFrame, samples: list[str], genes: list[str]
) -> list[Problem]:
    problems = column_problems(path, table.columns, samples)
    if len(twice := table.index[table.index.duplicated()].unique()):
        problems.append(Problem(path, f"more than one row for {few(twice)}", "each gene once"))
    known = table.loc[table.index.isin(genes), table.columns.isin(samples)]
    if known.empty and not problems:
        found = f"none of the genes of the counts; rows such as {few(table.index, 3)}"
        return [Problem(path, found, f"genes named as in the counts, such as {few(genes, 3)}")]
    values = as_numbers(known)
    with np.errstate(invalid="ignore"):
        odd = (values <= 0) | (values > LONGEST) | (np.isnan(values) & known.notna().to_numpy())
    rows, columns = np.nonzero(odd)
    if len(rows):
        cells = [
            f"gene {known.index[row]}, sample {known.columns[column]}: {known.iat[row, column]}"
            for row, column in zip(rows[:3], columns[:3], strict=True)
        ]
        found = f"{len(rows)} cells that are no length, such as {few(cells)}"
        problems.append(Problem(path, found, f"numbers above 0, at most {LONGEST:g}"))
    return problems
