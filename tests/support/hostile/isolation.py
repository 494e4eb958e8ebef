"""A command in the process of the tests, kept apart from it nearly as in one of its own."""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import signal
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psutil

SECONDS = 300  # no command on a study of this size needs a tenth; what waits for ever is ended
MEMORY = 2 << 30  # bytes beyond what the process has before; a bomb would need more
STREAMS = (1, 2)


class HangingError(BaseException):
    """Not to be caught by what waits."""


@contextlib.contextmanager
def isolated(folder: Path) -> Iterator[IO[bytes]]:
    """Work in a folder, with an end and a limit of memory; nothing of it stays in this process.

    Yields
    ------
    file
        Takes what is written past Python to the streams of the process, as C libraries do.
    """
    before = _state()
    with (
        contextlib.chdir(folder),
        _within(SECONDS),
        _limited_memory(),
        tempfile.TemporaryFile() as written,
        _streams_to(written),
        warnings.catch_warnings(),
    ):
        yield written
    assert _state() == before, "the command changed the process that ran it"


def _state() -> tuple:
    """What a command might leave changed behind it."""
    root = logging.getLogger()
    handlers = tuple(signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM))
    return Path.cwd(), dict(os.environ), tuple(root.handlers), root.level, handlers


@contextlib.contextmanager
def _within(seconds: int) -> Iterator[None]:
    former = signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def _give_up(*_):
    raise HangingError(f"no end after {SECONDS} seconds")


@contextlib.contextmanager
def _limited_memory() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@contextlib.contextmanager
def _streams_to(file: IO[bytes]) -> Iterator[None]:
    kept = [os.dup(stream) for stream in STREAMS]
    try:
        for stream in STREAMS:
            os.dup2(file.fileno(), stream)
        yield
    finally:
        for stream, copy in zip(STREAMS, kept, strict=True):
            os.dup2(copy, stream)
            os.close(copy)
