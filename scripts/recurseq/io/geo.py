"""The samples of a series matrix or SOFT file of the Gene Expression Omnibus, as a table."""

from __future__ import annotations

import csv
import re

from recurseq.io.bytes import fail
from recurseq.io.sheet_rows import Rows

ACCESSION = "geo_accession"
_MARK = re.compile(r"^(!Sample_(title|geo_accession)\t|!Series_title\t|\^SAMPLE ?=)", re.MULTILINE)
_FIELDS = ("title", "source_name_ch1", "organism_ch1", "description")
_CHARACTERISTICS = "characteristics_ch1"


def is_geo(text: str) -> bool:
    """Whether a text is a series matrix or a SOFT file."""
    return text[:1] in "!^" and _MARK.search(text) is not None


def geo_rows(where: str, text: str) -> Rows:
    """Return a header and one row for each sample.

    Columns are the accession, title, source, organism and description, and each characteristic
    (``tissue: liver``) under its own name.

    Raises
    ------
    InputError
        When the file has no sample.
    """
    samples = _of_soft(text) if "^SAMPLE" in text else _of_matrix(text)
    if not samples:
        found = "a file of GEO without lines !Sample_geo_accession"
        raise fail(where, found, "the lines of the samples", "download the series matrix again")
    header = list(dict.fromkeys(name for sample in samples for name in sample))
    rows = [header, *([sample.get(name, "") for name in header] for sample in samples)]
    return dict(enumerate(rows, start=1))


def _of_matrix(text: str) -> list[dict[str, str]]:
    """Read lines of one field each, with a cell for each sample."""
    lines = [line for line in text.splitlines() if line.startswith("!Sample_")]
    cells = list(csv.reader(lines, delimiter="\t"))
    accessions = next((row[1:] for row in cells if row[0] == f"!Sample_{ACCESSION}"), [])
    samples: list[dict[str, str]] = [{ACCESSION: accession} for accession in accessions]
    for field, *values in cells:
        for sample, value in zip(samples, values, strict=False):
            _add(sample, field.removeprefix("!Sample_"), value)
    return samples


def _of_soft(text: str) -> list[dict[str, str]]:
    """Read a block of lines for each sample."""
    samples: list[dict[str, str]] = []
    inside = False
    for line in text.splitlines():
        field, _, value = line.partition("=")
        if line.startswith("^"):
            inside = field.strip() == "^SAMPLE"
            samples += [{ACCESSION: value.strip()}] if inside else []
        elif inside and line.startswith("!Sample_"):
            _add(samples[-1], field.strip().removeprefix("!Sample_"), value)
    return samples


def _add(sample: dict[str, str], field: str, value: str) -> None:
    """Add a field, or a characteristic under its own name; what is named twice is numbered."""
    name, value = field, value.strip().strip('"').strip()
    if field == _CHARACTERISTICS:
        key, colon, rest = value.partition(":")
        name, value = (key.strip(), rest.strip()) if colon else ("characteristics", value)
    elif field not in _FIELDS:
        return
    if not value:
        return
    stem, number = name, 2
    while name in sample:
        name = f"{stem}_{number}"
        number += 1
    sample[name] = value
