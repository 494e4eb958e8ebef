"""Which sample a file, or a column named after a file, belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

# What tools append to a sample name; taken off from the end, again and again.
_SUFFIX = re.compile(
    r"(\.gz|\.bam|\.sam|\.cram|\.txt|\.tsv|\.csv|\.tab|\.out|\.xlsx|[._-]?counts?|\.htseq|\.genes"
    r"|\.sorted|\.sortedbycoord|\.markdup|\.dedup|[._-]?aligned|[._-]?trimmed|[._-]star"
    r"|[._-]?readspergene|[._-]?featurecounts|[._-]?augmented_star_gene"
    r"|\.sf|\.h5|\.results|\.isoforms|[._-]quant|[._-]abundance|[._-]salmon|[._-]kallisto|[._-]rsem)$",
    re.IGNORECASE,
)
_EXACT, _PREFIX, _FOLDER, _FOLDER_PREFIX = 4, 3, 2, 1


def match_names(names: Iterable[str], sample_ids: Sequence[str]) -> dict[str, list[str]]:
    """Find for each sample the file names that fit it best.

    Parameters
    ----------
    names
        Paths of files, or column headers that are such paths.
    sample_ids
        Samples of the sheet.

    Returns
    -------
    dict
        Sample to names; more than one name where several fit equally well. A name fits when it is
        the sample or, without the endings that tools append, equals it; next best when it starts
        with the sample and a separator (the longest such sample wins); last when its folder is
        called as the sample, or starts with it and a separator.
    """
    fits: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        rank, sample = _fit(name, sample_ids)
        if rank:
            fits.setdefault(sample, []).append((rank, name))
    best = {sample: max(rank for rank, _ in found) for sample, found in fits.items()}
    return {
        sample: [name for rank, name in found if rank == best[sample]]
        for sample, found in fits.items()
    }


def stem(name: str) -> str:
    """Return a file's name without folders and without the endings that tools append."""
    short = PurePosixPath(name.replace("\\", "/")).name
    while (shorter := _SUFFIX.sub("", short)) and shorter != short:
        short = shorter
    return short


def _fit(name: str, sample_ids: Sequence[str]) -> tuple[int, str]:
    path = PurePosixPath(name.replace("\\", "/"))
    short = stem(name)
    exact = [sample for sample in sample_ids if sample in (name, path.name, short)]
    if exact:
        return _EXACT, max(exact, key=len)
    prefix = _starts(path.name, sample_ids)
    if prefix:
        return _PREFIX, prefix
    folder = [s for s in sample_ids if s in (path.parent.name, stem(path.parent.name))]
    if folder:
        return _FOLDER, max(folder, key=len)
    prefix = _starts(path.parent.name, sample_ids)
    return (_FOLDER_PREFIX, prefix) if prefix else (0, "")


def _starts(name: str, sample_ids: Sequence[str]) -> str:
    """Return the longest sample that a name starts with, up to a separator; else nothing."""
    fits = [s for s in sample_ids if name.startswith(s) and re.match(r"[._\-]", name[len(s) :])]
    return max(fits, key=len, default="")
