"""Compile the loops of the engine before they are needed: python -m recurseq.deseq.compile_kernels.

`make install` runs this. Where nothing can be kept on disk it says so and changes nothing: every
process that needs the loops then compiles them for itself.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

LOOPS = {"dispersions": "climb_genes", "coefficients": "reweight_genes"}
LOOPS |= {"posterior": "climb_posteriors"}


def compile_kernels() -> Path | None:
    """Compile all loops, or load what was compiled before.

    Returns
    -------
    Path or None
        The folder they are kept in; None when there is none that can be written.
    """
    kept = set()
    for module, entry in LOOPS.items():
        loops = import_module(f"recurseq.deseq.kernels.{module}")
        kept.add(getattr(loops, entry).stats.cache_path)
    folder = kept.pop()
    return Path(folder) if folder else None


def main() -> int:
    """Compile, and say where the result is kept."""
    folder = compile_kernels()
    if folder is None:
        print("the engine's loops cannot be kept on disk; each run will compile them anew (15 s)")
    else:
        print(f"the engine's loops are compiled, in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
