"""What the page explains, and that it explains it once: words that are pressed, and figures."""

from __future__ import annotations


class Glossary:
    """Explanations in the order of their first use, and the anchor of each."""

    def __init__(self) -> None:
        self._anchors: dict[str, str] = {}
        self._taught: set[str] = set()

    def term(self, text: str) -> str:
        """Return the anchor of an explanation, the same for the same words."""
        return self._anchors.setdefault(text, f"term-{len(self._anchors) + 1}")

    def taught(self, figure: str) -> bool:
        """Whether the page has already taught how to read such a figure; now it has."""
        before = figure in self._taught
        self._taught.add(figure)
        return before

    @property
    def entries(self) -> list[tuple[str, str]]:
        """Anchor and text of every explanation."""
        return [(anchor, text) for text, anchor in self._anchors.items()]
