"""Python's garbage collector, paused while things are loaded that stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """Keep the collector from looking for garbage among what is just being loaded.

    Importing PyDESeq2 makes half a million objects, all of which stay; looking through them again
    and again takes a fifth of the time, and two fifths of loading compiled loops.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
