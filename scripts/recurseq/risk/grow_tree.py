"""A tree of patients: grown in the development, read in both cohorts, grown again in resamples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recurseq.clinical import patient_cautions
from recurseq.clinical.cautions import Caution
from recurseq.clinical.imputing import complete_only
from recurseq.clinical.model_rows import Rows
from recurseq.risk import tree_cautions as own_caution
from recurseq.risk.cohorts import DEVELOPMENT, VALIDATION, cohorts_of
from recurseq.risk.recipe import Recipe
from recurseq.risk.risk_tree import RiskTree, covariates_of, grown, growth_of, scores_of
from recurseq.risk.tree.stability import resampled, stability
from recurseq.risk.tree_tables import association_table, node_table, stability_table


@dataclass(frozen=True)
class TreeResult:
    """The tree of a risk model with its tables, named as their columns are described."""

    tree: RiskTree
    nodes: pd.DataFrame
    tests: pd.DataFrame
    stability: pd.DataFrame
    cautions: list[Caution]


def grow_tree(recipe: Recipe, seed: int) -> TreeResult:
    """Grow the tree of a risk model and say how far it can be trusted.

    Parameters
    ----------
    recipe
        Of a risk model with a tree. Patients without a value of some term are left out, also where
        the model imputes: trees of completed data sets have no rule for being pooled.
    seed
        Of the resamples.
    """
    cohorts = {role: complete_only(rows) for role, rows in cohorts_of(recipe).items()}
    rows = cohorts[DEVELOPMENT]
    tree = grown(recipe, rows)
    covariates, resamples = covariates_of(recipe, rows), recipe.risk.bootstrap
    trees = resampled(
        covariates,
        lambda drawn: scores_of(recipe.model.kind, rows, drawn),
        growth_of(recipe.risk.tree),
        resamples,
        np.random.default_rng(seed),
    )
    found = stability([one.name for one in covariates], tree.tree, trees)
    table = stability_table(found, resamples)
    return TreeResult(
        tree,
        node_table(recipe, tree, cohorts),
        association_table(tree),
        table,
        _cautions(recipe, tree, cohorts, table),
    )


def _cautions(
    recipe: Recipe, tree: RiskTree, cohorts: dict[str, Rows], table: pd.DataFrame
) -> list[Caution]:
    analysis = f"risk.{recipe.risk.name}"
    split = tree.tree.nodes[0].split
    name = None if split is None else split.variable
    shares = table.set_index("variable")["root"]
    found = [own_caution.unstable_tree(analysis, name, 0.0 if name is None else shares[name])]
    for role, rows in cohorts.items():
        what = f"the tree ({role})"
        found.append(
            patient_cautions.complete_case_loss(
                analysis, what, rows.dropped, len(rows) + rows.dropped
            )
        )
    if VALIDATION in cohorts:
        unplaced = int((tree.leaf_of(cohorts[VALIDATION].frame) == 0).sum())
        found.append(
            own_caution.without_place(analysis, "leaf", unplaced, len(cohorts[VALIDATION]))
        )
    else:
        found.append(own_caution.not_validated(analysis, "The rates of the tree"))
    return [one for one in found if one is not None]
