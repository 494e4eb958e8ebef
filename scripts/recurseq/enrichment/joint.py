"""All sets in all contrasts: one adjustment over everything that is shown side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.design.calling import SetRule
from recurseq.enrichment.ranking import tied_genes
from recurseq.stats.adjust import benjamini_hochberg

Place = tuple[str, str]  # collection and contrast
KEY = ["collection", "set"]
RANDOM_LEVEL = 0.05


def join_sets(gsea: Mapping[Place, pd.DataFrame], alpha: float) -> pd.DataFrame:
    """Put the sets of all contrasts and collections together, adjusted at once.

    Parameters
    ----------
    gsea
        Collection and contrast to table ``gsea``.
    alpha
        Level below which the adjusted p-value of the competitive test calls a set.

    Returns
    -------
    pandas.DataFrame
        One row per set and contrast, sorted: collection, set, contrast, size, NES, pvalue (of the
        competitive test), padj (Benjamini and Hochberg over all rows), direction, significant,
        alone (whether it is called within its own contrast and collection), leading_edge.
    """
    parts = [
        table.assign(collection=collection, contrast=contrast)
        for (collection, contrast), table in gsea.items()
        if len(table)
    ]
    columns = [*KEY, "contrast", "size", "NES", "pvalue", "padj", "direction", "significant",
               "alone", "leading_edge"]  # fmt: skip
    if not parts:
        return pd.DataFrame(columns=columns)
    rows = pd.concat(parts, ignore_index=True).sort_values([*KEY, "contrast"], ignore_index=True)
    rule = SetRule(alpha)
    joint = pd.DataFrame(
        {
            rule.column: benjamini_hochberg(rows["competitivePvalue"]),
            "sign": np.where(rows["competitiveDirection"] == "up", 1, -1),
        }
    )
    rows = rows.assign(
        alone=rows["significant"].astype(bool),
        pvalue=rows["competitivePvalue"],
        padj=joint[rule.column],
        direction=rule.direction(joint, "sign"),
        significant=rule.mask(joint),
    )
    return rows[columns]


def matrix(joined: pd.DataFrame, contrasts: Sequence[str]) -> pd.DataFrame:
    """Spread the joined sets: one row per set, the columns of each contrast side by side.

    Returns
    -------
    pandas.DataFrame
        Table ``set_matrix``, by collection and set; the size is the largest of its contrasts.
    """
    table = joined.groupby(KEY, sort=True)["size"].max().reset_index()
    for contrast in contrasts:
        own = joined[joined["contrast"] == contrast].set_index(KEY)
        own = own[["NES", "pvalue", "padj", "direction", "significant"]]
        table = table.join(own.add_suffix(f"_{contrast}"), on=KEY)
    return table


def cutoff(joined: pd.DataFrame, alpha: float) -> float:
    """Return the largest p-value that the joint adjustment calls.

    Where nothing is called, that with which a single set would be: `alpha` over their number;
    missing without sets.
    """
    if joined.empty:
        return np.nan
    called = joined.loc[joined["significant"], "pvalue"]
    return float(called.max()) if len(called) else alpha / len(joined)


def ranking_row(contrast: str, repeated: int, ranking: pd.Series, random: np.ndarray) -> dict:
    """Describe a ranking, and keep the p-values of its random sets.

    Parameters
    ----------
    contrast
        Name of the contrast.
    repeated
        Tested genes that were left out because another one has their name.
    ranking
        Statistic by gene name.
    random
        P-values of random sets.

    Returns
    -------
    dict
        Row of table ``set_rankings``.
    """
    return {
        "contrast": contrast,
        "ranked": len(ranking),
        "tied": tied_genes(ranking),
        "repeated": repeated,
        "random_pvalues": ";".join(f"{pvalue:.6g}" for pvalue in random) or None,
    }


def random_calls(
    joined: pd.DataFrame, rankings: Mapping[str, pd.DataFrame], alpha: float
) -> pd.DataFrame:
    """Count the random sets that the same rule would call, beside the real ones.

    A random set is called when its p-value reaches the largest one that is called among the real
    sets: the share of random sets below it is the share of calls that chance alone makes.

    Parameters
    ----------
    joined
        From `join_sets`.
    rankings
        Collection to table ``set_rankings``.
    alpha
        As for `join_sets`.

    Returns
    -------
    pandas.DataFrame
        Table ``random_sets``: one row per collection and contrast.
    """
    limit = cutoff(joined, alpha)
    rows = []
    for collection, table in rankings.items():
        for contrast, cells in zip(table["contrast"], table["random_pvalues"], strict=True):
            real = joined[(joined["collection"] == collection) & (joined["contrast"] == contrast)]
            drawn = np.array(str(cells).split(";") if isinstance(cells, str) else [], dtype=float)
            rows.append(
                {
                    "collection": collection,
                    "contrast": contrast,
                    "sets": len(real),
                    "called": int(real["significant"].sum()),
                    "called_alone": int(real["alone"].sum()),
                    "cutoff": limit,
                    "expected": limit * len(real),
                    "random": len(drawn),
                    "random_called": int((drawn <= limit).sum()),
                    "random_expected": limit * len(drawn),
                    "random_below_0.05": int((drawn < RANDOM_LEVEL).sum()),
                }
            )
    return pd.DataFrame(rows, columns=describe("random_sets").names)
