"""Counts of an h5ad file: the matrix that holds whole numbers, wherever in the file it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import anndata.io
import h5py
import numpy as np
import pandas as pd
from scipy import sparse

from recurseq.base.errors import InputError
from recurseq.base.text import few
from recurseq.cohort.readers.count_scale import scale_evidence
from recurseq.cohort.readers.count_table import CountTable, percent
from recurseq.cohort.readers.formats import NAME_HEADERS, TYPE_HEADERS
from recurseq.cohort.readers.gene_column import gene_column
from recurseq.cohort.readers.orientation import genes_in_rows
from recurseq.io.bytes import fail
from recurseq.io.cells import cell_text

LARGEST = 2e8  # values: 3,000 samples of all genes; beyond are cells
_GENE_NAMES = NAME_HEADERS | {"gene_symbols", "gene_names", "feature_name"}
_LAYERS = ("counts", "raw_counts", "raw")
_ALLOWED = "whole numbers in layers['counts'], raw or X"


@dataclass(frozen=True)
class _Matrix:
    """A matrix of the file: samples × the genes of `genes`."""

    name: str
    values: np.ndarray | sparse.csr_matrix | sparse.csc_matrix
    genes: pd.DataFrame

    @property
    def stored(self) -> np.ndarray:
        """Values without the zeros that a sparse matrix leaves out."""
        return self.values.data if sparse.issparse(self.values) else self.values

    @property
    def dense(self) -> np.ndarray:
        return self.values.toarray() if sparse.issparse(self.values) else self.values

    def is_whole(self) -> bool:
        """Whether every value is a whole number from 0."""
        values = self.stored
        return bool(np.all(values >= 0) and np.all(values == np.rint(values)))

    def may_be_estimated(self) -> bool:
        """Whether every value is a number from 0, on no scale that is known to hold no counts."""
        right = bool(np.all(self.stored >= 0)) and bool(np.isfinite(self.stored).all())
        return right and not scale_evidence(self.dense.T.astype(float), estimated=True)


def read_h5ad(path: str, sample_ids: Sequence[str] = (), *, estimated: bool = False) -> CountTable:
    """Read the counts of an h5ad file.

    Parameters
    ----------
    path
        AnnData as h5ad, samples × genes; dense or sparse.
    sample_ids
        Samples of the sheet. They are the names of the rows or, when none of them is, stand in a
        column of ``obs``; nothing else is taken from ``obs``.
    estimated
        Whether estimated counts, which are no whole numbers, are wanted where no whole ones are.

    Returns
    -------
    CountTable
        Genes × samples. Of ``layers["counts"]``, ``raw`` and ``X`` the first that holds whole
        numbers; a message names it.

    Raises
    ------
    InputError
        When none does (with what each seems to hold), or the file is not h5ad.
    """
    try:
        with h5py.File(path, "r") as file:
            if not {"obs", "var"} <= set(file):
                found = f"an HDF5 file with {few(sorted(file))}, not h5ad"
                raise fail(path, found, "an h5ad file, or another kind of table")
            samples = _frame(path, file, "obs")
            _refuse_cells(path, len(samples), len(_frame(path, file, "var")))
            logarithms = "log1p" in file.get("uns", ())
            chosen, others = _whole_numbers(_matrices(path, file, len(samples)))
            if chosen is None and estimated:
                matrices = _matrices(path, file, len(samples))
                chosen = next((one for one in matrices if one.may_be_estimated()), None)
    except InputError:
        raise
    except Exception as error:  # whatever h5py and anndata raise at a damaged file
        fix = "copy it again; one that is gzipped as a whole has to be unpacked"
        raise fail(path, f"not a readable h5ad file ({error})", "", fix) from None
    if chosen is None:
        if logarithms:
            others.append("uns['log1p'] says that logarithms were taken")
        fix = (
            "store the counts before normalisation: adata.layers['counts'] = counts; if these are "
            "estimated counts of a quantifier, set counts.round: true"
        )
        raise fail(path, f"there are no counts in it: {'; '.join(others)}", _ALLOWED, fix)
    names, named_by = _sample_names(path, samples, sample_ids)
    said = "; ".join([f"{path}: counts were taken from {chosen.name}", *others])
    counts = pd.DataFrame(
        (_integers(chosen.dense) if chosen.is_whole() else chosen.dense).T,
        index=_names(chosen.genes.index),
        columns=_names(names),
    )
    counts, turned = genes_in_rows(counts, sample_ids, path)
    genes = None if turned else chosen.genes
    numbered = "" if turned else _named_genes(path, counts, chosen.genes)
    return CountTable(
        counts,
        _texts(genes, _GENE_NAMES, counts.index),
        _texts(genes, TYPE_HEADERS, counts.index),
        "h5ad",
        tuple(text for text in (said, named_by, numbered, turned) if text),
    )


def _frame(path: str, file: h5py.File, name: str) -> pd.DataFrame:
    frame = anndata.io.read_elem(file[name])
    if not isinstance(frame, pd.DataFrame):
        fix = "read it with a present anndata and write it again"
        raise fail(path, f"{name} is stored as anndata did before version 0.7", "h5ad", fix)
    return frame


def _refuse_cells(path: str, rows: int, columns: int) -> None:
    if rows * columns > LARGEST:
        found = f"{rows:,} rows and {columns:,} genes: these seem to be cells, not samples"
        fix = "add up the counts of each sample's cells (pseudobulk) and store these"
        raise fail(path, found, "one row for each sample", fix)


def _matrices(path: str, file: h5py.File, rows: int) -> Iterator[_Matrix]:
    """Read one after the other those that may be counts, the likeliest first."""
    places = [(f"layers[{name!r}]", f"layers/{name}", "var") for name in _LAYERS]
    for name, place, genes in (*places, ("raw", "raw/X", "raw/var"), ("X", "X", "var")):
        if place in file:
            frame = _frame(path, file, genes)
            yield _Matrix(name, _values(file[place], (rows, len(frame))), frame)


def _values(
    stored: h5py.Group | h5py.Dataset, shape: tuple[int, int]
) -> np.ndarray | sparse.csr_matrix | sparse.csc_matrix:
    values = anndata.io.read_elem(stored)
    if sparse.issparse(values):
        values.check_format(full_check=True)  # positions outside the matrix are not caught later
    elif not isinstance(values, np.ndarray):
        raise TypeError(f"{stored.name} is no matrix")
    if values.shape != shape:
        raise ValueError(f"{stored.name} has the shape {values.shape}, its names {shape}")
    return values


def _whole_numbers(matrices: Iterator[_Matrix]) -> tuple[_Matrix | None, list[str]]:
    """Return the first matrix of whole numbers, and what those before it hold."""
    others = []
    for matrix in matrices:
        if matrix.is_whole():
            return matrix, others
        others.append(f"{matrix.name} holds {_evidence(matrix)}")
    return None, others or ["it has no matrix"]


def _integers(values: np.ndarray) -> np.ndarray:
    """Return whole numbers as such; with one that is too large all stay, for the checks to name."""
    return values.astype(np.int64) if values.max(initial=0) < 2.0**63 else values


def _evidence(matrix: _Matrix) -> str:
    if evidence := scale_evidence(matrix.dense.T.astype(float)):
        return evidence
    missing = np.isnan(matrix.stored)
    values = matrix.stored[~missing & (matrix.stored != 0)]
    if missing.any():
        return f"no whole numbers from 0 (missing values: {int(missing.sum()):,})"
    share = percent(np.mean(values != np.rint(values)))
    fractional = f"{share} of the non-zero values are fractional"
    return f"no whole numbers from 0 ({fractional}, the smallest is {values.min():.4g})"


def _sample_names(
    path: str, samples: pd.DataFrame, sample_ids: Sequence[str]
) -> tuple[pd.Series, str]:
    """Return names of the rows: the index, or the column of obs that holds the sheet's samples."""
    names = samples.index.to_series()
    if not sample_ids or names.astype(str).isin(sample_ids).any():
        return names, ""
    for column in samples.columns:
        texts = samples[column].astype(str)
        if texts.is_unique and texts.isin(sample_ids).any():
            return texts, f"{path}: samples are named by the column {column!r} of obs"
    return names, ""


def _named_genes(path: str, counts: pd.DataFrame, genes: pd.DataFrame) -> str:
    """Name genes by a column of text where the names of ``var`` are numbers of rows."""
    texts = {
        at: np.array([cell_text(value) for value in genes[name]], dtype=object)
        for at, name in enumerate(genes.columns, start=1)
        if not pd.api.types.is_numeric_dtype(genes[name])
    }
    header = [str(genes.index.name or ""), *map(str, genes.columns)]
    at, said = gene_column(path, header, counts.index.to_numpy(), texts)
    if at:
        counts.index = pd.Index(texts[at], dtype=object)
    return said


def _names(values: pd.Series | pd.Index) -> pd.Index:
    return pd.Index([cell_text(value) for value in values], dtype=object)


def _texts(genes: pd.DataFrame | None, wanted: frozenset[str], index: pd.Index) -> pd.Series | None:
    columns = [] if genes is None else [c for c in genes.columns if str(c).lower() in wanted]
    if not columns:
        return None
    values = genes[columns[0]].astype(object)
    return pd.Series([cell_text(v) for v in values.where(values.notna(), None)], index=index)
