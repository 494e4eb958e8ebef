"""How a result file comes to be: under another name until it is complete."""

from __future__ import annotations

import glob
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL = ".partial"


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Give a name to write to; the file gets its own name when all of it is on the disk.

    Whatever ends the writing (an error, a full disk, a killed process, a lost node), the file is
    either absent or whole. The other name is new each time, so that two processes never write into
    one file; what a killed one left behind is removed by the next that writes the same file.

    Parameters
    ----------
    path
        The file; its folder is made when missing.

    Yields
    ------
    pathlib.Path
        Name to write to, in the same folder; hidden, and with an ending that no reader looks for.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f".{glob.escape(target.name)}.*{PARTIAL}"):
        left.unlink(missing_ok=True)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}{PARTIAL}")
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())  # a disk that is full or over its quota may say so only now
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
