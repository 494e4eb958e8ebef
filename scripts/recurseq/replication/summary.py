"""How many calls another study bears out, beside what chance alone would make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.design.calling import is_called
from recurseq.replication.codes import (
    AMBIGUOUS,
    DIRECTION_ONLY,
    LIKE_CHANCE,
    LOOKED_UP,
    NO_CALLS,
    NO_PVALUE,
    NOT_FOUND,
    NOT_INDEPENDENT,
    REPLICATES,
    REVERSED,
    TOO_FEW,
)
from recurseq.replication.compare import agrees
from recurseq.replication.match import BY_IDENTIFIER, BY_SYMBOL
from recurseq.stats.intervals import binomial_interval
from recurseq.stats.tails import ranks

LEAST_FOUND = 6  # with fewer, not even all in one direction lie beyond a half
CLASSES = 10  # of mean counts, by which genes that are not called are matched to called ones
HALF = 0.5


@dataclass(frozen=True)
class Direction:
    """How many of the found calls have the same direction there, with a 95 % interval.

    Attributes
    ----------
    found, same
        Calls with an estimate there, and those of the same sign.
    background
        Share of the same sign among genes of equal mean count that are not called here.
    """

    found: int
    same: int
    background: float

    @property
    def interval(self) -> tuple[float, float]:
        """Exact binomial interval of the share."""
        return binomial_interval(self.same, self.found)

    @property
    def by_chance(self) -> float:
        """What the share has to exceed: a half, or that of the background if larger."""
        return float(np.nanmax([HALF, self.background]))


def summary_row(
    together: pd.DataFrame, calls: pd.DataFrame, alpha: float, *, same_sequencing: int = 0
) -> dict:
    """Sum up a contrast.

    Parameters
    ----------
    together
        From `recurseq.replication.compare.side_by_side`.
    calls
        From `recurseq.replication.compare.look_up_calls`.
    alpha
        Of the calling rule.
    same_sequencing
        Samples of this study that are in the other one.

    Returns
    -------
    dict
        Columns ``genes`` to ``verdict`` of the table ``replication_summary``.
    """
    found = calls[calls["status"].isin([LOOKED_UP, NO_PVALUE])]
    looked_up = int((calls["status"] == LOOKED_UP).sum())
    same = found["same_direction"].astype(bool)
    direction = Direction(len(found), int(same.sum()), background_share(together))
    lower, upper = direction.interval
    nominal = same & (found["pvalueThere"] < alpha)
    replicated = int(found["replicated"].fillna(False).sum())
    matched = together["matched_by"]
    return {
        "genes": int(together["log2FoldChangeThere"].notna().sum()),
        "matched_by_identifier": int((matched == BY_IDENTIFIER).sum()),
        "matched_by_symbol": int((matched == BY_SYMBOL).sum()),
        "ambiguous": int((matched == AMBIGUOUS).sum()),
        "called": len(calls),
        "found": direction.found,
        "same_direction": direction.same,
        "same_direction_share": direction.same / len(found) if len(found) else np.nan,
        "share_lower": lower,
        "share_upper": upper,
        "same_direction_by_chance": HALF * len(found),
        "background_share": direction.background,
        "looked_up": looked_up,
        "nominal": int(nominal.sum()),
        "nominal_by_chance": alpha / 2 * looked_up,
        "replicated": replicated,
        "size_ratio": _size_ratio(found),
        "spearman": correlation(together),
        "spearman_called": correlation(found),
        "verdict": NOT_INDEPENDENT
        if same_sequencing
        else verdict(direction, called=len(calls), replicated=replicated),
    }


def verdict(direction: Direction, *, called: int, replicated: int) -> str:
    """Say in a code whether a contrast replicates.

    ``replicates``: the interval of the share with the same direction lies above what chance and
    the background make, and at least one gene is replicated by itself; ``direction_only``: no gene
    is; ``reversed``: the interval lies below a half.
    """
    if called == 0:
        return NO_CALLS
    if direction.found == 0:
        return NOT_FOUND
    if direction.found < LEAST_FOUND:
        return TOO_FEW
    lower, upper = direction.interval
    if lower > direction.by_chance:
        return REPLICATES if replicated else DIRECTION_ONLY
    return REVERSED if upper < HALF else LIKE_CHANCE


def background_share(together: pd.DataFrame) -> float:
    """Share of the same direction that genes like the called ones, but not called, have.

    Genes with an estimate on both sides are dealt into ten classes of equal size by their mean
    count; the share of each class among genes that are not called is averaged over the classes of
    the called ones. What moves many genes alike in both studies (purity, a batch that goes with the
    group) shows here; so do true changes that are too small to be called, which makes it strict.
    """
    both = together[["log2FoldChange", "log2FoldChangeThere"]].notna().all(axis=1)
    known = together[both]
    called = is_called(known).to_numpy()
    if not called.any() or called.all():
        return np.nan
    order = ranks(known["baseMean"].to_numpy(dtype=float))
    classes = np.minimum((CLASSES * (order - 0.5) / len(known)).astype(int), CLASSES - 1)
    same = agrees(known).to_numpy()
    others = np.bincount(classes[~called], minlength=CLASSES)
    agreeing = np.bincount(classes[~called], same[~called], minlength=CLASSES)
    overall = agreeing.sum() / others.sum()
    shares = np.where(others > 0, agreeing / np.maximum(others, 1), overall)
    return float(shares[classes[called]].mean())


def _size_ratio(found: pd.DataFrame) -> float:
    """Median of the change there, in the direction found here, over the change here."""
    ratio = found["log2FoldChangeThere"] / found["log2FoldChange"]
    return float(ratio.median()) if len(ratio) else np.nan


def correlation(together: pd.DataFrame) -> float:
    """Spearman correlation of the fold changes here and there; NaN below three genes."""
    known = together[["log2FoldChange", "log2FoldChangeThere"]].astype(float).dropna()
    columns = [known[name].to_numpy() for name in known]
    if len(known) < 3 or any(np.ptp(values) == 0 for values in columns):
        return np.nan
    return float(np.corrcoef(*(ranks(values) for values in columns))[0, 1])


def completed(rows: list[dict]) -> pd.DataFrame:
    """Put rows together to table ``replication_summary``; what a row lacks is missing."""
    names = describe("replication_summary").names
    return pd.DataFrame([{**dict.fromkeys(names), **row} for row in rows], columns=names)
