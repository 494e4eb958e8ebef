"""Competing risks and best cut-offs against R, and what must be true of them."""

import numpy as np
import pytest
from scipy.stats import kstest

from recurseq.clinical.survival.incidence import cumulative_incidence, gray_test
from recurseq.clinical.survival.kaplan_meier import kaplan_meier
from recurseq.clinical.survival.maxstat import (
    logrank_scores,
    pvalue_lau92,
    pvalue_lau94,
    pvalue_permutation,
    scan,
)
from support.golden import data, golden, values

STATES = {
    "mgus": ("mgus", "etime", "state", "male", (12, 60, 120, 240)),
    "pbc": ("pbc_states", "time", "status", "stage", (365, 1500, 3000)),
}


def states(case):
    name, time, state, group, times = STATES[case]
    t = data(name)
    return t[time].to_numpy(float), t[state].to_numpy(), t[group].to_numpy(), np.array(times, float)


@pytest.mark.parametrize("case", STATES)
def test_incidence_is_that_of_survfit(case):
    time, state, group, times = states(case)
    value, error = [], []
    for which in (1, 2):
        for code in np.unique(group):
            own = group == code
            at = cumulative_incidence(time[own], state[own], which).at(times)
            value += list(at["value"])
            error += list(at["se"])
    np.testing.assert_allclose(value, values(f"{case} incidence"), rtol=1e-12)
    np.testing.assert_allclose(error, values(f"{case} incidence se"), rtol=1e-9)


@pytest.mark.parametrize("which", [1, 2])
@pytest.mark.parametrize("case", STATES)
def test_gray_is_that_of_cuminc(case, which):
    time, state, group, _ = states(case)
    found, expected = gray_test(time, state, group, which), golden(f"{case} gray")
    assert found.statistic == pytest.approx(expected[f"{which} stat"], rel=1e-10)
    assert found.df == expected[f"{which} df"]
    assert found.pvalue == pytest.approx(expected[f"{which} pvalue"], rel=1e-9)


def test_incidences_and_survival_sum_to_one():
    time, state, _, times = states("mgus")
    curve = kaplan_meier(time, state > 0)
    total = sum(cumulative_incidence(time, state, which).value for which in (1, 2))
    np.testing.assert_allclose(total + curve.survival, 1, atol=1e-12)
    assert len(times)


def test_one_less_kaplan_meier_is_too_large_with_competing_deaths():
    time, state, _, _ = states("mgus")
    naive = 1 - kaplan_meier(time, state == 1).survival
    assert (cumulative_incidence(time, state, 1).value <= naive + 1e-12).all()


def test_gray_without_competing_events_has_the_level():
    random = np.random.default_rng(8)
    pvalues = []
    for _ in range(300):
        time, group = random.exponential(1, 80), random.integers(0, 2, 80)
        state = random.integers(0, 3, 80)
        pvalues.append(gray_test(time, state, group, 1).pvalue)
    assert kstest(pvalues, "uniform").pvalue > 0.001


CUTS = {
    "maxstat lung": ("lung", "age", 1, (0.1, 0.9)),
    "maxstat veteran": ("veteran", "karno", 1, (0.1, 0.9)),
    "maxstat pbc": ("pbc", "bili", 2, (0.2, 0.8)),
}


@pytest.mark.parametrize("case", CUTS)
def test_best_cut_is_that_of_maxstat(case):
    name, marker, code, within = CUTS[case]
    t = data(name)
    scores = logrank_scores(t["time"].to_numpy(float), t["status"].to_numpy() == code)
    found = scan(t[marker].to_numpy(float), scores, within)
    for method, pvalue in (("Lau92", pvalue_lau92(found, within)), ("Lau94", pvalue_lau94(found))):
        expected = golden(f"{case} {method}")
        assert found.statistic == pytest.approx(expected["statistic"], rel=1e-11)
        assert found.cut == expected["cut"]
        assert pvalue == pytest.approx(min(expected["pvalue"], 1), rel=1e-9)
    expected = golden(f"{case} scan")
    assert [float(cut) for cut in expected] == list(found.cuts)
    np.testing.assert_allclose(found.statistics, list(expected.values()), rtol=1e-9)


def test_permutation_holds_its_level_and_the_uncorrected_test_does_not():
    random = np.random.default_rng(4)
    corrected, uncorrected = [], []
    for _ in range(120):
        marker, time = random.normal(size=60), random.exponential(1, 60)
        scores = logrank_scores(time, random.random(60) < 0.7)
        found = scan(marker, scores, (0.1, 0.9))
        corrected.append(pvalue_permutation(marker, scores, (0.1, 0.9), 199, random))
        uncorrected.append(found.statistic > 1.96)
    assert np.mean(np.array(corrected) < 0.05) < 0.11
    assert np.mean(uncorrected) > 0.2


def test_permutation_agrees_with_that_of_r():
    t = data("veteran")
    scores = logrank_scores(t["time"].to_numpy(float), t["status"].to_numpy() == 1)
    marker = t["age"].to_numpy(float)
    random = np.random.default_rng(1)
    pvalue = pvalue_permutation(marker, scores, (0.1, 0.9), 9999, random)
    assert pvalue == pytest.approx(golden("maxstat permutation")["pvalue"], abs=0.02)
    assert pvalue < pvalue_lau94(scan(marker, scores, (0.1, 0.9)))  # an upper bound
