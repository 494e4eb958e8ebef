"""False calls where nothing differs, and the false share of the calls on planted truth.

A few runs of which R's calls are known exactly (tests/reference/null.runs.tsv). docs/truth.md
(`make truth`) tells how often such calls happen over many seeds, and why R's own Wald test calls
something in 19 of 20 runs of real tumours in which nothing differs.
"""

import pytest

from support.null_study import GIVEN_TO_R, facts, fitted_genes, of_r, tumours

SEEDS = {  # of the first two, runs with many calls, with few and without one
    "permuted": [2, 7, 11, 13],
    "simulated": [1, 4, 9, 10],
    "planted_21": [100, 101, 102],
    "planted_79": [100, 101, 102],
}


@pytest.fixture(scope="module")
def fitted():
    return fitted_genes()


def same_as_r(ours, kind):
    theirs = of_r(kind).loc[ours.index]
    assert list(ours["called"]) == list(theirs["called"])
    for column in ("below_0.05", "below_0.001"):
        # a p-value on the edge may fall to the other side: one gene in a thousand
        assert (ours[column] - theirs[column]).abs().max() < 1.1e-3, column


def test_simulated_null_is_called_as_r_does_and_nearly_uniform(fitted):
    runs = facts("simulated", SEEDS["simulated"], fitted)
    same_as_r(runs, "simulated")
    assert runs["called"].max() <= 2
    assert runs["below_0.05"].mean() == pytest.approx(0.05, abs=0.006)


def test_permuted_tumours_are_called_as_r_does(fitted, shared_data):
    runs = facts("permuted", SEEDS["permuted"], fitted, tumours(shared_data))
    same_as_r(runs, "permuted")
    assert list(runs.index[runs["called"] == 0]) == [13]


def test_r_itself_calls_something_in_nearly_every_run_of_permuted_tumours():
    """Exactly uniform p-values would leave 95 % of runs without a call; R leaves one of 20."""
    called = of_r("permuted")["called"]
    assert list(called.index) == list(GIVEN_TO_R["permuted"])
    assert (called == 0).sum() == 1 and called.median() > 5


@pytest.mark.parametrize("kind", ["planted_21", "planted_79"])
def test_planted_truth_is_called_as_r_does_at_the_promised_rate(fitted, kind):
    runs = facts(kind, SEEDS[kind], fitted)
    same_as_r(runs, kind)
    assert runs["false"].mean() <= 0.055
    assert (runs["power"] > 0.85).all()


def test_the_known_runs_are_those_that_r_was_given():
    for kind, seeds in GIVEN_TO_R.items():
        assert list(of_r(kind).index) == list(seeds)
        assert set(SEEDS[kind]) <= set(seeds)
