"""How much a tree depends on the very patients it was grown with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from recurseq.risk.tree.covariate import Covariate, take
from recurseq.risk.tree.grow import Growth, Tree, grow
from recurseq.risk.tree.split import Split


@dataclass(frozen=True)
class Stability:
    """What became of one variable in the trees of resamples.

    Attributes
    ----------
    variable
        Name of the covariate.
    root, used
        Share of resamples in which it divides the root, and any node.
    split
        Its first split in the tree of all patients; None where it is not used.
    same
        Share of the resamples that use it whose first split of it is the same; missing where it is
        not used.
    cuts
        Cut-off of its first split in each resample that uses it; empty for levels.
    """

    variable: str
    root: float
    used: float
    split: Split | None
    same: float
    cuts: np.ndarray


def resampled(
    covariates: Sequence[Covariate],
    scores: Callable[[np.ndarray], np.ndarray],
    growth: Growth,
    resamples: int,
    random: np.random.Generator,
) -> list[Tree]:
    """Grow a tree in each of many samples of the patients, drawn with replacement.

    Parameters
    ----------
    covariates
        Of n patients.
    scores
        From the places of drawn patients to their scores, made anew from their outcomes.
    growth, resamples, random
        When nodes are divided, how many samples, and the source of random numbers.
    """
    n = len(covariates[0].values)
    draws = (random.integers(0, n, n) for _ in range(resamples))
    return [grow(take(covariates, drawn), scores(drawn), growth) for drawn in draws]


def stability(names: Sequence[str], tree: Tree, trees: Sequence[Tree]) -> list[Stability]:
    """Compare the tree of all patients with those of resamples.

    Parameters
    ----------
    names
        All covariates.
    tree, trees
        Of all patients, and of the resamples.
    """
    own = tree.first_splits()
    firsts = [one.first_splits() for one in trees]
    roots = [one.nodes[0].split for one in trees]
    found = []
    for name in names:
        splits = [first[name] for first in firsts if name in first]
        same = np.nan
        if name in own and splits:
            same = float(np.mean([split == own[name] for split in splits]))
        found.append(
            Stability(
                name,
                float(np.mean([root is not None and root.variable == name for root in roots])),
                len(splits) / len(trees),
                own.get(name),
                same,
                np.array([split.cut for split in splits if split.cut is not None], dtype=float),
            )
        )
    return found
