"""A folder with one count file for each sample, whichever tool wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from recurseq.base.errors import InputError, Problem, raise_if_any
from recurseq.base.text import few, suggest
from recurseq.cohort.readers import formats
from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.readers.matching import match_names, same_samples, spelling_note, stem
from recurseq.cohort.readers.matrix import read_matrix_table
from recurseq.cohort.readers.quantifiers import (
    GENES,
    TRANSCRIPTS,
    Quantified,
    gene_table,
    level_of,
    read_estimates,
    with_shared_ids,
)
from recurseq.cohort.readers.refused_tables import not_counts
from recurseq.cohort.readers.strand import choose_strand
from recurseq.io.bytes import fail
from recurseq.io.files import Content, load

# Never counts, and often too large to open: alignments, reads, logs, reports.
_OTHER_FILES = (
    *(".bam", ".bai", ".csi", ".sam", ".cram", ".crai", ".fastq", ".fastq.gz", ".fq", ".fq.gz"),
    *(".log", ".html", ".pdf", ".png", ".summary", ".bw", ".bigwig", ".bed", ".json"),
    *("log.out", "log.final.out", "log.progress.out", "sj.out.tab", "sj.out.tab.gz"),
    *("quant.genes.sf", "quant.genes.sf.gz"),  # Salmon's own sums, without average lengths
)
# Kinds that no other table is taken for; where a sample has none, these follow in order.
_CERTAIN = ("star", "gdc_star", "featurecounts", *formats.QUANTIFIERS)
_UNCERTAIN = ("htseq", "matrix")
_ESTIMATES = re.compile(
    r"(quant\.sf|.\.sf|abundance\.(tsv|h5)|.\.(genes|isoforms)\.results)(\.gz)?$"
)
# Other zip files are reports of FastQC, reads, whole folders.
_ZIPPED_TABLE = re.compile(r"\.(txt|tsv|csv|tab|counts?|sf|results)\.zip$")
_NAMING = "files that start with the sample's name, or lie in a folder that does"


@dataclass(frozen=True)
class _SampleFile:
    sample: str
    path: str
    format: str
    table: CountTable | Quantified


def candidate_files(directory: str | Path) -> list[str]:
    """Return the files of a folder that may hold counts, sorted, as paths from the folder.

    Parameters
    ----------
    directory
        Files may lie in it or in folders in it.
    """
    folder = Path(directory)
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in [*folder.glob("*"), *folder.glob("*/*")]
        if path.is_file()
        and not path.name.startswith(".")
        and not path.name.lower().endswith(_OTHER_FILES)
        and (path.suffix.lower() != ".zip" or _ZIPPED_TABLE.search(path.name.lower()))
    )
    # Snakemake follows and prints the names of files that are read, and takes braces for wildcards.
    return [name for name in names if name.isprintable() and not {"{", "}"} & set(name)]


def read_directory(
    directory: str | Path,
    wanted: str,
    strand: str,
    sample_ids: Sequence[str],
    transcripts: str | None = None,
    use_lengths: bool = True,
    left_out: Sequence[str] = (),
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
    transcripts, use_lengths
        For Salmon, kallisto and RSEM: see `recurseq.cohort.readers.quantifiers.gene_table`.
    left_out
        Further samples of the sheet, whose files are not read and are nobody else's.

    Returns
    -------
    CountTable
        One column for each sample, genes in the order of the first file.

    Raises
    ------
    InputError
        When no file or several files fit a sample, a file holds the counts of another sample, files
        are of different formats or do not list the same genes, or the strand cannot be told.
    """
    folder = Path(directory)
    files, spare, spelt = _sample_files(
        folder, wanted, sample_ids, left_out, transcripts is not None
    )
    kind = _one_kind(folder, files)
    used = [*_used_files(folder, files, spare), *spelt]
    if kind in formats.QUANTIFIERS:
        estimates = [file.table for file in files]
        table = gene_table(estimates, kind, str(folder), transcripts, use_lengths)
        return replace(table, messages=(*used, *table.messages))
    if transcripts is not None:
        found = f"given, and {folder} holds {formats.NAMES_OF_FORMATS[kind]}, which counts genes"
        allowed = "only with Salmon, kallisto or RSEM files"
        raise fail("config: counts.transcripts", found, allowed, "remove the key")
    table = _joined(folder, files, kind, strand, [*sample_ids, *left_out])
    return replace(table, messages=(*used, *table.messages))


def _one_kind(folder: Path, files: Sequence[_SampleFile]) -> str:
    """Return the format of all files."""
    kinds = {file.format: file for file in files}
    if len(kinds) > 1:
        found = "; ".join(
            f"{formats.NAMES_OF_FORMATS[kind]} ({Path(file.path).relative_to(folder).as_posix()})"
            for kind, file in kinds.items()
        )
        fix = "move the files of one kind elsewhere, or say which to read by counts.format"
        allowed = "one kind for all samples"
        raise fail(str(folder), f"files of different kinds: {found}", allowed, fix)
    return files[0].format


