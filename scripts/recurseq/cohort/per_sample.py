"""A folder with one count file for each sample: STAR, htseq-count, GDC, featureCounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recurseq.cohort import formats
from recurseq.cohort.matching import match_names
from recurseq.cohort.matrix import read_table
from recurseq.cohort.strand import choose_strand
from recurseq.cohort.table import CountTable
from recurseq.errors import InputError, Problem, few, raise_if_any, suggest
from recurseq.files import Content, fail, load

# Never counts, and often too large to open: alignments, reads, logs, reports.
_OTHER_FILES = (
    *(".bam", ".bai", ".csi", ".sam", ".cram", ".crai", ".fastq", ".fastq.gz", ".fq", ".fq.gz"),
    *(".log", ".html", ".pdf", ".png", ".zip", ".summary", ".bw", ".bigwig", ".bed", ".json"),
    *("log.out", "log.final.out", "log.progress.out", "sj.out.tab", "sj.out.tab.gz"),
)
# Where a sample has several files, the first kind in this order is its counts.
_PREFERENCE = ("star", "gdc_star", "featurecounts", "htseq", "matrix")


@dataclass(frozen=True)
class _SampleFile:
    sample: str
    content: Content
    format: str


def read_directory(
    directory: str | Path, wanted: str, strand: str, sample_ids: Sequence[str]
) -> CountTable:
    """Read one file for each sample of the sheet.

    Parameters
    ----------
    directory
        Folder; files may lie in it or in folders in it.
    wanted
        Format, or ``auto``.
    strand
        ``unstranded``, ``forward``, ``reverse`` or ``auto``; for STAR and GDC files.
    sample_ids
        Samples of the sheet; other files are left alone.

    Returns
    -------
    CountTable
        One column for each sample that has a file (the checks name those without), genes in the
        order of the first file.

    Raises
    ------
    InputError
        When no file or several files fit a sample, files are of different formats or do not list
        the same genes, or the strand cannot be told.
    """
    folder = Path(directory)
    files = _sample_files(folder, wanted, sample_ids)
    kinds = {file.format: file for file in files}
    if len(kinds) > 1:
        found = "; ".join(
            f"{formats.NAMES_OF_FORMATS[kind]} ({Path(file.content.path).name})"
            for kind, file in kinds.items()
        )
        raise fail(str(folder), f"files of different kinds: {found}", "one kind for all samples")
    kind = files[0].format
    tables = [read_table(file.content, kind) for file in files]
    problems = [
        problem
        for file, table in zip(files, tables, strict=True)
        if (problem := _shape_problem(file, table, tables[0], files[0], kind))
    ]
    raise_if_any(problems)
    first = tables[0]
    aligned = [
        table.counts
        if table.counts.index.equals(first.counts.index)
        else table.counts.reindex(first.counts.index)
        for table in tables
    ]
    samples = [file.sample for file in files]
    if kind in ("star", "gdc_star"):
        counts, messages = choose_strand(aligned, samples, kind, strand, str(folder))
    else:
        counts = pd.concat([table.iloc[:, 0] for table in aligned], axis=1)
        counts.columns = pd.Index(samples, dtype=object)
        messages = []
    counts.index.name = None
    return CountTable(
        counts,
        first.gene_names,
        first.gene_types,
        kind,
        (*_used_files(folder, files), *first.messages, *messages),
    )


def _sample_files(folder: Path, wanted: str, sample_ids: Sequence[str]) -> list[_SampleFile]:
    if not folder.is_dir():
        found = "is a file, not a folder" if folder.exists() else "the folder does not exist"
        raise fail(str(folder), found, "a folder with one count file for each sample")
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in [*folder.glob("*"), *folder.glob("*/*")]
        if path.is_file()
        and not path.name.startswith(".")
        and not path.name.lower().endswith(_OTHER_FILES)
    )
    fits = match_names(names, sample_ids)
    if not fits:
        found = f"no file is named after a sample; files: {few(names)}; samples: {few(sample_ids)}"
        hint = suggest(sample_ids[0], names) if sample_ids else ""
        raise fail(str(folder), found, "file names that start with the sample", hint)
    chosen, problems = [], []
    for sample in sample_ids:
        try:
            if sample in fits:
                chosen.append(_counts_file(folder, sample, fits[sample], wanted))
        except InputError as error:
            problems.extend(error.problems)
    raise_if_any(list(dict.fromkeys(problems)))
    return chosen


def _counts_file(folder: Path, sample: str, names: list[str], wanted: str) -> _SampleFile:
    if len(names) == 1:
        content = load(folder / names[0])
        return _SampleFile(sample, content, formats.agree(content, wanted))
    contents = [load(folder / name) for name in names]
    kinds = [formats.recognise(content) for content in contents]
    order = _PREFERENCE if wanted == "auto" else (wanted,)
    for kind in order:
        if kinds.count(kind) == 1:
            return _SampleFile(sample, contents[kinds.index(kind)], kind)
        if kind in kinds:
            break
    fix = "leave one count file for each sample in the folder, or rename the others"
    raise fail(str(folder), f"several files fit sample {sample!r}: {few(names)}", "one file", fix)


def _shape_problem(
    file: _SampleFile, table: CountTable, first: CountTable, first_file: _SampleFile, kind: str
) -> Problem | None:
    """Say when a file has no single count column, repeats a gene, or lists other genes."""
    where, columns = file.content.path, table.counts.shape[1]
    expected = {"star": (3,), "gdc_star": (3, 6)}.get(kind, (1,))
    if columns not in expected:
        found = f"{columns} columns of numbers"
        return Problem(where, found, f"{expected[0]} for {formats.NAMES_OF_FORMATS[kind]}")
    genes, others = table.counts.index, first.counts.index
    if genes.has_duplicates:
        twice = genes[genes.duplicated()].unique()
        return Problem(where, f"genes on several rows: {few(twice)}", "one row for each gene")
    if len(genes) == len(others) and (genes.equals(others) or genes.isin(others).all()):
        return None
    odd = [*genes.difference(others), *others.difference(genes)]
    return Problem(
        where,
        f"{len(genes)} genes, {first_file.content.path} has {len(others)}; not in both: {few(odd)}",
        "the same genes in every file",
        "count all samples with the same annotation",
    )


def _used_files(folder: Path, files: list[_SampleFile]) -> list[str]:
    pairs = [
        f"{file.sample} from {Path(file.content.path).relative_to(folder).as_posix()}"
        for file in files
    ]
    return [f"{folder}: one file for each of {len(files)} samples: {few(pairs, 3)}"]
