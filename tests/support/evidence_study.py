"""Small studies whose contrasts are weighed."""

import pandas as pd

from recurseq.contrasts.results import contrast_tables
from recurseq.deseq import Options
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from support.deseq_study import fitted, simulated

RULE = CallingRule(0.05, 0.0, 1.0)


def contrast(rule=RULE, **question):
    """Early against none, unless asked otherwise."""
    sides = {"factor": "group", "numerator": ("early",), "denominator": ("none",)}
    if "coefficients" in question:
        sides = {}
    return Contrast("c", rule, **{**sides, **question})


def study_of(formula="~ group", asked=None, counts=None, samples=None, **study):
    """Fit and test: (fit, formula, samples, contrast, table of genes)."""
    if counts is None:
        counts, samples, _ = simulated(**study)
    asked = asked or contrast()
    model, parsed = fitted(counts, samples, formula)
    options = Options(
        alpha=asked.rule.alpha, lfc_threshold=asked.rule.lfc_threshold, shrinkage="none"
    )
    genes = pd.DataFrame({"gene_name": counts.columns}, index=counts.columns)
    found = contrast_tables(model, asked, parsed, samples, options, genes=genes)
    return model, parsed, samples, asked, found.genes
