"""Read counts, whatever tool wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.readers.estimates import rounded
from recurseq.cohort.readers.formats import agree
from recurseq.cohort.readers.matrix import read_matrix, with_sheet_names
from recurseq.cohort.readers.preamble import load_table
from recurseq.cohort.readers.sample_files import read_directory
from recurseq.io.bytes import fail
from recurseq.io.files import Content

__all__ = ["CountTable", "read_counts"]


def read_counts(
    path: str | Path | None = None,
    directory: str | Path | None = None,
    file_format: str = "auto",
    strand: str = "auto",
    sample_ids: Sequence[str] = (),
    transcripts: str | None = None,
    use_lengths: bool = True,
    left_out: Sequence[str] = (),
    sheet: str | int | None = None,
    round_estimates: bool | None = None,
    dates_as_text: bool = False,
) -> CountTable:
    """Read a count matrix, or a folder with one count file for each sample.

    Parameters
    ----------
    path, directory
        Where the counts are; one of the two.
    file_format
        As in the configuration: ``auto`` recognises the file by its content.
    strand
        Column of STAR and GDC files: ``auto``, ``unstranded``, ``forward`` or ``reverse``.
    sample_ids
        Samples of the sheet; files of a folder and BAM paths of featureCounts are matched to them.
    transcripts
        Table of transcripts and genes, or GTF, for Salmon, kallisto and RSEM.
    use_lengths
        Whether the average transcript lengths of these go along with the counts.
    left_out
        Samples of the sheet that are not read; a file or a column that is named after one of them
        is never taken for another sample's.
    sheet
        Of a workbook, the name or the number of the sheet; None takes the first visible one, or
        the one that names the samples.
    round_estimates
        Whether estimated counts are rounded; see `recurseq.cohort.readers.estimates.rounded`.
    dates_as_text
        Whether cells of a workbook that Excel stored as dates are read as their text, for
        `recurseq.cohort.genes.rows` to leave out; they are refused otherwise.

    Returns
    -------
    CountTable
        Values as read: `recurseq.cohort.checks.matrix_problems` says whether they are counts.

    Raises
    ------
    recurseq.base.errors.InputError
        When a file cannot be read or holds no counts.
    """
    if directory is not None and sheet is not None:
        found, fix = f"given, and {directory} is a folder", "remove the key"
        raise fail("config: counts.sheet", found, "only with counts.path", fix)
    if directory is not None:
        table = read_directory(
            directory, file_format, strand, list(sample_ids), transcripts, use_lengths, left_out
        )
        return rounded(table, str(directory), round_estimates)
    content = load_table(str(path), [*sample_ids, *left_out], sheet)
    content = with_dates_as_text(content) if dates_as_text else content
    found = agree(content, file_format)
    if found == "h5ad":
        from recurseq.cohort.readers.h5ad import read_h5ad  # anndata takes a second

        table = read_h5ad(content.path, list(sample_ids), estimated=round_estimates is True)
        table = with_sheet_names(table, content.path, [*sample_ids, *left_out])
    else:
        table = read_matrix(content, found, list(sample_ids), left_out)
    return rounded(table, content.path, round_estimates)


def with_dates_as_text(content: Content) -> Content:
    """Turn the cells of a workbook that hold dates into text, such as ``2024-03-01``."""
    if content.kind != "xlsx":
        return content
    lines = tuple(
        tuple(f"{cell:%Y-%m-%d}" if isinstance(cell, date) else cell for cell in row)
        for row in content.lines
    )
    return replace(content, lines=lines)
