"""What a result was made from: versions, checksums and the exact configuration."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

from recurseq.base.versions import own_version, package_versions, python_version
from recurseq.base.whole_file import write_whole

PACKAGES = (
    "snakemake",
    "pydeseq2",
    "gseapy",
    "anndata",
    "pandas",
    "numpy",
    "scipy",
    "statsmodels",
    "matplotlib",
)
OUTSIDE = "(outside the study)"


def provenance(
    config: Mapping,
    inputs: Mapping[str, str | Path | Iterable[str | Path]],
    tables: Iterable[str | Path],
    root: str | Path,
) -> dict:
    """Collect what is needed to repeat a run, and nothing that changes from machine to machine.

    There is no time in it and no absolute path: a file inside the study is named from the study's
    folder, any other by its file name alone (its checksum tells which file it was).

    Parameters
    ----------
    config
        The configuration as it was used.
    inputs
        Role of an input (``counts``, ``samples``, ...) to its file or files.
    tables
        The result tables.
    root
        Folder of the study, from which relative paths are told.

    Returns
    -------
    dict
        ``recurseq``, ``versions``, ``platform``, ``config``, ``inputs`` and ``tables``; plain
        values only, ready for JSON.
    """
    return {
        "recurseq": own_version(),
        "versions": {"python": python_version(), **package_versions(PACKAGES)},
        "platform": {"system": platform.system(), "machine": platform.machine()},
        "config": portable(config, root),
        "inputs": [
            {"role": role, **_checksum(path, root)}
            for role, paths in inputs.items()
            for path in ([paths] if isinstance(paths, str | Path) else paths)
        ],
        "tables": [_checksum(path, root) for path in tables],
    }


def write_provenance(record: Mapping, path: str | Path) -> None:
    """Write the record as indented JSON with a final line ending."""
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    write_whole(text, path)


def portable(value: object, root: str | Path) -> object:
    """Return a copy of nested plain values in which no text is an absolute path.

    Parameters
    ----------
    value
        Mappings, lists, texts, numbers, booleans or None, nested as in a configuration.
    root
        Folder of the study.
    """
    if isinstance(value, Mapping):
        return {str(key): portable(item, root) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [portable(item, root) for item in value]
    if isinstance(value, str | Path) and _is_absolute(str(value)):
        return relative_name(value, root)
    return str(value) if isinstance(value, Path) else value


def relative_name(path: str | Path, root: str | Path) -> str:
    """Name a file from the study's folder, or by its file name when it lies elsewhere."""
    text = str(path)
    if not _is_absolute(text):
        return text
    base = Path(root).absolute()
    if Path(text).is_relative_to(base):
        return Path(text).relative_to(base).as_posix()
    name = PureWindowsPath(text).name  # knows both kinds of slash
    return f"{OUTSIDE} {name}"


def _is_absolute(text: str) -> bool:
    posix, windows = PurePosixPath(text), PureWindowsPath(text)
    return (posix.is_absolute() and bool(posix.name)) or bool(windows.drive and windows.root)


def _checksum(path: str | Path, root: str | Path) -> dict:
    with Path(path).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"file": relative_name(path, root), "sha256": digest}
