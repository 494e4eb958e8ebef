"""Which group a number falls into."""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.clinical.settings import Cutoff

CLOSED_BELOW = ("maxstat",)  # methods whose cut-off is the largest value of the group below


def grouped(cutoff: Cutoff, numbers: pd.Series, cuts: tuple[float, ...]) -> pd.Series:
    """Make levels of numbers.

    A value on the cut-off belongs above it. The best log-rank cut-off is an observed value and
    belongs below, as in R's maxstat.

    Parameters
    ----------
    cutoff
        Names of the groups and the method.
    numbers
        By patient.
    cuts
        Cut points, ascending.
    """
    side = "left" if cutoff.method in CLOSED_BELOW else "right"
    values = numbers.to_numpy(dtype=float)
    codes = np.searchsorted(np.asarray(cuts), values, side=side)
    codes = np.where(np.isnan(values), -1, codes)
    levels = pd.Categorical.from_codes(codes, list(cutoff.levels), ordered=True)
    return pd.Series(levels, index=numbers.index)
