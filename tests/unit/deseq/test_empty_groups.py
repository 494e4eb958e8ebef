"""Genes that are silent in whole groups, against R DESeq2 with two reference levels."""

import numpy as np
import pandas as pd
import pytest

from recurseq.deseq import Options, contrast_table, fit
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula
from support.paths import REPOSITORY

FOLDER = REPOSITORY / "tests" / "reference"
FORMULA = parse_formula("~ group")
QUESTION = {"factor": "group", "numerator": ["b"], "denominator": ["d"]}


def read(name):
    return pd.read_csv(FOLDER / f"empty_groups.{name}.tsv.gz", sep="\t", index_col=0)


def answer(reference):
    """Our fit and table, and R's table, with this reference level."""
    counts = read("counts").T
    order = [reference, *(level for level in "abcde" if level != reference)]
    group = pd.Categorical(np.repeat(list("abcde"), 4), order)
    samples = pd.DataFrame({"group": group}, index=counts.index)
    model = fit(counts, design_matrix(FORMULA, samples))
    weights = contrast_vector(FORMULA, samples, QUESTION)
    table = contrast_table(model, weights, Options(shrinkage="none")).set_index("gene_id")
    return model, table, read(reference)


@pytest.fixture(scope="module", params=["a", "c"])
def answered(request):
    return answer(request.param)


def test_least_squares_do_not_converge_where_they_do_not_in_r(answered):
    model, _, theirs = answered
    lost = theirs["betaIter"] == 100
    assert 30 < lost.sum() < 60
    assert (model.genes["optimised"] == lost).all()


def test_p_values_are_rs(answered):
    _, ours, theirs = answered
    known = theirs["pvalue"].notna()
    assert (ours["pvalue"].notna() == known).all()
    apart = np.abs(np.log(ours["pvalue"] / theirs["pvalue"]))[known]
    # Where R's optimiser rests on a flat likelihood is known to a few hundredths of a fold change.
    assert (apart > np.log(2)).sum() <= 1
    assert ((ours["padj"] < 0.05) == (theirs["padj"] < 0.05)).all()


def test_fold_changes_are_rs(answered):
    _, ours, theirs = answered
    settled = theirs["betaIter"] < 100
    difference = (ours["log2FoldChange"] - theirs["log2FoldChange"]).abs()
    assert difference[settled].max() < 1e-3
    assert difference[~settled].median() < 0.01
    np.testing.assert_allclose(ours["lfcSE"], theirs["lfcSE"], rtol=2e-3)


def test_reference_level_matters_only_where_it_matters_in_r():
    (one, first, r_first), (other, second, r_second) = answer("a"), answer("c")
    maximised = one.genes["optimised"] | other.genes["optimised"]
    difference = (first["log2FoldChange"] - second["log2FoldChange"]).abs()
    assert difference[~maximised].max() < 1e-7
    moved = difference > 0.5
    in_r = (r_first["log2FoldChange"] - r_second["log2FoldChange"]).abs() > 0.5
    assert moved.any()
    assert set(moved.index[moved]) <= set(in_r.index[in_r])
