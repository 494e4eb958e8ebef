"""Maximally selected log-rank statistics: the best of all cut-offs, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

BLOCK = 2_000_000  # numbers permuted in one go
MOST_SHUFFLED = 40_000_000  # numbers permuted in all
FEWEST = 999  # permutations, however many patients there are


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


class Search:
    """Patients in the order of their times and of their marker, for the search of a cut-off.

    Resamples are given as the number of times that each patient was drawn, so that nothing is
    sorted again.

    Parameters
    ----------
    marker, time, event
        Of n patients.
    within
        Smallest and largest share of patients at or below a cut-off.
    """

    def __init__(
        self,
        marker: np.ndarray,
        time: np.ndarray,
        event: np.ndarray,
        within: tuple[float, float],
    ):
        self.marker, self.within = np.asarray(marker, dtype=float), within
        self.event = np.asarray(event, dtype=float)
        _, self.place = np.unique(np.asarray(time, dtype=float), return_inverse=True)
        self.order = np.argsort(self.marker, kind="stable")
        values = self.marker[self.order]
        # The last patient of each value of the marker; a cut-off leaves somebody above.
        self.last = np.flatnonzero(np.append(values[1:] != values[:-1], False))
        self.values = values[self.last]

    def scores(self, drawn: np.ndarray | None = None) -> np.ndarray:
        """Score each patient: the event less the sum of 1 / (number that live longer + 1) so far.

        References
        ----------
        Hothorn and Lausen, Comput. Stat. Data Anal. 43, 121 (2003), section 2.
        """
        drawn = np.ones(len(self.event)) if drawn is None else drawn
        number = np.bincount(self.place, weights=drawn)
        events = np.bincount(self.place, weights=drawn * self.event)
        longer = number.sum() - number.cumsum()
        return self.event - np.cumsum(events / (longer + 1))[self.place]

    def scan(self, scores: np.ndarray, drawn: np.ndarray | None = None) -> Scan:
        """Standardise the sum of scores at or below each value of the marker.

        Raises
        ------
        ValueError
            When no cut-off lies within the allowed shares.
        """
        drawn = np.ones(len(scores)) if drawn is None else drawn
        weighted, n = drawn * scores, drawn.sum()
        below = drawn[self.order].cumsum()[self.last]
        allowed = (below >= max(1, int(n * self.within[0]))) & (below <= int(n * self.within[1]))
        if drawn.min() == 0:  # of values that were not drawn, the cut-off is the one before
            allowed &= np.diff(below, prepend=0) > 0
        if not allowed.any():
            raise ValueError("no cut-off within the shares")
        below = below[allowed]
        sums = weighted[self.order].cumsum()[self.last][allowed]
        total, square = weighted.sum(), (weighted * scores).sum()
        deviation = _deviation(below, n, total, square)
        statistics = np.abs(sums - below / n * total) / deviation
        return Scan(self.values[allowed], below, statistics, round(n))

    def log_ratio(self, above: np.ndarray, drawn: np.ndarray | None = None) -> float:
        """Return the one-step log hazard ratio (O - E) / V of those above a cut-off."""
        drawn = np.ones(len(self.event)) if drawn is None else drawn
        counts = [
            np.bincount(self.place, weights=weight, minlength=self.place.max() + 1)
            for weight in (drawn, drawn * above, drawn * self.event, drawn * above * self.event)
        ]
        at_risk, exposed = (c[::-1].cumsum()[::-1] for c in counts[:2])
        events, own = counts[2:]
        share = np.divide(exposed, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)
        spread = np.divide(
            at_risk - events, at_risk - 1, out=np.ones_like(at_risk), where=at_risk > 1
        )
        variance = (events * share * (1 - share) * spread).sum()
        return float((own - events * share).sum() / variance) if variance > 0 else np.nan


def _deviation(below: np.ndarray, n: float, total: float, square: float) -> np.ndarray:
    """Return the standard deviation of a sum of m of n scores drawn without replacement."""
    return np.sqrt(below * (n - below) / (n**2 * (n - 1)) * (n * square - total**2))


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
    search: Search, scores: np.ndarray, resamples: int, random: np.random.Generator
) -> float:
    """P-value of the largest statistic among those of permuted scores.

    It is (1 + permutations with a statistic as large) / (1 + permutations).

    Parameters
    ----------
    search, scores
        The patients and their scores.
    resamples
        Permutations.
    random
        Source of the random numbers.
    """
    found, n = search.scan(scores), len(scores)
    deviation = _deviation(found.below, n, scores.sum(), (scores**2).sum())
    mean, places = found.below / n * scores.sum(), found.below.astype(int) - 1
    limit = found.statistic * (1 - 1e-12)
    as_large, left = 0, resamples
    while left:
        block = min(left, max(1, BLOCK // n))
        shuffled = random.permuted(np.broadcast_to(scores, (block, n)), axis=1)
        sums = np.cumsum(shuffled, axis=1)[:, places]
        as_large += int((np.abs((sums - mean) / deviation).max(axis=1) >= limit).sum())
        left -= block
    return (1 + as_large) / (1 + resamples)


def affordable(resamples: int, patients: int) -> int:
    """Return how many permutations are made: fewer where there are very many patients."""
    return min(resamples, max(FEWEST, MOST_SHUFFLED // max(patients, 1)))
