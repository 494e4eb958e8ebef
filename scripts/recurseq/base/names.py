"""Names of genes, sets and groups that no table or figure can show."""

from __future__ import annotations

from collections.abc import Iterable

from recurseq.base.errors import Problem
from recurseq.base.text import control_of, few, quoted

LONGEST_NAME = 500


def name_problems(where: str, what: str, names: Iterable[object]) -> list[Problem]:
    """Find names that are too long for a table, or hold control characters.

    Parameters
    ----------
    where
        File, and column or line.
    what
        What is named, such as ``gene identifier``.
    names
        The names; what is no text is passed over.
    """
    texts = [name for name in names if isinstance(name, str)]
    problems = []
    if long := [name for name in texts if len(name) > LONGEST_NAME]:
        found = f"a {what} of {len(long[0]):,} characters: {quoted(long[0])}"
        problems.append(Problem(where, found, f"at most {LONGEST_NAME} characters"))
    if odd := [name for name in texts if not name.isprintable() and control_of(name)]:
        found = f"a {what} with a control character: {few(odd)}"
        fix = "look for a quotation mark that is not closed, and remove tabs and line endings"
        problems.append(Problem(where, found, "text in one line", fix))
    return problems