def _joined(
    folder: Path, files: Sequence[_SampleFile], kind: str, strand: str, sheet: Sequence[str]
) -> CountTable:
    """Make one table of files that each list the genes of one sample; `sheet` are all its names."""
    first = files[0].table
    raise_if_any(
        [
            problem
            for file in files
            if (problem := _shape_problem(file, file.table, first, files[0], kind))
            or (problem := _owner_problem(file, file.table, sheet))
        ]
    )
    genes = first.counts.index
    aligned = [file.table.counts for file in files]
    aligned = [one if one.index.equals(genes) else one.reindex(genes) for one in aligned]
    samples = [file.sample for file in files]
    if kind in ("star", "gdc_star"):
        counts, messages = choose_strand(aligned, samples, strand, str(folder))
    else:
        counts = pd.concat([table.iloc[:, 0] for table in aligned], axis=1)
        counts.columns = pd.Index(samples, dtype=object)
        messages = []
    counts.index.name = None
    said = (*first.messages, *messages)
    return CountTable(counts, first.gene_names, first.gene_types, kind, said)


def _sample_files(
    folder: Path,
    wanted: str,
    sample_ids: Sequence[str],
    left_out: Sequence[str],
    want_transcripts: bool,
) -> tuple[list[_SampleFile], list[str], list[str]]:
    """Read the file of each sample; also return files of no sample, and what was decided."""
    if not folder.is_dir():
        found = "is a file, not a folder" if folder.exists() else "the folder does not exist"
        raise fail(str(folder), found, "a folder with one count file for each sample")
    names = candidate_files(folder)
    fits = _fitting(names, [*sample_ids, *left_out], wanted, want_transcripts)
    others = _other_spellings(names, [*sample_ids, *left_out], fits)
    spelt = spelling_note(str(folder), {name: others[name] for name in sorted(others)})
    fits |= {sample: [name] for name, (sample, _) in others.items()}
    fits = {sample: fits[sample] for sample in sample_ids if sample in fits}
    if not fits:
        found = f"no file is named after a sample; files: {few(names)}; samples: {few(sample_ids)}"
        hint = suggest(sample_ids[0], names) if sample_ids else ""
        raise fail(str(folder), found, _NAMING, hint)
    used = {name for chosen in fits.values() for name in chosen}
    spare = [name for name in names if name not in used]
    problems = [
        Problem(
            f"{folder}, sample {sample!r}",
            "no file or folder is named after it",
            _NAMING,
            _closest_file(sample, spare),
        )
        for sample in sample_ids
        if sample not in fits
    ]
    chosen = []
    for sample in sample_ids:
        try:
            if sample in fits:
                content, kind = _counts_file(folder, sample, fits[sample], wanted, want_transcripts)
                chosen.append(_parsed(sample, content, kind, chosen))
        except InputError as error:
            problems.extend(error.problems)
    raise_if_any(list(dict.fromkeys(problems)))
    return chosen, spare, [spelt] if spelt else []


def _other_spellings(
    names: Sequence[str], sample_ids: Sequence[str], fits: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, str]]:
    """Match files, by their own name or that of their folder, to samples that have none."""
    missing = [sample for sample in sample_ids if sample not in fits]
    used = {name for chosen in fits.values() for name in chosen}
    by_part: dict[str, list[str]] = {}
    for name in names if missing else ():
        if name not in used:
            for part in {stem(name), name.rpartition("/")[0]} - {""}:
                by_part.setdefault(part, []).append(name)
    single = {part: files[0] for part, files in by_part.items() if len(files) == 1}
    return {single[part]: pair for part, pair in same_samples(list(single), missing).items()}


def _fitting(
    names: list[str], sample_ids: Sequence[str], wanted: str, want_transcripts: bool
) -> dict[str, list[str]]:
    """Match files to samples; those named as a quantifier names its output are never passed over.

    In the folder of a pipeline, ``featurecounts/S1.txt`` is named more like a sample than
    ``S1/quant.sf`` is, and counts something else.
    """
    fits = match_names(names, sample_ids)
    estimates = match_names(filter(_ESTIMATES.search, names), sample_ids)
    if want_transcripts or wanted in formats.QUANTIFIERS:
        return fits | estimates
    if wanted != "auto":
        return fits
    return {
        sample: list(dict.fromkeys([*found, *estimates.get(sample, [])]))
        for sample, found in fits.items()
    }


