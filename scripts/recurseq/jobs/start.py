"""How a job starts: modules are most of what a short one costs."""

from __future__ import annotations

import gc
import sys
from importlib import import_module

OBJECTS_BETWEEN_COLLECTIONS = 100_000  # Python's 700 take a tenth of the time of importing


def start_light() -> None:
    """Look for garbage seldom, and import pandas without pyarrow, a tenth of a second.

    pandas loads it for types that no table here has; who reads a Parquet file imports it himself.
    """
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    if "pandas" in sys.modules or "pyarrow" in sys.modules:
        return
    sys.modules["pyarrow"] = None
    try:
        import_module("pandas")
    finally:
        del sys.modules["pyarrow"]
