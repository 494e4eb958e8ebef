"""Pairs of genes: when two are the same, and the classes of samples by them."""

from __future__ import annotations

from collections.abc import Sequence

BOTH_HIGH, ONLY_A, ONLY_B, BOTH_LOW = CLASSES = ("both_high", "only_a", "only_b", "both_low")


def gene_key(gene: str) -> str:
    """Return a gene as it is compared: without its case and without spaces around it."""
    return str(gene).strip().casefold()


def pair_key(pair: Sequence[str]) -> frozenset[str]:
    """Return a pair whatever its order and case, to tell whether two are the same."""
    return frozenset(map(gene_key, pair))
