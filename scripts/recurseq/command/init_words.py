"""What ``recurseq init`` says of the files it was given, and of what it proposes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from recurseq.base.text import few, listed
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.naming import naming, naming_note
from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.readers.estimates import NO_LENGTHS, decimals
from recurseq.cohort.readers.formats import NAMES_OF_FORMATS
from recurseq.cohort.remarks import left_out_note
from recurseq.command.columns import SheetColumn
from recurseq.command.proposal import Proposal
from recurseq.command.terminal import heading, say, show_table
from recurseq.command.wishes import Wishes
from recurseq.study.samples import odd_cells

_DECIMALS = {
    "estimated": "They are taken for estimated counts of a quantifier: counts.round is true",
    "unclear": "Estimated counts of a quantifier need counts.round: true; FPKM are no counts",
}
_VALUES_SHOWN = 5
_LONGEST_VALUE = 30


def show_files(
    wishes: Wishes,
    sheet: pd.DataFrame,
    columns: Sequence[SheetColumn],
    sample_id: str,
    table: CountTable,
    whose: str,
) -> None:
    """Print what was recognised, before anything is asked."""
    heading(f"{wishes.samples}: {len(sheet)} rows")
    show_table(
        ["column", "holds", "missing", "values"],
        [[c.name, c.kind, c.missing or "", _shown_values(c)] for c in columns],
    )
    matched = len(set(sheet[sample_id]) & set(map(str, table.counts.columns)))
    kind = NAMES_OF_FORMATS.get(table.format, table.format)
    genes = f"{len(table.counts):,} {whose} genes".replace("  ", " ")
    heading(f"{wishes.counts}: {kind}, {genes}, {matched} samples")
    say(f"{matched} of the {len(sheet)} names in the column {sample_id!r} have counts.")
    for message in (*table.messages, left_out_note(table, set(sheet[sample_id]))):
        say(f"- {message}") if message else None
    if decimals(table) != "none":
        say(f"- {wishes.counts} holds decimals. {_DECIMALS[decimals(table)]}; {NO_LENGTHS}")


def _shown_values(column: SheetColumn) -> str:
    if column.kind == "names":
        return f"{next(iter(column.values))}, …"
    if column.kind == "numbers":
        numbers = sorted(map(float, column.values))
        return f"{numbers[0]:g} to {numbers[-1]:g}"
    shown = [f"{value[:_LONGEST_VALUE]} {count}" for value, count in column.values.items()]
    rest = len(shown) - _VALUES_SHOWN
    return ", ".join(shown[:_VALUES_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def say_of_sheet(
    sheet: pd.DataFrame,
    notes: Sequence[str],
    missing: Sequence[str],
    keep: Mapping[str, Sequence[str]],
) -> None:
    """Print what was decided on the way from the sheet to the samples."""
    for note in notes:
        say(f"- {note}")
    if missing:
        say(f"- {few(missing)} among numbers: taken for a missing value (samples.missing)")
    for column, odd in odd_cells(sheet).items():
        say(
            f"- {column} holds numbers but for {few(odd.unique(), 3)} (line {odd.index[0]}): no "
            "number for the model until the cell is mended, or the word listed in samples.missing"
        )
    for column, values in keep.items():
        say(
            f"- every sample without counts has another value of {column}: only samples with "
            f"{listed(values, 'or')} are used (samples.keep)"
        )


def say_names(wishes: Wishes, table: CountTable, annotation: str) -> None:
    """Say how many genes have a symbol with this annotation, and where symbols come from."""
    source = annotation if annotation in ("builtin", "none") else wishes.annotation
    say(f"- {naming_note(naming(table, load_annotation(source), str(source)))}")


def show_proposal(proposal: Proposal) -> None:
    """Print what will be compared."""
    heading(f"Comparisons of {proposal.factor}; the reference is {proposal.levels[0]}")
    show_table(
        ["contrast", "numerator", "denominator"],
        [
            [name, " and ".join(numerator), " and ".join(denominator)]
            for name, (numerator, denominator) in proposal.contrasts.items()
        ],
    )
    if proposal.adjustable:
        say("The design could also be (see the file):")
    for formula, held in proposal.adjustable.items():
        say(f"- {formula}: {held}")
    if proposal.names_of_numbers:
        say(
            f"The numbers of {listed(proposal.names_of_numbers)} repeat as the names of pairs or "
            "batches do: in a formula they need their levels, as the file shows, or one slope is "
            "fitted."
        )
