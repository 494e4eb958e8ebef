"""Gene sets of every collection with their contrasts side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from recurseq.design.calling import is_called
from recurseq.report.words import SCORES, shade

SETS_SHOWN = 15  # of a collection


@dataclass(frozen=True)
class SetCell:
    """A set in a contrast: direction (``none``: not called), padj, class of the colour."""

    direction: str
    padj: float
    shade: str


@dataclass(frozen=True)
class SetRow:
    """A set: its name, the contrast in which it is clearest, a cell of each contrast or None."""

    name: str
    clearest: str
    cells: list[SetCell | None]


@dataclass(frozen=True)
class CollectionRows:
    """A collection.

    Attributes
    ----------
    counts
        Sets called up and down, and tested, in each contrast; None where it was not ranked.
    rows
        The clearest of the sets that are called in any contrast.
    called
        How many these are in all.
    """

    name: str
    counts: list[tuple[int, int, int] | None]
    rows: list[SetRow]
    called: int


def side_by_side(
    name: str, tables: Mapping[str, pd.DataFrame | None], shown: int = SETS_SHOWN
) -> CollectionRows:
    """Set the contrasts of a collection side by side.

    Parameters
    ----------
    name
        Name of the collection.
    tables
        Contrast to its table ``gsea``; None where there is none.
    shown
        How many sets are listed; those with the smallest adjusted p-value of any contrast.
    """
    known = {
        contrast: table.set_index("set") for contrast, table in tables.items() if table is not None
    }
    padj = pd.DataFrame({contrast: table["competitivePadj"] for contrast, table in known.items()})
    significant = [table.index[is_called(table)] for table in known.values()]
    called = padj.index[padj.index.isin([one for sets in significant for one in sets])]
    smallest = padj.loc[called].min(axis=1)
    first = smallest.reset_index().sort_values([0, "set"], kind="stable")["set"][:shown]
    return CollectionRows(
        name=name,
        counts=[_counts(known[contrast]) if contrast in known else None for contrast in tables],
        rows=[
            SetRow(
                name=one,
                clearest=padj.loc[one].idxmin(),
                cells=[_cell(known.get(contrast), one) for contrast in tables],
            )
            for one in first
        ],
        called=len(called),
    )


def _counts(table: pd.DataFrame) -> tuple[int, int, int]:
    called = table[is_called(table)]
    up, down = (int((called["direction"] == way).sum()) for way in ("up", "down"))
    return up, down, int(table["competitivePadj"].notna().sum())


def _cell(table: pd.DataFrame | None, name: str) -> SetCell | None:
    if table is None or name not in table.index:
        return None
    row = table.loc[name]
    if row["direction"] == "none":
        return SetCell("none", row["competitivePadj"], "")
    size = abs(row["NES"]) * (1 if row["direction"] == "up" else -1)
    return SetCell(row["direction"], row["competitivePadj"], shade(size, SCORES))
