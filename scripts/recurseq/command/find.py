"""What lies in the folder of a study: which file is the counts, the sheet and so on, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.text import few
from recurseq.cohort.readers.matching import match_names
from recurseq.cohort.readers.sample_files import candidate_files
from recurseq.command.clinical_columns import propose_clinical
from recurseq.command.columns import describe_columns
from recurseq.command.peek import (
    ANNOTATION,
    GENE_SETS,
    MATRIX,
    ONE,
    OTHER,
    SHEET,
    TRANSCRIPTS,
    Peek,
    peek,
)
from recurseq.io.bytes import fail
from recurseq.io.sheets import read_sheet

MOST_FILES = 300  # that are opened
MOST_SAID = 20  # that are listed although nothing needs them
_OURS = frozenset({"results", "logs", "config.yaml", "config.yml"})
_NOT_COUNTS = re.compile(
    r"(^|[^a-z])(tpm|fpkm|rpkm|cpm|vst|rlog|log2?|norm\w*|scaled)([^a-z]|$)", re.IGNORECASE
)
_ESTIMATING = ("Salmon", "kallisto", "isoforms")
_CALLED_COUNTS = re.compile(r"count|matrix|expression", re.IGNORECASE)

Choose = Callable[[str, Sequence[Path], str], Path]


@dataclass(frozen=True)
class Wanted:
    """What to look for: counts, sample sheet, clinical table; with a file that is known already."""

    counts: Path | None = None
    samples: Path | None = None
    clinical: bool = True


@dataclass(frozen=True)
class Found:
    """Files by what they are; None or empty where there is none.

    Attributes
    ----------
    counts, samples, clinical, transcripts, annotation, gene_sets
        Paths; `counts` may be a folder.
    said
        For each file: its path in the folder, what it is used as, and why.
    """

    counts: Path | None
    samples: Path | None
    clinical: Path | None
    transcripts: Path | None
    annotation: Path | None
    gene_sets: tuple[Path, ...]
    said: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class _Sheet:
    path: Path
    table: pd.DataFrame | None  # None when it cannot be read, which is said when it is used
    names: tuple[tuple[str, ...], ...]  # columns that may name samples
    may_be_counts: bool = False

    def matched(self, counts: Peek) -> int:
        """Count the samples of the best column that the counts know."""
        return max((_matched(names, counts.cells) for names in self.names), default=0)


def look(folder: Path, choose: Choose, wanted: Wanted) -> Found:
    """Find the files of a study in its folder, and in the folders in it.

    Parameters
    ----------
    folder
        Of the study.
    choose
        Called where several files could be the same thing: with what it is, the files and the flag
        that names one; returns one of them, or raises.
    wanted
        What is known already.

    Raises
    ------
    InputError
        When neither counts with their sheet nor a clinical table are found.
    """
    elsewhere = wanted.counts is not None or wanted.samples is not None
    peeks = [] if elsewhere and not folder.exists() else _peeks(folder)
    sheets = [_read(p) for p in peeks if p.sheet and p.path != wanted.counts]
    counts, sheet, why = _pair(folder, peeks, sheets, choose, wanted)
    clinical = None
    if wanted.clinical:
        clinical = _clinical([s for s in sheets if s is not sheet], sheet, choose)
    if counts is None and clinical is None:
        raise _nothing(folder, peeks, wanted)
    estimated = counts is not None and any(tool in counts.what for tool in _ESTIMATING)
    genomes = [p.path for p in peeks if p.kind == ANNOTATION]
    tables = [p.path for p in peeks if p.kind == TRANSCRIPTS]
    transcripts = None
    if estimated and (tables or genomes):
        transcripts = _one("the table of transcripts and genes", tables or genomes, "--transcripts",
                           choose)  # fmt: skip
    annotation = None
    if counts is not None and genomes:
        annotation = _one("the annotation of genes", genomes, "--annotation", choose)
    gene_sets = [p.path for p in peeks if p.kind == GENE_SETS] if counts is not None else []
    used = {
        counts and counts.path: ("counts", counts and counts.what),
        sheet and sheet.path: ("sample sheet", why),
        clinical and clinical.path: ("clinical table", "a row for each patient, with endpoints"),
        annotation: ("gene names", "an annotation of genes"),
        **dict.fromkeys(gene_sets, ("gene sets", "a collection of this name")),
        transcripts: ("transcripts", "which gene each belongs to"),
    }
    said = [(_shown(path, folder), *used[path]) for path in used if path is not None]
    unused = [
        (_shown(p.path, folder), "not used", _why_not(p, counts, sheet))
        for p in peeks
        if p.path not in used and not _inside(p.path, counts)
    ]
    if len(unused) > MOST_SAID:
        rest = f"{len(unused) - MOST_SAID} further files"
        unused = [*unused[:MOST_SAID], (rest, "not used", "")]
    said += unused
    return Found(
        counts and counts.path,
        sheet and sheet.path,
        clinical and clinical.path,
        transcripts,
        annotation,
        tuple(gene_sets),
        tuple(said),
    )


def _peeks(folder: Path) -> list[Peek]:
    """Look at the files of a folder, and at its folders with a count file for each sample."""
    if not folder.is_dir():
        found = "is a file, not a folder" if folder.exists() else "the folder does not exist"
        raise fail(str(folder), found, "the folder with the files of the study")
    entries = list(islice(_entries(folder), MOST_FILES + 1))
    found = [peek(path) for path in entries[:MOST_FILES]]
    if len(entries) > MOST_FILES:
        found.append(Peek(folder, OTHER, f"more than {MOST_FILES} files: the rest was left"))
    ones = [p for p in found if p.kind == ONE]
    places = {p.path.parent for p in ones}
    places |= {place.parent for place in places if place not in (folder, folder.parent)}
    for place in sorted(places):
        inside = [p for p in ones if place in p.path.parents]
        below = [p for p in inside if p.path.parent == place]
        if len(below) > 1 or (not below and len({p.path.parent for p in inside}) > 1):
            names = frozenset(candidate_files(place))
            what = f"a folder of {len(inside)} files: {inside[0].what}"
            found.append(Peek(place, MATRIX, what, names))
    return found


def _entries(folder: Path) -> Iterator[Path]:
    """Files that may be the study's, in order of their depth and name.

    Hidden files, results and names that no configuration may hold are passed over.
    """
    level, seen = [folder], {folder.resolve()}
    for _ in range(3):
        here = sorted(path for place in level for path in place.iterdir() if _may_be_used(path))
        new = {path.resolve(): path for path in reversed(here)}  # a link is the file it leads to
        level = [path for path in here if new.get(path.resolve()) == path and path.exists()]
        level = [path for path in level if path.resolve() not in seen]
        seen |= set(new)
        yield from (path for path in level if path.is_file())
        level = [path for path in level if path.is_dir()]


def _may_be_used(path: Path) -> bool:
    plain = path.name.isprintable() and not {"{", "}"} & set(path.name)
    return plain and not path.name.startswith((".", "~$")) and path.name not in _OURS


def _read(seen: Peek) -> _Sheet:
    may_be_counts = seen.kind == MATRIX
    try:
        table = read_sheet(seen.path)
    except InputError:
        return _Sheet(seen.path, None, (), may_be_counts)
    names = [c.name for c in describe_columns(table) if c.kind == "names"]
    return _Sheet(seen.path, table, tuple(tuple(table[name]) for name in names), may_be_counts)


def _matched(names: Sequence[str], cells: frozenset[str]) -> int:
    """Count the names that stand in the cells, also there as paths or with an ending."""
    exact = len(cells.intersection(names))
    return exact if 2 * exact >= len(names) else len(match_names(cells, names))


def _pair(
    folder: Path, peeks: list[Peek], sheets: list[_Sheet], choose: Choose, wanted: Wanted
) -> tuple[Peek | None, _Sheet | None, str]:
    """Choose counts and sheet, by how many samples of the one are in the other."""
    matrices = [p for p in peeks if p.kind == MATRIX]
    if not matrices:  # one that is called so: its reader says what is wrong with it
        matrices = [p for p in peeks if p.sheet and _CALLED_COUNTS.search(p.path.name)]
        sheets = [s for s in sheets if s.path not in {m.path for m in matrices}]
    if wanted.counts is not None:
        matrices = [_given(wanted.counts)]
    if wanted.samples is not None:
        sheets = [_read(Peek(wanted.samples, SHEET, "a table"))]
        matrices = [p for p in matrices if p.path != wanted.samples]
    scores = {
        (s.path, m.path): (s.matched(m), not s.may_be_counts)
        for s in sheets
        for m in matrices
        if s.path != m.path
    }
    if not scores:
        return None, None, ""
    sheet = _likely_sheet(sheets, scores, choose)
    best = max(score for (path, _), score in scores.items() if path == sheet.path)
    likely = [m for m in matrices if scores.get((sheet.path, m.path)) == best]
    plain = [m for m in likely if not _no_counts_by_name(m)]
    whole = [m for m in plain or likely if not m.decimals]
    likely = whole or plain or likely
    chosen = _one("the counts", [m.path for m in likely], "--counts", choose)
    matrix = next(m for m in likely if m.path == chosen)
    if not best[0]:
        return matrix, sheet, "the only one; no sample name was seen in both files"
    why = f"{best[0]} of the {len(sheet.table)} rows of {sheet.path.name} have counts"
    return matrix, sheet, why


def _likely_sheet(
    sheets: list[_Sheet], scores: dict[tuple[Path, Path], tuple[int, bool]], choose: Choose
) -> _Sheet:
    """Take the sheet most of whose samples have counts; of equal ones the shortest."""
    best = {s.path: max((n for (p, _), n in scores.items() if p == s.path), default=(0, False))
            for s in sheets}  # fmt: skip
    most = max(best.values())
    fitting = [s for s in sheets if best[s.path] == most]
    readable = [s for s in fitting if s.table is not None]
    if most[0]:
        shortest = min(len(s.table) for s in readable)
        readable = [s for s in readable if len(s.table) == shortest]
    fitting = readable or fitting
    path = _one("the sample sheet", [s.path for s in fitting], "--samples", choose)
    return next(s for s in fitting if s.path == path)


def _given(path: Path) -> Peek:
    """Look at the counts that the user named."""
    if path.is_dir():
        return Peek(path, MATRIX, "a folder", frozenset(candidate_files(path)))
    seen = peek(path)
    return Peek(path, MATRIX, seen.what, seen.cells, seen.decimals)


def _no_counts_by_name(matrix: Peek) -> bool:
    return _NOT_COUNTS.search(matrix.path.name.rpartition(".")[0]) is not None


def _clinical(sheets: list[_Sheet], samples: _Sheet | None, choose: Choose) -> _Sheet | None:
    """Find the clinical table: it has endpoints, and patients of the sheet where there is one."""
    fitting = [
        sheet
        for sheet in sheets
        if sheet.table is not None
        and (proposal := propose_clinical(sheet.path.name, sheet.table)) is not None
        and proposal.endpoints
        and (samples is None or _shared(sheet.table[proposal.patient], samples.table))
    ]
    if not fitting:
        return None
    path = _one("the clinical table", [s.path for s in fitting], "--clinical", choose)
    return next(s for s in fitting if s.path == path)


def _shared(patients: pd.Series, samples: pd.DataFrame | None) -> bool:
    return samples is not None and any(samples[name].isin(set(patients)).any() for name in samples)


def _one(what: str, paths: Sequence[Path], flag: str, choose: Choose) -> Path:
    return paths[0] if len(paths) == 1 else choose(what, paths, flag)


def _nothing(folder: Path, peeks: list[Peek], wanted: Wanted) -> InputError:
    """Say what is missing, and what was seen instead."""
    where, by_kind = str(folder), {kind: [] for kind in (MATRIX, SHEET)}
    for p in peeks:
        by_kind.setdefault(p.kind, []).append(_shown(p.path, folder))
    if (by_kind[MATRIX] or wanted.counts is not None) and wanted.samples is None:
        seen = f"a matrix, {few(by_kind[MATRIX] or [str(wanted.counts)])}, and no sample sheet"
        return _missing(where, seen, "a table with one row for each sample", "--samples")
    if by_kind[SHEET] or wanted.samples is not None:
        seen = f"{few(by_kind[SHEET] or [str(wanted.samples)])}, and no counts"
        allowed = "a matrix of counts, a folder with a count file for each sample, or endpoints"
        return _missing(where, seen, allowed, "--counts or --clinical")
    seen = few([f"{_shown(p.path, folder)} ({p.what})" for p in peeks]) or "nothing"
    allowed = "counts and a sample sheet, or a clinical table"
    return _missing(where, f"{seen}: neither counts nor a clinical table", allowed,
                    "--counts and --samples, or --clinical")  # fmt: skip


def _missing(where: str, found: str, allowed: str, flags: str) -> InputError:
    return InputError([Problem(where, f"found {found}", allowed, f"name the file: {flags}")])


def _why_not(p: Peek, counts: Peek | None, sheet: _Sheet | None) -> str:
    if p.kind == MATRIX and counts is not None:
        if _no_counts_by_name(p) or p.decimals:
            return f"looks like normalised values; {counts.path.name} holds whole numbers"
        return f"fewer samples of the sheet are in it than in {counts.path.name}"
    if p.kind == SHEET and sheet is not None:
        return "neither more samples of the counts nor patients with endpoints"
    return p.what


def _inside(path: Path, counts: Peek | None) -> bool:
    return counts is not None and counts.path in path.parents


def _shown(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
