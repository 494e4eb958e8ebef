"""Rank correlations against R, closed forms and properties."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recurseq.stats.contingency import share_interval
from recurseq.stats.rank_correlation import interval, scaled_ranks, spearman, within
from support.paths import REPOSITORY

REFERENCE = REPOSITORY / "tests" / "reference"


@pytest.fixture(scope="module")
def values():
    return pd.read_csv(REFERENCE / "coexpression.values.tsv", sep="\t")


@pytest.fixture(scope="module")
def r():
    return pd.read_csv(REFERENCE / "coexpression.tsv", sep="\t").set_index("name")["value"]


def codes(values):
    return pd.factorize(values["group"])[0]


def covariates(values, name):
    purity = scaled_ranks(values["purity"].to_numpy(), codes(values))[:, None]
    batch = (values["batch"] == "B2").to_numpy(float)[:, None]
    return {
        "within": None,
        "purity": purity,
        "batch": batch,
        "both": np.column_stack([purity, batch]),
    }[name]


def assert_as_in_r(found, r, name):
    for part in ("rho", "lower", "upper", "pvalue"):
        assert getattr(found, part) == pytest.approx(r[f"{name}.{part}"], rel=1e-9), part


def test_all_samples_are_as_in_r(values, r):
    assert_as_in_r(spearman(values["x"].to_numpy(), values["y"].to_numpy()), r, "overall")


def test_a_small_group_has_the_exact_pvalue_of_r(values, r):
    own = values[values["group"] == "normal"]
    assert_as_in_r(spearman(own["x"].to_numpy(), own["y"].to_numpy()), r, "normal")


@pytest.mark.parametrize("name", ["within", "purity", "batch", "both"])
def test_within_groups_and_partial_are_as_in_r(values, r, name):
    x, y = values["x"].to_numpy(), values["y"].to_numpy()
    assert_as_in_r(within(x, y, codes(values), covariates(values, name)), r, name)


def test_within_groups_is_the_weighted_mean_of_the_groups():
    rng = np.random.default_rng(5)
    sizes = (5, 9, 14)
    groups = np.repeat(range(3), sizes)
    x, y = rng.normal(size=28), rng.normal(size=28)
    weights = [n * (n - 1) / (n + 1) for n in sizes]
    rhos = [spearman(x[groups == k], y[groups == k]).rho for k in range(3)]
    assert within(x, y, groups).rho == pytest.approx(np.average(rhos, weights=weights))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.floats(-50, 50), st.floats(0.1, 5))
def test_a_difference_between_groups_changes_nothing_within(seed, shift, power):
    rng = np.random.default_rng(seed)
    groups = rng.permutation(np.repeat([0, 1, 2], [6, 7, 9]))
    x, y = rng.normal(size=22), rng.normal(size=22)
    moved = np.exp(power * x) + shift * groups  # increasing within each group
    assert within(moved, y, groups).rho == pytest.approx(within(x, y, groups).rho, abs=1e-12)


def test_order_of_samples_and_genes_does_not_matter():
    rng = np.random.default_rng(8)
    groups, x, y = rng.integers(0, 2, 20), rng.normal(size=20), rng.normal(size=20)
    order = rng.permutation(20)
    one = within(x, y, groups, x[:, None] ** 2)
    other = within(y[order], x[order], 1 - groups[order], x[order][:, None] ** 2)
    for part in ("rho", "lower", "upper", "pvalue"):
        assert getattr(one, part) == pytest.approx(getattr(other, part))


def test_exact_pvalues_are_those_of_all_orders():
    x, y = np.arange(6.0), np.array([2.0, 0, 1, 5, 3, 4])
    observed = abs(np.corrcoef(x, y)[0, 1])
    every = [abs(np.corrcoef(x, order)[0, 1]) for order in permutations(x)]
    assert spearman(x, y).pvalue == pytest.approx(np.mean(np.array(every) >= observed - 1e-9))


def test_a_perfect_correlation_is_no_more_certain_than_orders_allow():
    x, groups = np.arange(8.0), np.repeat([0, 1], 4)
    found = within(x, x, groups)
    assert (found.rho, found.lower, found.upper) == (1, 1, 1)
    assert found.pvalue == pytest.approx(2 / (24 * 24))


def test_interval_is_the_closed_form():
    lower, upper = interval(0.5, 30, 2)
    half = 1.959963984540054 * np.sqrt(1.125 / 25)
    assert (lower, upper) == pytest.approx(
        tuple(np.tanh(np.arctanh(0.5) + np.array([-half, half])))
    )


def test_the_interval_covers_the_true_correlation():
    # Spearman's rho of a bivariate normal distribution is 6/pi asin(r/2) (Pearson 1907).
    rng, r, runs, n = np.random.default_rng(3), 0.6, 600, 25
    truth = 6 / np.pi * np.arcsin(r / 2)
    draws = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], size=(runs, n))
    ends = [spearman(one[:, 0], one[:, 1]) for one in draws]
    covered = np.mean([found.lower <= truth <= found.upper for found in ends])
    assert covered == pytest.approx(0.95, abs=0.025)


@pytest.mark.parametrize("x", [[1.0, 2, 3], [1.0, 1, 1, 1, 1]])
def test_too_few_samples_or_no_variation_give_nothing(x):
    found = spearman(np.array(x), np.arange(len(x), dtype=float))
    assert np.isnan([found.rho, found.lower, found.upper, found.pvalue]).all()


def test_covariates_that_explain_a_gene_leave_nothing():
    rng = np.random.default_rng(1)
    x, y, groups = rng.normal(size=12), rng.normal(size=12), np.zeros(12, dtype=int)
    assert np.isnan(within(x, y, groups, scaled_ranks(x, groups)[:, None]).rho)


def test_the_interval_of_a_share_is_that_of_r(r):
    assert share_interval(7, 11) == pytest.approx((r["share.lower"], r["share.upper"]), rel=1e-9)
    assert share_interval(0, 4)[0] == 0
    assert share_interval(4, 4)[1] == 1
    assert np.isnan(share_interval(0, 0)).all()
