"""What the configuration says about normalisation, as values for the fit."""

from __future__ import annotations

from collections.abc import Mapping

import anndata
import pandas as pd

from recurseq.cohort.matrix import read_table
from recurseq.cohort.table import as_numbers
from recurseq.errors import few
from recurseq.files import fail, load

AVERAGE_LENGTH = "average_length"  # layer of a cohort whose counts a quantifier estimated


def normalization_values(
    cohort: anndata.AnnData, settings: Mapping[str, str | None], lengths_path: str | None
) -> dict:
    """Turn the section ``normalization`` into arguments of `recurseq.deseq.normalize`.

    Parameters
    ----------
    cohort
        Samples x genes; ``obs`` is the sample sheet.
    settings
        ``estimator``, and ``size_factors``: a column of the sheet or None.
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
        values = cohort.layers[AVERAGE_LENGTH]
        lengths = pd.DataFrame(values, cohort.obs_names, cohort.var_names)
    else:
        lengths = None
    return {
        "method": settings["estimator"],
        "size_factors": None if column is None else cohort.obs[column],
        "lengths": lengths,
    }


def read_lengths(path: str, cohort: anndata.AnnData) -> pd.DataFrame:
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
        When a sample has no column, or a gene has two rows.
    """
    table = read_table(load(path), "matrix").counts
    missing = cohort.obs_names.difference(table.columns)
    if len(missing):
        raise fail(
            path,
            f"no column for {few(missing)}",
            "a column for every sample, named as in the sheet",
        )
    twice = table.index[table.index.duplicated()]
    if len(twice):
        raise fail(path, f"more than one row for {few(twice.unique())}", "each gene once")
    chosen = table.loc[table.index.isin(cohort.var_names), list(cohort.obs_names)]
    return pd.DataFrame(as_numbers(chosen).T, cohort.obs_names, chosen.index)
