"""One log a rule: progress, warnings and user errors go to the same file."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recurseq.errors import InputError, IntegrityError


@contextmanager
def logged(path: str | Path) -> Iterator[None]:
    """Send messages and warnings to a log file and end a user's mistake without a traceback.

    Parameters
    ----------
    path
        The log file; its folder is made when missing.

    Raises
    ------
    SystemExit
        With code 1 for `InputError` and `IntegrityError`, whose text goes to the terminal and
        to the log. Any other exception is a defect of ours and passes with its traceback, which
        the log then holds too.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    try:
        yield
    except (InputError, IntegrityError) as error:
        logging.getLogger(__name__).error("%s", error)
        print(error, file=sys.stderr)
        sys.exit(1)
    except Exception:
        logging.getLogger(__name__).exception("unexpected failure")
        raise
    finally:
        root.removeHandler(handler)
        handler.close()
