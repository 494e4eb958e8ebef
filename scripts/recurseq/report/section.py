"""What a section of the report is: facts, a template of the same name, methods and limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

from recurseq.report.results import Results
from recurseq.study import Study

Facts = TypeVar("Facts")


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of the methods; `cites` are keys of ``references.yaml``."""

    heading: str
    text: str
    cites: tuple[str, ...] = ()


class Section(Protocol[Facts]):
    """A module of `recurseq.report.sections`, with a template of its name beside it.

    Attributes
    ----------
    TITLE
        Heading of the section.
    SCRIPT
        File of its script beside the template, where it has one; the section must say what it
        shows without it.
    """

    TITLE: str

    def collect(self, results: Results, study: Study) -> Facts | None:
        """Gather what the section shows; None when the study has nothing to show in it."""

    def lead(self, facts: Facts) -> str:
        """Say in a sentence or two what the study has, for the head of the page."""

    def methods(self, facts: Facts) -> list[Paragraph]:
        """Write what the methods say of it, from the values that were used."""

    def limits(self, facts: Facts) -> list[str]:
        """Write what its results cannot show."""

    def entries(self, facts: Facts) -> list[tuple[str, str]]:
        """List anchor and title of the parts that the table of contents names."""


def gather(section: Section[Facts], results: Results) -> Facts | None:
    """Let a section gather what it shows, once for all that ask."""
    if section not in results.gathered:
        results.gathered[section] = section.collect(results, results.study)
    return results.gathered[section]
