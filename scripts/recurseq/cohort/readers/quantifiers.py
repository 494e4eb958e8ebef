"""Salmon, kallisto and RSEM: estimates for each transcript, made counts and lengths of genes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.errors import InputError, Problem, raise_if_any
from recurseq.base.text import few
from recurseq.cohort.readers.count_table import CountTable, as_numbers
from recurseq.cohort.readers.formats import NAMES_OF_FORMATS, QUANTIFIERS
from recurseq.cohort.readers.gene_level import Estimates, sum_to_genes
from recurseq.cohort.readers.transcripts import (
    Mapping,
    TranscriptTable,
    joined_names,
    map_transcripts,
    read_transcripts,
)
from recurseq.io.bytes import fail
from recurseq.io.files import Content, header_of, read_columns

TRANSCRIPTS, GENES = "transcripts", "genes"
# Titles of the columns of counts, effective lengths and abundance.
_COLUMNS = {
    "salmon": ("NumReads", "EffectiveLength", "TPM"),
    "kallisto": ("est_counts", "eff_length", "tpm"),
    "rsem": ("expected_count", "effective_length", "TPM"),
}
_SHOWN = 3


@dataclass(frozen=True)
class Quantified:
    """The estimates of one sample and the file they are from."""

    sample: str
    path: str
    level: str
    estimates: Estimates


def level_of(content: Content) -> str:
    """Return whether a quantifier's file lists transcripts or genes (RSEM writes both)."""
    if content.kind == "text" and header_of(content)[0].lower() == "gene_id":
        return GENES
    return TRANSCRIPTS


def read_estimates(content: Content, kind: str) -> Estimates:
    """Read the file of one sample.

    Parameters
    ----------
    content
        The file.
    kind
        ``salmon``, ``kallisto`` or ``rsem``.

    Returns
    -------
    Estimates
        As written; of RSEM lengths below 1 become 1, as tximport (transcripts) and DESeq2's manual
        (genes without length) do.

    Raises
    ------
    recurseq.base.errors.InputError
        Naming every cell that is no number from 0, and repeated or empty names.
    """
    if content.kind == "hdf5":
        return _read_kallisto_h5(content.path)
    header = [title.lower() for title in header_of(content)]
    wanted = _COLUMNS[kind]
    lacking = [title for title in wanted if title.lower() not in header]
    if lacking:
        allowed = f"the columns of {NAMES_OF_FORMATS[kind]}: {few(wanted)}"
        raise fail(f"{content.path}, header", f"no column {few(lacking)}", allowed)
    level = level_of(content)
    partner = {TRANSCRIPTS: "gene_id", GENES: "transcript_id(s)"}[level]
    texts = {0, header.index(partner)} if kind == "rsem" else {0}
    cells = read_columns(content, texts, has_header=True)
    ids = cells[0].str.strip()
    values = cells[[header.index(title.lower()) for title in wanted]].set_axis(wanted, axis=1)
    values.index = pd.Index(ids, dtype=object)
    lines = content.comments + 2
    problems = _name_problems(content.path, values.index, level, lines)
    for title in wanted:
        problems += _value_problems(f"{content.path}, column {title}", values[[title]], lines)
    raise_if_any(problems)
    counts, lengths, abundance = as_numbers(values).T
    if kind == "rsem":
        short = lengths < 1 if level == TRANSCRIPTS else lengths == 0
        lengths = np.where(short, 1.0, lengths)
    else:
        _refuse_no_length(f"{content.path}, column {wanted[1]}", values[[wanted[1]]], lines)
    genes = (
        cells[header.index(partner)].str.strip()
        if kind == "rsem" and level == TRANSCRIPTS
        else None
    )
    return Estimates(
        values.index.to_numpy(),
        np.ascontiguousarray(counts),
        np.ascontiguousarray(lengths),
        np.ascontiguousarray(abundance),
        None if genes is None else genes.to_numpy(dtype=object),
    )


