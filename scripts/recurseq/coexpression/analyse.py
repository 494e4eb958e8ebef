"""All tables of the section ``coexpression`` from a fitted model."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recurseq.base.h5ad import Stored
from recurseq.coexpression.classes import (
    class_pairs,
    class_table,
    reference_samples,
    sample_table,
)
from recurseq.coexpression.correlate import correlate
from recurseq.coexpression.genes import all_pairs, find_genes, values_of
from recurseq.coexpression.named_sets import NamedSet
from recurseq.coexpression.purity import read_proxy
from recurseq.coexpression.settings import Coexpression
from recurseq.coexpression.strata import ALL, strata_of
from recurseq.coexpression.summary import summarise_sets
from recurseq.design.contrast import Contrast
from recurseq.design.formula import parse_formula


def coexpression_tables(
    settings: Coexpression,
    sets: Sequence[NamedSet],
    model: Stored,
    annotation: pd.DataFrame,
    contrast: Contrast | None,
    alpha: float,
    *,
    orthologues: str = "",
) -> dict[str, pd.DataFrame]:
    """Correlate pairs and sets, and class the samples.

    Parameters
    ----------
    settings
        The section.
    sets
        Its sets, found.
    model
        The fitted model.
    annotation
        For older symbols.
    contrast
        Whose samples give the cut-offs of high; None without groups.
    alpha
        Adjusted p-value below which a correlation is called.
    orthologues
        As for `recurseq.coexpression.genes.find_genes`; the purity proxy is made of them too.

    Returns
    -------
    dict
        ``coexpression_pairs``; with sets ``coexpression_sets``; with pairs
        ``coexpression_samples`` and ``coexpression_classes``.
    """
    factor = str(model.uns["main_factor"])
    groups = groups_of(model.obs, factor)
    variables = parse_formula(str(model.uns["formula"])).variables
    design = [name for name in variables if name != factor]
    names = [gene for pair in settings.pairs for gene in pair]
    names += [gene for one in sets for gene in one.genes]
    genes = find_genes(names, model, annotation, orthologues)
    pairs = all_pairs(settings.pairs, sets, genes)
    values = values_of(pairs, model)
    proxy = read_proxy(model, orthologues) if settings.purity else None
    strata = strata_of(model.obs, groups, design, proxy)
    tables = {"coexpression_pairs": correlate(pairs, values, strata, alpha)}
    if sets:
        found = tables["coexpression_pairs"]
        tables["coexpression_sets"] = summarise_sets(sets, genes, found, strata, alpha)
    if settings.pairs:
        reference = reference_samples(contrast, model.obs)
        classed = class_pairs(pairs, values, reference, settings)
        tables["coexpression_samples"] = sample_table(classed, values, groups, bool(factor))
        tables["coexpression_classes"] = class_table(classed, model.obs, groups, contrast, settings)
    return tables


def groups_of(samples: pd.DataFrame, factor: str) -> pd.Series:
    """Return the group of each sample, its levels in the order of the design; one without a factor.

    Parameters
    ----------
    samples
        The typed sheet.
    factor
        The main factor; empty when there is none.
    """
    if not factor:
        return pd.Series(pd.Categorical([ALL] * len(samples)), index=samples.index)
    values = samples[factor]
    if not isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype("category")
    values = values.cat.remove_unused_categories()
    return values.cat.rename_categories(lambda level: str(level))
