"""The tree of a risk model: grown with its terms, kept in a file, used on any patients."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.whole_file import write_whole
from recurseq.clinical.model_rows import Rows
from recurseq.clinical.patients import TRANSFORMS
from recurseq.clinical.settings import LOGISTIC
from recurseq.risk.recipe import Recipe
from recurseq.risk.settings import TreeRules
from recurseq.risk.tree import influence
from recurseq.risk.tree.association import Association
from recurseq.risk.tree.covariate import Covariate, covariate
from recurseq.risk.tree.grow import Growth, Node, Tree, grow
from recurseq.risk.tree.split import Split


@dataclass(frozen=True)
class Variable:
    """A covariate without patients: its levels, none for a number, and whether in an order."""

    name: str
    levels: tuple[str, ...]
    ordered: bool


@dataclass(frozen=True)
class RiskTree:
    """A grown tree, and what its covariates are.

    Attributes
    ----------
    name
        Of the risk model.
    variables
        The covariates.
    tree
        Its nodes.
    """

    name: str
    variables: tuple[Variable, ...]
    tree: Tree

    def covariates(self, frame: pd.DataFrame) -> list[Covariate]:
        """Return the covariates of any patients, none of them missing."""
        return [_of_frame(one, frame[one.name]) for one in self.variables]

    def leaf_of(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the leaf of each patient; 0 for one with a level that a split does not know."""
        return self.tree.leaf_of(self.covariates(frame))

    def members(self, frame: pd.DataFrame) -> np.ndarray:
        """Say who is in which node: nodes x patients."""
        return self.tree.members(self.covariates(frame))

    def write(self, path: str | Path) -> None:
        """Write the tree as JSON; numbers come back to the last digit."""
        write_whole(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", path)

    @classmethod
    def read(cls, path: str | Path) -> RiskTree:
        """Read what `write` wrote."""
        plain = json.loads(Path(path).read_text(encoding="utf-8"))
        variables = tuple(
            Variable(one["name"], tuple(one["levels"]), one["ordered"])
            for one in plain["variables"]
        )
        nodes = tuple(_node(one) for one in plain["tree"]["nodes"])
        return cls(plain["name"], variables, Tree(nodes))


def _node(plain: dict) -> Node:
    split = plain["split"]
    if split is not None:
        sides = {side: tuple(split[side]) for side in ("left", "right")}
        split = Split(**split | sides)
    tests = tuple(Association(**test) for test in plain["tests"])
    return Node(**plain | {"split": split, "tests": tests})


def _of_frame(variable: Variable, values: pd.Series) -> Covariate:
    if not variable.levels:
        numbers = values.to_numpy(dtype=float)
        return Covariate(variable.name, numbers, numbers)
    texts = values.astype(object).to_numpy()
    codes = pd.Categorical(texts, categories=list(variable.levels)).codes.astype(float)
    return Covariate(variable.name, codes, codes, variable.levels, variable.ordered)


def covariates_of(recipe: Recipe, rows: Rows) -> list[Covariate]:
    """Return the terms of a model as covariates; a number is tested on the scale of the model."""
    return [
        covariate(rows.frame[name].rename(name), TRANSFORMS[recipe.patients.scale(name)])
        for name in recipe.names
    ]


def scores_of(kind: str, rows: Rows, drawn: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Return the scores of the outcome: the event, or log-rank scores of its time.

    Patients weighted for those who left early count once: the tests hold without weights where
    leaving early has nothing to do with the covariates.

    Parameters
    ----------
    kind
        Of the model.
    rows, drawn
        Patients, and the places of those that are looked at; all of them without.
    """
    event = (rows.state == 1)[drawn]
    if kind == LOGISTIC:
        return event.astype(float)[:, None]
    entry = None if rows.entry is None else rows.entry[drawn]
    return influence.of_survival(rows.time[drawn], event, entry)


def growth_of(rules: TreeRules) -> Growth:
    """Return when a node is divided."""
    return Growth(rules.alpha, rules.min_split, rules.min_leaf)


def grown(recipe: Recipe, rows: Rows) -> RiskTree:
    """Grow the tree of a risk model in some patients.

    Parameters
    ----------
    recipe
        Of a risk model with a tree.
    rows
        Patients of whom everything is known.
    """
    covariates = covariates_of(recipe, rows)
    tree = grow(covariates, scores_of(recipe.model.kind, rows), growth_of(recipe.risk.tree))
    variables = tuple(Variable(one.name, one.levels, one.ordered) for one in covariates)
    return RiskTree(recipe.risk.name, variables, tree)
