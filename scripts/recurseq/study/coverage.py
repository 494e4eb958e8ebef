"""Samples of the sheet that have no counts: whether a column says which they are."""

from __future__ import annotations

import pandas as pd

from recurseq.design.columns import labels

MOST_VALUES = 12  # more different values explain anything
FEWEST_LEFT_OUT = 2  # one sample differs from the others in some column by chance


def explaining_keep(sheet: pd.DataFrame, present: pd.Series) -> dict[str, tuple[str, ...]]:
    """Find the column whose values tell the samples with counts from all those without.

    Parameters
    ----------
    sheet
        One row for each sample, as text or typed.
    present
        Whether each of them has counts.

    Returns
    -------
    dict
        The column and its values among the samples with counts, as ``samples.keep`` takes them; of
        several columns the one with fewest values. Empty when there is none.
    """
    if not present.any() or (~present).sum() < FEWEST_LEFT_OUT:
        return {}
    found: list[tuple[int, str, tuple[str, ...]]] = []
    for name, values in sheet.items():
        texts = labels(values).fillna("")
        kept, left_out = set(texts[present]), set(texts[~present])
        different = len(kept | left_out)
        if "" in kept or kept & left_out or different > min(MOST_VALUES, len(sheet) / 2):
            continue
        found.append((different, str(name), tuple(sorted(kept))))
    if not found:
        return {}
    _, name, kept = min(found, key=lambda one: one[0])
    return {name: kept}
