"""How the loops are compiled, and kept on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from numba import njit

from recurseq.deseq.collection import collection_paused

# Types of arguments, none of which is written to; factors may be one row shown many times.
MATRIX, ANY_MATRIX = "Array(f8, 2, 'C', True)", "Array(f8, 2, 'A', True)"
VECTOR, POSITIONS = "Array(f8, 1, 'C', True)", "Array(i8, 1, 'C', True)"
GROUPS = f"{POSITIONS}, {POSITIONS}, {MATRIX}"  # order, starts, rows

compiled = partial(njit, nogil=True, error_model="numpy")
# In these sums over samples the compiler may change the order, and so add several at once.
compiled_sum = partial(compiled, fastmath={"reassoc", "contract"})


def entry(signature: str) -> Callable:
    """Compile what Python calls now, or load it from the disk, and keep it where that is possible.

    What is kept is renewed when the file of the function changes, and only then. So a file with
    entries says, as `BUILT_ON`, which state of all files its entries were compiled with, and all
    are renewed together, in one order; a test compares.
    """

    def compile_entry(function: Callable) -> Callable:
        with collection_paused():
            try:
                return compiled(signature, cache=True)(function)
            except RuntimeError:  # neither the package's nor the user's folder can be written
                return compiled(signature)(function)

    return compile_entry


def state_of_files() -> str:
    """Digest of the files of this package, but for the lines that say it."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        lines = path.read_bytes().splitlines()
        digest.update(b"\n".join(one for one in lines if not one.startswith(b"BUILT_ON")))
    return digest.hexdigest()[:16]
