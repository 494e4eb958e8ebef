"""A made-up model of a few genes in three groups, and what coexpression makes of it."""

from __future__ import annotations

import anndata
import numpy as np
import pandas as pd

from recurseq.coexpression.analyse import coexpression_tables
from recurseq.coexpression.settings import read_settings
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast

LEVELS = ["normal", "none", "early"]
CONTRAST = Contrast(
    "early_vs_none",
    CallingRule(0.05, 0.0, 1.0),
    "group",
    numerator=("early",),
    denominator=("none",),
)
DEFAULTS = {"pairs": [], "sets": [], "high": "median", "purity": "none"}
NO_ANNOTATION = load_annotation("none")


def model(columns, groups, formula="~ group", main_factor="group", **sheet):
    """A model of normalised counts by gene; counts are the same, rounded."""
    names = list(columns)
    values = np.column_stack([columns[name] for name in names]).astype(float)
    samples = [f"S{k}" for k in range(len(values))]
    obs = pd.DataFrame({"group": pd.Categorical(groups, LEVELS), **sheet}, index=samples)
    var = pd.DataFrame(
        {"gene_name": names, "baseMean": values.mean(axis=0), "kept": True}, index=names
    )
    layers = {"counts": np.ceil(values), "normalized": values, "vst": np.log2(values + 1)}
    uns = {"main_factor": main_factor, "formula": formula}
    return anndata.AnnData(values, obs, var, uns, layers=layers)


def sizes(*counts):
    return np.repeat(LEVELS, counts)


def tables(made, contrast=CONTRAST, sets=(), **section):
    settings = read_settings(DEFAULTS | section)
    return coexpression_tables(settings, list(sets), made, NO_ANNOTATION, contrast, 0.05)


def planted(together, shift, seed=3, n=(10, 14, 14)):
    """Two genes with a common factor within groups, and a difference between groups."""
    rng = np.random.default_rng(seed)
    groups = sizes(*n)
    moved = shift * (groups == "early") + shift * (groups != "normal")
    common = rng.normal(size=len(groups))
    genes = {
        name: 100 * np.exp(moved + together * common + rng.normal(size=len(groups)))
        for name in ("A", "B")
    }
    return genes, groups
