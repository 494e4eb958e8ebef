"""Everything that can be known about a study without computing it: problems, and its size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.base.text import few
from recurseq.claims.checks import claim_notes
from recurseq.claims.claim import read_claims
from recurseq.clinical.table_problems import ClinicalExamination
from recurseq.coexpression.checks import coexpression_notes
from recurseq.coexpression.settings import read_settings
from recurseq.cohort.genes.annotation import annotate
from recurseq.cohort.genes.gene_sets import description_note, name_genes, read_gene_sets
from recurseq.cohort.genes.orthologues import panel_note, translated
from recurseq.cohort.genes.species import human_file_problems
from recurseq.cohort.genes.symbols import OTHER_CASE, resolve_symbols
from recurseq.cohort.importing import notes_of, read_inputs, samples_in
from recurseq.cohort.lengths import matrix_of_lengths_problems
from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.remarks import left_out_note
from recurseq.markers.panel import read_panel
from recurseq.preflight.check import examined_study, studies_of
from recurseq.preflight.data import DataFindings, look_at_counts
from recurseq.replication.checks import table_findings
from recurseq.study import Study, read_samples


@dataclass(frozen=True)
class Examination:
    """What a check found.

    Attributes
    ----------
    problems
        What has to be mended; the rest is filled only as far as it could be read.
    study
        The study; None when there are problems in the configuration or the sheet.
    notes
        Remarks that are no errors.
    samples
        Kept samples, typed.
    genes, columns
        Genes of the counts, and samples of the sheet in their file.
    format
        What the counts were recognised as.
    collections
        Collection to its number of sets, its genes, and how many of these the counts have.
    markers
        Genes of the panel, and how many of them the counts have; None without a panel.
    clinical
        What was seen of the patients; None without a clinical table, or before it is simulated.
    kept, needed
        Genes that pass the filter, and how many samples it asks for.
    """

    problems: tuple[Problem, ...] = ()
    study: Study | None = None
    notes: tuple[str, ...] = ()
    samples: pd.DataFrame | None = None
    genes: int = 0
    columns: int = 0
    format: str = ""
    collections: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    markers: tuple[int, int] | None = None
    clinical: ClinicalExamination | None = None
    kept: int = 0
    needed: int = 0


def examine(config: Mapping) -> Examination:
    """Check a study as a run would, and more: the counts, and gene sets against them.

    Parameters
    ----------
    config
        The parsed configuration; its paths are relative to the working directory.
    """
    try:
        study, notes, clinical = examined_study(config)
    except InputError as error:
        return Examination(problems=error.problems)
    if study.cohort is None:
        return Examination(study=study, notes=tuple(notes), clinical=clinical)
    samples = read_samples(study.cohort)
    if "counts" in study.simulates:
        return Examination(study=study, notes=tuple(notes), samples=samples, clinical=clinical)
    table, annotation, problems = read_inputs(study.cohort, samples)
    if table is None or annotation is None:
        return Examination(tuple(problems), study, tuple(notes), samples, clinical=clinical)
    if study.normalization.lengths is not None:
        names = list(samples.index), list(table.counts.index)
        problems += matrix_of_lengths_problems(study.normalization.lengths, *names)
    genes = _named_genes(table, annotation)
    problems += human_file_problems(study.gene_files, genes, study.orthologues)
    collections, more, said = _collections(study, genes)
    in_tables, of_tables = table_findings(studies_of(study), genes)
    problems, said = [*problems, *in_tables], [*said, *of_tables]
    markers, of_panel = _markers(study, genes, annotation)
    said += [of_panel] if of_panel else []
    data = DataFindings()
    if not problems:
        said += notes_of(table, study.cohort, samples)
        said += filter(None, [left_out_note(table, samples.index)])
        data = look_at_counts(study, samples, table, list(genes["gene_name"]))
    return Examination(
        problems=(*problems, *more, *data.problems),
        study=study,
        notes=(
            *table.messages,
            *said,
            *notes,
            *data.notes,
            *claim_notes(read_claims(study.claims), genes, annotation, study.orthologues),
            *_coexpression_notes(study, genes, annotation),
        ),
        samples=samples,
        genes=len(genes),
        columns=samples_in(table, study.cohort, samples),
        format=table.format,
        collections=collections,
        markers=markers,
        clinical=clinical,
        kept=data.kept,
        needed=data.needed,
    )


def _coexpression_notes(study: Study, genes: pd.DataFrame, annotation: pd.DataFrame) -> list[str]:
    if study.coexpression is None:
        return []
    section = read_settings(study.coexpression)
    return coexpression_notes(section, genes, annotation, study.orthologues)


def _named_genes(table: CountTable, annotation: pd.DataFrame) -> pd.DataFrame:
    """Give every gene of the counts its symbol, as the import will."""
    names = annotate(list(table.counts.index), table.gene_names, annotation, table.gene_types)
    return pd.DataFrame({"gene_id": list(names.index), "gene_name": list(names["gene_name"])})


def _collections(
    study: Study, genes: pd.DataFrame
) -> tuple[dict[str, tuple[int, int, int]], list[Problem], list[str]]:
    """Compare every collection of gene sets with the genes of the counts."""
    found, problems, notes = {}, [], []
    names = {path: name for one in (study.signature_collections, study.collections)
             for name, path in one.items()}  # fmt: skip
    for path in study.gene_set_paths:
        name = names[path]
        gene_sets = translated(read_gene_sets(path), study.orthologues, genes)
        notes += [*gene_sets.notes, description_note(genes, gene_sets)]
        try:
            present = gene_sets.genes.intersection(name_genes(genes, gene_sets))
        except InputError as error:
            problems += error.problems
            continue
        found[name] = (len(gene_sets.sets), len(gene_sets.genes), len(present))
    return found, problems, [note for note in notes if note]


def _markers(
    study: Study, genes: pd.DataFrame, annotation: pd.DataFrame
) -> tuple[tuple[int, int] | None, str]:
    """Count the genes of the panel that are found; say what of them another species has."""
    if study.panel is None:
        return None, ""
    queries = list(dict.fromkeys(read_panel(study.panel)["gene"]))
    names = genes["gene_id"], genes["gene_name"]
    rows = resolve_symbols(queries, *names, annotation, study.orthologues)
    found = rows[rows["gene_id"].notna()].drop_duplicates("query")
    other = found.loc[found["matched_by"] == OTHER_CASE, "query"]
    if study.orthologues:
        note = panel_note(queries, study.orthologues)
        return (len(queries), len(found)), f"{study.panel}: {note}" if note else ""
    note = (
        f"{study.panel}: {len(other)} of the {len(found)} genes that are found differ from those "
        f"of the counts in upper and lower case ({few(other, 3)}): is the panel of another "
        "species? Human TP53 and mouse Trp53 are not written alike; genes.orthologues: mouse "
        "translates human names"
    )
    return (len(queries), len(found)), note if len(other) > len(found) / 2 else ""
