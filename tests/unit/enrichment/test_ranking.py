"""Which genes are tested, how they are ordered, and the running sum along the order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recurseq.cohort.genes.gene_sets import GeneSet, GeneSets
from recurseq.enrichment import rank_genes, running_score, tested_genes

tested_genes.__test__ = False  # a function of the library, not a test


def contrast_table(**columns):
    count = len(columns["gene_id"])
    defaults = {
        "gene_name": columns["gene_id"],
        "baseMean": [10.0] * count,
        "stat": np.arange(count, dtype=float),
        "log2FoldChange": np.arange(count, dtype=float),
        "pvalue": [0.5] * count,
    }
    return pd.DataFrame({**defaults, **columns})


def sets(*genes):
    return GeneSets("sets.gmt", (GeneSet("S", "", genes),))


def test_a_gene_is_tested_when_it_has_a_pvalue():
    table = contrast_table(gene_id=["a", "b", "c"], pvalue=[0.1, np.nan, 1.0])
    assert tested_genes(table, sets("a")).index.tolist() == ["a", "c"]


def test_of_one_symbol_the_gene_of_highest_mean_is_kept_then_the_first_identifier():
    table = contrast_table(
        gene_id=["E4", "E3", "E2", "E1"],
        gene_name=["X", "X", "Y", "Y"],
        baseMean=[5.0, 50.0, 7.0, 7.0],
    )
    assert tested_genes(table, sets("X"))["gene_id"].to_dict() == {"X": "E3", "Y": "E1"}


def test_an_untested_gene_does_not_displace_a_tested_one_of_the_same_symbol():
    table = contrast_table(
        gene_id=["E1", "E2"], gene_name=["X", "X"], baseMean=[90.0, 5.0], pvalue=[np.nan, 0.2]
    )
    assert tested_genes(table, sets("X"))["gene_id"].tolist() == ["E2"]


def test_ranking_is_descending_finite_and_ties_go_by_name():
    genes = pd.DataFrame(
        {"stat": [1.0, np.inf, 2.0, 1.0, np.nan, -3.0]}, index=["z", "i", "m", "a", "n", "k"]
    )
    assert rank_genes(genes).to_dict() == {"m": 2.0, "a": 1.0, "z": 1.0, "k": -3.0}
    assert rank_genes(genes).index.tolist() == ["m", "a", "z", "k"]


def test_input_order_does_not_matter():
    rng = np.random.default_rng(7)
    table = contrast_table(
        gene_id=[f"E{i}" for i in range(200)],
        gene_name=[f"N{i // 2}" for i in range(200)],
        baseMean=rng.integers(1, 5, 200).astype(float),
        stat=rng.integers(-3, 4, 200).astype(float),
    )
    expected = rank_genes(tested_genes(table, sets("N1")))
    shuffled = rank_genes(tested_genes(table.sample(frac=1, random_state=3), sets("N1")))
    pd.testing.assert_series_equal(shuffled, expected)


def test_other_columns_can_rank_and_unknown_ones_cannot():
    genes = pd.DataFrame(
        {"stat": [1.0, 2.0], "shrunkenLog2FoldChange": [0.3, 0.1]}, index=["a", "b"]
    )
    assert rank_genes(genes, "shrunkenLog2FoldChange").index.tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="allowed are stat"):
        rank_genes(genes, "pvalue")


def test_running_score_by_hand():
    ranking = pd.Series([4.0, 3.0, 2.0, -1.0, -5.0], index=list("abcde"))
    expected = [4 / 5, 4 / 5 - 1 / 3, 4 / 5 - 2 / 3, 1 - 2 / 3, 0]
    np.testing.assert_allclose(running_score(ranking, ["d", "a", "unknown"]), expected, atol=1e-15)


def test_running_score_of_genes_without_weight_counts_them_alike():
    ranking = pd.Series([2.0, 0.0, 0.0, -1.0], index=list("abcd"))
    np.testing.assert_allclose(running_score(ranking, ["b", "c"]), [-0.5, 0, 0.5, 0], atol=1e-15)


@pytest.mark.parametrize("genes", [[], ["x"], ["a", "b"]])
def test_running_score_needs_hits_and_misses(genes):
    with pytest.raises(ValueError, match="some, not all"):
        running_score(pd.Series([1.0, -1.0], index=["a", "b"]), genes)


@given(
    st.lists(st.floats(-50, 50).filter(lambda x: abs(x) > 1e-3), min_size=5, max_size=40),
    st.data(),
)
def test_running_score_properties(values, data):
    ordered = np.sort(np.array(values))[::-1]
    names = [f"g{i}" for i in range(len(ordered))]
    ranking = pd.Series(ordered, index=names)
    genes = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True))
    score = running_score(ranking, genes)
    assert np.abs(score).max() <= 1 + 1e-12
    assert abs(score[-1]) < 1e-9
    np.testing.assert_allclose(running_score(ranking * 3.5, genes), score, atol=1e-9)
    turned = running_score(-ranking[::-1], genes)
    np.testing.assert_allclose(turned[:-1], -score[:-1][::-1], atol=1e-9)
