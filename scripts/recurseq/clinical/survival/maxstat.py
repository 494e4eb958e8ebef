"""Maximally selected log-rank statistics: the best of all cut-offs, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from recurseq.stats.tails import ranks

BLOCK = 2_000_000  # numbers permuted in one go


@dataclass(frozen=True)
class Scan:
    """Standardised statistics of all allowed cut-offs.

    Attributes
    ----------
    cuts
        Values of the marker; patients at or below a cut are one group.
    below
        Number of patients at or below each cut.
    statistics
        Absolute standardised statistic of each.
    patients
        Number of patients.
    """

    cuts: np.ndarray
    below: np.ndarray
    statistics: np.ndarray
    patients: int

    @property
    def statistic(self) -> float:
        """The largest statistic."""
        return float(self.statistics.max())

    @property
    def cut(self) -> float:
        """The first cut-off with the largest statistic."""
        return float(self.cuts[np.argmax(self.statistics)])


def logrank_scores(time: np.ndarray, event: np.ndarray) -> np.ndarray:
    """Score each patient: the event less the sum of 1 / (number that live longer + 1) so far.

    References
    ----------
    Hothorn and Lausen, Comput. Stat. Data Anal. 43, 121 (2003), section 2.
    """
    time, event = np.asarray(time, dtype=float), np.asarray(event, dtype=float)
    rank = ranks(time, largest=True).astype(int)
    order = np.argsort(time, kind="stable")
    running = np.cumsum((event / (len(time) - rank + 1))[order])
    return event - running[rank - 1]


def scan(marker: np.ndarray, scores: np.ndarray, within: tuple[float, float]) -> Scan:
    """Standardise the sum of scores at or below each value of the marker.

    Parameters
    ----------
    marker
        Values of n patients.
    scores
        Of `logrank_scores`.
    within
        Smallest and largest share of patients at or below a cut-off.

    Raises
    ------
    ValueError
        When no cut-off lies within these shares.
    """
    marker, scores = np.asarray(marker, dtype=float), np.asarray(scores, dtype=float)
    n = len(marker)
    order = np.argsort(marker, kind="stable")
    values = marker[order]
    last = np.flatnonzero(np.append(values[1:] != values[:-1], False)) + 1
    allowed = (last >= max(1, int(n * within[0]))) & (last <= int(n * within[1]))
    below = last[allowed]
    if not len(below):
        raise ValueError("no cut-off within the shares")
    statistics = np.abs(np.cumsum(scores[order])[below - 1] - _mean(below, scores))
    return Scan(values[below - 1], below, statistics / _deviation(below, scores), n)


def _mean(below: np.ndarray, scores: np.ndarray) -> np.ndarray:
    return below / len(scores) * scores.sum()


def _deviation(below: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the standard deviation of a sum of m of n scores drawn without replacement."""
    n = len(scores)
    spread = n * (scores**2).sum() - scores.sum() ** 2
    return np.sqrt(below * (n - below) / (n**2 * (n - 1)) * spread)


def pvalue_lau92(found: Scan, within: tuple[float, float]) -> float:
    """P-value of the largest statistic by the limit of Lausen and Schumacher.

    References
    ----------
    Lausen and Schumacher, Biometrics 48, 73 (1992), after Miller and Siegmund (1982).
    """
    b, (low, high) = found.statistic, within
    if b < 1:
        return 1.0
    density = np.exp(-(b**2) / 2) / np.sqrt(2 * np.pi)
    spread = np.log(high * (1 - low) / ((1 - high) * low))
    return float(np.clip(4 * density / b + density * (b - 1 / b) * spread, 0.0, 1.0))


def pvalue_lau94(found: Scan) -> float:
    """P-value of the largest statistic by an improved Bonferroni inequality over the cut-offs.

    References
    ----------
    Lausen, Sauerbrei and Schumacher, in Computational Statistics (1994), after Worsley (1982).
    """
    b, n = found.statistic, found.patients
    first, second = found.below[:-1], found.below[1:]
    t = np.sqrt(1 - first * (n - second) / ((n - first) * second))
    terms = np.exp(-(b**2) / 2) / np.pi * (t - (b**2 / 4 - 1) * t**3 / 6)
    return float(np.clip(2 * ndtr(-b) + terms.sum(), 0.0, 1.0))


def pvalue_permutation(
    marker: np.ndarray,
    scores: np.ndarray,
    within: tuple[float, float],
    resamples: int,
    random: np.random.Generator,
) -> float:
    """P-value of the largest statistic among those of permuted scores.

    It is (1 + permutations with a statistic as large) / (1 + permutations).
    """
    found = scan(marker, scores, within)
    deviation, mean = _deviation(found.below, scores), _mean(found.below, scores)
    limit = found.statistic * (1 - 1e-12)
    as_large, left = 0, resamples
    while left:
        block = min(left, max(1, BLOCK // len(scores)))
        shuffled = random.permuted(np.broadcast_to(scores, (block, len(scores))), axis=1)
        sums = np.cumsum(shuffled, axis=1)[:, found.below - 1]
        as_large += int((np.abs((sums - mean) / deviation).max(axis=1) >= limit).sum())
        left -= block
    return (1 + as_large) / (1 + resamples)
