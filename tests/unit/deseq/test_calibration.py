"""False calls where nothing differs, and the false share of the calls on planted truth.

On null data the Benjamini-Hochberg procedure calls nothing in 95 % of runs when p-values are
exactly uniform. The Wald test of Love et al. with its estimated dispersions is not that exact in
the far tail, in R as here: what R calls in the same runs is in tests/reference/null.runs.tsv.
"""

import numpy as np
import pandas as pd
import pytest

from support.null_study import (
    REFERENCE,
    RUNS,
    fitted_genes,
    permuted,
    simulated,
    tumours,
    y_against_x,
)


def run_facts(counts, first):
    table = y_against_x(counts, first)
    pvalues = table["pvalue"].dropna()
    return {
        "called": int((table["padj"] < 0.05).sum()),
        "below_0.05": (pvalues < 0.05).mean(),
        "below_0.001": (pvalues < 0.001).mean(),
    }


@pytest.fixture(scope="module")
def expected():
    """What R found in the same runs."""
    return pd.read_csv(REFERENCE / "null.runs.tsv", sep="\t").set_index("seed").groupby("kind")


@pytest.fixture(scope="module")
def fitted():
    return fitted_genes()


@pytest.fixture(scope="module")
def null_runs(fitted):
    return pd.DataFrame([run_facts(simulated(fitted, seed)[0], 10) for seed in range(RUNS)])


@pytest.fixture(scope="module")
def tumour_runs(shared_data):
    pool = tumours(shared_data)
    return pd.DataFrame([run_facts(permuted(pool, seed), 15) for seed in range(RUNS)])


def same_as_r(ours, theirs):
    # a gene on the edge of a threshold may fall to the other side
    assert (ours["called"] - theirs["called"]).abs().max() <= 1
    assert (ours["called"] == theirs["called"]).mean() >= 0.9
    for column in ("below_0.05", "below_0.001"):
        assert (ours[column] - theirs[column]).abs().max() < 2e-3, column


def test_simulated_null_is_called_as_r_does(null_runs, expected):
    same_as_r(null_runs, expected.get_group("simulated"))


def test_simulated_null_is_nearly_uniform(null_runs):
    assert null_runs["below_0.05"].mean() == pytest.approx(0.05, abs=0.006)
    assert null_runs["below_0.001"].mean() < 0.003
    assert (null_runs["called"] == 0).mean() >= 0.5
    assert null_runs["called"].mean() < 1


@pytest.mark.parametrize("sizes", [(10, 11), (40, 39)])
def test_planted_truth_keeps_the_false_discovery_rate(fitted, sizes):
    shares = []
    for seed in range(100, 110):
        counts, changed = simulated(fitted, seed, share=0.2, sizes=sizes)
        called = (y_against_x(counts, sizes[0])["padj"] < 0.05).to_numpy()
        shares.append((called & ~changed).sum() / max(called.sum(), 1))
        assert (called & changed).sum() > 0.7 * changed.sum()
    error = np.std(shares, ddof=1) / np.sqrt(len(shares))
    assert np.mean(shares) <= 0.05 + 3 * error
    assert np.mean(shares) <= 0.07


def test_permuted_tumours_are_called_as_r_does(tumour_runs, expected):
    same_as_r(tumour_runs, expected.get_group("permuted"))


@pytest.mark.xfail(reason="DESeq2's Wald test, R's own included, on real tumours", strict=True)
def test_permuted_tumours_call_nothing_in_95_percent_of_runs(tumour_runs):
    assert (tumour_runs["called"] == 0).mean() >= 0.95
