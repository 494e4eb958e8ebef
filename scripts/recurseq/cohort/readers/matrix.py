"""Files that hold several samples, and the columns every table of genes shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from recurseq.base.text import few
from recurseq.cohort.genes.excel_names import changed_by_excel
from recurseq.cohort.readers import formats
from recurseq.cohort.readers.count_scale import scale_evidence
from recurseq.cohort.readers.count_table import CountTable, as_numbers
from recurseq.cohort.readers.orientation import genes_in_rows
from recurseq.cohort.readers.sample_names import sample_names
from recurseq.io.bytes import fail
from recurseq.io.files import Content, header_of, read_columns

SUMMARY_ROWS = frozenset(
    {
        *("N_unmapped", "N_multimapping", "N_noFeature", "N_ambiguous"),
        *("__no_feature", "__ambiguous", "__too_low_aQual", "__not_aligned"),
        *("__alignment_not_unique", "no_feature", "ambiguous", "too_low_aQual"),
        *("not_aligned", "alignment_not_unique"),
    }
)


def read_matrix_table(
    content: Content, file_format: str, sample_ids: Sequence[str] = ()
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
    name_at = _position(lower, formats.NAME_HEADERS)
    type_at = _position(lower, formats.TYPE_HEADERS)
    texts = {0, *dropped, *(at for at in (name_at, type_at) if at)}
    cells = read_columns(content, texts, has_header=titled)
    identifiers = _stripped(cells[0])
    _refuse_row_numbers(content.path, header, identifiers)
    empty = [at for at in range(1, len(header)) if not header[at] and cells[at].isna().all()]
    counted = [at for at in range(len(header)) if at not in {*texts, *empty}]
    if not counted:
        raise fail(content.path, "no column holds counts", "one column for each sample")
    counts = cells[counted]
    counts.index = pd.Index(identifiers, dtype=object)
    counts.columns = pd.Index([header[at] for at in counted], dtype=object)
    genes = pd.DataFrame(
        {at: _stripped(cells[at]) for at in (name_at, type_at) if at}, index=counts.index
    )
    counts, turned = genes_in_rows(counts, sample_ids, content.path)
    kept, left_out = _without_summary(content.path, counts)
    dates = _changed_names(content.path, counts.index, genes.get(name_at))
    if turned:
        name_at = type_at = None
    return CountTable(
        counts=counts[kept] if not kept.all() else counts,
        gene_names=genes.loc[kept, name_at] if name_at else None,
        gene_types=genes.loc[kept, type_at] if type_at else None,
        format=file_format,
        messages=tuple(text for text in (*content.messages, turned, left_out, dates) if text),
    )


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
    kept = ~(summary | empty)
    if not kept.any():
        raise fail(path, "there is no gene in the file", "one row for each gene")
    if not summary.any():
        return kept, ""
    rows = few(genes[summary])
    return kept, f"{path}: rows that count reads without a gene were left out: {rows}"


def _changed_names(path: str, genes: pd.Index, names: pd.Series | None) -> str:
    changed = changed_by_excel([*genes, *(() if names is None else names)])
    if not changed:
        return ""
    return (
        f"{path}: gene names that Excel seems to have turned into dates or numbers: "
        f"{few(changed)}; take them from the original file"
    )


def _refuse_row_numbers(path: str, header: list[str], identifiers: np.ndarray) -> None:
    """Row numbers in place of identifiers would make every gene anonymous."""
    if len(identifiers) < 3 or header[0].lower() not in ("", "index", "unnamed: 0"):
        return
    for start in (0, 1):
        if all(text == str(number) for number, text in enumerate(identifiers, start)):
            fix = "write the file without row numbers, gene identifiers in the first column"
            raise fail(f"{path}, first column", "row numbers", "gene identifiers", fix)


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
        Estimated counts of nf-core are rounded to whole numbers (ties to even, as R's ``round``),
        unless the values are no counts at all.
    """
    if file_format in formats.ONE_SAMPLE:
        fix = "put the files of all samples into one folder and name it as counts.directory"
        raise fail(
            content.path,
            f"{formats.NAMES_OF_FORMATS[file_format]} holds one sample",
            "a file with all samples",
            fix,
        )
    table = read_matrix_table(content, file_format, sample_ids)
    if file_format == "featurecounts":
        return _with_short_names(table, content.path, [*sample_ids, *left_out])
    return _rounded(table, content.path) if file_format == "nfcore" else table


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


def _rounded(table: CountTable, path: str) -> CountTable:
    """Round the estimated counts of a quantifier; anything else is left for the checks to name."""
    values = as_numbers(table.counts)
    fractional = np.isfinite(values) & (values != np.rint(values))
    if not fractional.any() or scale_evidence(values):
        return table
    counts = table.counts.mask(fractional, np.rint(values))
    message = (
        f"{path}: estimated counts of a quantifier were rounded to whole numbers "
        f"({int(fractional.sum())} of {values.size} values were fractional)"
    )
    return replace(table, counts=counts, messages=(*table.messages, message))
