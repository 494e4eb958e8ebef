"""Contrasts beside each other: calls at other limits, shared calls, agreement of direction."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.text import setting
from recurseq.report.results import DrawnFigure, Results
from recurseq.report.words import is_missing, spaced
from recurseq.study import Study

TITLE = "Across contrasts"


@dataclass(frozen=True)
class ThresholdRow:
    """Calls of one contrast at one level: (up, down, whether it is its rule) by fold change."""

    contrast: str
    first: bool
    alpha: float
    cells: list[tuple[int, int, bool] | None]


@dataclass(frozen=True)
class AcrossFacts:
    """What all contrasts say together.

    Attributes
    ----------
    changes
        Columns of the table of thresholds: smallest absolute fold change, in words.
    pairs
        Rows of table ``contrast_agreement`` with the labels of both contrasts; none for a single
        contrast.
    """

    changes: list[str]
    thresholds: list[ThresholdRow]
    pairs: list[dict]
    figures: list[DrawnFigure]
    links: dict[str, str]


def collect(results: Results, study: Study) -> AcrossFacts | None:
    """Gather the tables of all contrasts; None before they were made."""
    counts = results.table("contrast_thresholds")
    if counts is None:
        return None
    labels = {name: spaced(one.label) for name, one in study.contrasts.items()}
    agreement = results.table("contrast_agreement")
    changes = sorted(counts["min_abs_lfc"].unique())
    tables = {"Thresholds": "contrast_thresholds", "shared calls": "contrast_overlaps",
              "agreement": "contrast_agreement"}  # fmt: skip
    links = {words: results.table_link(table) for words, table in tables.items()}
    return AcrossFacts(
        changes=["any change" if change == 0 else f"≥ {setting(change)}" for change in changes],
        thresholds=[
            row
            for name, own in counts.groupby("contrast", sort=False)
            for row in _thresholds(labels.get(str(name), str(name)), own, changes)
        ],
        pairs=[] if agreement is None else [_pair(row, labels) for _, row in agreement.iterrows()],
        figures=results.figures("across"),
        links={words: link for words, link in links.items() if link},
    )


def _thresholds(label: str, counts: pd.DataFrame, changes: list[float]) -> list[ThresholdRow]:
    rows = []
    for alpha, own in counts.groupby("alpha", sort=False):
        cells = {
            row.min_abs_lfc: (int(row.called_up), int(row.called_down), bool(row.configured))
            for row in own.itertuples()
        }
        rows.append(ThresholdRow(label, not rows, alpha, [cells.get(one) for one in changes]))
    return rows


def _pair(row: pd.Series, labels: dict[str, str]) -> dict:
    shared = None if is_missing(row["shared_levels"]) else str(row["shared_levels"])
    return {
        **row.to_dict(),
        "labels": [labels.get(row[side], row[side]) for side in ("first", "second")],
        "shared": None if shared is None else [spaced(one) for one in shared.split(";") if one],
    }


def limits(facts: AcrossFacts) -> list[str]:
    """State what contrasts beside each other do not show."""
    if not facts.pairs:
        return []
    return [
        "Contrasts that share a group of samples agree, or disagree, by construction; and a gene "
        "called in one contrast and not in another is not shown to differ between them."
    ]
