"""Cohort and model as h5ad files: written whole, read in parts.

AnnData writes them and any of its readers opens them. What a job needs is read with h5py alone:
importing anndata costs more than reading the tables, and it would load every matrix of the file.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pandas as pd

from recurseq.base.whole_file import whole_file

if TYPE_CHECKING:
    from anndata import AnnData

# A chunk holds all samples of some genes, so that a few genes are read without the others.
_CHUNK_BYTES = 1 << 18
_PACKED = {"compression": "lzf"}
# HDF5 takes a slash in a name for a folder, and anndata is about to refuse such names. The file has
# a look-alike instead, and beside it the names as they are.
_SLASH, _LOOK_ALIKE = "/", "\N{DIVISION SLASH}"
_NAMES = "recurseq-names"


@dataclass(frozen=True)
class Stored:
    """An h5ad file: its tables in memory, its matrices on the disk until they are asked for.

    The attributes are called as those of AnnData, so that what works on one works on the other.

    Attributes
    ----------
    path
        The file.
    obs, var
        Samples and genes.
    uns
        Notes.
    """

    path: Path
    obs: pd.DataFrame
    var: pd.DataFrame
    uns: dict

    @property
    def obs_names(self) -> pd.Index:
        """Names of the samples."""
        return self.obs.index

    @property
    def var_names(self) -> pd.Index:
        """Identifiers of the genes."""
        return self.var.index

    @property
    def layers(self) -> Mapping[str, StoredLayer]:
        """Matrices of samples × genes, by name."""
        return _Elements(self.path, "layers", StoredLayer)

    @property
    def varm(self) -> Mapping[str, np.ndarray]:
        """Arrays with one row per gene, by name; each is read when it is asked for."""
        return _Elements(self.path, "varm", _element)

    @property
    def obsm(self) -> Mapping[str, pd.DataFrame | np.ndarray]:
        """Tables with one row per sample, by name; each is read when it is asked for."""
        return _Elements(self.path, "obsm", _element)


def open_h5ad(path: str | Path) -> Stored:
    """Read samples, genes and notes of an h5ad file, and none of its matrices.

    Parameters
    ----------
    path
        As `write_h5ad` or AnnData writes it.
    """
    with h5py.File(path) as file:
        return Stored(
            Path(path).absolute(), *(_element(file[part]) for part in ("obs", "var", "uns"))
        )


def gene_columns(data: Stored | AnnData, layer: str, genes: Sequence[str]) -> pd.DataFrame:
    """Take some genes of a layer; from a file, only the chunks that hold them are read.

    Parameters
    ----------
    data
        Samples × genes.
    layer
        Name of the layer.
    genes
        Identifiers.

    Returns
    -------
    pandas.DataFrame
        Samples × `genes`, in this order.

    Raises
    ------
    KeyError
        When a gene is not there.
    """
    names = pd.Index(genes)
    positions = data.var_names.get_indexer(names)
    if (positions < 0).any():
        raise KeyError(f"there is no gene {', '.join(names[positions < 0])}")
    return pd.DataFrame(data.layers[layer][:, positions], data.obs_names, names)


class StoredLayer:
    """A matrix of samples × genes in a file; ``layer[:, genes]`` reads the genes named.

    Parameters
    ----------
    stored
        The dataset; the file may be closed afterwards.
    """

    def __init__(self, stored: h5py.Dataset):
        self.shape, self.dtype = stored.shape, stored.dtype
        self._place = stored.file.filename, stored.name
        self._width = stored.chunks[1] if stored.chunks else self.shape[1]

    def __getitem__(self, key: slice | tuple[slice, slice | np.ndarray]) -> np.ndarray:
        """Read all samples of all genes (``[:]``) or of some, by a slice, a mask or positions."""
        samples, genes = key if isinstance(key, tuple) else (key, slice(None))
        if samples != slice(None):
            raise IndexError("a stored layer is read for all samples")
        filename, name = self._place
        with h5py.File(filename) as file:
            stored = file[name]
            if isinstance(genes, slice):
                return stored[:, genes]
            return self._columns(stored, np.arange(self.shape[1])[np.asarray(genes)])

    def _columns(self, stored: h5py.Dataset, positions: np.ndarray) -> np.ndarray:
        """Columns in any order, each chunk read once."""
        values = np.empty((self.shape[0], len(positions)), self.dtype)
        chunks = positions // self._width
        for chunk in np.unique(chunks):
            wanted = np.flatnonzero(chunks == chunk)
            start = chunk * self._width
            block = stored[:, start : start + self._width]
            values[:, wanted] = block[:, positions[wanted] - start]
        return values


class _Elements(Mapping):
    """The elements of one part of a file, each read when it is asked for."""

    def __init__(self, path: Path, part: str, read: Callable[[h5py.Group | h5py.Dataset], object]):
        self._path, self._part, self._read = path, part, read

    def __getitem__(self, name: str) -> object:
        with h5py.File(self._path) as file:
            part = file.get(self._part, {})
            if name not in part:
                raise KeyError(f"{self._path} has no {self._part}[{name!r}]")
            return self._read(part[name])

    def __iter__(self) -> Iterator[str]:
        with h5py.File(self._path) as file:
            return iter(list(file.get(self._part, ())))

    def __len__(self) -> int:
        return len(list(iter(self)))


def _element(stored: h5py.Group | h5py.Dataset) -> object:
    """Read one element of the AnnData file format; kinds not listed here are left to anndata."""
    kind = stored.attrs.get("encoding-type"), stored.attrs.get("encoding-version")
    if kind in _READERS:
        return _READERS[kind](stored)
    from anndata.io import read_elem  # slow to import, and seldom needed

    return read_elem(stored)


def _table(stored: h5py.Group) -> pd.DataFrame:
    stored_names = [str(stored.attrs["_index"]), *map(str, stored.attrs["column-order"])]
    index, *names = map(str, stored.attrs.get(_NAMES, stored_names))
    rows, *columns = (_element(stored[name]) for name in stored_names)
    # The name that anndata gives an index without a name.
    named = None if index == "_index" else index
    return pd.DataFrame(dict(zip(names, columns, strict=True)), pd.Index(rows, name=named), names)


def _categories(stored: h5py.Group) -> pd.Categorical:
    categories = _element(stored["categories"])
    return pd.Categorical.from_codes(
        stored["codes"][:], categories, ordered=bool(stored.attrs["ordered"])
    )


# https://anndata.readthedocs.io/en/latest/fileformat-prose.html
_READERS = {
    ("array", "0.2.0"): lambda stored: stored[()],
    ("numeric-scalar", "0.2.0"): lambda stored: stored[()],
    ("string", "0.2.0"): lambda stored: stored.asstr()[()],
    ("string-array", "0.2.0"): lambda stored: stored.asstr()[()],
    ("categorical", "0.2.0"): _categories,
    ("dataframe", "0.2.0"): _table,
    ("dict", "0.1.0"): lambda stored: {name: _element(stored[name]) for name in stored},
}


def write_h5ad(
    data: AnnData, path: str | Path, layers_of: Stored | None = None, shown: str = ""
) -> None:
    """Write an AnnData as h5ad; the file has its name when all of it is on the disk.

    Text stays text, and the same data give the same bytes. A slash in the name of a column becomes
    a division slash (U+2215); `open_h5ad` gives the name back as it was.

    Parameters
    ----------
    data
        What is written; its layers are dense.
    path
        The file.
    layers_of
        A file with the same samples and genes, whose layers are copied without being read.
    shown
        Layer that is ``X`` too: one matrix in the file, under both names.
    """
    import anndata

    parts = {name: getattr(data, name) for name in ("X", "obs", "var", "uns")}
    parts |= {name: dict(getattr(data, name)) for name in ("obsm", "varm")}
    named, names = _without_slashes(parts)
    with whole_file(path) as partial:
        try:
            tables = anndata.AnnData(**named)
            tables.write_h5ad(partial, convert_strings_to_categoricals=False, **_PACKED)
            with h5py.File(partial, "a") as file:
                for place, original in names.items():
                    file[place].attrs[_NAMES] = original
                _write_layers(file, data.layers, layers_of)
                if shown:
                    file.pop("X", None)
                    file["X"] = file["layers"][shown]
        except Exception as error:
            # HDF5 crashes the process at its end when a file could not be closed, as on a full
            # disk. The error, kept until then, keeps the open parts of the file.
            atexit.register(_leave, error)
            raise


def _write_layers(
    file: h5py.File, layers: Mapping[str, np.ndarray], layers_of: Stored | None
) -> None:
    from anndata.io import write_elem

    for name, values in layers.items():
        layout = {"shuffle": True, "chunks": _chunks(values), **_PACKED}
        write_elem(file["layers"], name, values, dataset_kwargs=layout)
    if layers_of is not None:
        with h5py.File(layers_of.path) as source:
            for name, stored in source["layers"].items():
                source.copy(stored, file["layers"], name)


def without_slash(name: str) -> str:
    """Return the name of a column as a file has it."""
    return name.replace(_SLASH, _LOOK_ALIKE)


def _without_slashes(parts: Mapping[str, object]) -> tuple[dict, dict[str, list[str]]]:
    """Rename columns for the file; also return the names as they were, by place in the file."""
    names: dict[str, list[str]] = {}

    def renamed(place: str, value: object) -> object:
        if isinstance(value, Mapping):
            return {key: renamed(f"{place}/{key}", one) for key, one in value.items()}
        if not isinstance(value, pd.DataFrame):
            return value
        original = [value.index.name or "_index", *map(str, value.columns)]
        if not any(_SLASH in name for name in original):
            return value
        names[place] = original
        index, *columns = map(without_slash, original)
        return value.set_axis(columns, axis=1).rename_axis(None if index == "_index" else index)

    return {place: renamed(place, value) for place, value in parts.items()}, names


def _chunks(values: np.ndarray) -> tuple[int, int]:
    samples, genes = values.shape
    return samples, int(np.clip(_CHUNK_BYTES // (samples * values.itemsize), 1, genes))


def _leave(_: Exception) -> None:
    """End a process that failed, before the libraries clean up."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)
