"""Names of sheets that Excel takes and people can read."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 31


def sheet_names(titles: Iterable[str]) -> list[str]:
    r"""Turn titles into sheet names that Excel takes.

    At most 31 characters, none of ``[]:*?/\``, no apostrophe at an end, and no two alike when
    case is ignored. A longer title loses whole words at its end; a later one of the same name gets
    a number. Only a single word that is too long is cut.
    """
    names: list[str] = []
    taken = {"history"}  # Excel keeps this name for itself
    for title in titles:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", title).strip(" '") or "sheet"
        name, number = _fitting(plain, LONGEST), 1
        while name.casefold() in taken:
            number += 1
            ending = f" {number}"
            name = _fitting(plain, LONGEST - len(ending)) + ending
        taken.add(name.casefold())
        names.append(name)
    return names


def _fitting(name: str, longest: int) -> str:
    """Return a name without the words that are too much; the first one is cut if it must be."""
    if len(name) <= longest:
        return name
    ends = [match.start() for match in re.finditer(r"(?<=\w)[ _.-]", name[: longest + 1])]
    return name[: ends[-1] if ends else longest].strip(" '")
