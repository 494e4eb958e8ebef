"""Groups of one sample beside R DESeq2 (tests/reference/make_few_replicates_reference.R)."""

import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.deseq import Options, contrast_table, fit
from recurseq.deseq.normalization import normalize
from recurseq.deseq.variation import any_gene_varies
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula
from support.deseq_study import fitted
from support.paths import REPOSITORY

REFERENCE = REPOSITORY / "tests" / "reference"
GROUPS = ["control", "treated", "other", "pilot"]
FORMULA = parse_formula("~ group")


def study(chosen):
    counts = pd.read_csv(REFERENCE / "few_replicates.counts.tsv.gz", sep="\t", index_col=0).T
    group = np.repeat(GROUPS, [3, 1, 3, 1])[chosen]
    levels = [name for name in GROUPS if name in group]
    counts = counts.iloc[chosen]
    return counts, pd.DataFrame({"group": pd.Categorical(group, levels)}, index=counts.index)


@pytest.mark.parametrize(
    ("name", "chosen", "above"),
    [("three_one", [0, 1, 2, 3], "treated"), ("spare", [0, 1, 2, 4, 5, 6, 7], "other")],
)
def test_groups_of_one_agree_with_r(name, chosen, above):
    counts, samples = study(chosen)
    expected = pd.read_csv(REFERENCE / f"few_replicates.{name}.tsv.gz", sep="\t", index_col=0)
    model, _ = fitted(counts, samples)
    question = {"factor": "group", "numerator": [above], "denominator": ["control"]}
    weights = contrast_vector(FORMULA, samples, question)
    compared = samples["group"].isin([above, "control"])
    ours = contrast_table(model, weights, Options(alpha=0.05), compared=compared)
    ours = ours.set_index("gene_id")
    for column in ("dispGeneEst", "dispFit", "dispersion"):
        np.testing.assert_allclose(model.genes[column], expected[column], rtol=2e-3, err_msg=column)
    # Genes that are silent in a group rest where the optimiser stops, in R too.
    steady = expected["lfcSE"] < 2
    assert steady.sum() > 200
    for column in ("log2FoldChange", "lfcSE", "stat"):
        np.testing.assert_allclose(
            ours.loc[steady, column], expected.loc[steady, column], rtol=1e-3, atol=1e-4
        )
    pd.testing.assert_series_equal(
        ours["pvalue"].isna(), expected["pvalue"].isna(), check_names=False
    )
    assert set(ours.index[ours["padj"] < 0.05]) == set(expected.index[expected["padj"] < 0.05])


def test_an_odd_count_in_a_single_sample_is_neither_flagged_nor_replaced():
    counts, samples = study([0, 1, 2, 3])
    model, _ = fitted(counts, samples)
    assert not model.genes.loc[["gene295", "gene296", "gene297"], "cooksOutlier"].any()
    assert model.replacements.empty


def test_replicates_that_are_copies_are_refused_in_words_and_found_before():
    counts, samples = study([0, 1, 2, 4, 5, 6])
    copies = counts.copy()
    copies.iloc[1:3], copies.iloc[4:6] = (
        copies.iloc[[0, 0]].to_numpy(),
        copies.iloc[[3, 3]].to_numpy(),
    )
    design = design_matrix(FORMULA, samples)
    for table, varied in ((counts, True), (copies, False)):
        present = table.loc[:, table.any()]
        assert any_gene_varies(present, design, normalize(present)) is varied
    fit(counts, design)
    with pytest.raises(InputError, match="within 2 orders of magnitude"):
        fit(copies, design)


def test_one_gene_among_many_that_varies_is_found():
    rng = np.random.default_rng(5)
    names = [f"s{k}" for k in range(6)]
    samples = pd.DataFrame({"group": pd.Categorical(["a"] * 3 + ["b"] * 3)}, index=names)
    design = design_matrix(FORMULA, samples)
    same = np.tile(rng.integers(50, 5000, 500), (6, 1))
    counts = pd.DataFrame(same, names, [f"g{k:03d}" for k in range(500)])
    assert not any_gene_varies(counts, design, normalize(counts))
    counts.loc["s4", "g499"] *= 4
    assert any_gene_varies(counts, design, normalize(counts))
