"""Spike-ins: RNA of a known amount that was added to every sample, and is no gene of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from recurseq.base.text import few

# The 92 of ERCC are numbered 2 to 171; human ERCC1 to ERCC8 have no such number. SIRVs of Lexogen
# have no namesake. A version or a second name may follow, and a prefix of the annotation precede.
_SPIKE_IN = re.compile(
    r"(?:(?:gene|spike(?:-?in)?)[:_-])?"
    r"(?:ERCC[-_.]?00[01]\d\d|SIRV(?:\d{1,5}|ome\w*))"
    r"(?:[-._|:; ].*)?",
    re.IGNORECASE,
)
_SECOND = re.compile(r".*[_|:; ](ERCC[-_.]00[01]\d\d)", re.IGNORECASE)
_SEQUIN = re.compile(r"R[12]_\d{1,3}")  # too plain a name to be known by itself
_FEWEST_SEQUINS = 20
_LARGEST_SHARE_OF_SEQUINS = 0.5


def is_spike_in(gene: str) -> bool:
    """Whether a row is named as a spike-in of ERCC or SIRV, with or without more beside it."""
    capitals = gene.upper()
    if "ERCC" not in capitals and "SIRV" not in capitals:  # quicker than the patterns
        return False
    return bool(_SPIKE_IN.fullmatch(gene) or _SECOND.fullmatch(gene))


def spike_ins(genes: Sequence[str], names: Iterable[str] | None = None) -> np.ndarray:
    """Find the spike-ins of a matrix.

    Parameters
    ----------
    genes
        Identifiers.
    names
        Gene names of the file, in the same order; an identifier may hide a spike-in.

    Returns
    -------
    numpy.ndarray of bool
        Per gene: ERCC and SIRV by their names; Sequins (``R1_11``) where there are 20 or more of
        them beside more genes of other names.
    """
    found = np.array([is_spike_in(gene) for gene in genes], dtype=bool)
    if names is not None:
        found |= np.array([is_spike_in(str(name)) for name in names], dtype=bool)
    sequins = np.array(
        [gene[:1] == "R" and bool(_SEQUIN.fullmatch(gene)) for gene in genes], dtype=bool
    )
    if _FEWEST_SEQUINS <= sequins.sum() < _LARGEST_SHARE_OF_SEQUINS * len(genes):
        found |= sequins
    return found


def spike_in_message(genes: Sequence[str], found: np.ndarray, *, included: bool) -> str:
    """Say what became of the spike-ins; empty where there is none."""
    number = int(found.sum())
    if not number:
        return ""
    which = few([gene for gene, one in zip(genes, found, strict=True) if one], 3)
    rows = "1 row is a spike-in" if number == 1 else f"{number} rows are spike-ins"
    if included:
        return (
            f"{rows} ({which}) and taken for genes, in size factors, dispersions and tests, as "
            "genes.spike_ins: include asks for"
        )
    return (
        f"{rows} and no genes of the sample ({which}): left out of size factors and tests; "
        "genes.spike_ins: include takes them in"
    )
