"""What an unexpected failure most likely means, in plain words, with the remedy."""

from __future__ import annotations

import errno
import re
import zipfile
import zlib
from collections.abc import Iterator

AGAIN = "Then run the same command again; what is finished is kept."
_FULL = f"the disk is full. Free some space on it (df -h shows how much there is). {AGAIN}"
_QUOTA = f"your disk quota is used up. Remove files or ask for a larger one. {AGAIN}"
_LIMIT = f"a file grew beyond the size this account may write (ulimit -f). Raise it. {AGAIN}"
_DENIED = f"this account may not write or read there. Change the folder's permissions. {AGAIN}"
_READ_ONLY = f"the file system can only be read. Use a folder that can be written. {AGAIN}"
_MISSING = (
    "a file that the step needs is not there: it was moved or removed during the run, or the "
    f"folder is not shared with the machine the step ran on. {AGAIN}"
)
_STORAGE = f"the disk or the network storage failed. {AGAIN}"
_HANDLES = f"too many files or processes are in use at once (ulimit -a). Use fewer cores. {AGAIN}"
_MEMORY = (
    "memory ran out. Use a machine, or ask for a job, with more memory, or use fewer cores "
    f"so that fewer steps run at once. {AGAIN}"
)
_BROKEN = (
    "a compressed file ends too early or is damaged. Copy or download an input again; remove a "
    f"result, which is then made anew. {AGAIN}"
)
_ENVIRONMENT = (
    "a package is missing or does not fit the others. Set the environment up again: make install, "
    "or the conda environment in envs/recurseq.yaml."
)
KILLED = (
    "the step was killed from outside and could write nothing more: mostly by the system because "
    "memory ran out (kill -9), by the cluster at a limit of memory or time, or by a person. With "
    f"more memory or time, or fewer cores, it may go through. {AGAIN}"
)
CRASHED = (
    "a compiled part of a package crashed. When it happens again, set the environment up anew "
    f"(make install). {AGAIN}"
)

_BY_NUMBER = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _QUOTA,
    errno.EFBIG: _LIMIT,
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EROFS: _READ_ONLY,
    errno.ENOENT: _MISSING,
    errno.EIO: _STORAGE,
    errno.ESTALE: _STORAGE,
    errno.EMFILE: _HANDLES,
    errno.ENFILE: _HANDLES,
    errno.EAGAIN: _HANDLES,
    errno.ENOMEM: _MEMORY,
}
_BY_KIND = (
    (MemoryError, _MEMORY),
    (ImportError, _ENVIRONMENT),
    ((EOFError, zlib.error, zipfile.BadZipFile), _BROKEN),
)
_BY_WORDS = (  # of libraries that do not pass the system's error number on
    ("no space left on device", _FULL),
    ("disk quota exceeded", _QUOTA),
    ("file too large", _LIMIT),
    ("not a gzipped file", _BROKEN),
    ("truncated file", _BROKEN),
    ("file signature not found", _BROKEN),
    ("can't start new thread", _HANDLES),
    ("unable to allocate", _MEMORY),
    ("bad_alloc", _MEMORY),
)


def likely_cause(error: BaseException) -> str:
    """Say what an exception most likely means and what to do.

    Parameters
    ----------
    error
        The exception; those it came from (``__cause__``, ``__context__``) are looked at too, as a
        library often wraps the one that tells.

    Returns
    -------
    str
        A cause with its remedy; empty where none is known, which points to a defect of recurseq.
    """
    return next(filter(None, map(_cause_of_one, _chain(error))), "")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)


def _cause_of_one(error: BaseException) -> str:
    for kind, cause in _BY_KIND:
        if isinstance(error, kind):
            return cause
    if isinstance(error, OSError) and (cause := _BY_NUMBER.get(_number(error))):
        return cause
    words = str(error).lower()
    return next((cause for part, cause in _BY_WORDS if part in words), "")


def _number(error: OSError) -> int | None:
    """Return the system's error number; HDF5 has it in its text only."""
    found = re.search(r"errno = (\d+)", str(error))
    return int(found[1]) if error.errno is None and found else error.errno
