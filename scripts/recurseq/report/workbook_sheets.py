"""The sheets of the workbook: which tables, which of their rows and columns, in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import pandas as pd

from recurseq.base.tables import Column, Table, TableFile, describe, read_table
from recurseq.base.text import listed
from recurseq.design.calling import is_called
from recurseq.patterns.codes import NO_EVIDENCE
from recurseq.report.results import Results

EXCEL_ROWS = 1_048_576
# Rows that say next to nothing are in the TSV alone, and the legend says so. Most genes show no
# difference, and a workbook with all of them, once for each contrast, is too large to be sent.
NOTABLE = 0.05
SHOWN: dict[str, tuple[str, Callable[[pd.DataFrame], pd.Series]]] = {
    "contrast_genes": (
        f"genes that are called or have an adjusted p-value below {NOTABLE}",
        lambda table: is_called(table) | (table["padj"] < NOTABLE),
    ),
    "omnibus_genes": (
        f"genes with an adjusted p-value below {NOTABLE}",
        lambda table: table["padj"] < NOTABLE,
    ),
    "patterns": ("genes with a pattern", lambda table: table["pattern"] != NO_EVIDENCE),
}
# Genes by the adjusted p-value that decides; it is NA throughout where there is no such test.
SORTED = {
    "contrast_genes": ["padjThreshold", "padj", "pvalue", "gene_id"],
    "omnibus_genes": ["padj", "pvalue", "gene_id"],
    "patterns": ["padj", "pvalue", "gene_id"],
    "called_genes": ["padjThreshold", "padj", "contrast", "gene_id"],
}
ROWS_LEFT_OUT = "Only {which} ({shown:,} of {all:,} rows); every gene is in {file}."
COLUMNS_LEFT_OUT = "Without {columns}: nothing but NA in these rows."
ROWS_CUT = "Only the first {shown:,} of {all:,} rows fit a sheet; all are in {file}."
# Of both tables of a contrast; the sheet of each contrast and the TSV files have the others.
OF_CALLED = (
    *("gene_id", "gene_name", "baseMean", "log2FoldChange", "padj", "padjThreshold", "direction"),
    *("support", "voomPadj", "auc", "topTwoShare"),
    *("emptyGroup", "flipsWithout"),
)
CONTRAST = Column("contrast", "text", "Name of the contrast.")


@dataclass(frozen=True)
class Sheet:
    """One sheet of the workbook.

    Attributes
    ----------
    title
        Wanted name of the sheet; made legal and unique when written.
    table
        What its columns mean.
    source
        The TSV file of the table, or the frame itself.
    facts
        What the numbers came from: contrast, samples per group, thresholds.
    file
        Where the whole table lies, as told to the reader.
    """

    title: str
    table: Table
    source: Path | pd.DataFrame
    facts: str = ""
    file: str = ""

    @property
    def width(self) -> int:
        """Number of columns."""
        if isinstance(self.source, pd.DataFrame):
            return self.source.shape[1]
        with self.source.open(encoding="utf-8") as lines:
            return lines.readline().count("\t") + 1

    @property
    def lies_in(self) -> str:
        """Where the whole table lies."""
        return self.file or self.table.file

    def shown(self) -> tuple[pd.DataFrame, str]:
        """Return the rows and columns that say something, and what the legend says of the rest."""
        frame, remarks = self.source, []
        if not isinstance(frame, pd.DataFrame):
            frame = read_table(frame, self.table.name)
        if self.table.name in SHOWN:
            which, chosen = SHOWN[self.table.name]
            rows = chosen(frame).astype(bool)
            if not rows.all():
                counts = {"shown": rows.sum(), "all": len(frame)}
                remarks.append(ROWS_LEFT_OUT.format(which=which, file=self.lies_in, **counts))
            frame = frame[rows]
        if self.table.name in SORTED:
            frame = frame.sort_values(SORTED[self.table.name], kind="stable")
        if len(frame) > EXCEL_ROWS - 1:
            counts = {"shown": EXCEL_ROWS - 1, "all": len(frame)}
            remarks.append(ROWS_CUT.format(file=self.lies_in, **counts))
            frame = frame.head(EXCEL_ROWS - 1)
        empty = list(frame.columns[frame.isna().all()]) if len(frame) else []
        if empty:
            remarks.append(COLUMNS_LEFT_OUT.format(columns=listed(empty)))
        return frame.drop(columns=empty), " ".join(remarks)


def study_sheets(results: Results) -> list[Sheet]:
    """Return the called genes and every result table that has a sheet, with their origins.

    Tables of one kind whose sheets have one title stand below each other in it, with a column more
    for what tells them apart.
    """
    origins = _origins(results)
    wanted = [file for file in results.files() if file.sheet]
    # Tables of one title follow each other only once sorted; the first one decides the place.
    titles = list(dict.fromkeys((file.table.name, file.sheet) for file in wanted))
    wanted.sort(key=lambda file: titles.index((file.table.name, file.sheet)))
    sheets = [
        _sheet(results, list(files), origins)
        for _, files in groupby(wanted, key=lambda file: (file.table.name, file.sheet))
    ]
    return [*_called(results), *sheets]


def _origins(results: Results) -> dict[str, str]:
    """Say what the numbers of each contrast came from, and under the empty name all others."""
    if not results.study.has_counts:
        return {}
    everyone = f"Design {results.study.formula}; n = {len(results.samples)} samples."
    contrasts = results.study.contrasts
    return {"": everyone} | {
        name: f"{contrast.origin(results.samples)}." for name, contrast in contrasts.items()
    }


def _sheet(results: Results, files: Sequence[TableFile], origins: dict[str, str]) -> Sheet:
    first, source = files[0], results.folder / files[0].path
    table, file = first.table, first.path
    # A column of the table may have the name already: ``survival`` is an estimate.
    told = {
        name: f"{name}_analysis" if name in table.names else name
        for name in first.wildcards
        if f"{{{name}}}" not in table.sheet
    }
    if told:
        file = file if len(files) == 1 else table.file
        source = pd.concat([_labelled(results, one, told) for one in files], ignore_index=True)
        more = (Column(new, "text", f"Which {old.replace('_', ' ')}.") for old, new in told.items())
        table = replace(table, columns=(*more, *table.columns))
    names = dict.fromkeys(one.wildcards.get("contrast", "") for one in files)
    facts = "" if first.is_clinical else " ".join(origins.get(name, "") for name in names)
    return Sheet(first.sheet, table, source, facts, file)


def _labelled(results: Results, file: TableFile, told: Mapping[str, str]) -> pd.DataFrame:
    """Put what tells a table from others of its sheet in front of it."""
    frame = read_table(results.folder / file.path, file.table.name)
    labels = {new: file.wildcards[old] for old, new in told.items()}
    return pd.concat([pd.DataFrame(labels, index=frame.index), frame], axis=1)


def _called(results: Results) -> list[Sheet]:
    """Return the sheet of all called genes with what stands behind each; none without contrasts."""
    if not results.study.has_counts:
        return []
    tables = [describe(name) for name in ("contrast_genes", "contrast_evidence")]
    frames = []
    for name in results.study.contrasts:
        paths = [results.path(table.name, contrast=name) for table in tables]
        if all(path.is_file() for path in paths):
            genes, evidence = (
                read_table(path, table.name) for path, table in zip(paths, tables, strict=True)
            )
            called = genes[is_called(genes)]
            behind = evidence.drop(columns="gene_name")
            both = called.merge(behind, on="gene_id", how="left", validate="1:1")[[*OF_CALLED]]
            both.insert(0, CONTRAST.name, name)
            frames.append(both)
    if not frames:
        return []
    columns = {column.name: column for table in tables for column in table.columns}
    table = Table(
        name="called_genes",
        title="Called genes",
        file=" and ".join(table.file for table in tables),
        rule="",
        description="Every called gene of every contrast with what stands behind the call, the "
        "smallest adjusted p-value first; a gene called in two contrasts has two rows.",
        columns=(CONTRAST, *(columns[name] for name in OF_CALLED)),
    )
    return [Sheet(table.title, table, pd.concat(frames, ignore_index=True))]
