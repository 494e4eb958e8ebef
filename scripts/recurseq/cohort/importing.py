"""From a study's configuration to its cohort, or to the list of what is wrong with its counts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pandas as pd

from recurseq.base.errors import InputError, Problem, raise_if_any
from recurseq.cohort.checks import length_problems, matrix_problems, nfcore_notes
from recurseq.cohort.filtering import no_gene_is_left, samples_for
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.readers.read import read_counts
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
        Counts and annotation, each None when it cannot be read, and the problems.
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
    from recurseq.cohort.assemble import assemble

    table = _read(settings, samples)
    raise_if_any(matrix_problems(table, samples, settings.counts.location))
    min_samples = samples_for(settings, samples)
    cohort = assemble(
        table,
        samples,
        load_annotation(settings.annotation),
        min_count=settings.min_count,
        min_samples=min_samples,
        simulated=settings.simulated,
        main_factor=settings.main_factor,
        groups=settings.compared,
        messages=nfcore_notes(table, settings.counts, settings.normalization),
    )
    for message in cohort.uns["messages"]:
        _log.info("%s", message)
    kept = int(cohort.var["kept"].sum())
    if not kept:
        raise InputError([no_gene_is_left(settings, min_samples)])
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
    )
    raise_if_any(length_problems(table, counts, settings.normalization))
    return table
