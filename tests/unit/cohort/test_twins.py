"""Samples that are one sample, told from technical replicates by what Poisson counts can do."""

import numpy as np
import pytest
from scipy import stats

from recurseq.cohort.twins import NEARLY_EQUAL, find_twins, twin_note

RANDOM = np.random.default_rng(9)
NAMES = list("abcdef")


def replicates(mean, genes=3000, samples=6):
    """Libraries of one pool of RNA, which differ by sampling alone."""
    return RANDOM.poisson(RANDOM.lognormal(np.log(mean), 1.5, (genes, 1)) * np.ones(samples))


@pytest.mark.parametrize("mean", [0.1, 1, 10, 300])
def test_technical_replicates_are_no_twins_however_few_their_counts(mean):
    assert find_twins(replicates(mean), NAMES) == []


def test_lanes_of_one_library_are_no_twins():
    whole = replicates(200, samples=3)
    half = RANDOM.binomial(whole, 0.5)
    assert find_twins(np.hstack([half, whole - half]), NAMES) == []


def changed(counts, how):
    other = counts.copy()
    some = RANDOM.choice(len(counts), len(counts) // 20, replace=False)
    other[some] = {"same": other[some], "scaled": other[some] * 3, "zero": 0 * some}[how]
    return other


@pytest.mark.parametrize("how", ["same", "scaled", "zero"])
def test_a_copy_is_found_also_when_some_genes_were_changed(how):
    counts = replicates(50)
    counts[:, 4] = changed(counts[:, 1], how)
    (pair,) = find_twins(counts, NAMES)
    assert (pair.first, pair.second) == ("b", "e")
    present = counts[:, [1, 4]].sum(axis=1) > 0
    assert pair.equal == (counts[present, 1] == counts[present, 4]).mean()
    logs = np.log2(counts[present][:, [1, 4]] + 1)
    assert pair.correlation == pytest.approx(stats.pearsonr(*logs.T).statistic)


def test_a_copy_with_noise_below_that_of_sampling_is_found():
    counts = replicates(300)
    counts[:, 5] = counts[:, 0] + RANDOM.integers(-1, 2, len(counts)).clip(-counts[:, 0])
    assert [(one.first, one.second) for one in find_twins(counts, NAMES)] == [("a", "f")]


def test_few_genes_make_no_twins_by_chance():
    assert find_twins(np.full((5, 2), 30), ["a", "b"]) == []
    assert find_twins(np.full((3000, 2), 1), ["a", "b"]) == []  # too few counts to tell
    assert len(find_twins(np.tile(np.arange(10, 50)[:, None], 2), ["a", "b"])) == 1


def test_the_share_that_is_near_by_chance():
    """Of Poisson counts of one mean, 0.25; a little more of few counts, which are whole numbers."""
    for mean in (10, 15, 100, 1e4):
        x, y = RANDOM.poisson(mean, (2, 200_000))
        used = x + y >= 20
        near = ((x - y) ** 2 <= NEARLY_EQUAL * (x + y))[used].mean()
        assert near < 0.3
    assert near == pytest.approx(stats.chi2.cdf(NEARLY_EQUAL, 1), abs=0.01)


def test_the_note_names_the_pairs_and_counts_the_rest():
    counts = np.tile(replicates(100)[:, :1], 6)
    note = twin_note("counts.tsv", find_twins(counts, NAMES))
    assert "'a' and 'b' (all counts are equal, correlation 1.0000)" in note
    assert "and 10 more pairs" in note
    assert twin_note("counts.tsv", []) == ""
