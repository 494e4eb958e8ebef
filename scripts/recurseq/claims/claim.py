"""A claim: a gene, or a gene set, is said to be higher or lower in a contrast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEVEL = 0.05  # of each claim by itself; nothing is adjusted
SUPPORTED, CONTRADICTED, UNDECIDED = VERDICTS = ("supported", "contradicted", "undecided")


@dataclass(frozen=True)
class Claim:
    """One entry of the section ``claims``.

    Attributes
    ----------
    name
        The gene (symbol or identifier) or the set.
    collection
        Collection of the set; empty for a gene.
    contrast
        Name of the contrast it is about.
    direction
        ``up`` or ``down`` in the numerator.
    change
        Claimed log2 fold change; None when the claim has no size.
    source
        Who claims it; None when that was not said.
    """

    name: str
    collection: str
    contrast: str
    direction: str
    change: float | None
    source: str | None

    @property
    def of_gene(self) -> bool:
        """Whether the claim is about a gene, and not about a set."""
        return not self.collection


def read_claims(entries: Sequence[Mapping]) -> list[Claim]:
    """Build the claims from the section of a configuration that follows its schema."""
    return [
        Claim(
            name=entry.get("gene", entry.get("set")).strip(),
            collection=entry.get("collection", ""),
            contrast=entry["contrast"],
            direction=entry["direction"],
            change=float(entry["log2FoldChange"]) if "log2FoldChange" in entry else None,
            source=entry.get("source"),
        )
        for entry in entries
    ]
