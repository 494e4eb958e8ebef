"""From a study's configuration to its cohort, or to the list of what is wrong with its counts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pandas as pd

from recurseq.base.errors import InputError, Problem, raise_if_any
from recurseq.cohort.checks import length_problems, matrix_problems, nfcore_notes
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.naming import naming, naming_note, naming_problems
from recurseq.cohort.genes.rows import saying, settled
from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.readers.read import read_counts
from recurseq.io.bytes import fail
from recurseq.study import left_out_names

if TYPE_CHECKING:
    import anndata

    from recurseq.study import CohortSettings

_log = logging.getLogger(__name__)


def count_problems(settings: CohortSettings, samples: pd.DataFrame) -> list[Problem]:
    """List everything wrong with the counts and the annotation of a study.

    Parameters
    ----------
    settings
        The study; its configuration was found valid.
    samples
        Kept samples, indexed by sample.
    """
    return read_inputs(settings, samples)[2]


def read_inputs(
    settings: CohortSettings, samples: pd.DataFrame
) -> tuple[CountTable | None, pd.DataFrame | None, list[Problem]]:
    """Read counts and annotation, and list everything wrong with them.

    Parameters
    ----------
    settings, samples
        As for `count_problems`.

    Returns
    -------
    tuple
        Counts, which also say how many genes are named, and annotation, each None when it cannot
        be read; and the problems.
    """
    table, annotation = None, None
    problems: list[Problem] = []
    try:
        table = _read(settings, samples)
        problems += matrix_problems(table, samples, settings.counts.location)
    except InputError as error:
        problems += error.problems
    try:
        annotation = load_annotation(settings.annotation)
    except InputError as error:
        problems += error.problems
    if table is not None and annotation is not None:
        found = naming(table, annotation, settings.annotation)
        problems += naming_problems(found)
        table = saying(table, naming_note(found))
    return table, annotation, problems


def import_cohort(settings: CohortSettings, samples: pd.DataFrame) -> anndata.AnnData:
    """Read, check and assemble the cohort of a study.

    Parameters
    ----------
    settings
        Settings of the cohort.
    samples
        Kept samples with typed columns, as `recurseq.study.read_samples` returns them.

    Returns
    -------
    anndata.AnnData
        See `recurseq.cohort.assemble.assemble`.

    Raises
    ------
    recurseq.base.errors.InputError
        With every problem of the counts at once.
    """
    # Imported here: `check` lists problems in a second and needs no AnnData.
    from recurseq.cohort.assemble import assemble, smallest_group

    table, annotation, problems = read_inputs(settings, samples)
    raise_if_any(problems)
    min_samples = settings.min_samples
    if min_samples is None:
        min_samples = smallest_group(samples, settings.main_factor)
    cohort = assemble(
        table,
        samples,
        annotation,
        min_count=settings.min_count,
        min_samples=min_samples,
        spike_ins=settings.gene_rules.spike_ins == "exclude",
        simulated=settings.simulated,
        main_factor=settings.main_factor,
        messages=nfcore_notes(table, settings.counts, settings.normalization),
    )
    for message in cohort.uns["messages"]:
        _log.info("%s", message)
    kept = int(cohort.var["kept"].sum())
    if not kept:
        found = f"no gene has {settings.min_count} counts or more in {min_samples} samples"
        raise fail("config: filter", found, "limits that leave genes to fit", "lower them")
    _log.info("%d samples, %d genes, %d of them kept for fitting", *cohort.shape, kept)
    return cohort


def _read(settings: CohortSettings, samples: pd.DataFrame) -> CountTable:
    counts = settings.counts
    table = read_counts(
        counts.path,
        counts.directory,
        counts.format,
        counts.strand,
        [str(s) for s in samples.index],
        counts.transcripts,
        counts.lengths == "offset",
        left_out_names(settings),
        settings.gene_rules.excel_dates == "drop",
    )
    raise_if_any(length_problems(table, counts, settings.normalization))
    return settled(table, settings.gene_rules, counts.location)
