"""Tests of tables of counts, differences of groups and agreement, against R and closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from recurseq.stats.agreement import agreement
from recurseq.stats.contingency import fisher, number_of_tables, pearson, trend
from recurseq.stats.differences import (
    compare_means,
    compare_ranks,
    standardised_difference,
    standardised_difference_of_shares,
)
from support.golden import data, golden

TABLES = {  # columns as in R's matrix()
    "reconstruction": np.array([[12, 4], [20, 29]]),
    "3x3": np.array([[3, 5, 4], [7, 1, 4], [2, 9, 6]]),
    "2x4": np.array([[6, 31, 12, 4], [3, 24, 6, 6]]),
    "4x3": np.array([[8, 4, 0], [2, 7, 5], [1, 3, 6], [9, 3, 2]]),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_those_of_r(name):
    table, expected = TABLES[name], golden(f"table {name}")
    assert fisher(table).pvalue == pytest.approx(expected["fisher"], rel=2e-9)
    found = pearson(table)
    assert found.statistic == pytest.approx(expected["chisq"], rel=1e-12)
    assert (found.df, found.pvalue) == (expected["df"], pytest.approx(expected["pvalue"], rel=1e-9))


def test_reconstruction_of_a_published_pvalue():
    assert round(fisher(TABLES["reconstruction"]).pvalue, 4) == 0.0227


@settings(deadline=None)
@given(st.lists(st.integers(0, 12), min_size=4, max_size=4))
def test_two_by_two_is_that_of_scipy(cells):
    table = np.array(cells).reshape(2, 2)
    found = fisher(table).pvalue
    if min(table.sum(axis=0).min(), table.sum(axis=1).min()) == 0:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(fisher_exact(table).pvalue, rel=1e-6)


def test_transposed_and_permuted_tables_have_the_same_pvalue():
    table = TABLES["4x3"]
    shuffled = table[[2, 0, 3, 1]][:, [1, 2, 0]]
    assert fisher(table.T).pvalue == pytest.approx(fisher(shuffled).pvalue, rel=1e-9)


def test_the_number_of_tables_decides_between_exact_and_random():
    small, large = TABLES["3x3"], 40 * TABLES["4x3"]
    assert number_of_tables(small) < 1e6 < number_of_tables(large)
    found = fisher(large, seed=3)
    assert "random" in found.method and found.pvalue_se > 0
    assert fisher(large, seed=3).pvalue == found.pvalue


def test_random_tables_estimate_the_exact_pvalue(monkeypatch):
    exact = fisher(TABLES["3x3"]).pvalue
    monkeypatch.setattr("recurseq.stats.contingency.MOST_TABLES", 0)
    found = fisher(TABLES["3x3"], seed=1)
    assert abs(found.pvalue - exact) < 4 * found.pvalue_se


def test_number_of_tables_is_close():
    def count(rows, columns):
        if len(columns) == 1:
            return 1
        ways = 0
        for first in np.ndindex(*(row + 1 for row in rows)):
            if sum(first) == columns[0]:
                ways += count([a - b for a, b in zip(rows, first, strict=True)], columns[1:])
        return ways

    table = np.array([[3, 2, 2], [1, 4, 2], [2, 2, 3]])
    exact = count(list(table.sum(axis=1)), list(table.sum(axis=0)))
    assert number_of_tables(table) == pytest.approx(exact, rel=0.25)


def test_trends():
    found, expected = trend(TABLES["2x4"].T), golden("prop trend")
    assert found.statistic == pytest.approx(expected["chisq"], rel=1e-10)
    assert found.pvalue == pytest.approx(expected["pvalue"], rel=1e-9)
    found, expected = trend(TABLES["4x3"]), golden("linear by linear")
    assert found.statistic == pytest.approx(expected["chisq"], rel=1e-10)


def test_two_and_several_groups():
    t = data("pbc")
    a, b = (t.loc[t["trt"] == arm, "bili"].to_numpy() for arm in (1, 2))
    expected = golden("two groups")
    assert compare_ranks([a, b]).pvalue == pytest.approx(expected["wilcoxon"], rel=1e-9)
    found = compare_means([a, b])
    assert found.pvalue == pytest.approx(expected["welch"], rel=1e-9)
    assert found.df == pytest.approx(expected["df"], rel=1e-9)
    exact = compare_ranks([a[:12] + np.arange(1, 13) / 1e4, b[:9] + np.arange(13, 22) / 1e5])
    assert exact.pvalue == pytest.approx(expected["wilcoxon exact"], rel=1e-9)
    stages = [group["bili"].to_numpy() for _, group in t.groupby("stage")]
    expected = golden("several groups")
    assert compare_ranks(stages).pvalue == pytest.approx(expected["kruskal"], rel=1e-9)
    assert compare_means(stages).pvalue == pytest.approx(expected["anova"], rel=1e-8)


def test_standardised_differences():
    one, other = np.array([1.0, 2, 3]), np.array([2.0, 4, 6])
    assert standardised_difference(one, other) == pytest.approx(2 / np.sqrt(2.5))
    p, q = 0.3, 0.6
    counts = np.array([[30, 60], [70, 40]])
    closed = abs(p - q) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    assert standardised_difference_of_shares(counts) == pytest.approx(closed)
    three = np.array([[10, 20], [30, 30], [60, 50]])
    assert standardised_difference_of_shares(three) == pytest.approx(
        standardised_difference_of_shares(three[[2, 0, 1]])
    )


def test_agreement():
    random = np.random.default_rng(5)
    one = random.normal(size=200)
    other = one + random.normal(0, 0.5, 200) - 3
    other[4] = np.nan
    found = agreement(one, other)
    assert found.n == 199
    assert found.lower < found.spearman < found.upper
    assert found.bias == pytest.approx(3, abs=0.15)
    covered = 0
    for _ in range(200):
        pair = random.multivariate_normal([0, 0], [[1, 0.7], [0.7, 1]], 40)
        truth = 6 / np.pi * np.arcsin(0.35)
        found = agreement(pair[:, 0], pair[:, 1])
        covered += found.lower <= truth <= found.upper
    assert 180 <= covered <= 200
