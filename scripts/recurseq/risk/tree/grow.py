"""Growing a conditional inference tree, and finding the leaf of a patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recurseq.risk.tree.association import Association, Independence, strongest_first
from recurseq.risk.tree.covariate import Covariate
from recurseq.risk.tree.influence import standardised
from recurseq.risk.tree.split import Split, best_split

TRIES = 2  # covariates whose splits are looked for, in the order of their p-values
SMALLEST_SHARE = 0.01  # of the node's patients, on each side of a split


@dataclass(frozen=True)
class Growth:
    """When a node is divided.

    Attributes
    ----------
    alpha
        An adjusted p-value below it divides.
    min_split
        Fewest patients of a node that is tested.
    min_leaf
        Fewest patients of a leaf; never less than one in a hundred of the node divided.
    """

    alpha: float = 0.05
    min_split: int = 20
    min_leaf: int = 7


@dataclass(frozen=True)
class Node:
    """One node; nodes are numbered from 1, a node before its left and then its right part.

    Attributes
    ----------
    number, parent, depth
        The root is 1 and has the parent 0 and the depth 0.
    n
        Patients the tree was grown with.
    tests
        Of each covariate that varies here; empty where nothing was tested.
    split
        None for a leaf.
    left, right
        Numbers of its parts; 0 for a leaf.
    """

    number: int
    parent: int
    depth: int
    n: int
    tests: tuple[Association, ...]
    split: Split | None = None
    left: int = 0
    right: int = 0


@dataclass(frozen=True)
class Tree:
    """All nodes, in the order of their numbers."""

    nodes: tuple[Node, ...]

    def node(self, number: int) -> Node:
        """Return a node by its number."""
        return self.nodes[number - 1]

    @property
    def leaves(self) -> list[Node]:
        """Nodes that are not divided, from left to right."""
        return [node for node in self.nodes if node.split is None]

    def members(self, covariates: Sequence[Covariate]) -> np.ndarray:
        """Say who is in which node: nodes x patients.

        Parameters
        ----------
        covariates
            Of any patients. A level that a split does not know ends the way down.
        """
        named = {one.name: one for one in covariates}
        n = len(covariates[0].values) if covariates else 0
        inside = np.zeros((len(self.nodes), n), dtype=bool)
        inside[0] = True
        for node in self.nodes:
            if node.split is not None:
                side = node.split.goes_left(named[node.split.variable])
                inside[node.left - 1] = inside[node.number - 1] & (side == 1)
                inside[node.right - 1] = inside[node.number - 1] & (side == 0)
        return inside

    def leaf_of(self, covariates: Sequence[Covariate]) -> np.ndarray:
        """Return the number of each patient's leaf; 0 for one whose way down ends before."""
        inside = self.members(covariates)
        found = np.zeros(inside.shape[1], dtype=int)
        for node in self.leaves:
            found[inside[node.number - 1]] = node.number
        return found

    def conditions(self, number: int) -> list[tuple[Split, bool]]:
        """Return the splits on the way to a node, and whether it lies left of each."""
        found: list[tuple[Split, bool]] = []
        while number > 1:
            parent = self.node(self.node(number).parent)
            found.append((parent.split, parent.left == number))
            number = parent.number
        return found[::-1]

    def first_splits(self) -> dict[str, Split]:
        """Return the split of each used variable that is nearest to the root, then leftmost."""
        found: dict[str, Split] = {}
        for node in sorted(self.nodes, key=lambda node: (node.depth, node.number)):
            if node.split is not None:
                found.setdefault(node.split.variable, node.split)
        return found


def grow(covariates: Sequence[Covariate], scores: np.ndarray, growth: Growth) -> Tree:
    """Grow a tree as `ctree` of the R package partykit does with its defaults.

    In each node all covariates are tested (`association`). The one with the smallest adjusted
    p-value divides the node where its two-sample statistic is largest (`split`); if it cannot, the
    next one may. Scores are those of all patients and are not made anew in the nodes.

    Parameters
    ----------
    covariates
        Of n patients, nothing missing.
    scores
        n x q (`influence`).
    growth
        When a node is divided.

    References
    ----------
    Hothorn, Hornik and Zeileis, J. Comput. Graph. Stat. 15, 651 (2006).
    """
    nodes: list[Node] = []
    named, independence = {one.name: one for one in covariates}, Independence(covariates)
    scores = np.asarray(scores, dtype=float)

    def add(rows: np.ndarray, parent: int, depth: int) -> int:
        number, n = len(nodes) + 1, len(rows)
        h = scores[rows]
        z = standardised(h) if n >= max(growth.min_split, 2) else h[:, :0]
        tests = tuple(independence.tests(rows, z))
        nodes.append(Node(number, parent, depth, n, tests))
        split = _chosen(named, rows, z, tests, growth)
        if split is None:
            return number
        side = split.goes_left(named[split.variable].take(rows)) == 1
        left = add(rows[side], number, depth + 1)
        right = add(rows[~side], number, depth + 1)
        nodes[number - 1] = Node(number, parent, depth, n, tests, split, left, right)
        return number

    add(np.arange(len(scores)), 0, 0)
    return Tree(tuple(nodes))


def _chosen(
    named: Mapping[str, Covariate],
    rows: np.ndarray,
    z: np.ndarray,
    tests: Sequence[Association],
    growth: Growth,
) -> Split | None:
    least = max(growth.min_leaf, int(np.ceil(len(z) * SMALLEST_SHARE)))
    for test in strongest_first(tests)[:TRIES]:
        if test.pvalue < growth.alpha:
            split = best_split(named[test.variable].take(rows), z, least)
            if split is not None:
                return split
    return None