def _closest_file(sample: str, names: Sequence[str]) -> str:
    """Suggest a file that no sample took, by its own name or that of its folder."""
    by_name = {part: name for name in names for part in (stem(name), name.rpartition("/")[0])}
    hint = suggest(sample, by_name)
    return hint or "write the sample in the sheet as in the file name, or leave it out by keep"


def _parsed(
    sample: str, content: Content, kind: str, earlier: Sequence[_SampleFile]
) -> _SampleFile:
    """Read a file at once, so that its text is not held until all are read."""
    if kind == "h5ad":
        found = "no readable abundance.h5 of kallisto; an h5ad file holds all samples"
        fix = "name it as counts.path"
        raise fail(content.path, found, "one sample in a file", fix)
    if kind in formats.QUANTIFIERS:
        estimates = read_estimates(content, kind)
        if earlier and earlier[0].format == kind:
            estimates = with_shared_ids(estimates, earlier[0].table.estimates)
        table = Quantified(sample, content.path, level_of(content), estimates)
    else:
        table = read_matrix_table(content, kind)
    return _SampleFile(sample, content.path, kind, table)


def _counts_file(
    folder: Path, sample: str, names: list[str], wanted: str, want_transcripts: bool
) -> tuple[Content, str]:
    """Choose the file of a sample, with its format."""
    if len(names) == 1:
        content = load(folder / names[0])
        return content, formats.agree(content, wanted)
    loaded = [load(folder / name) for name in names]
    contents = [content for content in loaded if not not_counts(content)] or loaded
    kinds = [formats.recognise(content) for content in contents]
    certain = [kind for kind in _CERTAIN if kind in kinds]
    fix = "leave one count file for each sample in the folder, or rename the others"
    if wanted == "auto" and len(certain) > 1:
        fix = f"say which to read by counts.format: {' or '.join(certain)}"
    else:
        order = [*certain, *_UNCERTAIN] if wanted == "auto" else [wanted]
        kind = next((kind for kind in order if kind in kinds), None)
        same = [c for c, found in zip(contents, kinds, strict=True) if found == kind]
        if kind in formats.QUANTIFIERS:
            same = _of_one_run(same, want_transcripts)
        if len(same) == 1:
            return same[0], kind
    raise fail(str(folder), f"several files fit sample {sample!r}: {few(names)}", "one file", fix)


def _of_one_run(contents: list[Content], want_transcripts: bool) -> list[Content]:
    """Choose among what one run writes: abundance.tsv before .h5; RSEM's genes before isoforms.

    With a table of transcripts, isoforms are what is wanted.
    """
    text = [content for content in contents if content.kind == "text"] or contents
    level = TRANSCRIPTS if want_transcripts else GENES
    return [content for content in text if level_of(content) == level] or text


def _shape_problem(
    file: _SampleFile, table: CountTable, first: CountTable, first_file: _SampleFile, kind: str
) -> Problem | None:
    """Say when a file has no single count column, repeats a gene, or lists other genes."""
    where, columns = file.path, table.counts.shape[1]
    expected = {"star": (3,), "gdc_star": (3, 6)}.get(kind, (1,))
    if columns not in expected:
        found = f"{columns} columns of numbers"
        return Problem(where, found, f"{expected[0]} for {formats.NAMES_OF_FORMATS[kind]}")
    genes, others = table.counts.index, first.counts.index
    if genes.has_duplicates and not genes.equals(others):  # else the checks of the whole say it
        twice = genes[genes.duplicated()].unique()
        return Problem(where, f"genes on several rows: {few(twice)}", "one row for each gene")
    if len(genes) == len(others) and (genes.equals(others) or genes.isin(others).all()):
        return None
    odd = [*genes.difference(others), *others.difference(genes)]
    return Problem(
        where,
        f"{len(genes)} genes, {first_file.path} has {len(others)}; not in both: {few(odd)}",
        "the same genes in every file",
        "count all samples with the same annotation",
    )


def _owner_problem(
    file: _SampleFile, table: CountTable, sample_ids: Sequence[str]
) -> Problem | None:
    """Say when the column of counts is called as another sample than the file."""
    column = list(table.counts.columns[:1])
    owner = next(iter(match_names(column, sample_ids)), file.sample)
    if owner == file.sample or match_names(column, [file.sample]):
        return None
    found = f"the file is named after {file.sample!r}, its column of counts is {column[0]!r}"
    return Problem(file.path, found, f"counts of {file.sample!r}", "rename the file or the column")


def _used_files(folder: Path, files: list[_SampleFile], spare: list[str]) -> list[str]:
    pairs = [
        f"{file.sample} from {Path(file.path).relative_to(folder).as_posix()}" for file in files
    ]
    messages = [f"{folder}: one file for each of {len(files)} samples: {few(pairs, 3)}"]
    if spare:
        messages.append(f"{folder}: files that belong to no sample of the study: {few(spare)}")
    return messages
