"""All contrasts of a study, with what stands behind their calls."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recurseq.base.tables import describe
from recurseq.evidence.support import CARRIED, CONFIRMED
from recurseq.evidence.verdict import verdict_columns


def summarise(
    rows: Sequence[pd.DataFrame],
    evidence: Sequence[pd.DataFrame],
    shuffles: Sequence[pd.DataFrame] = (),
) -> pd.DataFrame:
    """Put the rows of the contrasts together, with their calls by support and their verdict.

    Parameters
    ----------
    rows
        Table ``contrast_summary_row`` of each contrast.
    evidence
        Table ``contrast_evidence`` of each, in the same order.
    shuffles
        Table ``contrast_permutations`` of each, likewise; empty when labels were not shuffled.

    Returns
    -------
    pandas.DataFrame
        Table ``contrast_summary``.
    """
    tables = list(shuffles) or [None] * len(rows)
    whole = [_completed(*parts) for parts in zip(rows, evidence, tables, strict=True)]
    return pd.concat(whole, ignore_index=True)[describe("contrast_summary").names]


def _completed(
    row: pd.DataFrame, evidence: pd.DataFrame, shuffles: pd.DataFrame | None
) -> pd.DataFrame:
    counts = {word: int((evidence["support"] == word).sum()) for word in (CONFIRMED, CARRIED)}
    called = int(row["called_up"].iloc[0] + row["called_down"].iloc[0])
    return row.assign(**counts, **verdict_columns(called, shuffles))
