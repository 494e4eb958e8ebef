"""One answer: what was found, how far to trust it, and what not to conclude."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

MOST_SENTENCES = 3  # that tell what not to conclude


class Line(NamedTuple):
    """What one line is about, and the line; a first line speaks for itself."""

    about: str
    text: str


@dataclass(frozen=True)
class Answer:
    """The answer of one contrast or of one analysis of patients.

    Attributes
    ----------
    anchor
        Where the page says more.
    title, key
        Heading for people, and the name in the configuration where it is another.
    setup
        What was compared in whom, and by which rule.
    found, trust
        Lines, the most important first.
    not_to_conclude
        Sentences that complete "do not conclude"; the gravest first.
    """

    anchor: str
    title: str
    key: str
    setup: str
    found: list[Line]
    trust: list[Line]
    not_to_conclude: list[str]
