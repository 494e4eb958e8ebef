"""What the user's files are: which column names the samples, and whose genes were counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import pandas as pd

from recurseq.base.errors import InputError
from recurseq.base.text import suggest
from recurseq.cohort.genes.rows import settled
from recurseq.cohort.genes.species import species_of
from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.readers.matching import match_names
from recurseq.cohort.readers.read import read_counts
from recurseq.command.columns import SheetColumn
from recurseq.io.bytes import fail
from recurseq.study.coverage import explaining_keep
from recurseq.study.model import GeneRules

_DEFAULT_RULES = GeneRules(duplicates="error", excel_dates="error", spike_ins="exclude")
_ID_NAMES = ("sample_id", "sample", "samples", "sampleid", "sample_name", "id", "name", "run")
_MOST_FILES = 20_000  # looked at to tell which column names them
# Not "delivery", nor the breast-cancer cells HCC1954.
_LIVER = re.compile(
    r"(?<![a-z])(liver|hepat|lihc|hepg2|huh-?7|cirrho|steato|nafld|masld|hcc(?![a-z0-9])|"
    r"(nash|mash)(?![a-z]))",
    re.IGNORECASE,
)


def matched_counts(
    counts: Path,
    transcripts: Path | None,
    sheet: pd.DataFrame,
    columns: Sequence[SheetColumn],
    wanted: str | None,
) -> tuple[str, CountTable]:
    """Read the counts and find the column of the sheet that holds their sample names.

    Parameters
    ----------
    counts
        A matrix, or a folder with a file for each sample.
    transcripts
        Table of transcripts and genes, or GTF, for the files of a quantifier.
    sheet, columns
        The sample sheet and its description.
    wanted
        The column, when the user named it.

    Returns
    -------
    (str, CountTable)
        The column under which most samples have counts, and the counts read with it.

    Raises
    ------
    InputError
        When there is no such column, or the counts cannot be read with any.
    """
    candidates = [wanted] if wanted is not None else _id_candidates(columns)
    if counts.is_dir():
        candidates = _by_files(counts, sheet, candidates)
    names = [column.name for column in columns]
    if wanted is not None and wanted not in names:
        allowed = f"one of {', '.join(names)}"
        raise fail("--id", f"{wanted!r} is no column of the sheet", allowed, suggest(wanted, names))
    if not candidates:
        found = "no column has another text in every row"
        raise fail("the sample sheet", found, "a column with the sample names of the counts")
    best: tuple[int, str, CountTable] | None = None
    first_error: InputError | None = None
    for name in candidates:
        samples = list(sheet[name])
        if best is not None and _matches(best[2], samples) <= best[0]:
            continue  # the file need not be read again to see that this column fits no better
        try:
            table = _read(counts, transcripts, samples)
        except InputError as error:
            first_error = first_error or error
            continue
        matched = _matches(table, samples)
        if best is None or matched > best[0]:
            best = (matched, name, table)
        if matched == len(samples):
            break
    if best is None:
        raise first_error
    return best[1], best[2]


def _id_candidates(columns: Sequence[SheetColumn]) -> list[str]:
    """Return columns that may name samples, usual titles first."""
    named = [c.name for c in columns if c.kind == "names" and not c.missing]
    usual = [c.name for c in columns if c.name.casefold() in _ID_NAMES]
    rank = {name: at for at, name in enumerate(_ID_NAMES)}
    ordered = sorted(named, key=lambda name: rank.get(name.casefold(), len(rank)))
    return ordered or usual[:1]


def _by_files(counts: Path, sheet: pd.DataFrame, candidates: Sequence[str]) -> list[str]:
    """Put the column first after which most files or their folders are named."""
    found = islice(counts.rglob("*"), _MOST_FILES)
    files = [path.relative_to(counts).as_posix() for path in found]
    named = {
        name: len(match_names(files, list(sheet[name]))) for name in candidates if name in sheet
    }
    return sorted(candidates, key=lambda name: -named.get(name, 0))


def _read(counts: Path, transcripts: Path | None, samples: Sequence[str]) -> CountTable:
    if counts.is_dir():
        table = None if transcripts is None else str(transcripts)
        read = read_counts(
            directory=counts, sample_ids=samples, transcripts=table, round_estimates=False
        )
    else:
        read = read_counts(counts, sample_ids=samples, round_estimates=False, dates_as_text=True)
    try:
        return settled(read, _DEFAULT_RULES, str(counts))
    except InputError:
        return read  # the check of the new configuration says what is wrong, and which key mends it


def _matches(table: CountTable, samples: Sequence[str]) -> int:
    """Count the samples that have a column, also where its name is a path or has an ending."""
    return len(match_names(map(str, table.counts.columns), samples))


def samples_with_counts(
    sheet: pd.DataFrame, sample_id: str, table: CountTable
) -> dict[str, tuple[str, ...]]:
    """Find what to keep where the sheet holds more samples than the counts: column to values.

    Only where every column of the counts is in the sheet; otherwise names may be misspelt.
    """
    columns = set(map(str, table.counts.columns))
    if not columns <= set(sheet[sample_id]):
        return {}
    return explaining_keep(sheet, sheet[sample_id].isin(columns))


def species(table: CountTable) -> str:
    """Say whose genes these are; see `recurseq.cohort.genes.species.species_of`."""
    return species_of(map(str, table.counts.index))


def speaks_of_liver(texts: Iterable[str]) -> bool:
    """Whether names of files, titles or cells of a sheet say that a study is of liver."""
    return any(_LIVER.search(str(text)) for text in texts)
