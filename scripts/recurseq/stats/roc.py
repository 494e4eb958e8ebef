"""Areas under receiver-operating curves of scores of the same patients, and their differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.ranks import placements, ranks_of
from recurseq.stats.tails import two_sided


@dataclass(frozen=True)
class Areas:
    """Areas of some scores, and their covariance."""

    value: np.ndarray
    covariance: np.ndarray

    @property
    def se(self) -> np.ndarray:
        """Standard error of each area."""
        return np.sqrt(np.diag(self.covariance))


@dataclass(frozen=True)
class Difference:
    """Difference between two areas with its 95 % interval and test."""

    value: float
    lower: float
    upper: float
    z: float
    pvalue: float


def areas(scores: np.ndarray, positive: np.ndarray) -> Areas:
    """Compare every patient with the event with every one without it.

    Parameters
    ----------
    scores
        Scores x patients; a higher score is to mean the event.
    positive
        Who had the event.

    Returns
    -------
    Areas
        Missing where either side has fewer than two patients.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 44, 837 (1988).
    """
    scores = np.atleast_2d(scores)
    k, (m, n) = len(scores), (int(positive.sum()), int((~positive).sum()))
    if min(m, n) < 2:
        return Areas(np.full(k, np.nan), np.full((k, k), np.nan))
    over, under = placements(ranks_of(scores[:, positive], scores[:, ~positive]))
    covariance = np.atleast_2d(np.cov(over)) / m + np.atleast_2d(np.cov(under)) / n
    return Areas(over.mean(axis=1), covariance)


def difference(found: Areas, one: int, other: int) -> Difference:
    """Test whether two scores of the same patients have the same area (DeLong et al. 1988).

    Parameters
    ----------
    found
        From `areas`.
    one, other
        Places of the scores: the first less the second.
    """
    value = found.value[one] - found.value[other]
    own, cross = np.diag(found.covariance), found.covariance[one, other]
    variance = own[one] + own[other] - 2 * cross
    if not variance > 1e-16:  # the same ranks
        same = 0.0 if abs(value) < 1e-12 else np.nan
        return Difference(value, value, value, same, 1.0 if same == 0 else np.nan)
    half = NORMAL_975 * np.sqrt(variance)
    z = value / np.sqrt(variance)
    return Difference(value, value - half, value + half, z, float(two_sided(z)))
