"""One log a job: what it had, what it said, how it ended, and what that cost."""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import platform
import re
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from recurseq.causes import likely_cause
from recurseq.changes import changed_files, file_states
from recurseq.errors import InputError, IntegrityError, Problem
from recurseq.versions import imported_packages, own_version, package_versions, python_version

# The parts of a log, told apart by `recurseq.failures`.
BEGIN, MESSAGES, TRACEBACK, FAILURE, END = (
    f"== {part}" for part in ("job", "messages", "traceback", "failure", "end")
)
DONE, STOPPED, FAILED, INTERRUPTED = "done", "stopped", "failed", "interrupted"
SHOWN_FILES = 10


class Job(Protocol):
    """What a workflow engine tells a script about the job; a subset of Snakemake's object."""

    rule: str
    input: Mapping[str, str | list[str]]
    params: Mapping[str, object]
    wildcards: Mapping[str, str]
    threads: int
    log: list[str]


class _LogFile(logging.Handler):
    """Writes each line at once, so that a kill loses none; to the terminal where it cannot."""

    def __init__(self, path: Path):
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        except OSError:
            self.descriptor = os.dup(sys.__stderr__.fileno())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines(self.format(record))

    def lines(self, *texts: str) -> None:
        data = "".join(f"{text}\n" for text in texts).encode("utf-8", "backslashreplace")
        try:
            os.write(self.descriptor, data)
        except OSError:
            print(*texts, sep="\n", file=sys.stderr)

    def close(self) -> None:
        os.close(self.descriptor)
        super().close()


@contextmanager
def logged(job: Job) -> Iterator[None]:
    """Keep the log of a job around its work, and end the job without a traceback on the terminal.

    The log begins with the job's inputs, params and versions, holds progress and warnings, and ends
    with how the job ended, its wall time and its peak memory. Nothing is printed: the process that
    runs the jobs shows what `recurseq.failures` reads from the logs, once, wherever they ran.

    Parameters
    ----------
    job
        Anything with ``rule``, ``input``, ``params``, ``wildcards``, ``threads`` and ``log``.

    Raises
    ------
    SystemExit
        With code 1 for any error, also when an input file was changed while the job ran.
    """
    begun = time.monotonic()
    log = _LogFile(Path(job.log[0]))
    inputs = _input_files(job)
    before = file_states(path for paths in inputs.values() for path in paths)
    log.lines(BEGIN, *_heading(job, inputs), MESSAGES)
    with _messages_to(log):
        ended = FAILED
        try:
            yield
            _refuse_changed(changed_files(before))
            ended = DONE
        except (InputError, IntegrityError) as error:
            ended = STOPPED
            log.lines(FAILURE, str(error))
            sys.exit(1)
        except Exception as error:
            log.lines(TRACEBACK, traceback.format_exc().rstrip(), FAILURE, *_failure(error))
            sys.exit(1)
        except KeyboardInterrupt:
            ended = INTERRUPTED
            sys.exit(128 + signal.SIGINT)
        finally:
            seconds = time.monotonic() - begun
            log.lines(
                END,
                f"ended: {ended}",
                f"wall time: {seconds:.1f} s",
                f"peak memory: {peak_memory():.0f} MB",
            )


@contextmanager
def _messages_to(log: _LogFile) -> Iterator[None]:
    """Send progress, warnings and the last words of a crash to the log."""
    root = logging.getLogger()
    root.addHandler(log)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    crashes = not faulthandler.is_enabled()
    if crashes:
        faulthandler.enable(log.descriptor)
    try:
        yield
    finally:
        if crashes:
            faulthandler.disable()
        root.removeHandler(log)
        log.close()


def _input_files(job: Job) -> dict[str, list[str]]:
    """Files of each input; one without a file (an optional one) is left out."""
    files = {
        name: [paths] if isinstance(paths, str) else list(map(str, paths))
        for name, paths in job.input.items()
    }
    return {name: paths for name, paths in files.items() if paths}


def _heading(job: Job, inputs: Mapping[str, list[str]]) -> Iterator[str]:
    script = Path(getattr(sys.modules["__main__"], "__file__", "") or "")
    packages = package_versions(imported_packages(script)) if script.is_file() else {}
    versions = {"recurseq": own_version(), "Python": python_version(), **packages}
    yield f"rule: {job.rule}"
    yield from (f"wildcard {name}: {value}" for name, value in job.wildcards.items())
    yield f"started: {time.strftime('%Y-%m-%d %H:%M:%S')} on {platform.node()}"
    for name, paths in inputs.items():
        yield from (f"input {name}: {path}" for path in paths[:SHOWN_FILES])
        if len(paths) > SHOWN_FILES:
            yield f"input {name}: and {len(paths) - SHOWN_FILES} more"
    for name, value in job.params.items():
        yield f"param {name}: {json.dumps(value, ensure_ascii=False, default=str)}"
    yield f"threads: {job.threads}"
    yield "versions: " + ", ".join(f"{name} {version}" for name, version in versions.items())


def _refuse_changed(paths: Iterable[str]) -> None:
    problems = [
        Problem(
            path,
            "the file was changed while it was being read",
            fix="run the same command again when no other program writes it",
        )
        for path in paths
    ]
    if problems:
        raise InputError(problems)


def _failure(error: Exception) -> list[str]:
    """Write the error in one paragraph, and its likely cause where one is known."""
    text = "".join(traceback.format_exception_only(error)).strip()
    cause = likely_cause(error)
    return [text, f"likely cause: {cause}"] if cause else [text]


def peak_memory() -> float:
    """Return the largest memory this process has had so far, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the process that started this one, too
        found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.M)
        if found:
            return int(found[1]) / 1024
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
