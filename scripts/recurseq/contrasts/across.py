"""Contrasts held beside each other: calls at other limits, shared calls, agreement of change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.design.contrast import Contrast

LEVELS = (0.1, 0.05, 0.01, 0.001)
CHANGES = (0.0, 1.0, 2.0)

Tables = Mapping[str, pd.DataFrame]  # name of a contrast to its table ``contrast_genes``


def threshold_counts(contrasts: Sequence[Contrast], tables: Tables) -> pd.DataFrame:
    """Count the genes that other levels and fold changes would call.

    Parameters
    ----------
    contrasts
        In the order of the configuration; what decides stays the column of each one's rule.
    tables
        Table ``contrast_genes`` of each.

    Returns
    -------
    pandas.DataFrame
        Table ``contrast_thresholds``.
    """
    rows = []
    for contrast in contrasts:
        own = (contrast.rule.alpha, contrast.rule.min_abs_lfc)
        grid = {(alpha, change) for alpha in LEVELS for change in CHANGES} | {own}
        for alpha, change in sorted(grid, key=lambda pair: (-pair[0], pair[1])):
            rule = replace(contrast.rule, alpha=alpha, min_abs_lfc=change)
            way = rule.direction(tables[contrast.name])
            rows.append(
                {
                    "contrast": contrast.name,
                    "alpha": alpha,
                    "min_abs_lfc": change,
                    "called_up": int((way == "up").sum()),
                    "called_down": int((way == "down").sum()),
                    "configured": (alpha, change) == own,
                }
            )
    return pd.DataFrame(rows, columns=describe("contrast_thresholds").names)


def overlaps(tables: Tables) -> pd.DataFrame:
    """Count called genes by the contrasts that call them, each gene once.

    Parameters
    ----------
    tables
        Table ``contrast_genes`` of each contrast, in order, with the same genes.

    Returns
    -------
    pandas.DataFrame
        Table ``contrast_overlaps``, the largest combination first.
    """
    signs = pd.DataFrame(
        {
            name: table.set_index("gene_id")["direction"].map({"up": 1, "down": -1}).fillna(0)
            for name, table in tables.items()
        }
    ).astype(int)
    called = signs[(signs != 0).any(axis=1)]
    names = np.array(list(tables))
    groups = (called != 0).apply(lambda row: ";".join(names[row.to_numpy()]), axis=1)
    rows = []
    for combination, own in called.groupby(groups) if len(called) else ():
        up, down = (int((own.isin((0, way))).all(axis=1).sum()) for way in (1, -1))
        size = combination.count(";") + 1
        rows.append((combination, size, len(own), up, down, len(own) - up - down))
    found = pd.DataFrame(rows, columns=describe("contrast_overlaps").names)
    return found.sort_values(
        ["genes", "contrasts"], ascending=[False, True], kind="stable", ignore_index=True
    )


def agreement(contrasts: Sequence[Contrast], tables: Tables) -> pd.DataFrame:
    """Hold the fold changes of every two contrasts against each other.

    Parameters
    ----------
    contrasts, tables
        As for `threshold_counts`.

    Returns
    -------
    pandas.DataFrame
        Table ``contrast_agreement``.
    """
    rows = [
        _pair(first, second, tables[first.name], tables[second.name])
        for first, second in combinations(contrasts, 2)
    ]
    return pd.DataFrame(rows, columns=describe("contrast_agreement").names)


def beside(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Set the genes of two contrasts beside each other.

    Parameters
    ----------
    one, other
        Table ``contrast_genes`` of each.

    Returns
    -------
    pandas.DataFrame
        One row a gene of both: ``first`` and ``second``, its log2 fold changes; ``called``, how
        many of the two call it; ``same``, whether the changes have one sign.
    """
    columns = ["gene_id", "log2FoldChange", "direction"]
    both = one[columns].merge(other[columns], on="gene_id", suffixes=("_first", "_second"))
    change, against = both["log2FoldChange_first"], both["log2FoldChange_second"]
    called = both[["direction_first", "direction_second"]].ne("none").sum(axis=1)
    same = np.sign(change) == np.sign(against)
    return pd.DataFrame({"first": change, "second": against, "called": called, "same": same})


def _pair(first: Contrast, second: Contrast, one: pd.DataFrame, other: pd.DataFrame) -> dict:
    both = beside(one, other)
    change, against, same = both["first"], both["second"], both["same"]
    tested, twice = change.notna() & against.notna(), both["called"] == 2
    once = (both["called"] > 0) & tested
    known = first.of_levels and second.of_levels
    shared = [group.level for group in first.groups if group in second.groups]
    return {
        "first": first.name,
        "second": second.name,
        "tested": int(tested.sum()),
        "spearman": change[tested].corr(against[tested], method="spearman"),
        "called_either": int(once.sum()),
        "same_sign": int((once & same).sum()),
        "called_both": int(twice.sum()),
        "called_both_opposite": int((twice & ~same).sum()),
        "shared_levels": ";".join(shared) if known else None,
    }
