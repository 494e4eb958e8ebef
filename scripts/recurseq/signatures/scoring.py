"""Scores of gene sets in single samples: ssGSEA, GSVA, and the mean z-score.

References
----------
Barbie et al., Nature 462, 108 (2009): ssGSEA. Hänzelmann, Castelo and Guinney, BMC Bioinformatics
14, 7 (2013): GSVA.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

WEIGHT = 0.25  # exponent of the ranks in ssGSEA, as in its paper
Sets = Mapping[str, Sequence[str]]


def ssgsea(expression: pd.DataFrame, sets: Sets) -> pd.DataFrame:
    """Score sets by where their genes stand among all genes of the same sample.

    The score sums, along the genes from the highest to the lowest, the difference between the
    weighted distribution function of the set and that of the other genes. With the genes ranked
    upwards from 1 to N, a set's ranks r and weights r^0.25, this sum is

        sum(r^1.25) / sum(r^0.25) over the set - mean(r) over the others,

    and is divided by N here: it lies between -1 and 1, and is 0 for genes that stand anywhere.
    Tied genes share their mean rank. Programs that put ties into some order differ by little, and
    those that divide by the range of all scores by a factor that hangs on the other samples.

    Parameters
    ----------
    expression
        Samples x genes.
    sets
        Set to its genes, some and not all of them.

    Returns
    -------
    pandas.DataFrame
        Samples x sets.

    References
    ----------
    Barbie et al. 2009, supplementary methods.
    """
    from scipy.stats import rankdata  # slow to import, and whoever reads scores needs none

    ranks = rankdata(expression.to_numpy(dtype=float), axis=1)
    weights = ranks**WEIGHT
    members, sizes = _indicators(expression.columns, sets)
    count = ranks.shape[1]
    inside = (members @ (weights * ranks).T) / (members @ weights.T)
    total = ranks.sum(axis=1)
    outside = (total - members @ ranks.T) / (count - sizes)[:, None]
    return pd.DataFrame(((inside - outside) / count).T, expression.index, list(sets))


def gsva(expression: pd.DataFrame, sets: Sets) -> pd.DataFrame:
    """Score sets by GSEApy's port of GSVA: Gaussian kernel, difference of both maxima.

    Each gene is first placed among its own values in all samples, so that a score depends on the
    other samples. Genes that do not vary are left out, as they have no place. GSEApy sees neutral
    names, sorted, because it changes the case of names, and in one thread.

    Parameters
    ----------
    expression, sets
        As for `ssgsea`.
    """
    import gseapy  # slow to import, and not needed by the other methods

    ordered = varying(expression).sort_index(axis=0).sort_index(axis=1)
    codes = {gene: f"G{place:07d}" for place, gene in enumerate(ordered.columns)}
    samples = [f"S{place:07d}" for place in range(len(ordered))]
    values = pd.DataFrame(ordered.to_numpy(dtype=float).T, list(codes.values()), samples)
    names = {f"T{place:07d}": name for place, name in enumerate(sets)}
    members = {code: [codes[gene] for gene in sets[name]] for code, name in names.items()}
    limits = {"min_size": 1, "max_size": len(codes)}
    found = gseapy.gsva(values, members, outdir=None, kcdf="Gaussian", threads=1, **limits)
    table = found.res2d.pivot(index="Name", columns="Term", values="ES").astype(float)
    table = table.reindex(index=samples, columns=list(names)).set_axis(ordered.index)
    return table.set_axis(list(sets), axis=1).reindex(expression.index)


def mean_z(expression: pd.DataFrame, sets: Sets) -> pd.DataFrame:
    """Score sets by the mean z-score of their genes over the samples.

    Parameters
    ----------
    expression, sets
        As for `ssgsea`; genes that do not vary are left out.
    """
    ordered = varying(expression)
    values = ordered.to_numpy(dtype=float)
    scores = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    members, sizes = _indicators(ordered.columns, sets)
    return pd.DataFrame((members @ scores.T / sizes[:, None]).T, expression.index, list(sets))


METHODS: dict[str, Callable[[pd.DataFrame, Sets], pd.DataFrame]] = {
    "ssgsea": ssgsea,
    "gsva": gsva,
    "mean_z": mean_z,
}


def score_lists(
    expression: pd.DataFrame, lists: Iterable[Sequence[str]], method: str
) -> dict[tuple[str, ...], pd.Series]:
    """Score many lists of genes in one go, each of them once.

    Parameters
    ----------
    expression
        Samples x genes.
    lists
        Genes; the same list may come again.
    method
        A key of `METHODS`.
    """
    keys = {key: str(place) for place, key in enumerate(dict.fromkeys(map(tuple, lists)))}
    if not keys:
        return {}
    found = METHODS[method](expression, {name: key for key, name in keys.items()})
    return {key: found[name] for key, name in keys.items()}


def usable_genes(expression: pd.DataFrame, method: str) -> pd.Index:
    """Return the genes that a method can score."""
    return (expression if method == "ssgsea" else varying(expression)).columns


def varying(expression: pd.DataFrame) -> pd.DataFrame:
    """Leave out the genes that have one value in all samples."""
    values = expression.to_numpy()
    return expression.loc[:, (values != values[:1]).any(axis=0)]


def _indicators(genes: pd.Index, sets: Sets) -> tuple[csr_array, np.ndarray]:
    """Which genes are in which set (sets x genes), and the sizes of the sets."""
    places = [genes.get_indexer(list(members)) for members in sets.values()]
    sizes = np.array([len(members) for members in places], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    columns = np.concatenate([*places, np.empty(0, dtype=np.int64)]).astype(np.int64)
    shape = len(places), len(genes)
    return csr_array((np.ones(len(columns)), columns, starts), shape=shape), sizes
