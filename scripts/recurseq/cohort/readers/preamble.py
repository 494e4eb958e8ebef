"""What stands above the header: titles, remarks, the two first lines of a GCT file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from recurseq.base.errors import InputError
from recurseq.base.text import few
from recurseq.cohort.readers.matching import loose
from recurseq.io.bytes import LARGEST_MATRIX, fail, read_bytes
from recurseq.io.cells import TABLE_KINDS, cell_text
from recurseq.io.delimited import without_lines
from recurseq.io.files import Content, content_of, load, without_first_rows

ROWS_LOOKED_AT = 20
SHEETS_LOOKED_AT = 20
GENES_IN_HEADER = 50  # with samples in rows; a sample sheet has fewer columns
_GCT = re.compile(rb"#1\.[23]\s")
_COUNTS = re.compile(r"count|raw", re.IGNORECASE)  # names of the sheet that is meant among several
_FEWEST = 2  # samples in a row, for it to be a header


def load_table(
    path: str, sample_ids: Sequence[str] = (), sheet: str | int | None = None
) -> Content:
    """Read a file so that its first row is the header, where the samples of the sheet tell it.

    Parameters
    ----------
    path
        The file.
    sample_ids
        Samples of the sheet. When the first row names none, the first 20 rows of the table are
        looked at, and those of every other visible sheet of a workbook; of several that name
        samples, the one is taken whose own name alone speaks of counts.
    sheet
        Name or number of the sheet to read, which the configuration gives; no other is then read.

    Raises
    ------
    InputError
        When the file cannot be read, or several sheets of a workbook name the samples.
    """
    content = _with_header(load(path, sheet=sheet), sample_ids)
    if content.kind != "xlsx" or sheet is not None or not sample_ids:
        return content
    if _best_row(content, sample_ids)[1] or _samples_in_rows(content, sample_ids):
        return content
    found, data = [], read_bytes(path, TABLE_KINDS, LARGEST_MATRIX)
    for name in content.sheet.others[:SHEETS_LOOKED_AT]:
        try:
            other = _with_header(content_of(path, data, name), sample_ids)
        except InputError:  # an empty sheet
            continue
        if _best_row(other, sample_ids)[1] or _samples_in_rows(other, sample_ids):
            found.append(other)
    called = [one for one in found if _COUNTS.search(one.sheet.name)]
    found = called if len(called) == 1 else found
    if len(found) > 1:
        names = few([one.sheet.name for one in found])
        none = (
            f"the first sheet, {content.sheet.name!r}, names no sample; several others do: {names}"
        )
        raise fail(path, none, "one sheet of counts", "say which by counts.sheet, or put it first")
    if not found:
        return content
    said = (
        f"{path}: the samples stand in the sheet {found[0].sheet.name!r}, which was read, not in "
        f"the first one, {content.sheet.name!r}"
    )
    return replace(found[0], messages=(said, *found[0].messages))


def _with_header(content: Content, sample_ids: Sequence[str]) -> Content:
    if content.kind == "text" and _GCT.match(content.data):
        return _without_gct(content)
    if content.kind not in ("text", "xlsx") or not sample_ids:
        return content
    row, samples = _best_row(content, sample_ids)
    if not row or not samples:
        return content
    above = [" ".join(filter(None, map(cell_text, line))) for line in content.lines[:row]]
    said = (
        f"{content.path}: the header, which names {samples} samples of the sheet, is row "
        f"{row + 1} of the table; above it stands, and was left out, {few(above, 3)}"
    )
    return without_first_rows(content, row, said)


def _best_row(content: Content, sample_ids: Sequence[str]) -> tuple[int, int]:
    """Return the row that names most samples, and how many; the first row when it names any."""
    if content.kind not in ("text", "xlsx"):
        return 0, 0
    wanted = {loose(sample) for sample in sample_ids}
    least = min(_FEWEST, len(wanted))
    best = (0, 0)
    for at, row in enumerate(content.lines[:ROWS_LOOKED_AT]):
        number = len(wanted & {loose(cell_text(cell)) for cell in row})
        if at == 0 and number:
            return 0, number
        if number >= least and number > best[1]:
            best = (at, number)
    return best


def _samples_in_rows(content: Content, sample_ids: Sequence[str]) -> bool:
    """Whether samples stand in the first column of a table too wide for a sample sheet."""
    rows = {cell_text(row[0]) for row in content.lines if row}
    enough = len(rows & set(sample_ids)) >= min(_FEWEST, len(set(sample_ids)))
    return enough and len(content.lines[0]) >= GENES_IN_HEADER


def _without_gct(content: Content) -> Content:
    """Take off what GCT 1.2 and 1.3 write above the header, and annotations of columns below it.

    The descriptions of genes become gene names where they look like such.
    """
    start = content.comments
    lines = content.lines if start == 0 else ((), *content.lines)
    sizes = [cell_text(cell) for cell in lines[1] if cell_text(cell)]
    if len(lines) < 3 or len(sizes) not in (2, 4) or not all(text.isdecimal() for text in sizes):
        found = "a GCT file whose second line does not hold the numbers of its rows and columns"
        raise fail(content.path, found, "GCT 1.2 or 1.3", "remove the lines above the header")
    annotations = int(sizes[3]) if len(sizes) == 4 else 0
    header, *rows = lines[2], *lines[3 + annotations :]
    if cell_text(header[1]).lower() == "description" and _are_names([row[1] for row in rows]):
        header = (header[0], "gene_name", *header[2:])
    said = f"{content.path}: a GCT file; its lines above the header were left out"
    if annotations:
        said += f", and {annotations} rows that annotate columns"
    data = b"header\n" + without_lines(content.data, 3 + annotations)
    return replace(
        content, data=data, comments=0, lines=(header, *rows), messages=(*content.messages, said)
    )


def _are_names(texts: Sequence[str]) -> bool:
    """Whether descriptions of genes are names: no sentences, and not all the same."""
    return not any(" " in text for text in texts) and 2 * len(set(texts)) > len(texts)
