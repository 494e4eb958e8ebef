"""How well two measurements of the same thing agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.stats.rank_correlation import interval
from recurseq.stats.tails import ranks


@dataclass(frozen=True)
class Agreement:
    """Rank correlation with its 95 % interval, and the mean difference of two measurements."""

    n: int
    spearman: float
    lower: float
    upper: float
    bias: float


def agreement(one: np.ndarray, other: np.ndarray) -> Agreement:
    """Compare two measurements, both on a logarithmic scale; pairs with a missing one are left out.

    The interval is Fisher's with the standard error of Bonett and Wright, Psychometrika 65, 23
    (2000); the bias is that of Bland and Altman, Lancet 327, 307 (1986).
    """
    known = ~(np.isnan(one) | np.isnan(other))
    first, second = np.asarray(one)[known], np.asarray(other)[known]
    n = len(first)
    if n < 4 or np.ptp(first) == 0 or np.ptp(second) == 0:
        bias = float(np.mean(first - second)) if n else np.nan
        return Agreement(n, np.nan, np.nan, np.nan, bias)
    rho = float(np.corrcoef(ranks(first), ranks(second))[0, 1])
    return Agreement(n, rho, *interval(rho, n), float(np.mean(first - second)))
