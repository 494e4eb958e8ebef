"""The patterns: code, title and meaning of each, in the order in which they are told."""

from __future__ import annotations

from types import MappingProxyType

NO_EVIDENCE, UNCHANGED = "no_evidence", "unchanged"
# Steps are the contrasts in their order.
MEANINGS = MappingProxyType(
    {
        "tumour_general": "changes in the first step and is shown unchanged in all others",
        "recurrence_specific": "changes in the last step and is shown unchanged in all others",
        "monotone_up": "rises in two steps or more, or in one in the middle, and never falls",
        "monotone_down": "falls in two steps or more, or in one in the middle, and never rises",
        "lost_further": (
            "falls in every step, by min_abs_lfc for each step on average or more, as MT1M is said "
            "to be lost in tumours and further in recurrence"
        ),
        "discordant": "rises in one step and falls in another",
        UNCHANGED: "is shown unchanged in every step",
        NO_EVIDENCE: "none of the others could be shown; no proof of anything",
    }
)
CODES = tuple(MEANINGS)
CHANGING = tuple(code for code in CODES if code not in (UNCHANGED, NO_EVIDENCE))


def title(code: str) -> str:
    """Return a code as people read it: ``Tumour general``."""
    return code.replace("_", " ").capitalize()
