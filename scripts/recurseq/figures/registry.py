"""The registry of figures: where each lies, which rule draws it, and how it is described."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from recurseq.base.places import CAPTIONS, read_shipped
from recurseq.base.registry import study_files

FOR_PRINT = ("pdf", "png")  # endings of the files beside the SVG


@dataclass(frozen=True)
class FigureEntry:
    """One entry of ``figures.yaml``, which says what its keys mean."""

    name: str
    section: str
    file: str
    rule: str
    category: str
    title: str
    alt: str
    when: str = ""
    wide: bool = False

    @property
    def caption_file(self) -> Path:
        """Text that teaches how to read the figure: a template that Snakemake's report renders."""
        return CAPTIONS / f"{self.name}.rst"


@dataclass(frozen=True)
class FigureFile:
    """One figure of a study: its entry, and its path below the results folder without ending."""

    entry: FigureEntry
    path: str
    wildcards: Mapping[str, str] = field(default_factory=dict)


@cache
def all_figures() -> dict[str, FigureEntry]:
    """Return every entry of the registry, keyed by its name, in the order of the report."""
    entries = read_shipped(Path(__file__).parent / "figures.yaml")
    return {name: FigureEntry(name, **entry) for name, entry in entries.items()}


def study_figures(
    parts: Collection[str], wildcards: Mapping[str, Sequence[str]]
) -> list[FigureFile]:
    """List every figure of a study; arguments as for `recurseq.base.tables.study_tables`."""
    return [FigureFile(*file) for file in study_files(all_figures().values(), parts, wildcards)]
