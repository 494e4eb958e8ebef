"""Splits and the way to a node, in words."""

from __future__ import annotations

import numpy as np

from recurseq.risk.tree.grow import Tree
from recurseq.risk.tree.split import Split


def side_text(split: Split, left: bool) -> str:
    """Write the condition of one side of a split: ``<= 5``, ``A or B``."""
    if split.cut is not None:
        return f"{'<=' if left else '>'} {split.cut:.10g}"
    return " or ".join(split.left if left else split.right)


def split_text(split: Split) -> str:
    """Write both sides of a split of levels, or the cut-off of a number."""
    if split.cut is not None:
        return side_text(split, True)
    return f"{side_text(split, True)} | {side_text(split, False)}"


def rule_text(tree: Tree, number: int) -> str:
    """Write the way from the root to a node: ``size > 5 and capsule = incomplete``.

    Conditions on the same number become one.
    """
    texts: list[str] = []
    spans: dict[str, tuple[float, float]] = {}
    levels: dict[str, str] = {}
    for split, left in tree.conditions(number):
        if split.cut is None:
            levels[split.variable] = side_text(split, left)  # the last says most
            continue
        low, high = spans.get(split.variable, (-np.inf, np.inf))
        spans[split.variable] = (low, split.cut) if left else (split.cut, high)
    order = dict.fromkeys(split.variable for split, _ in tree.conditions(number))
    for name in order:
        if name in levels:
            texts.append(f"{name} = {levels[name]}")
        else:
            texts.append(span_text(name, *spans[name]))
    return " and ".join(texts) or "all patients"


def span_text(name: str, low: float, high: float) -> str:
    """Write a range of numbers that leaves its lower end out."""
    if np.isinf(low):
        return f"{name} <= {high:.10g}"
    if np.isinf(high):
        return f"{name} > {low:.10g}"
    return f"{low:.10g} < {name} <= {high:.10g}"
