"""One log a job: what it had, what it said, how it ended, and what that cost."""

from __future__ import annotations

import faulthandler
import gc
import json
import logging
import os
import platform
import re
import resource
import sys
import time
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from recurseq.base.errors import InputError, IntegrityError, Problem
from recurseq.base.versions import imported_packages, own_version, package_versions, python_version
from recurseq.jobs.changes import changed_files, file_states
from recurseq.jobs.error_hints import likely_cause
from recurseq.jobs.start import start_light

# The parts of a log, told apart by `recurseq.jobs.failures`.
BEGIN, MESSAGES, TRACEBACK, FAILURE, END = (
    f"== {part}" for part in ("job", "messages", "traceback", "failure", "end")
)
DONE, STOPPED, FAILED, INTERRUPTED = "done", "stopped", "failed", "interrupted"
SHOWN_FILES = 10
STANDARD_ERROR = 2


class Job(Protocol):
    """What a workflow engine tells a script about the job; a subset of Snakemake's object."""

    rule: str
    input: Mapping[str, str | list[str]]
    params: Mapping[str, object]
    wildcards: Mapping[str, str]
    threads: int
    log: list[str]


class _LogFile(logging.Handler):
    """Writes each line at once, so that a kill loses none.

    Attributes
    ----------
    lost
        Whether a line could not be written, as on a full disk.
    """

    def __init__(self, path: Path):
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self.lost = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        except OSError:
            self.lost = True
            self.descriptor = os.open(os.devnull, os.O_WRONLY)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines(self.format(record))

    def lines(self, *texts: str) -> None:
        data = "".join(f"{text}\n" for text in texts).encode("utf-8", "backslashreplace")
        try:
            self.lost |= os.write(self.descriptor, data) < len(data)
        except OSError:
            self.lost = True

    def close(self) -> None:
        os.close(self.descriptor)
        super().close()


@contextmanager
def logged(job: Job) -> Iterator[None]:
    """Keep the log of a job around its work, and end the job without a traceback on the terminal.

    The log begins with the job's inputs, params and versions, holds progress, warnings and what
    libraries write to the standard error, and ends with how the job ended, its wall time and its
    peak memory. On the terminal there is nothing: the process that runs the jobs shows what
    `recurseq.jobs.failures` reads from the logs, once, wherever they ran. Only when a log cannot be
    written does the job tell its failure itself.

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
    path = Path(job.log[0])
    log = _LogFile(path)
    inputs = _input_files(job)
    before = file_states(path for paths in inputs.values() for path in paths)
    log.lines(BEGIN, *_heading(job, inputs), MESSAGES)
    ended, failure = DONE, []
    with _everything_to(log):
        try:
            start_light()
            yield
            _refuse_changed(changed_files(before))
        except InputError as error:  # a file of a job holds no cell of a patient
            ended, failure = STOPPED, [error.text(cells=False)]
        except IntegrityError as error:
            ended, failure = STOPPED, [str(error)]
        except Exception as error:
            ended, failure = FAILED, _failure(error)
            log.lines(TRACEBACK, traceback.format_exc().rstrip())
        except KeyboardInterrupt:
            ended = INTERRUPTED
        if failure:
            log.lines(FAILURE, *failure)
        log.lines(END, f"ended: {ended}", *_cost(begun))
    gc.freeze()  # the process ends; to search thousands of modules for garbage takes half a second
    if log.lost and failure:
        with suppress(OSError):
            path.unlink()
        print(
            f"{job.rule} {ended}; its log could not be written:",
            *failure,
            sep="\n",
            file=sys.stderr,
        )
    if ended != DONE:
        sys.exit(1)


@contextmanager
def _everything_to(log: _LogFile) -> Iterator[None]:
    """Send progress, warnings, the standard error and the last words of a crash to the log."""
    root = logging.getLogger()
    root.addHandler(log)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    crashes = not faulthandler.is_enabled()
    if crashes:
        faulthandler.enable(log.descriptor)
    sys.stderr.flush()
    terminal = os.dup(STANDARD_ERROR)
    os.dup2(log.descriptor, STANDARD_ERROR)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(terminal, STANDARD_ERROR)
        os.close(terminal)
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


def _cost(begun: float) -> Iterator[str]:
    yield f"wall time: {time.monotonic() - begun:.1f} s"
    yield f"peak memory: {peak_memory():.0f} MB"


def peak_memory() -> float:
    """Return the largest memory this process has had so far, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the process that started this one, too
        found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.M)
        if found:
            return int(found[1]) / 1024
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
