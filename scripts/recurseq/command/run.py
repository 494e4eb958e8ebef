"""``recurseq run``: Snakemake on a study, by a command line that the user can copy."""

from __future__ import annotations

import contextlib
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from recurseq.base.text import suggest
from recurseq.command.dry_run import show_steps
from recurseq.command.folder import REPOSITORY, SNAKEFILE, StudyFolder, advised, argument
from recurseq.command.terminal import complain, say, say_whole
from recurseq.io.bytes import fail
from recurseq.preflight.check import checked_study

PROFILES = REPOSITORY / "workflow" / "profiles"


@dataclass(frozen=True)
class Request:
    """What the user asked for.

    Attributes
    ----------
    cores
        Processors, or None: all of them, or what the profile says.
    profile
        Name of a profile that comes with recurseq, or the folder of one; None for this machine.
    dry_run, unlock
        Only list the jobs; only take away the lock of a run that was killed.
    verbose
        Whether Snakemake's own list is shown in a dry run.
    extra
        Further arguments, for Snakemake.
    """

    cores: int | None = None
    profile: str | None = None
    dry_run: bool = False
    unlock: bool = False
    verbose: bool = False
    extra: Sequence[str] = ()


def command_line(folder: StudyFolder, request: Request, *, progress_bar: bool) -> list[str]:
    """Return the Snakemake command for a study, one argument an item.

    Parameters
    ----------
    folder
        The study.
    request
        What the user asked for.
    progress_bar
        Whether the output is a terminal, on which a bar can be drawn.

    Raises
    ------
    InputError
        When there is no such profile.
    """
    command = [*_snakemake(), "--snakefile", str(SNAKEFILE)]
    command += ["--directory", argument(folder.path), "--configfile", argument(folder.config_path)]
    if request.profile is not None:
        command += ["--workflow-profile", str(profile_folder(request.profile))]
    if request.cores is not None:
        command += ["--cores", str(request.cores)]
    elif request.profile is None:
        command += ["--cores", "all"]
    if unfinished(folder) and not request.unlock:
        command.append("--rerun-incomplete")
    command += ["--dry-run"] * request.dry_run + ["--unlock"] * request.unlock
    command += ["--logger", "rich"] * progress_bar
    return command + list(request.extra)


def _snakemake() -> list[str]:
    """Snakemake of the environment that this command runs in."""
    beside = Path(sys.executable).with_name("snakemake")
    return [str(beside)] if beside.is_file() else [sys.executable, "-m", "snakemake"]


def profile_folder(name: str) -> Path:
    """Find a profile by its name or its folder.

    Raises
    ------
    InputError
        When there is none.
    """
    for place in (PROFILES / name, Path(name)):
        if any((place / f"config.{ending}").is_file() for ending in ("yaml", "v9+.yaml")):
            return place
    known = sorted(path.name for path in PROFILES.iterdir() if path.is_dir())
    allowed = f"one of {', '.join(known)}, or a folder with a config.yaml"
    raise fail("--profile", f"there is no profile {name!r}", allowed, suggest(name, known))


def in_a_shell(command: Sequence[str]) -> str:
    """Return a command as it can be pasted into a shell."""
    return shlex.join(command)


def unfinished(folder: StudyFolder) -> int:
    """Count the files that a killed run was writing; Snakemake marks them."""
    return _files_in(folder.path / ".snakemake" / "incomplete")


def locked(folder: StudyFolder) -> bool:
    """Whether a run holds the folder, or was killed while it did."""
    return _files_in(folder.path / ".snakemake" / "locks") > 0


def _files_in(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*")) if folder.is_dir() else 0


def execute(command: Sequence[str]) -> int:
    """Run a command on this terminal and return its exit code.

    An interrupt from the keyboard reaches Snakemake itself, which ends its jobs and takes away its
    lock; here it is waited for. A request to end (SIGTERM) is handed on.
    """
    process = subprocess.Popen(command)
    with _signals_for(process):
        return process.wait()


@contextlib.contextmanager
def _signals_for(process: subprocess.Popen) -> Iterator[None]:
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(folder: StudyFolder, request: Request) -> int:
    """Run Snakemake and return its exit code; advise when it failed."""
    listing = request.dry_run and not request.verbose
    bar = sys.stderr.isatty() and not listing
    command = command_line(folder, request, progress_bar=bar)
    if "--rerun-incomplete" in command:
        say(f"{unfinished(folder)} files of an interrupted run are made again.")
    if listing:
        return show_steps(command, in_a_shell(command), folder.path)
    say_whole(in_a_shell(command), "dim")
    sys.stdout.flush()
    code = execute(command)
    if request.unlock and not code:
        say("The folder is unlocked.")
    for line in advice(folder) if code else []:
        complain(line)
    return code


def conclude(folder: StudyFolder, config: dict) -> None:
    """Print what a run that reached its end left behind."""
    # Imported here: it takes a second, in which the run can already work.
    from recurseq.command.summary import show_summary

    with contextlib.chdir(folder.path):
        study, notes = checked_study(config)
    show_summary(study, notes, folder)


def advice(folder: StudyFolder) -> list[str]:
    """Say in plain words what to do after a run that failed."""
    if locked(folder):
        return [
            "The folder is locked: another run is working in it, or one was killed.",
            "If none is running any more, on no machine, unlock it and run again:",
            f"  {advised('run', folder.path)} --unlock",
            f"  {advised('run', folder.path)}",
        ]
    return [
        "The run stopped before its end. What was finished is kept: mend what is named above and",
        "give the same command again.",
    ]
