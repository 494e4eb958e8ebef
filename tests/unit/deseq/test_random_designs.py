"""The engine beside R DESeq2 on simulated studies of several kinds, fitted by both here and now.

`benchmarks/random_designs.py` compares all kinds; docs/fidelity.md has its table.
"""

import numpy as np
import pytest
from designs import KINDS
from random_designs import CALLS, called, compare, off, r_is_there

CHOSEN = (
    "2 v 3",
    "outliers, groups of 4 and 10",
    "empty group, 5 groups",
    "empty group, large dispersion",
    "4 pairs",
    "30 patients far apart",
    "interaction 3 x 3",
    "Unix time",
    "transcript lengths",
    "local trend",
)
# Where a group is silent R's optimiser rests somewhere on a flat likelihood.
FLAT = ("empty group, large dispersion",)

pytestmark = [
    pytest.mark.r,
    pytest.mark.slow,
    pytest.mark.skipif(not r_is_there(), reason="Rscript with DESeq2 is not on the PATH"),
]


@pytest.fixture(scope="module")
def compared():
    return {found.kind: found for found in compare(CHOSEN, [20160901])}


def test_there_are_many_kinds():
    assert len(KINDS) >= 40


@pytest.mark.parametrize("kind", CHOSEN)
def test_answers_are_rs(compared, kind):
    found = compared[kind]
    assert not found.refused
    for column in ("dispGeneEst", "dispFit", "dispersion", "lfcSE", "lrtCorrected"):
        assert off(found, column).sum() == 0, column
    maximised = found.theirs["betaIter"] == 100  # by R's optimiser, which stops a little early
    assert not (off(found, "log2FoldChange") & ~maximised).any()
    for column in ("pvalue", "pvalueThreshold"):
        assert off(found, column).mean() <= (0.01 if kind in FLAT else 0), column
    for column in CALLS:
        assert called(found.ours, column) == called(found.theirs, column)


def test_studies_put_the_engine_to_the_test(compared):
    """Each trouble that is planted is there, in R's eyes."""
    assert (compared["empty group, large dispersion"].theirs["betaIter"] == 100).sum() > 20
    assert compared["outliers, groups of 4 and 10"].fit.genes["replaced"].any()
    assert compared["local trend"].fit.trend.kind == "local"
    assert all(len(called(found.theirs, "padj")) > 10 for found in compared.values())
    assert np.isfinite(compared["Unix time"].ours["log2FoldChange"]).all()
