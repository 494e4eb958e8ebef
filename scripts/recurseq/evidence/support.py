"""One word for what stands behind a call.

The limits were chosen on planted changes in real tumours; docs/evidence.md says what is measured.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.design.calling import CallingRule

CARRIED, CONFIRMED, UNCONFIRMED, NONE = "carried_by_few", "confirmed", "unconfirmed", "none"
IN_WORDS = {
    CONFIRMED: "confirmed",
    UNCONFIRMED: "not confirmed",
    CARRIED: "carried by few samples",
}
LOW_AREA = 0.7
AREA_FROM_CHANGE = 1.0  # log2: small changes overlap without being those of a few samples
HIGH_SHARE = 0.6


def support_of(
    table: pd.DataFrame, rule: CallingRule, sizes: tuple[int, int] | None, *, other_variables: bool
) -> pd.Series:
    """Say of each gene what stands behind its call.

    Parameters
    ----------
    table
        Columns significant and log2FoldChange of ``contrast_genes``, and those of
        ``contrast_evidence`` but the last.
    rule
        When a gene is called.
    sizes
        Samples of numerator and denominator; None for a contrast of coefficients.
    other_variables
        Whether the design has variables beside the contrast's factor: an area then mixes their
        effects with its own.

    Returns
    -------
    pandas.Series
        ``carried_by_few``, ``confirmed`` or ``unconfirmed`` for called genes, else ``none``.
    """
    agreed = agreement(table, rule)
    carried = few_carry(table, sizes, other_variables=other_variables)
    called = table["significant"].to_numpy(dtype=bool)
    words = np.select([~called, carried, agreed], [NONE, CARRIED, CONFIRMED], UNCONFIRMED)
    return pd.Series(words, index=table.index, dtype=object)


def agreement(table: pd.DataFrame, rule: CallingRule) -> pd.Series:
    """Whether limma-voom finds a gene changed too, with the same sign; arguments as above."""
    same_sign = np.sign(table["voomLog2FoldChange"]) == np.sign(table["log2FoldChange"])
    return same_sign & (table["voomPadj"] < rule.alpha)


def few_carry(
    table: pd.DataFrame, sizes: tuple[int, int] | None, *, other_variables: bool
) -> pd.Series:
    """Whether few samples of the higher side make the difference; arguments as for `support_of`.

    Either the sides overlap although their means differ at least two-fold: the chance that a sample
    of the higher side is higher (its area) is below 0.7. Or the two largest samples hold, beyond
    the share that any two of n have, more than 0.6 of the rest, share > 2/n + 0.6 (1 - 2/n), unless
    the interval of the area lies above 0.7: most samples are then higher all the same.
    """
    if sizes is None:
        return pd.Series(False, index=table.index)
    upward = table["log2FoldChange"] > 0
    even = 2 / np.maximum(np.where(upward, *sizes), 2)
    concentrated = table["topTwoShare"] > even + HIGH_SHARE * (1 - even)
    spread = table["aucLower"].where(upward, 1 - table["aucUpper"]) > LOW_AREA
    overlapping = table["auc"].where(upward, 1 - table["auc"]) < LOW_AREA
    if other_variables:
        return concentrated & ~spread
    large = table["log2FoldChange"].abs() >= AREA_FROM_CHANGE
    return (overlapping & large) | (concentrated & ~spread)
