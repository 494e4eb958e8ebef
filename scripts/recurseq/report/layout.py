"""Where the results of a study lie: the one place of the report that knows file names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recurseq.base.h5ad import open_h5ad
from recurseq.study import Study

QUALITY_TABLES = (
    "library_sizes",
    "size_factors",
    "pca",
    "pca_variance",
    "pca_batch_removed",
    "pca_batch_removed_variance",
    "pca_association",
    "distances",
    "sex_check",
    "top_genes",
    "flags",
)


@dataclass(frozen=True)
class Layout:
    """Files under one results folder; a file may be absent when its step is not part of the study.

    Attributes
    ----------
    results
        The results folder.
    contrasts
        Names of the contrasts, in the order of the configuration.
    collections
        Names of the gene-set collections.
    """

    results: Path
    contrasts: tuple[str, ...]
    collections: tuple[str, ...] = ()

    @property
    def model(self) -> Path:
        """The fitted model."""
        return self.results / "model.h5ad"

    @property
    def page(self) -> Path:
        """The report."""
        return self.results / "report" / "report.html"

    @property
    def workbook(self) -> Path:
        """The workbook."""
        return self.results / "report" / "tables.xlsx"

    @property
    def provenance(self) -> Path:
        """Versions, checksums and configuration."""
        return self.results / "provenance.json"

    @property
    def sums(self) -> Path:
        """Contrasts that add up."""
        return self.results / "contrasts" / "sums.tsv"

    @property
    def omnibus(self) -> Path:
        """The omnibus test."""
        return self.results / "omnibus" / "genes.tsv"

    @property
    def markers(self) -> Path:
        """The marker panel by contrast."""
        return self.results / "markers" / "markers.tsv"

    @property
    def marker_samples(self) -> Path:
        """The marker panel by sample."""
        return self.results / "markers" / "samples.tsv"

    @property
    def demo_check(self) -> Path:
        """The demo study's calls against its truth."""
        return self.results / "demo" / "check.tsv"

    def genes(self, contrast: str) -> Path:
        """Return the gene table of a contrast."""
        return self.results / "contrasts" / contrast / "genes.tsv"

    def enrichment(self, contrast: str, collection: str, kind: str) -> Path:
        """Return the ``gsea`` or ``ora`` table of a contrast and collection."""
        return self.results / "enrichment" / contrast / f"{collection}.{kind}.tsv"

    def quality(self, name: str) -> Path:
        """Return a table of the quality control."""
        return self.results / "qc" / f"{name}.tsv"

    def tables(self) -> list[TableFile]:
        """Return every result table that exists, in reading order."""
        wanted = [
            TableFile(f"genes {name}", "contrast_genes", self.genes(name), name)
            for name in self.contrasts
        ]
        wanted += [
            TableFile("sums of contrasts", "contrast_sums", self.sums),
            TableFile("omnibus", "omnibus_genes", self.omnibus),
            TableFile("markers", "markers", self.markers),
            TableFile("marker samples", "marker_samples", self.marker_samples),
        ]
        wanted += [
            TableFile(
                f"{kind} {collection} {name}", kind, self.enrichment(name, collection, kind), name
            )
            for name in self.contrasts
            for collection in self.collections
            for kind in ("gsea", "ora")
        ]
        wanted += [
            TableFile(f"qc {name}", f"qc_{name}", self.quality(name)) for name in QUALITY_TABLES
        ]
        wanted.append(TableFile("demo check", "demo_check", self.demo_check))
        return [table for table in wanted if table.path.is_file()]

    def figures(self, *folder: str, kinds: Iterable[str] = (), prefix: str = "") -> list[Figure]:
        """Return the figures of a folder: the named kinds first, then others by name.

        Parameters
        ----------
        folder
            Folders from the results folder to the figures.
        kinds
            Names wanted first, in this order.
        prefix
            Only files that begin with it; it is cut from the name (``hallmark.dotplot``).
        """
        order = list(kinds)
        files: dict[str, list[Path]] = {}
        place = self.results.joinpath(*folder)
        for path in sorted(place.glob("*")) if place.is_dir() else []:
            if path.suffix in (".svg", ".png") and path.name.startswith(prefix):
                files.setdefault(path.stem.removeprefix(prefix), []).append(path)
        known = [kind for kind in order if kind in files]
        return [
            Figure(kind, tuple(files[kind]))
            for kind in [*known, *(kind for kind in files if kind not in order)]
        ]

    def link(self, path: Path) -> str:
        """Return the way from the report to a file, with forward slashes."""
        return Path(os.path.relpath(path, self.page.parent)).as_posix()


def study_layout(results: str | Path, settings: Study) -> Layout:
    """Return where the files of a study lie."""
    collections = tuple(settings.enrichment.collections)
    return Layout(Path(results), tuple(settings.contrasts), collections)


@dataclass(frozen=True)
class TableFile:
    """One result table: sheet title, name in ``tables.yaml``, file, and its contrast if any."""

    title: str
    table: str
    path: Path
    contrast: str = ""


@dataclass(frozen=True)
class Figure:
    """One figure: what kind it is, and its files (the same picture as SVG and PNG)."""

    kind: str
    files: tuple[Path, ...]

    @property
    def smallest(self) -> Path:
        """The file with the fewest bytes; SVG when both are equal."""
        return min(self.files, key=lambda path: (path.stat().st_size, path.suffix != ".svg"))


def read_model(path: Path) -> tuple[pd.DataFrame, pd.DataFrame, dict]:
    """Read samples, genes and notes of an AnnData file without its matrices."""
    model = open_h5ad(path)
    return model.obs, model.var, model.uns
