"""Wilcoxon's test and areas under the curve: R's values, closed forms, symmetries."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from recurseq.stats.ranks import (
    area_under_curve,
    lowest_area_when_complete,
    rank_sum_test,
    ranks_of,
)
from support import limma_reference as reference
from support.paths import REFERENCE


def sides(kind: str, theirs: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The values that make_rank_reference.R compared."""
    counts, group = reference.counts(), reference.sheet()["group"]
    gene = counts.index.get_indexer(theirs["id"])
    values = counts.to_numpy()[gene]
    if kind == "normalised":
        values = values / reference.table("size_factors")["size_factor"].to_numpy()
    early, none = values[:, group == "early"], values[:, group == "none"]
    if kind != "many":
        return early, none
    number = gene[:, None] + 1
    more, fewer = np.arange(60), np.arange(55)
    return (
        np.sqrt(early)[:, more % 11] + np.sin(1.7 * number + more + 1) * (1 + number % 3),
        np.sqrt(none)[:, fewer % 10] + np.cos(0.9 * number + fewer + 1),
    )


@pytest.mark.parametrize("kind", ["counts", "normalised", "many"])
def test_as_r(kind):
    theirs = pd.read_csv(REFERENCE / "ranks.tsv.gz", sep="\t").query("values == @kind")
    ranks = ranks_of(*sides(kind, theirs))
    np.testing.assert_allclose(rank_sum_test(ranks), theirs["pvalue"], rtol=1e-9)
    area = area_under_curve(ranks)
    inside = (area.value > 0) & (area.value < 1)
    np.testing.assert_allclose(area.value, theirs["auc"], atol=1e-10)
    np.testing.assert_allclose(area.lower[inside], theirs["lower"][inside], atol=1e-10)
    np.testing.assert_allclose(area.upper[inside], theirs["upper"][inside], atol=1e-10)


def test_exact_pvalue_counts_the_arrangements():
    above, below = np.array([[3.0, 9, 8]]), np.array([[1.0, 2, 4, 5]])
    larger = [sum(ranks) - 6 for ranks in combinations(range(1, 8), 3)]
    pairs = (below < above.T).sum()
    expected = 2 * np.mean(np.array(larger) >= pairs)
    assert rank_sum_test(ranks_of(above, below))[0] == pytest.approx(expected)


def test_equal_values_have_no_pvalue_and_an_area_of_a_half():
    ranks = ranks_of(np.ones((1, 8)), np.ones((1, 9)))
    assert np.isnan(rank_sum_test(ranks)).all()
    area = area_under_curve(ranks)
    assert (area.value[0], area.lower[0], area.upper[0]) == (0.5, 0.5, 0.5)


def test_sides_turned_round():
    random = np.random.default_rng(1)
    above, below = random.poisson(5, (50, 9)), random.poisson(6, (50, 12))
    one, other = ranks_of(above, below), ranks_of(below, above)
    np.testing.assert_allclose(rank_sum_test(one), rank_sum_test(other))
    here, there = area_under_curve(one), area_under_curve(other)
    np.testing.assert_allclose(here.value, 1 - there.value)
    np.testing.assert_allclose(here.lower, 1 - there.upper, atol=1e-12)


def test_a_complete_separation_has_a_bounded_interval():
    ranks = ranks_of(np.array([[7.0, 8, 9], [1, 2, 3]]), np.array([[1.0, 2, 3, 4], [7, 8, 9, 9]]))
    area = area_under_curve(ranks)
    bound = lowest_area_when_complete(3, 4)
    np.testing.assert_allclose(area.value, [1, 0])
    np.testing.assert_allclose(area.lower, [bound, 0])
    np.testing.assert_allclose(area.upper, [1, 1 - bound])
    assert 0.3 < bound < 0.8


def test_the_bound_solves_its_equation_and_rises_with_the_samples():
    area, m, n = lowest_area_when_complete(11, 10), 11, 10
    shape = 1 + 9.5 * ((1 - area) / (2 - area) + area / (1 + area))
    assert 1 - area == pytest.approx(1.959964 * np.sqrt(area * (1 - area) * shape / (m * n)))
    assert lowest_area_when_complete(5, 5) < area < lowest_area_when_complete(50, 50) < 1


@pytest.mark.parametrize("sizes", [(5, 5), (11, 10), (33, 8), (50, 50)])
def test_coverage_of_the_interval_on_unselected_genes(sizes):
    """Of normal scores, whose true area is known; a point at 1 alone would cover far less."""
    from scipy.stats import norm

    random = np.random.default_rng(2)
    shift = random.normal(0, 1.2, 4000)[:, None]
    area = area_under_curve(
        ranks_of(random.normal(size=(4000, sizes[0])) + shift, random.normal(size=(4000, sizes[1])))
    )
    truth = norm.cdf(shift[:, 0] / np.sqrt(2))
    covered = (area.lower <= truth) & (truth <= area.upper)
    assert 0.9 < covered.mean() < 0.97
    complete = np.minimum(area.value, 1 - area.value) == 0
    if complete.sum() > 50:
        assert covered[complete].mean() > 0.85
