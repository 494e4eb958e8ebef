"""Files that hold several samples, and the columns every table of genes shares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from recurseq.base.text import few
from recurseq.cohort.genes.excel_names import changed_by_excel
from recurseq.cohort.readers import formats
from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.readers.gene_column import (
    gene_column,
    is_text,
    refuse_no_genes,
    stray_cells,
)
from recurseq.cohort.readers.matching import same_samples, spelling_note
from recurseq.cohort.readers.orientation import genes_in_rows
from recurseq.cohort.readers.sample_names import sample_names
from recurseq.io.bytes import fail
from recurseq.io.files import Content, header_of, read_columns

_ATTRIBUTES = re.compile(r'"?--extraAttributes"?\s+"?([^"\s]+)')
_REMARKS = 3  # rows below a table that are taken for remarks, at most
SUMMARY_ROWS = frozenset(
    {
        *("N_unmapped", "N_multimapping", "N_noFeature", "N_ambiguous"),
        *("__no_feature", "__ambiguous", "__too_low_aQual", "__not_aligned"),
        *("__alignment_not_unique", "no_feature", "ambiguous", "too_low_aQual"),
        *("not_aligned", "alignment_not_unique"),
    }
)


def read_matrix_table(
    content: Content,
    file_format: str,
    sample_ids: Sequence[str] = (),
    left_out: Sequence[str] = (),
) -> CountTable:
    """Read a file whose first column identifies genes; all numeric columns are taken as samples.

    Parameters
    ----------
    content
        The file.
    file_format
        Its format; coordinates of featureCounts are left out.
    sample_ids
        Samples of the sheet. When they stand in the first column, the table is turned.
    left_out
        Further samples of the sheet, which are not used.

    Raises
    ------
    InputError
        When the table has no identifiers or no rows, or it cannot be told where the samples are.
    """
    titled = formats.has_header(content)
    header = header_of(content)
    if not titled:
        header = ["", *(f"column {number}" for number in range(2, len(header) + 1))]
    lower = [name.lower() for name in header]
    dropped = set(range(1, 6)) if file_format == "featurecounts" else set()
    dropped |= _extra_attributes(content, lower, file_format)
    name_at = _position(lower, formats.NAME_HEADERS)
    type_at = _position(lower, formats.TYPE_HEADERS)
    texts = {0, *dropped, *(at for at in (name_at, type_at) if at)}
    cells = read_columns(content, texts, has_header=titled)
    identifiers = _stripped(cells[0])
    if titled:
        refuse_no_genes(content.path, header, identifiers, [*sample_ids, *left_out])
    counted, outside = _counted(content, header, cells, texts)
    words = [at for at in counted if header[at] not in sample_ids and is_text(cells[at])]
    if len(words) == len(counted):
        words = []  # no table of counts at all; the checks name its cells
    chosen = ""
    if not (in_rows := _stand_in_rows(identifiers, header, sample_ids)):
        beside = {at: _stripped(cells[at].fillna("").astype(str)) for at in [*words, name_at] if at}
        id_at, chosen = gene_column(content.path, header, identifiers, beside)
        identifiers = beside.get(id_at, identifiers)
        name_at = None if name_at == id_at else name_at
        counted = [at for at in counted if at not in words]
    counts = cells[counted]
    counts.index = pd.Index(identifiers, dtype=object)
    counts.columns = pd.Index([header[at] for at in counted], dtype=object)
    genes = pd.DataFrame(
        {at: _stripped(cells[at]) for at in (name_at, type_at) if at}, index=counts.index
    )
    counts, turned = genes_in_rows(counts, sample_ids, content.path)
    kept, summary = _without_summary(content.path, counts)
    dates = _changed_names(content.path, counts.index, genes.get(name_at))
    if turned:
        name_at = type_at = None
    described = [] if in_rows else [at for at in words if at != id_at]
    described += sorted(dropped - {*range(1, 6), name_at, type_at})
    no_samples = _no_samples(content.path, [header[at] for at in described])
    said = (*content.messages, chosen, *outside, no_samples, turned, summary, dates)
    return CountTable(
        counts=counts[kept] if not kept.all() else counts,
        gene_names=genes.loc[kept, name_at] if name_at else None,
        gene_types=genes.loc[kept, type_at] if type_at else None,
        format=file_format,
        messages=tuple(text for text in said if text),
    )


def _counted(
    content: Content, header: Sequence[str], cells: pd.DataFrame, texts: set[int]
) -> tuple[list[int], list[str]]:
    """Positions of the columns that may hold counts, and what stands outside the table."""
    untitled = [at for at in range(1, len(header)) if not header[at] and at not in texts]
    outside = {at: stray_cells(content, cells[at], at) for at in untitled}
    empty = [at for at, stray in outside.items() if stray or cells[at].isna().all()]
    counted = [at for at in range(1, len(header)) if at not in {*texts, *empty}]
    if not counted:
        raise fail(content.path, "no column holds counts", "one column for each sample")
    return counted, list(outside.values())


def _no_samples(path: str, titles: Sequence[str]) -> str:
    if not titles:
        return ""
    return (
        f"{path}: columns that describe genes and are no samples were left out: {few(titles, 20)}"
    )


def _stand_in_rows(
    identifiers: np.ndarray, header: Sequence[str], sample_ids: Sequence[str]
) -> bool:
    """Whether samples stand in the first column; a column of text is then no gene's description."""
    samples = set(sample_ids)
    in_rows = len(samples & set(identifiers))
    return in_rows > len(samples & set(header)) and 2 * in_rows >= len(samples)


