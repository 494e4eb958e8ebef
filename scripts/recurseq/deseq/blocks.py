"""Apply a function to all genes, one block of rows after another, in threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

# Small enough that a block of a few dozen samples stays in the processor's cache; fixed, so that
# the number of threads cannot change a result.
GENES_PER_BLOCK = 1024


def by_blocks(
    function: Callable[..., tuple[np.ndarray, ...]], *arrays: np.ndarray, threads: int = 1
) -> tuple[np.ndarray, ...]:
    """Call `function` on blocks of rows and join what it returns.

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
    starts = range(0, max(genes, 1), GENES_PER_BLOCK)

    def one_block(start: int) -> tuple[np.ndarray, ...]:
        with np.errstate(all="ignore"):  # genes that go astray are caught by their results
            return function(*(array[start : start + GENES_PER_BLOCK] for array in arrays))

    if threads > 1 and genes > GENES_PER_BLOCK:
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(one_block, starts))
    else:
        parts = [one_block(start) for start in starts]
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))
