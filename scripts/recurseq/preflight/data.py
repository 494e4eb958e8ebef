"""What the counts themselves say about whether a study can be computed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recurseq.base.errors import InputError, Problem
from recurseq.cohort.filtering import filter_notes, fitted_genes, no_gene_is_left, samples_for
from recurseq.cohort.readers.count_table import CountTable
from recurseq.deseq import NoVariationError
from recurseq.deseq.normalization import normalize
from recurseq.design.formula import design_matrix, parse_formula
from recurseq.study import Study

FEW_GENES = 1000


@dataclass(frozen=True)
class DataFindings:
    """What was found: problems, notes, genes that pass the filter, and samples it asks for."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    kept: int = 0
    needed: int = 0


def look_at_counts(
    study: Study, samples: pd.DataFrame, table: CountTable, names: list[str]
) -> DataFindings:
    """Do what a run will do first, as far as it can fail: filter, size factors, dispersions.

    Parameters
    ----------
    study
        A study without problems.
    samples
        Its typed samples.
    table
        Counts without problems.
    names
        Of the genes, as people know them.
    """
    cohort = study.cohort
    needed = samples_for(cohort, samples)
    limits = {"min_count": cohort.min_count, "min_samples": needed}
    values = table.counts[list(samples.index)].to_numpy().T
    kept, codes = fitted_genes(
        values,
        list(table.counts.index),
        table.gene_names,
        spike_ins=cohort.gene_rules.spike_ins == "exclude",
        **limits,
    )
    if not kept.any():
        return DataFindings((no_gene_is_left(cohort, needed),), needed=needed)
    notes = filter_notes(values, codes, names, samples, cohort.compared, **limits)
    fitted = pd.DataFrame(values[:, kept], samples.index, table.counts.index[kept])
    return DataFindings(
        tuple(_fit_problems(study, samples, fitted, table)),
        (*notes, *_few_genes(int(kept.sum()))),
        int(kept.sum()),
        needed,
    )


def _fit_problems(
    study: Study, samples: pd.DataFrame, counts: pd.DataFrame, table: CountTable
) -> list[Problem]:
    """Find counts without size factors, or without variation between replicates."""
    given = study.normalization
    column = None if given.size_factors is None else samples[given.size_factors]
    try:
        normalization = normalize(counts, method=given.method, size_factors=column)
    except InputError as error:
        return list(error.problems)
    if given.lengths is not None or table.lengths is not None:
        return []  # lengths move the means of every gene: only the fit itself can tell
    # Imported here: what fits takes a moment to import.
    from recurseq.deseq.variation import any_gene_varies

    design = design_matrix(parse_formula(study.formula), samples)
    if any_gene_varies(counts, design, normalization):
        return []
    return list(NoVariationError().problems)


def _few_genes(kept: int) -> list[str]:
    """Say what few genes mean for everything that is learnt from all genes together."""
    if kept >= FEW_GENES:
        return []
    are = "gene passes" if kept == 1 else "genes pass"
    return [
        f"{kept} {are} the filter: size factors, the dispersion trend and adjusted p-values are "
        "learnt from all genes together and are made for thousands; a panel of chosen genes may "
        "break what they assume, that most genes do not change"
    ]
