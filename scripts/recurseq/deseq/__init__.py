"""Negative-binomial differential expression with R DESeq2's rules, usable alone.

In a notebook, with `counts` (samples x genes) and `samples` (ordered categories)::

    from recurseq.deseq import contrast_table, fit
    from recurseq.design.formula import contrast_vector, design_matrix, parse_formula
    formula = parse_formula("~ batch + group")
    model = fit(counts, design_matrix(formula, samples))
    question = {"factor": "group", "numerator": ["treated"], "denominator": ["control"]}
    table = contrast_table(model, contrast_vector(formula, samples, question))

One fit serves all contrasts. The method is that of Love, Huber and Anders, Genome Biology 15, 550
(2014); shrinkage that of Zhu, Ibrahim and Love, Bioinformatics 35, 2084 (2019).
"""

from recurseq.deseq.filtering import adjust
from recurseq.deseq.fit import Fit, fit
from recurseq.deseq.integrity import check_contrasts, check_table
from recurseq.deseq.normalization import Normalization, estimate_size_factors, normalize
from recurseq.deseq.omnibus import likelihood_ratio_test
from recurseq.deseq.results import (
    GeneResults,
    Options,
    contrast_results,
    contrast_table,
    contrast_tests,
    omnibus_table,
)
from recurseq.deseq.shrinkage import shrink
from recurseq.deseq.store import add_fit, normalized_counts, read_fit
from recurseq.deseq.transform import blind_vst, remove_batch, vst
from recurseq.deseq.trend import NoVariationError
from recurseq.deseq.wald import threshold_test, wald_test

__all__ = [
    "Fit",
    "GeneResults",
    "NoVariationError",
    "Normalization",
    "Options",
    "add_fit",
    "adjust",
    "blind_vst",
    "check_contrasts",
    "check_table",
    "contrast_results",
    "contrast_table",
    "contrast_tests",
    "estimate_size_factors",
    "fit",
    "likelihood_ratio_test",
    "normalize",
    "normalized_counts",
    "omnibus_table",
    "read_fit",
    "remove_batch",
    "shrink",
    "threshold_test",
    "vst",
    "wald_test",
]
