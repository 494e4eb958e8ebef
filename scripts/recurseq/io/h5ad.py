"""The samples of an h5ad file, as the rows of a sheet."""

from __future__ import annotations

import anndata.io
import h5py
import pandas as pd

from recurseq.base.errors import InputError
from recurseq.io.bytes import fail
from recurseq.io.cells import cell_text

MOST_SAMPLES = 100_000
_UNNAMED = ("", "index", "_index", "None")
NAMES = "sample_id"


def rows_of_obs(path: str) -> list[list[str]]:
    """Return the header and the rows of ``obs``, names first; a missing value is an empty text.

    Raises
    ------
    InputError
        When the file is no h5ad, or has more rows than a study has samples.
    """
    try:
        with h5py.File(path, "r") as file:
            if "obs" not in file:
                raise fail(path, "an HDF5 file without obs, not h5ad", "a sample sheet, or an h5ad")
            samples = anndata.io.read_elem(file["obs"])
    except InputError:
        raise
    except Exception as error:  # whatever h5py and anndata raise at a damaged file
        raise fail(path, f"not a readable h5ad file ({error})", "a sample sheet") from None
    if not isinstance(samples, pd.DataFrame):
        fix = "read it with a present anndata and write it again"
        raise fail(path, "obs is stored as anndata did before version 0.7", "h5ad", fix)
    if len(samples) > MOST_SAMPLES:
        found = f"{len(samples):,} rows: these seem to be cells, not samples"
        raise fail(path, found, "one row for each sample", "add up the cells of each sample")
    title = "" if samples.index.name is None else str(samples.index.name)
    if title in _UNNAMED:
        title = NAMES
    columns = [name for name in samples.columns if str(name) != title]
    header = [title, *map(str, columns)]
    cells = [[_text(value) for value in samples[name]] for name in columns]
    names = [cell_text(name) for name in samples.index]
    return [header, *(list(row) for row in zip(names, *cells, strict=True))]


def _text(value: object) -> str:
    return "" if pd.isna(value) else cell_text(value)
