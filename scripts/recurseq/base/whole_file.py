"""How a result file comes to be: under another name until it is complete."""

from __future__ import annotations

import glob
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from recurseq.base.errors import Problem

PARTIAL = ".partial"


def writing_problems(folder: str | Path) -> list[Problem]:
    """Find the folders that cannot be written: this one and those in it, or where it would be."""
    wanted = Path(folder).absolute()
    if not wanted.exists():
        parent = next(parent for parent in wanted.parents if parent.exists())
        return [] if _writable(parent) else [_not_writable(parent)]
    problems = []
    for place, folders, _ in os.walk(wanted):
        if not _writable(place):
            problems.append(_not_writable(Path(place)))
            folders.clear()  # one message for all that is in it
    return problems


def _writable(folder: str | Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _not_writable(folder: Path) -> Problem:
    read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
    reason = "the file system can only be read" if read_only else "this account may not write there"
    fix = "change the permissions, or copy the study to a folder of your own"
    return Problem(f"folder {folder}", f"cannot be written: {reason}", fix=fix)


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
        _remove(partial)
        raise


def write_whole(text: str, path: str | Path) -> None:
    """Write a text as UTF-8 with unix line endings; the file appears only when complete."""
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def _remove(partial: Path) -> None:
    """Remove a file and free its space at once, though a library may still hold it open."""
    with suppress(OSError):
        os.truncate(partial, 0)
    partial.unlink(missing_ok=True)
