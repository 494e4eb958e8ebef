"""What one file of a study folder seems to be, told from its name and its first rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recurseq.base.errors import InputError
from recurseq.cohort.readers.formats import (
    FEATURECOUNTS_HEADER,
    ID_HEADERS,
    NAME_HEADERS,
    NAMES_OF_FORMATS,
    ONE_SAMPLE,
    TYPE_HEADERS,
    recognise,
)
from recurseq.cohort.readers.refused_tables import not_counts
from recurseq.io.bytes import LARGEST_SHEET, MEGABYTE, unpacked
from recurseq.io.cells import cell_text, is_number
from recurseq.io.delimited import read_delimited
from recurseq.io.files import Content, header_of, load

MATRIX, SHEET, ONE, GENE_SETS, ANNOTATION, TRANSCRIPTS, OTHER = (
    "matrix",
    "sheet",
    "one sample",
    "gene sets",
    "annotation",
    "transcripts",
    "other",
)
# Endings of what is looked into; compressed files too.
_PACKED = (".gz", ".bz2", ".xz", ".zip")
_TABLES = (".tsv", ".csv", ".txt", ".tab", ".xlsx", ".parquet", ".h5ad", ".gct", ".soft")
_COUNT_FILES = (".sf", ".results", ".counts", ".count", ".h5", ".out")
_GENOMES = (".gtf", ".gff", ".gff3")
# Not opened, whatever is in them.
_OTHERS = re.compile(
    r"bam|bai|cram|crai|sam|fastq|fq|fa|fasta|fai|bw|bigwig|bed|vcf|pdf|docx?|pptx?|xls|png|jpe?g|"
    r"svg|tiff?|gif|html?|md|rst|ya?ml|json|xml|r|rmd|qmd|py|ipynb|sh|smk|log|rds|rda|rdata|rproj|"
    r"pkl|npz|npy|db|sqlite|tar|exe"
)
_TEXTS_ABOUT = re.compile(r"^(readme|licen[cs]e|changes|changelog|makefile|notes?|info)", re.I)
_ROWS_OF_NAMES = 20  # first rows, among which the one with the names of samples is
_NUMERIC = 0.5  # share of columns of numbers from which a table may be a matrix
_TITLES_OF_TRANSCRIPTS = frozenset(
    ["tx", "txname", "tx_id", "transcript", "transcript_id", "transcriptid", "target_id", "enst"]
)
_TITLES_OF_GENES = ID_HEADERS - {"", "id", "name", "identifier", "row.names", "rownames"}
_IDENTIFIERS = re.compile(r"gene[_ .]?(stable[_ ])?id|ensembl.*|ensgene|entrez.*")


@dataclass(frozen=True)
class Peek:
    """What a file seems to be.

    Attributes
    ----------
    path
        The file.
    kind
        ``matrix``, ``sheet``, ``one sample``, ``gene sets``, ``annotation``, ``transcripts`` or
        ``other``.
    what
        The same in words, as a message can say it.
    cells
        Of a matrix: texts among which the names of its samples are.
    decimals
        Of a matrix: whether its first rows hold numbers that are not whole.
    sheet
        Whether it can be a sheet of samples or patients too, as a table of few rows can.
    """

    path: Path
    kind: str
    what: str
    cells: frozenset[str] = frozenset()
    decimals: bool = False
    sheet: bool = False


def peek(path: Path) -> Peek:
    """Look at the name and the first megabyte of a file."""
    name = path.name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    if name.endswith(".gmt"):
        return Peek(path, GENE_SETS, "gene sets (GMT)")
    if name.endswith(_GENOMES):
        return Peek(path, ANNOTATION, "an annotation of the genome")
    known = name.endswith((*_TABLES, *_COUNT_FILES))
    if not known and (_OTHERS.fullmatch(name.rpartition(".")[2]) or _TEXTS_ABOUT.match(name)):
        return Peek(path, OTHER, "no kind of file that is read")
    try:
        seen = _by_content(path, name)
    except InputError as error:
        return Peek(path, OTHER, f"cannot be read: {error.problems[0].found}")
    if known or seen.kind in (MATRIX, ONE):
        return seen
    return Peek(path, OTHER, "no kind of file that is read")


def _by_content(path: Path, name: str) -> Peek:
    content, complete = _beginning(path)
    if what := not_counts(content):
        kind = ANNOTATION if what.startswith("an annotation") else OTHER
        return Peek(path, kind, what, sheet=what.startswith("a series matrix"))
    found = recognise(content)
    header = [title.lower() for title in header_of(content)]
    numeric = _numeric_columns(content)
    if found in ONE_SAMPLE or _of_one_sample(content, header, numeric):
        return Peek(path, ONE, NAMES_OF_FORMATS[found])
    if found == "h5ad":
        return Peek(path, MATRIX, NAMES_OF_FORMATS[found], _h5ad_names(path))
    if content.kind == "parquet" or len(numeric) >= max(2, _NUMERIC * (len(header) - 1)):
        cells = _names(content)
        sheet = complete and content.kind != "parquet" and _has_groups(content, header)
        return Peek(path, MATRIX, NAMES_OF_FORMATS[found], cells, _has_decimals(content), sheet)
    if _TITLES_OF_TRANSCRIPTS & set(header[:2]) or "tx2gene" in name or "t2g" in name:
        return Peek(path, TRANSCRIPTS, "transcripts and their genes")
    if _IDENTIFIERS.fullmatch(header[0]) and NAME_HEADERS & set(header[1:]):
        return Peek(path, ANNOTATION, "a table of genes")
    if not complete or (content.kind == "text" and len(header) < 2):
        return Peek(path, OTHER, "neither columns of counts nor a table of samples")
    return Peek(path, SHEET, "a table", sheet=True)


def _of_one_sample(content: Content, header: Sequence[str], numeric: Sequence[int]) -> bool:
    """Whether a table has one column of counts: genes and counts, or featureCounts of one file."""
    if header[:6] == FEATURECOUNTS_HEADER:
        return len(header) == len(FEATURECOUNTS_HEADER) + 1
    return len(header) == 2 and numeric == [1] and header[0] in _TITLES_OF_GENES


def _beginning(path: Path) -> tuple[Content, bool]:
    """Read the first rows, and say whether that was the whole file."""
    with unpacked(path) as stream:
        data = stream.read(MEGABYTE)
    if data[:4] in (b"PK\x03\x04", b"PAR1") or data[:8] == b"\x89HDF\r\n\x1a\n" or not data.strip():
        return load(path, LARGEST_SHEET), True
    complete = len(data) < MEGABYTE
    whole_lines = data if complete else data[: data.rfind(b"\n") + 1] or data
    return Content(str(path), "text", *read_delimited(str(path), whole_lines)), complete


def _h5ad_names(path: Path) -> frozenset[str]:
    """Names of the samples of an h5ad file, and the texts of the columns beside them."""
    from recurseq.io.h5ad import rows_of_obs  # anndata takes a second

    try:
        _, *rows = rows_of_obs(str(path))
    except InputError:  # it is named when the file is read
        return frozenset()
    return frozenset(cell for row in rows for cell in row)


def _rows(content: Content) -> Sequence[Sequence[str]]:
    return [[cell_text(cell) for cell in row] for row in content.lines[:40]]


def _numeric_columns(content: Content) -> list[int]:
    """Return positions of the columns, but the first, that hold numbers under the header."""
    rows = _rows(content)
    width = max(map(len, rows))
    found = []
    for column in range(1, width):
        cells = [row[column] for row in rows[_preamble(rows) + 1 :] if len(row) > column]
        present = [cell for cell in cells if cell not in ("", "NA")]
        if present and all(map(is_number, present)):
            found.append(column)
    return found


def _preamble(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of rows, title and size, that stand before the header."""
    filled = [sum(cell != "" for cell in row) for row in rows[:_ROWS_OF_NAMES]]
    widest = max(filled)
    return next(at for at, cells in enumerate(filled) if cells >= widest - 1)


def _has_groups(content: Content, header: Sequence[str]) -> bool:
    """Whether a column holds words that recur or one of two codes, and none is of genes."""
    if (NAME_HEADERS | TYPE_HEADERS) & set(header):
        return False
    columns = [list(filter(None, cells)) for cells in zip(*_rows(content)[1:], strict=False)]
    words = [[cell for cell in cells if not is_number(cell)] for cells in columns]
    return any(len(set(cells)) < len(cells) for cells in words) or any(
        len(set(cells)) == 2 < len(cells) for cells in columns
    )


def _has_decimals(content: Content) -> bool:
    numbers = [
        cell
        for row in _rows(content)[1:]
        for at, cell in enumerate(row)
        if at and is_number(cell) and cell
    ]
    return any(float(number) % 1 for number in numbers)


def _names(content: Content) -> frozenset[str]:
    """Texts of the first rows and of the first column, and all cells of the header."""
    rows = _rows(content)
    texts = {cell for row in rows[1:_ROWS_OF_NAMES] for cell in row if not is_number(cell)}
    first = {row[0] for row in rows if row}
    return frozenset({*header_of(content), *texts, *first} - {""})
