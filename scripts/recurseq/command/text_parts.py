"""Pieces of a configuration as text: values that YAML reads back as they are, safe comments."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+-]*")
_NOT_TEXT = ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none")


def scalar(text: str) -> str:
    """Write a text so that YAML reads it back as the same text.

    Words that YAML takes for something else (``no``, ``1e5``), and texts with spaces or other
    characters, are quoted.
    """
    if _PLAIN.fullmatch(text) and text.casefold() not in _NOT_TEXT and not text.startswith("."):
        return text
    escapes = {'"': '\\"', "\\": "\\\\"}
    return f'"{"".join(escapes.get(c) or _written(c) for c in text)}"'


def _written(character: str) -> str:
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def items(values: Iterable[str]) -> str:
    """Write a list on one line."""
    return f"[{', '.join(map(scalar, values))}]"


def comment(text: str) -> str:
    """Keep a comment on its line, whatever a sheet's cells hold."""
    return "".join(c if c.isprintable() else " " for c in text)
