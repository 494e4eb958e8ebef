"""Random sets like those of a collection: how often the test of sets calls what is no set."""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

import numpy as np
import pandas as pd

RANDOM_SETS = 200
STRATA = 10


def random_sets(
    genes: pd.DataFrame, members: Mapping[str, list[str]], *, seed: int, names: tuple[str, str]
) -> list[list[str]]:
    """Draw sets of random genes that are as large, and as highly expressed, as real ones.

    Each is made like one set of the collection, evenly chosen along their sizes: as many genes of
    each tenth of the tested genes, ordered by mean count, without replacement.

    Parameters
    ----------
    genes
        Tested genes indexed by name, with column ``baseMean``.
    members
        Genes of each set of the collection, at least one set.
    seed
        Seed of the study.
    names
        Contrast and collection: each pair has its own stream of random numbers, so that others
        do not change it.

    Returns
    -------
    list of list of str
        The genes of 200 sets. The order of genes and sets does not matter.
    """
    ordered = genes["baseMean"].sort_index().sort_values(kind="stable").index
    strata = np.array_split(np.arange(len(ordered)), STRATA)
    stratum = pd.Series(np.repeat(np.arange(STRATA), [len(part) for part in strata]), ordered)
    real = sorted(members, key=lambda name: (len(members[name]), name))
    chosen = [real[place * len(real) // RANDOM_SETS] for place in range(RANDOM_SETS)]
    counts = {name: np.bincount(stratum[members[name]], minlength=STRATA) for name in set(chosen)}
    key = tuple(crc32(name.encode()) for name in names)
    random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
    return [_like(counts[name], strata, ordered, random) for name in chosen]


def _like(
    counts: np.ndarray, strata: list[np.ndarray], ordered: pd.Index, random: np.random.Generator
) -> list[str]:
    drawn = [
        random.choice(part, count, replace=False, shuffle=False)
        for part, count in zip(strata, counts, strict=True)
        if count
    ]
    return list(ordered[np.concatenate(drawn)])
