"""How far covariates of treated and untreated patients lie apart, with and without weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.clinical.terms import LEVELS, TermRule

LARGEST = 0.1  # standardised difference above which groups are not alike


@dataclass(frozen=True)
class Compared:
    """One column of a covariate: a number, or whether a patient has a level.

    Attributes
    ----------
    covariate, level
        Its name, and the level; None for a number.
    values
        Of each patient.
    """

    covariate: str
    level: str | None
    values: np.ndarray


def compared_columns(rules: Sequence[TermRule], frame: pd.DataFrame) -> Iterator[Compared]:
    """List numbers on their scale, and each level; of two levels only the second."""
    for rule in rules:
        term = rule.term(frame)
        if rule.kind != LEVELS:
            yield Compared(rule.name, None, term.columns[:, 0])
            continue
        pairs = list(zip(rule.levels, term.members, strict=True))
        for level, members in pairs[1:] if len(pairs) == 2 else pairs:
            yield Compared(rule.name, level, members.astype(float))


@dataclass(frozen=True)
class Difference:
    """One column in both groups.

    Attributes
    ----------
    treated, control
        Means (shares of a level).
    smd
        Distance of the means in units of the standard deviation before weighting.
    variance_ratio
        Variance of the treated by that of the others; missing for a level.
    """

    treated: float
    control: float
    smd: float
    variance_ratio: float


def difference(one: Compared, treated: np.ndarray, weights: np.ndarray) -> Difference:
    """Compare a column between groups.

    The unit is the same before and after weighting, so that only the means can move: the root of
    the mean of both variances without weights, p (1 - p) for a level.

    References
    ----------
    Austin, Stat. Med. 28, 3083 (2009); Austin and Stuart, Stat. Med. 34, 3661 (2015).
    """
    groups = [(one.values[side], weights[side]) for side in (treated, ~treated)]
    if any(not w.sum() > 0 for _, w in groups):
        return Difference(np.nan, np.nan, np.nan, np.nan)
    means = [float(np.average(x, weights=w)) for x, w in groups]
    number = one.level is None
    spreads = [np.var(x, ddof=1 if number and len(x) > 1 else 0) for x, _ in groups]
    unit = float(np.sqrt(np.mean(spreads)))
    apart = abs(means[0] - means[1])
    smd = apart / unit if unit > 0 else (0.0 if apart == 0 else np.nan)
    ratio = np.nan
    if number:
        after = [
            np.average((x - m) ** 2, weights=w) for (x, w), m in zip(groups, means, strict=True)
        ]
        ratio = float(after[0] / after[1]) if after[1] > 0 else np.nan
    return Difference(*means, float(smd), ratio)
