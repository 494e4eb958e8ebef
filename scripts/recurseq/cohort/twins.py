"""Samples that are one sample: two columns with the same counts, or nearly the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc  # scipy.stats takes a second to load

FEWEST_COUNTS = 20  # of both samples; below, two libraries have equal counts by chance
NEARLY_EQUAL = 0.1  # of (x - y)² / (x + y), which is 1 on average between technical replicates
BY_CHANCE = 0.3  # of the genes of technical replicates are as near as that, 0.25 for many counts
SHARE = 0.5  # of the genes that are nearly equal, in twins
RAREST = 1e-9  # chance that two libraries look like twins, for all pairs of a study
SCREEN = 0.4  # share of nearly equal genes, of 200, below which a pair is not looked at further
_SCREENED = 200
_NAMED = 5


@dataclass(frozen=True)
class Twins:
    """Two samples whose counts differ less than those of two libraries can.

    Attributes
    ----------
    first, second
        Names of the samples.
    equal
        Share of equal counts among the genes that either of them has.
    correlation
        Of log2(count + 1), over the same genes.
    """

    first: str
    second: str
    equal: float
    correlation: float

    @property
    def evidence(self) -> str:
        """What shows it, in words."""
        shown = "all" if self.equal == 1 else f"{np.floor(1000 * self.equal) / 10:.1f} % of the"
        return f"{shown} counts are equal, correlation {self.correlation:.4f}"


def find_twins(counts: np.ndarray, names: Sequence[str]) -> list[Twins]:
    """Find pairs of samples that hold the same sample.

    Parameters
    ----------
    counts
        Genes × samples, whole numbers.
    names
        Of the samples.

    Returns
    -------
    list of Twins
        In the order of the samples.

    Notes
    -----
    Sequencing a library twice gives counts that differ as Poisson counts x and y of one mean do:
    (x - y)² / (x + y) is then chi-squared with one degree of freedom, and at most 0.1 for a quarter
    of the genes. It is looked at where x + y is 20 or more, so that few counts make no twins.
    Twins are pairs in which half of the genes or more are so near, when the binomial probability of
    that is below 1e-9 over all pairs. Technical replicates are far from it: more than half of the
    reads must be the same ones.
    """
    number = counts.shape[1]
    pairs = number * (number - 1) / 2
    order = np.argsort(-counts.sum(axis=1, dtype=float), kind="stable")
    screen = np.ascontiguousarray(counts[order[: 2 * _SCREENED : 2]].T.astype(float))
    found = []
    for at in range(number - 1):
        rest = screen[at + 1 :]
        likely = at + 1 + np.flatnonzero(_near(screen[at], rest).mean(axis=1) >= SCREEN)
        for other in likely:
            twins = _twins(counts[:, at].astype(float), counts[:, other].astype(float), pairs)
            if twins is not None:
                found.append(Twins(str(names[at]), str(names[other]), *twins))
    return found


def _near(first: np.ndarray, others: np.ndarray) -> np.ndarray:
    return (first - others) ** 2 <= NEARLY_EQUAL * (first + others)


def _twins(first: np.ndarray, second: np.ndarray, pairs: float) -> tuple[float, float] | None:
    """Share of equal counts and correlation of two samples, when they are twins."""
    compared = first + second >= FEWEST_COUNTS
    size, near = int(compared.sum()), int(_near(first[compared], second[compared]).sum())
    if not near or near < SHARE * size:
        return None
    # The upper tail of the binomial distribution is a regularised incomplete beta function.
    if pairs * betainc(near, size - near + 1, BY_CHANCE) > RAREST:
        return None
    present = first + second > 0
    logs = np.log2(first[present] + 1), np.log2(second[present] + 1)
    same = bool(np.array_equal(*logs))
    correlation = 1.0 if same else float(np.corrcoef(*logs)[0, 1])
    return float((first[present] == second[present]).mean()), correlation


def twin_note(where: str, found: Sequence[Twins]) -> str:
    """Name the pairs for a check and the report; empty when there are none."""
    if not found:
        return ""
    shown = "; ".join(
        f"{one.first!r} and {one.second!r} ({one.evidence})" for one in found[:_NAMED]
    )
    rest = f"; and {len(found) - _NAMED} more pairs" if len(found) > _NAMED else ""
    return (
        f"{where}: samples that seem to be one sample, for their counts differ less than those of "
        f"one library sequenced twice: {shown}{rest}; keep one of each, or find the file that was "
        "copied"
    )
