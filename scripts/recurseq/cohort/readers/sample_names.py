"""Columns named after alignment files, as featureCounts writes them, under names of samples."""

from __future__ import annotations

import re
from collections.abc import Sequence

from recurseq.cohort.readers.matching import match_names, stem

_BOUNDARY = re.compile(r"[/\\._\- ]")


def sample_names(columns: Sequence[str], sample_ids: Sequence[str]) -> list[str]:
    """Name columns as the samples of the sheet, or shorten them.

    Parameters
    ----------
    columns
        Headers of columns, usually paths of BAM files.
    sample_ids
        Samples of the sheet.

    Returns
    -------
    list of str
        For each column the sample it alone fits (`matching.match_names`); else
        its short name, see `shortened`. Two columns that differ never get one name.
    """
    fits = match_names(columns, sample_ids)
    matched = {found[0]: sample for sample, found in fits.items() if len(found) == 1}
    names = [
        matched.get(column, short)
        for column, short in zip(columns, shortened(columns), strict=True)
    ]
    if len(set(names)) == len(set(columns)):
        return names
    return [matched.get(column, column) for column in columns]


def shortened(paths: Sequence[str]) -> list[str]:
    """Take off what paths of files share.

    Folders and the endings that tools append go first (``/x/S1.sorted.bam`` is ``S1``). When that
    leaves nothing or makes two one, what all begin and end with goes instead, up to a character
    that separates (``/x/S1/Aligned.bam`` and ``/x/S2/Aligned.bam`` are ``S1`` and ``S2``). When
    that fails too, they stay as they are.
    """
    for names in ([stem(path) for path in paths], _without_common_ends(paths)):
        if all(names) and len(set(names)) == len(set(paths)):
            return names
    return list(paths)


def _without_common_ends(paths: Sequence[str]) -> list[str]:
    if len(set(paths)) < 2:
        return list(paths)
    start = _shared_start(paths)
    rest = [path[len(start) :] for path in paths]
    end = _shared_start([text[::-1] for text in rest])
    return [text[: len(text) - len(end)] for text in rest]


def _shared_start(texts: Sequence[str]) -> str:
    """Return what all texts begin with, up to the last character that separates."""
    first, last = min(texts), max(texts)  # what these two share, all between them share
    length = next(
        (at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )
    return first[: max((at.end() for at in _BOUNDARY.finditer(first[:length])), default=0)]
