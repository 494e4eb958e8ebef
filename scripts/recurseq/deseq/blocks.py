"""Apply a function to all genes, one block of rows after another, in threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

# A block's arrays stay in the processor's cache. Its size depends on nothing but the number of
# columns, so that the number of threads cannot change a result.
_VALUES_PER_BLOCK = 1 << 15
_MOST_GENES = 1024
_FEWEST_GENES = 32


def genes_per_block(columns: int) -> int:
    """Rows of a block whose widest array has so many columns."""
    return int(np.clip(_VALUES_PER_BLOCK // max(columns, 1), _FEWEST_GENES, _MOST_GENES))


def by_blocks(
    function: Callable[..., tuple[np.ndarray, ...]], *arrays: np.ndarray, threads: int = 1
) -> tuple[np.ndarray, ...]:
    """Call `function` on blocks of rows and join what it returns.

    Memory is needed for the joined result and for one block per thread.

    Parameters
    ----------
    function
        Takes the rows of each array (genes first) and returns a tuple of arrays, genes first.
    arrays
        Arrays of equal length along the first axis.
    threads
        Blocks worked on at the same time; the result does not depend on it.
    """
    genes = len(arrays[0])
    size = genes_per_block(max(array[:1].size for array in arrays))
    starts = range(0, max(genes, 1), size)

    def one_block(start: int) -> tuple[np.ndarray, ...]:
        with np.errstate(all="ignore"):  # genes that overflow are caught by their results
            return function(*(array[start : start + size] for array in arrays))

    if threads > 1 and genes > size:
        with ThreadPoolExecutor(threads) as pool:
            return _joined(pool.map(one_block, starts), genes, size)
    return _joined(map(one_block, starts), genes, size)


def _joined(parts: Iterable[tuple[np.ndarray, ...]], genes: int, size: int) -> tuple:
    whole: tuple[np.ndarray, ...] = ()
    for number, part in enumerate(parts):
        if not whole:
            whole = tuple(np.empty((genes, *column.shape[1:]), column.dtype) for column in part)
        for target, column in zip(whole, part, strict=True):
            target[number * size : (number + 1) * size] = column
    return whole


def dense(rows: np.ndarray) -> np.ndarray:
    """Make a block contiguous and floating-point."""
    return np.ascontiguousarray(rows, dtype=float)
