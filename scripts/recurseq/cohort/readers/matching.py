"""Which sample a file, or a column named after a file, belongs to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

from recurseq.base.text import few

# What tools append to a sample name; taken off from the end, again and again.
_SUFFIX = re.compile(
    r"(\.gz|\.bz2|\.xz|\.zip|\.bam|\.sam|\.cram|\.txt|\.tsv|\.csv|\.tab|\.out|\.xlsx|[._-]?counts?|\.htseq|\.genes"
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


def same_samples(names: Sequence[str], sample_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Find names that are samples of the sheet in another spelling, one to one.

    This is the one place that knows what programs do to names of samples.

    Parameters
    ----------
    names
        Of columns or files, as written.
    sample_ids
        All samples of the sheet, also those that are not used.

    Returns
    -------
    dict
        Name to its sample and what was done to it. A name that is a sample is not among them, nor
        is one that fits two samples, or shares its sample with another name.
    """
    exact = set(names) & set(sample_ids)
    left = _told_apart([name for name in dict.fromkeys(names) if name and name not in exact])
    wanted = _told_apart([one for one in dict.fromkeys(sample_ids) if one not in exact])
    found: dict[str, tuple[str, str]] = {}
    for what, key in _SPELLINGS:
        if not left or not wanted:
            break
        samples = _unique(wanted, key)
        for short, name in _unique(left, key).items():
            if short in samples:
                found[name] = (samples[short], what)
        matched = {sample for sample, _ in found.values()}
        left = [name for name in left if name not in found]
        wanted = [sample for sample in wanted if sample not in matched]
    return found


def spelling_note(where: str, found: dict[str, tuple[str, str]]) -> str:
    """Say which names were taken for which samples; empty when none was."""
    if not found:
        return ""
    ways = list(dict.fromkeys(what for _, what in found.values()))
    pairs = [f"{name} is {sample}" for name, (sample, _) in found.items()]
    return (
        f"{where}: {len(pairs)} names were matched to samples of the sheet, one to one, though "
        f"{' or '.join(ways)}: {few(pairs, 3)}"
    )


def loose(name: str) -> str:
    """Return what is left of a name when all that programs change is taken off."""
    return _without_zeros(_one_separator(_as_r_writes(stem(name.strip()))).casefold())


def _told_apart(names: Sequence[str]) -> list[str]:
    """Leave out names that differ from another only in what programs change."""
    times = Counter(map(loose, names))
    return [name for name in names if times[loose(name)] == 1]


def _unique(names: Iterable[str], key: Callable[[str], str]) -> dict[str, str]:
    """Names by their key, where no other name has it."""
    keys = {name: key(name) for name in names}
    times = Counter(keys.values())
    return {short: name for name, short in keys.items() if short and times[short] == 1}


def _as_r_writes(name: str) -> str:
    """Spell a name as R's make.names does: dots for other characters, X before what is no letter.

    A leading X before a digit is taken off rather than added, so that both spellings become one.
    """
    # What cannot be seen stays: such a difference is for the checks to show.
    kept = [c.isalnum() or c in "._" or not c.isprintable() for c in name]
    dotted = "".join(c if keep else "." for c, keep in zip(name, kept, strict=True))
    return re.sub(r"^X(?=[\d._])", "", dotted)


def _one_separator(name: str) -> str:
    return re.sub(r"[._\- ]+", ".", name)


def _without_zeros(name: str) -> str:
    return re.sub(r"(?<!\d)0+(?=\d)", "", name)


# Each says what differs; the simplest explanation first.
_SPELLINGS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("spaces around them differ", str.strip),
    ("R rewrote them (make.names)", _as_r_writes),
    ("leading zeros were lost", _without_zeros),
    ("other characters separate their parts", _one_separator),
    ("small and capital letters differ", str.casefold),
    ("they have the ending of a file", stem),
    ("they are spelt differently", loose),
)
