"""What the page explains when a word is pressed: each explanation stands in it once."""

from __future__ import annotations


class Glossary:
    """Explanations in the order of their first use, and the anchor of each."""

    def __init__(self) -> None:
        self._anchors: dict[str, str] = {}

    def term(self, text: str) -> str:
        """Return the anchor of an explanation, the same for the same words."""
        return self._anchors.setdefault(text, f"term-{len(self._anchors) + 1}")

    @property
    def entries(self) -> list[tuple[str, str]]:
        """Anchor and text of every explanation."""
        return [(anchor, text) for text, anchor in self._anchors.items()]
