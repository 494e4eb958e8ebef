"""All contrasts of a study, with what stands behind their calls."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recurseq.base.tables import describe
from recurseq.evidence.support import CARRIED, CONFIRMED


def summarise(rows: Sequence[pd.DataFrame], evidence: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the rows of the contrasts together and count their calls by support.

    Parameters
    ----------
    rows
        Table ``contrast_summary_row`` of each contrast.
    evidence
        Table ``contrast_evidence`` of each, in the same order.

    Returns
    -------
    pandas.DataFrame
        Table ``contrast_summary``.
    """
    whole = [
        row.assign(**{word: int((table["support"] == word).sum()) for word in (CONFIRMED, CARRIED)})
        for row, table in zip(rows, evidence, strict=True)
    ]
    return pd.concat(whole, ignore_index=True)[describe("contrast_summary").names]
