"""A study inside a folder that must stay as it is, and the real commands on it."""

from __future__ import annotations

import hashlib
import os
import re
import resource
import stat
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from support.first_steps import first_steps
from support.hostile.isolation import MEMORY, SECONDS, isolated
from support.paths import REPOSITORY
from support.small_study import make_study

WHOLE_RUN = 1500  # seconds, on a machine that does much besides; a quiet one needs thirty
CANARY = "canary"  # what hostile texts would make if they ran: touch canary


@dataclass(frozen=True)
class Case:
    """One input: how it differs from a good study, and the words of the message it must bring.

    A case without words is bad-looking but legal: it has to run.
    """

    name: str
    build: Callable[[Ground], object]
    words: tuple[str, ...] = ()

    @property
    def runs(self) -> bool:
        return not self.words


@dataclass
class Ended:
    """How a command ended."""

    code: int
    text: str


class Ground:
    """A folder with a study in it and neighbours that no command may touch."""

    def __init__(self, folder: Path):
        self.folder = folder / "ground"
        self.path = self.folder / "study"
        self.path.mkdir(parents=True)
        (self.folder / "neighbour").mkdir()
        (self.folder / "neighbour" / "notes.txt").write_text("not yours\n")
        (self.folder / "counts.tsv").write_text("of another study\n")
        self.study = make_study(self.path)
        self.before: dict[str, str] = {}

    def set(self, place: str, value: object) -> None:
        self.study.set(place, value)

    def write(self, name: str, content: bytes | str) -> None:
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        (self.path / name).write_bytes(data)

    def text(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def look(self) -> dict[str, str]:
        """Everything that is no result: kind and content of each file and link, in and outside."""
        made = ("results", ".snakemake", "demo")
        found = {}
        for path in sorted(self.folder.rglob("*")):
            inside = path.relative_to(self.folder).parts
            if inside[0] == "study" and len(inside) > 1 and inside[1] in made:
                continue
            found["/".join(inside)] = _fingerprint(path)
        return found

    def check(self) -> Ended:
        """``recurseq check`` as an account with little memory runs it."""
        command = [sys.executable, "-m", "recurseq", "check", str(self.path)]
        return self._run(command, preexec_fn=_little_memory)

    def check_here(self) -> Ended:
        """``recurseq check`` in this process: the same code, without the second of its start."""
        from recurseq.command.app import app

        self.before = self.look()
        with isolated(self.folder) as written:
            ended = CliRunner().invoke(app, ["check", str(self.path)])
            text = ended.output + _text(written)
        if ended.exception and not isinstance(ended.exception, SystemExit):
            text += "".join(traceback.format_exception(ended.exception))
        return Ended(ended.exit_code, text)

    def start_here(self) -> Ended:
        """Check as the start of a run and its first job do, in this process.

        Snakemake's own reader of the configuration comes first, as it does before the workflow.
        """
        self.before = self.look()
        with isolated(self.path) as written:
            code, text = first_steps(self.path)
            text += _text(written)
        return Ended(code, text)

    def snakemake(self, *arguments: str, cores: int = 1) -> Ended:
        return self._run(
            [
                sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile"),
                "--directory", str(self.path), "--configfile", str(self.path / "config.yaml"),
                "--cores", str(cores), *arguments,
            ],
            timeout=WHOLE_RUN,
        )  # fmt: skip

    def _run(self, command: list[str], **options) -> Ended:
        environment = {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY / "scripts"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.before = self.look()
        ended = subprocess.run(
            command, capture_output=True, check=False, env=environment, cwd=self.folder,
            stdin=subprocess.DEVNULL, **{"timeout": SECONDS, **options},
        )  # fmt: skip
        text = (ended.stdout + ended.stderr).decode("utf-8", "replace")
        return Ended(ended.returncode, text)

    def results(self) -> list[str]:
        made = [p for p in self.path.rglob("results/**/*") if p.is_file() and p.suffix != ".log"]
        return [str(path.relative_to(self.path)) for path in made]


def _little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY, 2 * MEMORY))


def _text(written) -> str:
    written.seek(0)
    return written.read().decode("utf-8", "replace")


def _fingerprint(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return f"link to {path.readlink()}"
    if stat.S_ISREG(mode):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return f"kind {stat.S_IFMT(mode)}"


def try_case(kind: str, case: Case, folder: Path, record_property: Callable, command: Callable):
    """Build a hostile input, give it to a command of `Ground`, and look at how that ends."""
    record_property("input", f"{kind}: {case.name}")
    record_property("result", "runs" if case.runs else "refused")
    ground = Ground(folder)
    case.build(ground)
    examine(case, ground, command(ground))


def examine(case: Case, ground: Ground, ended: Ended) -> None:
    """What must be true of every end, good or bad."""
    text = ended.text
    assert "Traceback" not in text and not re.search(r'File ".*\.py", line', text), text
    assert ground.look() == ground.before, "a file that is no result was touched"
    assert not list(ground.folder.rglob(CANARY)), "a text of the input was run"
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e\u2066]", text), "the terminal is steered"
    if case.runs:
        assert ended.code == 0, text
        return
    assert ended.code != 0, text
    assert "recurseq found" in text, text
    for word in case.words:
        assert word in text, f"{word!r} is not in:\n{text}"
    assert ground.results() == []
    assert len(text) < 30_000, f"a message of {len(text):,} characters"
