"""Run one engine as a process of its own: wall time, peak memory of its tree, time limit."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

INTERVAL = 0.05


@dataclass(frozen=True)
class Run:
    """How one process ended. `wall` in seconds, `memory` in bytes."""

    wall: float
    memory: int
    outcome: str  # "" when it ended well
    message: str = ""


def run(command: Sequence[str], environment: Mapping[str, str], limit: float) -> Run:
    """Run `command`; after `limit` seconds it is ended, with all it started.

    Memory is the largest sum, seen every 50 ms, over the process and its children: resident memory
    of a single process, proportional set size (shared pages counted once) of several; at least the
    resident peak that the system recorded for the main process.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            env=dict(environment),
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        status, largest = _watch(process, start + limit)
        wall = time.perf_counter() - start
        if status is None:
            return Run(wall, largest, f"not finished after {limit / 60:g} min")
        if status == 0:
            return Run(wall, largest, "")
        errors.seek(0)
        lines = errors.read().decode("utf-8", "replace").strip().splitlines()
        return Run(wall, largest, "failed", lines[-1] if lines else f"exit {status}")


def _watch(process: subprocess.Popen, deadline: float) -> tuple[int | None, int]:
    """Wait for the process; return its exit status (None when it was ended) and its memory."""
    largest = 0
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, max(largest, usage.ru_maxrss * 1024)
        if time.perf_counter() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return None, largest
        largest = max(largest, tree_memory(process.pid))
        time.sleep(INTERVAL)


def tree_memory(pid: int) -> int:
    """Bytes held now by a process and everything it started; 0 when it has just ended."""
    try:
        main = psutil.Process(pid)
        children = main.children(recursive=True)
        if not children:
            return main.memory_info().rss
    except psutil.Error:
        return 0
    return sum(_proportional(member) for member in [main, *children])


def _proportional(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
        return getattr(full, "pss", full.rss)
    except (psutil.Error, OSError):
        return 0
