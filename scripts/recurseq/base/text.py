"""Words of the input, and lists of them, as a message can show them."""

from __future__ import annotations

import difflib
import re
import reprlib
import unicodedata
from collections.abc import Iterable

LONGEST_SENTENCE = 1_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 120


def printable(text: object, limit: int = LONGEST_SENTENCE) -> str:
    r"""Return a text of the input in one line that a terminal shows as it is.

    Control characters, marks that change the direction of writing and lone surrogates are spelt out
    (``\x1b``), since they could rewrite the message; what is longer than `limit` is cut.
    """
    whole = str(text)
    cut = whole[:limit]
    spelt = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in cut
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
    visible = "".join(c for c in word if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", visible)


def _script(character: str) -> str:
    return unicodedata.name(character, "").split(" ")[0]


def few(items: Iterable[object], limit: int = 5) -> str:
    """Quote the first items of a list and count the rest: ``'a', 'b' and 12 more``."""
    listed = list(items)
    shown = ", ".join(quoted(str(item)) for item in listed[:limit])
    return shown if len(listed) <= limit else f"{shown} and {len(listed) - limit} more"


def natural(text: str) -> list[tuple[int, float, str]]:
    """Sort key under which ``S2`` stands before ``S10``."""
    parts = re.split(r"(\d+)", text.casefold())
    return [(0, float(p), "") if p.isdecimal() else (1, 0.0, p) for p in parts if p]


def listed(items: Iterable[object], last: str = "and") -> str:
    """Join for a sentence: ``a, b and c``."""
    texts = [str(item) for item in items]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def capital(text: str) -> str:
    """Begin a text with a capital letter, as a sentence does; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def setting(value: float) -> str:
    """Write a threshold as it was configured: ``0.05``, ``1``."""
    return f"{value:g}"
