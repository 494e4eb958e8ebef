"""The tables of a tree: its nodes in both cohorts, its tests, and how stable it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.clinical.model_rows import Rows
from recurseq.risk.cohorts import DEVELOPMENT
from recurseq.risk.observed import Observed, observed
from recurseq.risk.recipe import Recipe
from recurseq.risk.risk_tree import RiskTree
from recurseq.risk.strata import stratum_names
from recurseq.risk.tree.stability import Stability
from recurseq.risk.tree.words import rule_text, split_text


def node_table(recipe: Recipe, grown: RiskTree, cohorts: Mapping[str, Rows]) -> pd.DataFrame:
    """Return table ``risk_tree``: each node in each cohort.

    Parameters
    ----------
    recipe
        Of the risk model.
    grown
        Its tree.
    cohorts
        ``development`` and perhaps ``validation`` to their patients.
    """
    rates = {role: node_rates(recipe, grown, rows) for role, rows in cohorts.items()}
    strata = recipe.risk.strata
    fixed = [one.rate for one in rates[DEVELOPMENT]]
    classes = [None] * len(fixed) if strata is None else stratum_names(strata, np.array(fixed))
    rows = []
    for role, found in rates.items():
        for node, one, name in zip(grown.tree.nodes, found, classes, strict=True):
            split = node.split
            rows.append(
                {
                    "node": node.number,
                    "parent": node.parent or None,
                    "depth": node.depth,
                    "variable": split.variable if split else None,
                    "split": split_text(split) if split else None,
                    "n": one.n,
                    "events": one.events,
                    "rate": one.rate,
                    "lower": one.lower,
                    "upper": one.upper,
                    "class": name,
                    "cohort": role,
                    "left": node.left or None,
                    "right": node.right or None,
                    "rule": rule_text(grown.tree, node.number),
                }
            )
    frame = pd.DataFrame(rows, columns=describe("risk_tree").names)
    return frame.astype(dict.fromkeys(("parent", "left", "right"), "Int64"))


def node_rates(recipe: Recipe, grown: RiskTree, rows: Rows) -> list[Observed]:
    """Return the observed risk of patients in each node."""
    inside = grown.members(rows.frame)
    return [observed(rows.take(own), recipe.model.kind, recipe.risk.horizon) for own in inside]


def association_table(grown: RiskTree) -> pd.DataFrame:
    """Return table ``risk_tree_tests``: each covariate in each node that was tested."""
    rows = [
        {
            "node": node.number,
            "variable": test.variable,
            "statistic": test.statistic,
            "m": len(node.tests),
            "pvalue": test.pvalue,
            "df": test.df,
            "pvalue_alone": test.pvalue_alone,
            "chosen": node.split is not None and node.split.variable == test.variable,
        }
        for node in grown.tree.nodes
        for test in node.tests
    ]
    return pd.DataFrame(rows, columns=describe("risk_tree_tests").names)


def stability_table(found: Sequence[Stability], resamples: int) -> pd.DataFrame:
    """Return table ``risk_tree_stability``: each covariate over the trees of resamples."""
    rows = []
    for one in found:
        spread = np.quantile(one.cuts, (0.5, 0.025, 0.975)) if len(one.cuts) else [np.nan] * 3
        rows.append(
            {
                "variable": one.variable,
                "resamples": resamples,
                "root": one.root,
                "used": one.used,
                "split": split_text(one.split) if one.split else None,
                "same_split": one.same,
                "cut_median": spread[0],
                "cut_lower": spread[1],
                "cut_upper": spread[2],
            }
        )
    return pd.DataFrame(rows, columns=describe("risk_tree_stability").names)
