"""A small seeded study for the tests of recurseq.deseq."""

import numpy as np
import pandas as pd

from recurseq.deseq import fit
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.design.formula import design_matrix, parse_formula

GROUPS = ["normal", "none", "early"]


def simulated(genes=300, sizes=(5, 8, 9), seed=3):
    """Counts, samples and true log2 changes (genes x groups)."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(3), sizes)
    total = len(group)
    base = 2 ** rng.uniform(2, 10, genes)
    change = np.zeros((genes, 3))
    change[: genes // 3, 1:] = rng.normal(0, 1.5, (genes // 3, 2))
    mu = base[:, None] * 2 ** change[:, group] * 2 ** rng.normal(0, 0.4, total)
    dispersion = (0.1 + 2 / base)[:, None]
    counts = rng.negative_binomial(1 / dispersion, 1 / (1 + dispersion * mu))
    names = [f"s{k:02d}" for k in range(total)]
    samples = pd.DataFrame(
        {
            "group": pd.Categorical.from_codes(group, GROUPS),
            "batch": pd.Categorical.from_codes(np.arange(total) % 2, ["one", "two"]),
            "age": rng.normal(0, 1, total),
        },
        index=names,
    )
    table = pd.DataFrame(counts.T, index=names, columns=[f"g{k:03d}" for k in range(genes)])
    return table, samples, change


def fitted(counts, samples, formula="~ group", **options):
    """Fit, and the parsed formula."""
    parsed = parse_formula(formula)
    return fit(counts, design_matrix(parsed, samples), formula=formula, **options), parsed


def as_contrast(question):
    """A contrast of the configuration's keys, as the rooms below the engine take it."""
    sides = {side: tuple(question.get(side, ())) for side in ("numerator", "denominator")}
    return Contrast("c", CallingRule(0.05), **{**question, **sides})


def levels(numerator, denominator, **more):
    """A contrast between levels of the group, as the configuration has it."""
    return {"factor": "group", "numerator": [*numerator], "denominator": [*denominator], **more}