def _extra_attributes(content: Content, lower: Sequence[str], file_format: str) -> set[int]:
    """Positions of the columns that featureCounts was asked for by --extraAttributes."""
    if file_format != "featurecounts" or not content.comments:
        return set()
    asked = _ATTRIBUTES.search(content.data[: content.data.find(b"\n")].decode("utf-8"))
    names = asked[1].lower().split(",") if asked else []
    end = 6
    while end < len(lower) and lower[end] in names:
        end += 1
    return set(range(6, end))


def _stripped(cells: pd.Series) -> np.ndarray:
    """Return texts without outer spaces (quicker than the accessor of pandas by far)."""
    return np.array([cell.strip() for cell in cells.to_numpy()], dtype=object)


def _position(header: list[str], wanted: frozenset[str]) -> int | None:
    return next((at for at, name in enumerate(header) if at > 0 and name in wanted), None)


def _without_summary(path: str, counts: pd.DataFrame) -> tuple[np.ndarray, str]:
    """Find the rows of genes: not those that count reads without one, nor wholly empty ones."""
    genes = counts.index
    summary = genes.isin(SUMMARY_ROWS)
    empty = genes == ""
    empty[empty] = counts[empty].isna().all(axis=1)
    below = _text_below(counts)
    kept = ~(summary | empty | below)
    if not kept.any():
        raise fail(path, "there is no gene in the file", "one row for each gene")
    said = {
        "rows that count reads without a gene were left out": genes[summary],
        "below the table stands, and was left out": genes[below],
    }
    return kept, "; ".join(f"{path}: {w}: {few(rows)}" for w, rows in said.items() if len(rows))


def _text_below(counts: pd.DataFrame) -> np.ndarray:
    """Find the remarks in the last rows, which have a text in the first column and no count."""
    below = np.zeros(len(counts), dtype=bool)
    last = counts.iloc[-_REMARKS:].isna().all(axis=1).to_numpy() & (counts.index[-_REMARKS:] != "")
    number = len(last) if last.all() else int(np.argmin(last[::-1]))
    if number < len(counts):
        below[len(counts) - number :] = True
    return below


def _changed_names(path: str, genes: pd.Index, names: pd.Series | None) -> str:
    changed = changed_by_excel([*genes, *(() if names is None else names)])
    if not changed:
        return ""
    return (
        f"{path}: gene names that Excel seems to have turned into dates or numbers: "
        f"{few(changed)}; take them from the original file"
    )


def read_matrix(
    content: Content,
    file_format: str,
    sample_ids: Sequence[str] = (),
    left_out: Sequence[str] = (),
) -> CountTable:
    """Read a file with a column for each sample.

    Parameters
    ----------
    content
        The file.
    file_format
        ``matrix``, ``featurecounts`` or ``nfcore``.
    sample_ids, left_out
        Samples of the sheet, kept and others, to which the BAM paths of featureCounts are
        shortened.

    Returns
    -------
    CountTable
        Values as written, see `recurseq.cohort.readers.estimates.rounded`.
    """
    if file_format in formats.ONE_SAMPLE:
        fix = "put the files of all samples into one folder and name it as counts.directory"
        raise fail(
            content.path,
            f"{formats.NAMES_OF_FORMATS[file_format]} holds one sample",
            "a file with all samples",
            fix,
        )
    table = read_matrix_table(content, file_format, sample_ids, left_out)
    sheet = [*sample_ids, *left_out]
    if file_format == "featurecounts":
        table = _with_short_names(table, content.path, sheet)
    return with_sheet_names(table, content.path, sheet)


def with_sheet_names(table: CountTable, path: str, sample_ids: Sequence[str]) -> CountTable:
    """Give columns that are samples in another spelling the names of the sheet, and say so."""
    columns = list(table.counts.columns)
    found = same_samples(columns, sample_ids)
    if not found:
        return table
    names = [found[column][0] if column in found else column for column in columns]
    said = (*table.messages, spelling_note(path, found))
    return replace(table, counts=table.counts.set_axis(names, axis=1), messages=said)


def _with_short_names(table: CountTable, path: str, sample_ids: Sequence[str]) -> CountTable:
    columns = list(table.counts.columns)
    names = sample_names(columns, sample_ids)
    changed = [f"{b} from {a}" for a, b in zip(columns, names, strict=True) if a != b]
    if not changed:
        return table
    message = f"{path}: sample names were taken from file names: {few(changed, 3)}"
    return replace(
        table, counts=table.counts.set_axis(names, axis=1), messages=(*table.messages, message)
    )
