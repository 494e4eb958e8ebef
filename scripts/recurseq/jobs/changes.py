"""Whether files were changed meanwhile, told by their size and date."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

State = tuple[int, int]


def file_states(paths: Iterable[str | Path]) -> dict[str, State | None]:
    """Return size (bytes) and date (ns) of each file; None for one that cannot be opened.

    A file is opened for it, as network storage may tell an old date of a file that is not.
    """
    return {str(path): _state(path) for path in paths}


def changed_files(before: Mapping[str, State | None]) -> list[str]:
    """Name the files whose size or date is not what it was."""
    return [path for path, state in before.items() if _state(path) != state]


def _state(path: str | Path) -> State | None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        found = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    return found.st_size, found.st_mtime_ns
