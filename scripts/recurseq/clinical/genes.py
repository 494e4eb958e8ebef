"""Genes of the counts by patient: which sample stands for whom, and what it holds of a gene."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from recurseq.base.errors import InputError, Problem, raise_if_any
from recurseq.base.h5ad import Stored, gene_columns, open_h5ad
from recurseq.base.text import few
from recurseq.clinical.columns import read_undeclared
from recurseq.clinical.conditions import condition_problems, holds
from recurseq.clinical.measures import LinkedGene
from recurseq.clinical.settings import Clinical, Measure
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.symbols import resolve_symbols
from recurseq.io.sheets import MISSING_TEXTS

LOG2 = "vst"


def linked_samples(
    settings: Clinical, samples: pd.DataFrame, patients: list[str]
) -> tuple[pd.Series, list[Problem]]:
    """Return the patient of each sample that stands for one.

    Parameters
    ----------
    settings
        The clinical sections.
    samples
        The sample sheet by sample; columns may be typed or text.
    patients
        Patients of the clinical table.

    Returns
    -------
    (pandas.Series, list of Problem)
        Patient by sample; samples without a patient in the clinical table are left out.
    """
    where = "config: clinical.links"
    wanted = [settings.links, *settings.tissue]
    absent = [name for name in wanted if name not in samples]
    if absent:
        found = f"{few(absent)} not in the sample sheet"
        return pd.Series(dtype=object), [
            Problem(where, found, f"one of {few(samples.columns, 12)}")
        ]
    texts = samples[settings.links].map(_as_text)
    chosen = texts.isin(patients)
    if settings.tissue:
        typed = {
            name: read_undeclared(name, samples[name].map(_as_text))[0] for name in settings.tissue
        }
        frame = pd.DataFrame(typed, index=samples.index)
        problems = condition_problems(f"{where}.tissue", settings.tissue, frame)
        if problems:
            return pd.Series(dtype=object), problems
        chosen &= holds(settings.tissue, frame) == 1
    linked = texts[chosen]
    if linked.empty:
        found = f"no sample names a patient of {settings.path} in {settings.links!r}"
        return linked, [Problem(where, found, "the same names in both", "look at both columns")]
    twice = linked[linked.duplicated(keep=False)]
    if len(twice):
        found = f"{twice.nunique()} patients have several samples"
        fix = "say which one counts: tissue: {column: [value]}"
        cells = few(sorted(twice.unique()))
        return linked, [Problem(where, found, "one sample for each patient", fix, cells)]
    return linked, []


def linked(settings: Clinical, model: Stored, patients: Iterable[str]) -> pd.Series:
    """Return the patient of each sample of a model, or raise what stands against that."""
    found, problems = linked_samples(settings, model.obs, list(patients))
    raise_if_any(problems)
    return found


def _as_text(value: object) -> str | None:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return None if text in MISSING_TEXTS else text


def panel_values(
    settings: Clinical, model: str, markers: pd.DataFrame, patients: Iterable[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the genes of the panel by patient, read from the fitted model.

    Parameters
    ----------
    settings
        The clinical sections, with ``clinical.links``.
    model
        Path of the model.
    markers
        Table ``markers``, which says what each gene of the panel was found as.
    patients
        Patients of the clinical table.

    Returns
    -------
    (pandas.DataFrame, pandas.DataFrame)
        Patients with a sample x genes on the log2 scale; and ``gene_id``, ``gene_name``, ``set``
        of these genes, a gene of several sets once.

    Raises
    ------
    InputError
        When samples cannot be told to patients.
    """
    stored = open_h5ad(model)
    patient = linked(settings, stored, patients)
    found = markers.dropna(subset="gene_id")[["gene_id", "gene_name", "set"]].drop_duplicates()
    sets = found.groupby("gene_id", sort=False)["set"].agg(
        lambda names: "; ".join(dict.fromkeys(names.dropna()))
    )
    genes = found.drop_duplicates("gene_id").assign(set=lambda rows: rows["gene_id"].map(sets))
    values = gene_columns(stored, LOG2, list(genes["gene_id"])).loc[patient.index]
    return values.set_axis(patient.to_numpy(), axis=0), genes


def read_gene_measures(
    settings: Clinical, model: Sequence[str], annotation: str | None, patients: list[str]
) -> dict[str, LinkedGene]:
    """Return the values of each measured gene by patient, read from the fitted model.

    Parameters
    ----------
    settings
        The clinical sections.
    model
        Path of the model, with layers ``vst`` and ``normalized``; empty when no measure is a gene.
    annotation
        As configured: ``builtin``, ``none`` or a path.
    patients
        Patients of the clinical table.

    Raises
    ------
    InputError
        When a gene is not in the counts, or samples cannot be told to patients.
    """
    wanted = {name: one for name, one in settings.measures.items() if one.gene is not None}
    if not wanted:
        return {}
    stored = open_h5ad(model[0])
    patient = linked(settings, stored, patients)
    genes = _genes(wanted, stored, load_annotation(annotation or "none"))
    found = {}
    for name, measure in wanted.items():
        values = gene_columns(stored, measure.scale, [genes[name]])[genes[name]]
        values = values.loc[patient.index].to_numpy(dtype=float)
        found[name] = LinkedGene(pd.Series(values, index=patient.to_numpy()), measure.scale == LOG2)
    return found


def _genes(
    wanted: Mapping[str, Measure], model: Stored, annotation: pd.DataFrame
) -> dict[str, str]:
    """Find the gene of each measure; where a symbol has several, the one with most counts."""
    names = model.var["gene_name"].astype(str)
    queries = list(dict.fromkeys(str(one.gene) for one in wanted.values()))
    resolved = resolve_symbols(queries, list(model.var_names), list(names), annotation)
    by_query = resolved.dropna(subset="gene_id").groupby("query")["gene_id"].apply(list).to_dict()
    problems = [
        Problem(
            f"config: measures.{name}.gene",
            f"{one.gene!r} is not in the counts",
            "an identifier or symbol of the count matrix",
        )
        for name, one in wanted.items()
        if one.gene not in by_query
    ]
    if problems:
        raise InputError(problems)
    means = model.var["baseMean"].fillna(0)
    best = {query: max(ids, key=lambda gene: means[gene]) for query, ids in by_query.items()}
    return {name: best[one.gene] for name, one in wanted.items()}
