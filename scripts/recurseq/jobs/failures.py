"""Which jobs of a run failed and why, read from their logs.

The logs are all there is to read: they lie in the study's folder, whichever machine a job ran on,
and one without an end tells of a job that was killed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from recurseq.jobs.changes import State, changed_files, file_states
from recurseq.jobs.error_hints import CRASHED, KILLED
from recurseq.jobs.log import BEGIN, DONE, END, FAILURE, INTERRUPTED, MESSAGES, STOPPED, TRACEBACK

LAST_LINES = 8
UNKNOWN = (
    "not known; this may be a defect of recurseq. Please report it with the whole log, "
    "which has the details."
)
_CRASH = "Fatal Python error"
_LOADED = "Extension modules: "  # a crash ends with this, the names of a hundred modules


@dataclass(frozen=True)
class FailedJob:
    """A job that did not come to its end.

    Attributes
    ----------
    name
        The rule, with its wildcards in brackets.
    log
        The job's log.
    input_at_fault
        Whether the job stopped by itself with a message for the user; `lines` are that message.
    lines
        What to show: the message, or the last lines of the log and the error.
    cause
        The likely cause and the remedy; empty when `input_at_fault`.
    """

    name: str
    log: Path
    input_at_fault: bool
    lines: tuple[str, ...]
    cause: str = ""


def log_states(folder: str | Path) -> dict[str, State | None]:
    """Return the state of every log in a folder, to be handed to `failed_jobs` after a run."""
    return file_states(_logs(folder))


def failed_jobs(
    folder: str | Path, before: Mapping[str, State | None] | None = None
) -> list[FailedJob]:
    """Read from its logs which jobs of a run that has ended did not come to their end.

    Parameters
    ----------
    folder
        The study's ``results/logs``.
    before
        `log_states` at the start of the run, so that logs of earlier runs are left out.
    """
    before = before or {}
    logs = [str(log) for log in _logs(folder)]
    changed = changed_files({log: before.get(log) for log in logs})
    return [job for log in changed if (job := _failed_job(Path(log))) is not None]


def failures_in_words(jobs: Iterable[FailedJob]) -> str:
    """Write for the terminal what failed, with the last lines of each log and the likely cause."""
    return "\n".join(line for job in jobs for line in _description(job))


def _description(job: FailedJob) -> list[str]:
    here = Path.cwd()
    log = job.log.relative_to(here) if job.log.is_relative_to(here) else job.log
    if job.input_at_fault:
        return ["", f"{job.name} stopped (log: {log}).", *job.lines]
    lines = [f"    {line}" for line in job.lines]
    return [
        "",
        f"{job.name} failed. The end of its log, {log}:",
        *lines,
        f"Likely cause: {job.cause}",
    ]


def _logs(folder: str | Path) -> list[Path]:
    return sorted(Path(folder).rglob("*.log"))


def _failed_job(log: Path) -> FailedJob | None:
    text = log.read_text(encoding="utf-8", errors="replace")
    if not text:  # Snakemake makes it for a job that a cluster refused or never began
        return None
    parts = _parts(text.splitlines())
    ended = _value(parts.get(END, []), "ended")
    if ended in (DONE, INTERRUPTED):
        return None
    name = _name(parts.get(BEGIN, []), log)
    failure = parts.get(FAILURE, [])
    if ended == STOPPED:
        return FailedJob(name, log, True, tuple(failure))
    lines = [one for one in parts.get(MESSAGES, []) if one and not one.startswith(_LOADED)]
    if not ended:
        return FailedJob(name, log, False, _last(lines), CRASHED if _CRASH in text else KILLED)
    cause = _value(failure, "likely cause")
    error = [line for line in failure if not line.startswith("likely cause: ")]
    if cause:  # then neither the way through the code nor what libraries say on top is of use
        lines = [line for line in lines if line.startswith(("INFO ", "WARNING "))] + error
    else:
        lines = lines + parts.get(TRACEBACK, [])
    return FailedJob(name, log, False, _last(lines), cause or UNKNOWN)


def _parts(lines: list[str]) -> dict[str, list[str]]:
    """Lines of a log under the mark that they follow."""
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        if line in (BEGIN, MESSAGES, TRACEBACK, FAILURE, END):
            current = parts[line] = []
        else:
            current.append(line)
    return parts


def _value(lines: Iterable[str], key: str) -> str:
    start = f"{key}: "
    return next((line.removeprefix(start) for line in lines if line.startswith(start)), "")


def _name(heading: list[str], log: Path) -> str:
    rule = _value(heading, "rule") or log.stem
    wildcards = [
        line.removeprefix("wildcard ").replace(": ", "=", 1)
        for line in heading
        if line.startswith("wildcard ")
    ]
    return f"{rule} ({', '.join(wildcards)})" if wildcards else rule


def _last(lines: list[str]) -> tuple[str, ...]:
    return tuple(lines[-LAST_LINES:])
