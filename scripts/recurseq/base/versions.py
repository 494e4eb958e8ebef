"""Versions of recurseq and of the packages it works with."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from recurseq.base.places import LIBRARY

DISTRIBUTIONS = {"yaml": "PyYAML"}  # where the name to import is not the name to install
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+([\w.]+))", re.M
)


def own_version() -> str:
    """Return the version of recurseq."""
    return (LIBRARY / "VERSION").read_text(encoding="utf-8").strip()


def python_version() -> str:
    """Return the version of Python."""
    return platform.python_version()


def package_versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the version of each package that is installed, by the name it is imported by."""
    versions = {}
    for package in packages:
        try:
            versions[package] = metadata.version(DISTRIBUTIONS.get(package, package))
        except metadata.PackageNotFoundError:
            continue
    return versions


def imported_packages(script: Path) -> list[str]:
    """Name the packages that a script imports, itself or through the modules of recurseq.

    The text is read and nothing is imported, so that the answer is there before a package that is
    broken or missing can end the script.
    """
    seen: set[Path] = set()
    packages: set[str] = set()
    waiting = [script]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        for module in _imports(path.read_text(encoding="utf-8")):
            top = module.partition(".")[0]
            if top == LIBRARY.name:
                waiting += [own for own in _files_of(module) if own not in seen]
            elif top not in sys.stdlib_module_names:
                packages.add(top)
    return sorted(packages)


def _imports(text: str) -> Iterator[str]:
    """Full names of what is imported: ``a``, or ``a`` and ``a.b`` of ``from a import b``."""
    for found in _IMPORT.finditer(text):
        module = found[1] or found[3]
        yield module
        if found[1]:
            yield from (f"{module}.{name}" for name in re.findall(r"\w+", found[2]))


def _files_of(module: str) -> list[Path]:
    """Source files of one of our modules, none for a name that is a function or a class."""
    place = LIBRARY.joinpath(*module.split(".")[1:])
    return [path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file()]


def lead_children_here() -> None:
    """Let processes that this one starts import this library, and not one that is installed.

    Snakemake looks into a script's own folder last, behind installed packages.
    """
    folders = [str(LIBRARY.parent), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, folders))