def _name_problems(path: str, names: pd.Index, level: str, lines: int) -> list[Problem]:
    problems = []
    where, one = f"{path}, first column", level.removesuffix("s")
    if names.empty:
        fix = "quantify the sample again"
        return [Problem(where, f"no {one} is listed", f"one row for each {one}", fix)]
    if unnamed := [int(at) + lines for at in np.flatnonzero(names == "")]:
        problems.append(Problem(where, f"no name in lines {few(unnamed)}", f"a {one} in each row"))
    named = names[names != ""]
    if named.has_duplicates:
        found = f"{level} on several rows: {few(named[named.duplicated()].unique())}"
        problems.append(Problem(where, found, f"one row for each {one}"))
    return problems


def _value_problems(where: str, column: pd.DataFrame, lines: int) -> list[Problem]:
    numbers = as_numbers(column)[:, 0]
    missing = column.iloc[:, 0].isna().to_numpy()
    kinds = (
        ("missing", missing),
        ("text instead of a number", np.isnan(numbers) & ~missing),
        ("infinite", np.isinf(numbers)),
        ("negative", (numbers < 0) & ~np.isinf(numbers)),
    )
    fix = "quantify the sample again; a run without reads writes such values"
    return [
        Problem(where, f"{what}: {_rows(column, rows, lines)}", "numbers from 0", fix)
        for what, at in kinds
        if len(rows := np.flatnonzero(at))
    ]


def _refuse_no_length(where: str, column: pd.DataFrame, lines: int) -> None:
    silent = np.flatnonzero(as_numbers(column)[:, 0] == 0)
    if len(silent):
        found = f"a length of 0: {_rows(column, silent, lines)}"
        raise fail(where, found, "positive lengths", "quantify the sample again")


