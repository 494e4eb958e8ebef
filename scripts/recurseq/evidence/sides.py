"""How the samples of the two sides lie: area under the curve, concentration, empty groups."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.design.contrast import DENOMINATOR, NUMERATOR, SIDES, Contrast
from recurseq.design.formula import Formula
from recurseq.stats.ranks import area_under_curve, rank_sum_test, ranks_of

RANKED_FROM = 8  # samples on either side
_LARGEST = 2


def compare_sides(
    normalized: pd.DataFrame,
    counts: pd.DataFrame,
    change: pd.Series,
    contrast: Contrast,
    formula: Formula,
    samples: pd.DataFrame,
) -> pd.DataFrame:
    """Describe how the two sides of a contrast differ in every gene, sample by sample.

    Parameters
    ----------
    normalized, counts
        Samples x genes.
    change
        Log2 fold change of each gene; its sign says which side is higher.
    contrast, formula, samples
        What is compared, the model, and the typed sheet.

    Returns
    -------
    pandas.DataFrame
        Genes x (wilcoxonPvalue, auc, aucLower, aucUpper, topTwoShare, emptyGroup); all missing for
        a contrast of coefficients, which has no sides. Areas need two samples on either side, and a
        share needs two on its own.
    """
    columns = ["wilcoxonPvalue", "auc", "aucLower", "aucUpper", "topTwoShare"]
    table = pd.DataFrame(np.nan, index=normalized.columns, columns=columns)
    table["emptyGroup"] = None
    if not contrast.of_levels:
        return table
    members = {side: contrast.members(side, samples).to_numpy() for side in SIDES}
    above, below = (normalized.to_numpy()[members[side]].T for side in SIDES)
    smaller = min(above.shape[1], below.shape[1])
    if smaller >= 2:
        ranks = ranks_of(above, below)
        area = area_under_curve(ranks)
        table["auc"], table["aucLower"], table["aucUpper"] = area
        if smaller >= RANKED_FROM and formula.variables == (contrast.factor,):
            table["wilcoxonPvalue"] = rank_sum_test(ranks)
    shares = [
        share_of_largest(values) if values.shape[1] > 1 else np.full(len(values), np.nan)
        for values in (above, below)
    ]
    table["topTwoShare"] = np.select([change > 0, change < 0], shares, np.nan)
    table["emptyGroup"] = empty_groups(counts, contrast, samples)
    return table


def share_of_largest(values: np.ndarray, largest: int = _LARGEST) -> np.ndarray:
    """Share of each row's sum that its largest values hold; NaN for a sum of zero.

    Parameters
    ----------
    values
        Genes x samples, none negative.
    largest
        How many of them.
    """
    size = values.shape[1]
    top = np.partition(values, max(size - largest, 0), axis=1)[:, -largest:]
    with np.errstate(invalid="ignore"):
        return top.sum(axis=1) / values.sum(axis=1)


def empty_groups(counts: pd.DataFrame, contrast: Contrast, samples: pd.DataFrame) -> pd.Series:
    """Name the compared levels in which a gene has no count at all; None where there is none."""
    levels = samples[contrast.factor].astype(str)
    compared = contrast.compared(samples)
    texts = pd.Series("", index=counts.columns, dtype=object)
    for level in (*contrast.levels(NUMERATOR), *contrast.levels(DENOMINATOR)):
        inside = (compared & (levels == level)).to_numpy()
        silent = ~counts.to_numpy()[inside].any(axis=0)
        texts[silent] = texts[silent] + ";" + level
    return texts.str.removeprefix(";").where(texts != "", None)
