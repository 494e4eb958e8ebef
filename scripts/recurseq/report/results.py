"""The results of a study, as the report reads them: tables by name, figures by section."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import pandas as pd

from recurseq.base.h5ad import Stored, StoredLayer, open_h5ad
from recurseq.base.tables import TableFile, describe, read_table, study_tables
from recurseq.figures.registry import FigureEntry, study_figures
from recurseq.study import Study

PAGE, WORKBOOK = Path("report", "report.html"), Path("report", "tables.xlsx")
BIBTEX, CITATION = Path("report", "references.bib"), Path("report", "CITATION.cff")
MODEL, PROVENANCE = Path("model.h5ad"), Path("provenance.json")


@dataclass(frozen=True)
class DrawnFigure:
    """A figure that was drawn: its entry in the registry, its wildcards, and its files."""

    entry: FigureEntry
    wildcards: Mapping[str, str]
    files: tuple[Path, ...]

    @property
    def smallest(self) -> Path:
        """The file with the fewest bytes; SVG when both are equal."""
        return min(self.files, key=lambda path: (path.stat().st_size, path.suffix != ".svg"))


@dataclass(frozen=True)
class Results:
    """The results folder of a study. A file may be absent: not everything has run.

    Attributes
    ----------
    folder
        The results folder.
    study
        The study, as configured.
    gathered
        What each section of the report gathered from them (`recurseq.report.section.gather`).
    """

    folder: Path
    study: Study
    gathered: dict = field(default_factory=dict, repr=False, compare=False)
    _read: dict = field(default_factory=dict, repr=False, compare=False)

    def path(self, table: str, **wildcards: str) -> Path:
        """Where the file of a table lies."""
        return self.folder / describe(table).file.format(**wildcards)

    def table(self, table: str, **wildcards: str) -> pd.DataFrame | None:
        """Read a table, once; None when its file is absent."""
        path = self.path(table, **wildcards)
        if path not in self._read:
            self._read[path] = read_table(path, table) if path.is_file() else None
        return self._read[path]

    def files(self) -> list[TableFile]:
        """List the files of the study's tables that exist, in reading order."""
        wanted = study_tables(self.study.parts, self.study.wildcards)
        return [file for file in wanted if (self.folder / file.path).is_file()]

    def figures(self, section: str, **wildcards: str) -> list[DrawnFigure]:
        """List the figures of a section that were drawn, those of the given wildcards only."""
        return [
            figure
            for figure in self.all_figures
            if figure.entry.section == section
            and all(figure.wildcards.get(name) == value for name, value in wildcards.items())
        ]

    @cached_property
    def all_figures(self) -> list[DrawnFigure]:
        """Every figure that was drawn, in the order of the registry."""
        drawn = []
        for wanted in study_figures(self.study.parts, self.study.wildcards):
            files = [self.folder / f"{wanted.path}.{ending}" for ending in ("svg", "png")]
            present = tuple(file for file in files if file.is_file())
            if present:
                drawn.append(DrawnFigure(wanted.entry, wanted.wildcards, present))
        return drawn

    def link(self, path: Path) -> str:
        """Return the way from the report to a file, with forward slashes."""
        return Path(os.path.relpath(path, (self.folder / PAGE).parent)).as_posix()

    def table_link(self, table: str, **wildcards: str) -> str:
        """Return the way from the report to the file of a table; empty when it is absent."""
        path = self.path(table, **wildcards)
        return self.link(path) if path.is_file() else ""

    @cached_property
    def _model(self) -> Stored:
        return open_h5ad(self.folder / MODEL)

    @property
    def samples(self) -> pd.DataFrame:
        """The typed sheet of the model."""
        return self._model.obs

    @property
    def genes(self) -> pd.DataFrame:
        """What the model holds of each gene, without matrices."""
        return self._model.var

    @property
    def layers(self) -> Mapping[str, StoredLayer]:
        """Matrices of samples × genes of the model; each is read when it is asked for."""
        return self._model.layers

    @property
    def model_facts(self) -> dict:
        """What the model holds of the fit as a whole."""
        return self._model.uns

    @cached_property
    def provenance(self) -> dict:
        """Versions, checksums and configuration of the run; empty when they were not written."""
        path = self.folder / PROVENANCE
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    @cached_property
    def run_date(self) -> str:
        """Day on which the run wrote its provenance (UTC); empty when it was not written.

        No file that is compared or has a checksum holds a date, so it comes from the file itself.
        """
        path = self.folder / PROVENANCE
        if not path.is_file():
            return ""
        return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date().isoformat()
