"""What is allowed in counts and often not meant: for a check, the log of the import, the report."""

from __future__ import annotations

from collections.abc import Collection

from recurseq.base.text import few
from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.twins import find_twins, twin_note

SHALLOW = 30  # reads of the largest gene; logarithms have no larger values either
MANY_GENES = 500
_NAMED = 20


def count_notes(table: CountTable, samples: Collection[str], path: str) -> list[str]:
    """Look at counts that passed their checks.

    Parameters
    ----------
    table
        What was read.
    samples
        Kept samples; each has a column.
    path
        The file or folder, for messages.

    Returns
    -------
    list of str
        Samples that seem to be one sample, and counts so small that they may be something else.
    """
    counts = table.counts[list(samples)].to_numpy()
    notes = [twin_note(path, find_twins(counts, list(samples)))]
    if len(counts) >= MANY_GENES and counts.max(initial=0) <= SHALLOW:
        notes.append(
            f"{path}: the largest of all counts is {counts.max():.0f}: the study is very shallow, "
            "or these are no counts of reads (logarithms end there too)"
        )
    return [note for note in notes if note]


def left_out_note(table: CountTable, samples: Collection[str]) -> str:
    """Name the columns of counts that are not among the samples; empty when all are."""
    wanted = set(samples)
    left_out = sorted(column for column in table.counts.columns if column not in wanted)
    if not left_out:
        return ""
    return (
        f"{len(left_out)} columns of the counts are not among the samples of this study "
        f"(not in the sheet, or left out by keep): {few(left_out, _NAMED)}"
    )
