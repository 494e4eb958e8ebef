"""Finished studies: each runs once in a session of the tests, whatever the number of workers."""

from __future__ import annotations

import fcntl
import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from support.paths import REPOSITORY
from support.small_study import StudyFolder, make_study

SOURCES = ("Snakefile", "config", "scripts", "workflow")
MADE = ("results", "demo", ".snakemake/metadata")  # not its locks


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first worker to ask fills and the others wait for.

    It is for all tests: copy it (`StudyFolder.copied`) before anything is changed in it.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # what the workers of a session have in common
    folder, done = base / "finished" / name, base / "finished" / f"{name}.done"
    folder.parent.mkdir(exist_ok=True)
    with done.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def small_study(folder: Path) -> None:
    """Run the small study, with its counts gzipped."""
    study = make_study(folder)
    counts = folder / "counts.tsv"
    (folder / "counts.tsv.gz").write_bytes(gzip.compress(counts.read_bytes(), mtime=0))
    counts.unlink()
    study.set("counts.path", "counts.tsv.gz")
    run(study)


def demo(folder: Path) -> None:
    """Run the demo; what `make demo` has already made from this very code is taken over."""
    shutil.copytree(REPOSITORY / "config", folder / "config")
    shutil.copy2(REPOSITORY / "config" / "config.yaml", folder)
    if _made_by_this_code():
        for name in MADE:
            shutil.copytree(REPOSITORY / name, folder / name)
    run(StudyFolder(folder))


def run(study: StudyFolder) -> None:
    ended = study.run()
    assert ended.returncode == 0, ended.stdout + ended.stderr


def _made_by_this_code() -> bool:
    """Whether the checkout has the results of a demo, all of them newer than code and data."""
    results = [path for path in (REPOSITORY / "results").rglob("*") if path.is_file()]
    sources = [path for name in SOURCES for path in (REPOSITORY / name).rglob("*")]
    sources = [path for path in sources if path.is_file() and "__pycache__" not in path.parts]
    sources.append(REPOSITORY / "Snakefile")
    last_change = max(path.stat().st_mtime for path in sources)
    return bool(results) and min(path.stat().st_mtime for path in results) > last_change
