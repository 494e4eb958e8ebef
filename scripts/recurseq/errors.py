"""What is said when the input is wrong, or when results contradict themselves."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing the user has to mend.

    Attributes
    ----------
    where
        File, row, column or configuration key.
    found
        What is there.
    allowed
        What may be there.
    fix
        The likely remedy.
    """

    where: str
    found: str
    allowed: str = ""
    fix: str = ""

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.found}"]
        if self.allowed:
            lines.append(f"   allowed: {self.allowed}")
        if self.fix:
            lines.append(f"   fix: {self.fix}")
        return "\n".join(lines)


class InputError(Exception):
    """The input cannot be used; holds every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.problems)
        title = "1 problem" if count == 1 else f"{count} problems"
        numbered = [f"{i}. {problem}" for i, problem in enumerate(self.problems, start=1)]
        return "\n".join([f"recurseq found {title} in the input:", *numbered])


class IntegrityError(Exception):
    """Results contradict themselves (a sign, a sum, a contrast): nothing may be reported."""


def raise_if_any(problems: Sequence[Problem]) -> None:
    """Raise `InputError` when the list holds a problem."""
    if problems:
        raise InputError(problems)


def suggest(word: str, options: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the option closest to a mistyped word, or an empty text.

    Parameters
    ----------
    word
        What the user wrote.
    options
        What would have been right; case is ignored when comparing.
    """
    by_lower = {str(option).casefold(): str(option) for option in options}
    close = difflib.get_close_matches(str(word).casefold(), list(by_lower), n=1, cutoff=0.6)
    return f"did you mean {by_lower[close[0]]!r}?" if close else ""


def few(items: Iterable[object], limit: int = 5) -> str:
    """Quote the first items of a list and count the rest: ``'a', 'b' and 12 more``."""
    texts = [repr(str(item)) for item in items]
    shown = ", ".join(texts[:limit])
    return shown if len(texts) <= limit else f"{shown} and {len(texts) - limit} more"
