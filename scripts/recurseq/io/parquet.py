"""Parquet files as the other tables are read: identifiers first, then columns by position."""

from __future__ import annotations

import json

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from recurseq.io.bytes import LARGEST_MATRIX, fail
from recurseq.io.cells import cell_text, numbers_or_text

_CELL_BYTES = 8  # repeated values take no room in the file
_UNNAMED_INDEX = "__index_level_"


def read_parquet(where: str, data: bytes) -> pa.Table:
    """Read a Parquet file and put the column that identifies the rows first.

    Parameters
    ----------
    where
        The file, for messages.
    data
        Its bytes. Nothing in them is run: Arrow's types are plain values.

    Returns
    -------
    pyarrow.Table
        First the index that pandas stored (an unnamed one is called ``""``), else the first column
        of text, else the first column. An unnamed index of numbers beside a column of text counts
        rows and is left out.

    Raises
    ------
    InputError
        When the file is broken, has no column, or a column of lists or records.
    """
    try:
        file = parquet.ParquetFile(pa.BufferReader(data))
        if file.metadata.num_rows * file.metadata.num_columns * _CELL_BYTES > LARGEST_MATRIX:
            raise fail(
                where, f"{file.metadata.num_rows:,} rows, more than are read", "a gene a row"
            )
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise fail(where, f"not a readable Parquet file ({error})") from None
    if len(set(table.column_names)) < table.num_columns:
        raise fail(where, "columns with the same name", "one name for each column")
    for field in table.schema:
        if pa.types.is_nested(field.type):
            found = f"the column {field.name!r} holds {field.type}"
            raise fail(where, found, "a number or a text in each cell")
    texts = [field.name for field in table.schema if _is_text(field.type)]
    index = [name for name in _pandas_index(table) if name in table.column_names]
    if texts:
        row_numbers = [n for n in index if n.startswith(_UNNAMED_INDEX) and n not in texts]
        table = table.drop_columns(row_numbers)
        index = [name for name in index if name not in row_numbers]
    first = index or texts[:1]
    order = [*first, *(name for name in table.column_names if name not in first)]
    return table.select(order).rename_columns(
        ["" if n.startswith(_UNNAMED_INDEX) else n for n in order]
    )


def _is_text(kind: pa.DataType) -> bool:
    values = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(
        test(values)
        for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )


def _pandas_index(table: pa.Table) -> list[str]:
    """Names of the index columns that pandas noted; a plain count of rows has none."""
    try:
        noted = json.loads((table.schema.metadata or {}).get(b"pandas", b"{}"))
        return [name for name in noted.get("index_columns", []) if isinstance(name, str)]
    except (ValueError, AttributeError, TypeError):
        return []


def parquet_columns(table: pa.Table, text_columns: set[int]) -> pd.DataFrame:
    """Return the columns by position, as `recurseq.io.files.read_columns` does.

    Parameters
    ----------
    table
        As `read_parquet` returns it.
    text_columns
        Positions of the columns that are text whatever their type.
    """
    return pd.DataFrame(
        {
            at: _texts(column) if at in text_columns else _numbers(column)
            for at, column in enumerate(table.columns)
        }
    )


def _texts(column: pa.ChunkedArray) -> pd.Series:
    return pd.Series([cell_text(value) for value in column.to_pylist()], dtype=object)


def _numbers(column: pa.ChunkedArray) -> pd.Series:
    """Numbers, or the text itself where a cell is none (booleans and dates are text)."""
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return column.to_pandas()
    return numbers_or_text(column.to_pylist())
