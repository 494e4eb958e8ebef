"""What is said when the input is wrong, or when results contradict themselves."""

from __future__ import annotations

import difflib
import re
import reprlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LONGEST_SENTENCE = 1_000
MOST_PROBLEMS = 50
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


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
        lines = [f"{printable(self.where)}: {printable(self.found)}"]
        if self.allowed:
            lines.append(f"   allowed: {printable(self.allowed)}")
        if self.fix:
            lines.append(f"   fix: {printable(self.fix)}")
        return "\n".join(lines)


class InputError(Exception):
    """The input cannot be used; holds every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(problems)
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.problems)
        title = "1 problem" if count == 1 else f"{count} problems"
        shown = self.problems[:MOST_PROBLEMS]
        numbered = [f"{i}. {problem}" for i, problem in enumerate(shown, start=1)]
        if rest := count - len(shown):
            numbered.append(f"... and {rest} more")
        return "\n".join([f"recurseq found {title} in the input:", *numbered])


class IntegrityError(Exception):
    """Results contradict themselves (a sign, a sum, a contrast): nothing may be reported."""


def raise_if_any(problems: Sequence[Problem]) -> None:
    """Raise `InputError` when the list holds a problem."""
    if problems:
        raise InputError(problems)


def printable(text: object, limit: int = LONGEST_SENTENCE) -> str:
    r"""Return a text of the input in one line that a terminal shows as it is.

    Control characters, marks that change the direction of writing and lone surrogates are spelt out
    (``\x1b``), since they could rewrite the message; what is longer than `limit` is cut.
    """
    whole = str(text)
    cut = whole[:limit]
    spelt = "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in cut
    )
    rest = len(whole) - len(cut)
    return f"{spelt}... ({rest} more characters)" if rest else spelt


def control_of(text: str) -> str:
    """Return the first control character or line separator of a text, else an empty text."""
    found = _CONTROL.search(text)
    return found[0] if found else ""


def quoted(value: object) -> str:
    """Return a value of the input as in Python, cut where it is long or deeply nested."""
    try:
        return _SHORT.repr(value)
    except ValueError:  # an integer of thousands of digits
        return f"a value of type {type(value).__name__}"


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 120


def suggest(word: str, options: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the option closest to a mistyped word, or an empty text.

    Where the two look alike on the screen, the characters that differ are spelt out.

    Parameters
    ----------
    word
        What the user wrote.
    options
        What would have been right; case is ignored when comparing.
    """
    word = str(word)
    if len(word) > LONGEST_SENTENCE:
        return ""  # a comparison takes the square of the length
    by_lower = {str(option).casefold(): str(option) for option in options}
    close = difflib.get_close_matches(word.casefold(), list(by_lower), n=1, cutoff=0.6)
    if not close:
        return ""
    option = by_lower[close[0]]
    if not _look_alike(word, option):
        return f"did you mean {option!r}?"
    return f"did you mean {option!r}? They look alike: {word!a} is not {option!a}"


def _look_alike(one: str, other: str) -> bool:
    """Whether two words differ in composition, invisible marks or letters of other scripts only."""
    if one == other or (one.isascii() and other.isascii()):
        return False
    first, second = (_composed(word) for word in (one, other))
    return len(first) == len(second) and all(
        a == b or _script(a) != _script(b) for a, b in zip(first, second, strict=True)
    )


def _composed(word: str) -> str:
    visible = "".join(sign for sign in word if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFC", visible)


def _script(sign: str) -> str:
    return unicodedata.name(sign, "").split(" ")[0]


def few(items: Iterable[object], limit: int = 5) -> str:
    """Quote the first items of a list and count the rest: ``'a', 'b' and 12 more``."""
    listed = list(items)
    shown = ", ".join(quoted(str(item)) for item in listed[:limit])
    return shown if len(listed) <= limit else f"{shown} and {len(listed) - limit} more"
