"""The folder of a study: where its configuration is, and how it is read."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from recurseq.base.places import REPOSITORY
from recurseq.io.bytes import fail

SNAKEFILE = REPOSITORY / "Snakefile"
PLACES = ("config.yaml", "config/config.yaml")


@dataclass(frozen=True)
class StudyFolder:
    """A study on disk: its folder, as the user named it, and the path of its configuration."""

    path: Path
    config_path: Path

    @property
    def results(self) -> Path:
        """Where everything that a run makes lies."""
        return self.path / "results"


def open_folder(path: Path) -> StudyFolder:
    """Find the configuration of a study.

    Raises
    ------
    InputError
        When there is no such folder, or no configuration in it.
    """
    if not path.is_dir():
        found = "is a file, not a folder" if path.exists() else "the folder does not exist"
        raise fail(str(path), found, "the folder of a study", _start(path))
    for place in PLACES:
        if (path / place).is_file():
            return StudyFolder(path, path / place)
    raise fail(str(path), "there is no config.yaml in the folder", "", _start(path))


def argument(path: Path) -> str:
    """Return a path that no command can take for an option."""
    return f"./{path}" if str(path).startswith("-") else str(path)


def advised(command: str, path: Path) -> str:
    """Return a command of recurseq on a study, as it can be pasted into a shell."""
    return f"recurseq {command} {shlex.quote(argument(path))}"


def _start(path: Path) -> str:
    return (
        f"put counts and sample sheet, or a clinical table, into it; then: {advised('init', path)}"
    )