def _rows(column: pd.DataFrame, rows: np.ndarray, lines: int) -> str:
    """Name the first rows and count the rest."""
    shown = "; ".join(
        f"line {row + lines}, {column.index[row]!r}: {column.iat[row, 0]}" for row in rows[:_SHOWN]
    )
    return shown + (f"; and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else "")


def _read_kallisto_h5(path: str) -> Estimates:
    """Read abundance.h5, which holds no TPM: it follows from counts and lengths."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            ids = file["aux/ids"].asstr()[:].astype(object)
            counts = file["est_counts"][:].astype(float)
            lengths = file["aux/eff_lengths"][:].astype(float)
        if not ids.shape == counts.shape == lengths.shape == (len(ids),):
            raise ValueError(f"its parts have the shapes {ids.shape, counts.shape, lengths.shape}")
    except Exception as error:  # whatever h5py raises at a damaged file
        fix = "use abundance.tsv, or quantify the sample again"
        raise fail(
            path, f"not a readable abundance.h5 ({error})", "kallisto's output", fix
        ) from None
    index = pd.Index(ids, dtype=object)
    columns = {
        title: pd.DataFrame({title: values}, index=index)
        for title, values in (("est_counts", counts), ("aux/eff_lengths", lengths))
    }
    problems = _name_problems(path, index, TRANSCRIPTS, 1)
    for title, column in columns.items():
        problems += _value_problems(f"{path}, {title}", column, 1)
    raise_if_any(problems)
    _refuse_no_length(f"{path}, aux/eff_lengths", columns["aux/eff_lengths"], 1)
    rate = counts / lengths
    total = rate.sum()
    return Estimates(ids, counts, lengths, 1e6 * rate / total if total > 0 else rate)


def with_shared_ids(estimates: Estimates, first: Estimates) -> Estimates:
    """Hold the same names once: they take more memory than the numbers."""
    same = np.array_equal(estimates.ids, first.ids)
    return replace(estimates, ids=first.ids) if same else estimates


def gene_table(
    samples: Sequence[Quantified],
    kind: str,
    where: str,
    transcripts: str | None,
    use_lengths: bool,
) -> CountTable:
    """Make one table of genes from the estimates of all samples.

    Parameters
    ----------
    samples
        One per sample.
    kind
        ``salmon``, ``kallisto`` or ``rsem``.
    where
        The folder, for messages.
    transcripts
        Path of the table of transcripts and genes, or None.
    use_lengths
        Whether average transcript lengths go along with the counts.

    Returns
    -------
    CountTable
        Counts rounded to whole numbers (ties to even), as R's DESeqDataSetFromTximport does, and
        ``lengths``.

    Raises
    ------
    recurseq.base.errors.InputError
        When samples do not list the same transcripts, or these cannot be matched to genes.
    """
    level = samples[0].level
    _same_level(samples, where)
    estimates = _aligned(samples)
    said = []
    if level == GENES:
        if transcripts is not None:
            said.append(f"{where}: RSEM counted genes; {transcripts} was not needed")
        ids = estimates[0].ids.tolist()
        counts = np.column_stack([one.counts for one in estimates])
        lengths = np.column_stack([one.lengths for one in estimates])
        gene_names = None
    else:
        mapping, table = _mapping(estimates, samples[0].path, kind, where, transcripts)
        said += mapping.messages
        ids = mapping.genes
        counts, lengths = sum_to_genes(estimates, mapping.places, len(ids))
        gene_names = [table.names.get(gene, "") for gene in ids] if table.names else None
    summed = "" if level == GENES else "summed to genes and "
    tool = QUANTIFIERS[kind]
    said.append(f"{where}: estimated counts of {tool} were {summed}rounded to whole numbers")
    said.append(
        f"{where}: average transcript lengths of each gene and sample enter the model as offsets"
        if use_lengths
        else f"{where}: transcript lengths were not used (counts.lengths: ignore)"
    )
    index = pd.Index(ids, dtype=object)
    columns = pd.Index([one.sample for one in samples], dtype=object)
    return CountTable(
        pd.DataFrame(np.rint(counts), index, columns),
        None if gene_names is None else pd.Series(gene_names, index, dtype=object),
        None,
        kind,
        tuple(said),
        pd.DataFrame(lengths, index, columns) if use_lengths else None,
    )


def _same_level(samples: Sequence[Quantified], where: str) -> None:
    levels = {one.level: one for one in samples}
    if len(levels) > 1:
        found = "; ".join(f"{level}: {Path(one.path).name}" for level, one in levels.items())
        fix = "keep genes.results, or isoforms.results, of all samples"
        raise fail(where, f"files of different levels: {found}", "one level for all samples", fix)


def _aligned(samples: Sequence[Quantified]) -> list[Estimates]:
    """Bring the transcripts of all samples into the order of the first."""
    first = samples[0]
    wanted = pd.Index(first.estimates.ids)
    aligned, problems = [], []
    for one in samples:
        found = one.estimates
        if np.array_equal(found.ids, first.estimates.ids):
            aligned.append(found)
            continue
        names = pd.Index(found.ids)
        order = names.get_indexer(wanted)
        if len(names) != len(wanted) or (order < 0).any():
            problems.append(_other_transcripts(one, first, names, wanted))
            continue
        aligned.append(
            Estimates(
                first.estimates.ids,
                found.counts[order],
                found.lengths[order],
                found.abundance[order],
            )
        )
    raise_if_any(problems)
    return aligned


def _other_transcripts(
    one: Quantified, first: Quantified, names: pd.Index, wanted: pd.Index
) -> Problem:
    odd = [*names.difference(wanted, sort=False), *wanted.difference(names, sort=False)]
    return Problem(
        one.path,
        f"{len(names)} {one.level}, {first.path} has {len(wanted)}; not in both: {few(odd)}",
        f"the same {one.level} in every file",
        "quantify all samples with the same index",
    )


def _mapping(
    estimates: Sequence[Estimates], path: str, kind: str, where: str, transcripts: str | None
) -> tuple[Mapping, TranscriptTable]:
    """Match transcripts to genes, by the given table or by what the files themselves say."""
    ids = estimates[0].ids.tolist()
    if transcripts is not None:
        table = read_transcripts(transcripts)
    elif estimates[0].genes is not None:
        pairs = zip(ids, estimates[0].genes.tolist(), strict=True)
        table = TranscriptTable(path, {transcript: gene for transcript, gene in pairs if gene})
    else:
        table = joined_names(ids, where)
    if table is None:
        raise InputError([_no_table(kind)])
    reads = np.sum([one.counts for one in estimates], axis=0)
    return map_transcripts(ids, reads, table), table


def _no_table(kind: str) -> Problem:
    return Problem(
        "config: counts.transcripts",
        f"missing; {QUANTIFIERS[kind]} counts transcripts, and the model is of genes",
        "the path of a table of transcripts and genes, or of a GTF",
        "use the annotation that the quantifier's index was made from (init: --transcripts)",
    )
