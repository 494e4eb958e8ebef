"""From a study's configuration to its cohort, or to the list of what is wrong with its counts."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from recurseq.base.errors import InputError, Problem, raise_if_any
from recurseq.cohort.checks import length_problems, matrix_problems, nfcore_notes
from recurseq.cohort.filtering import no_gene_is_left, samples_for
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.naming import naming, naming_note, naming_problems
from recurseq.cohort.genes.rows import saying, settled
from recurseq.cohort.readers.count_table import CountTable
from recurseq.cohort.readers.read import read_counts
from recurseq.cohort.remarks import count_notes
from recurseq.cohort.replicates import added_up
from recurseq.study import left_out_names
from recurseq.study.samples import kept_libraries, sheet_notes

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
        libraries = None if settings.merge is None else kept_libraries(settings)
        rows = samples if libraries is None else _one_by_one(libraries)
        table = _read(settings, rows)
        problems += matrix_problems(table, rows, settings.counts.location)
        if libraries is not None and not problems:
            table = added_up(table, libraries, settings.merge, settings.counts.location)
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
    from recurseq.cohort.assemble import assemble

    table, annotation, problems = read_inputs(settings, samples)
    raise_if_any(problems)
    min_samples = samples_for(settings, samples)
    cohort = assemble(
        table,
        samples,
        annotation,
        min_count=settings.min_count,
        min_samples=min_samples,
        spike_ins=settings.gene_rules.spike_ins == "exclude",
        simulated=settings.simulated,
        main_factor=settings.main_factor,
        groups=settings.compared,
        messages=[*sheet_notes(settings), *notes_of(table, settings, samples)],
    )
    for message in cohort.uns["messages"]:
        _log.info("%s", message)
    kept = int(cohort.var["kept"].sum())
    if not kept:
        raise InputError([no_gene_is_left(settings, min_samples)])
    _log.info("%d samples, %d genes, %d of them kept for fitting", *cohort.shape, kept)
    return cohort


def notes_of(table: CountTable, settings: CohortSettings, samples: pd.DataFrame) -> list[str]:
    """Say what should be known of counts that have no problem, beside what their reader says."""
    names = [str(sample) for sample in samples.index]
    return [
        *nfcore_notes(table, settings.counts, settings.normalization),
        *count_notes(table, names, settings.counts.location),
    ]


def samples_in(table: CountTable, settings: CohortSettings, samples: pd.DataFrame) -> int:
    """Count the columns that are samples of the sheet, kept or not."""
    return len(set(table.counts.columns) & {*map(str, samples.index), *left_out_names(settings)})


def _one_by_one(libraries: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return technical replicates as they are named in the counts."""
    return pd.DataFrame(index=[name for several in libraries.values() for name in several])


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
        counts.sheet,
        counts.round,
        settings.gene_rules.excel_dates == "drop",
    )
    raise_if_any(length_problems(table, counts, settings.normalization))
    return settled(table, settings.gene_rules, counts.location)
