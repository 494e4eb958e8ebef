"""The section ``signatures`` with its types, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recurseq.base.errors import Problem

COMPOSITION, DERIVED = RESERVED = ("composition", "derived")  # rows of the tests that are no sets
WHERE = "config: signatures"


@dataclass(frozen=True)
class SignatureSettings:
    """How gene sets are scored.

    Attributes
    ----------
    collections
        Name to GMT file.
    method
        ``ssgsea``, ``gsva`` or ``mean_z``.
    min_size
        Smallest number of fitted genes that a scored set has.
    """

    collections: Mapping[str, str]
    method: str
    min_size: int

    @classmethod
    def from_section(cls, section: Mapping) -> SignatureSettings:
        """Build the settings from the section, its defaults filled in."""
        return cls(dict(section["collections"]), section["method"], int(section["min_size"]))


def signature_problems(section: Mapping | None) -> list[Problem]:
    """Find collections that carry the name of rows that the tests add themselves.

    Parameters
    ----------
    section
        The section, following its schema; None when the study has none.
    """
    taken = [name for name in (section or {}).get("collections", ()) if name in RESERVED]
    allowed = f"another name; {' and '.join(RESERVED)} are groups of scores that recurseq adds"
    return [
        Problem(f"{WHERE}.collections", f"the name {name!r}", allowed, "rename the collection")
        for name in taken
    ]


def signature_notes(section: Mapping | None) -> list[str]:
    """Say where a score of a sample depends on the other samples of the study.

    Parameters
    ----------
    section
        As for `signature_problems`.
    """
    if section is None or section["method"] == "ssgsea":
        return []
    return [
        f"signatures: scores by {section['method']} compare a sample with the other samples of "
        "this study, and change when samples are added or left out; those by ssgsea do not"
    ]
