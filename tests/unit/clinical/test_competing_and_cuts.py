"""Competing risks and best cut-offs against R, and what must be true of them."""

import numpy as np
import pytest
from scipy.stats import kstest

from recurseq.clinical.survival.incidence import cumulative_incidence, gray_test
from recurseq.clinical.survival.kaplan_meier import kaplan_meier
from recurseq.clinical.survival.maxstat import (
    Search,
    affordable,
    pvalue_lau92,
    pvalue_lau94,
    pvalue_permutation,
)
from recurseq.clinical.survival.partial_likelihood import fit
from recurseq.clinical.survival.risk_sets import Subjects
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


def searched(name, marker, code, within):
    t = data(name)
    event = t["status"].to_numpy() == code
    return Search(t[marker].to_numpy(float), t["time"].to_numpy(float), event, within)


@pytest.mark.parametrize("case", CUTS)
def test_best_cut_is_that_of_maxstat(case):
    within = CUTS[case][3]
    search = searched(*CUTS[case])
    found = search.scan(search.scores())
    for method, pvalue in (("Lau92", pvalue_lau92(found, within)), ("Lau94", pvalue_lau94(found))):
        expected = golden(f"{case} {method}")
        assert found.statistic == pytest.approx(expected["statistic"], rel=1e-11)
        assert found.cut == expected["cut"]
        assert pvalue == pytest.approx(min(expected["pvalue"], 1), rel=1e-9)
    expected = golden(f"{case} scan")
    assert [float(cut) for cut in expected] == list(found.cuts)
    np.testing.assert_allclose(found.statistics, list(expected.values()), rtol=1e-9)


def test_a_resample_by_counts_is_one_by_rows():
    search = searched(*CUTS["maxstat lung"])
    random = np.random.default_rng(2)
    size = len(search.event)
    t = data("lung")
    for _ in range(20):
        rows = random.integers(0, size, size)
        times = np.bincount(rows, minlength=size).astype(float)
        event = t["status"].to_numpy()[rows] == 1
        again = Search(
            t["age"].to_numpy(float)[rows], t["time"].to_numpy(float)[rows], event, (0.1, 0.9)
        )
        one, other = search.scan(search.scores(times), times), again.scan(again.scores())
        np.testing.assert_allclose(one.statistics, other.statistics, rtol=1e-9)
        assert list(one.cuts) == list(other.cuts)
        above = search.marker > one.cut
        assert search.log_ratio(above, times) == pytest.approx(again.log_ratio(above[rows]))


def test_the_one_step_ratio_is_close_to_that_of_cox():
    search = searched(*CUTS["maxstat veteran"])
    above = search.marker > 60
    t = data("veteran")
    x = above.astype(float)[:, None]
    model = fit(Subjects(t["time"].to_numpy(float), t["status"].to_numpy() == 1, x))
    assert search.log_ratio(above) == pytest.approx(model.coefficients[0], abs=0.1)


def test_permutation_holds_its_level_and_the_uncorrected_test_does_not():
    random = np.random.default_rng(4)
    corrected, uncorrected = [], []
    for _ in range(120):
        marker, time = random.normal(size=60), random.exponential(1, 60)
        search = Search(marker, time, random.random(60) < 0.7, (0.1, 0.9))
        scores = search.scores()
        corrected.append(pvalue_permutation(search, scores, 199, random))
        uncorrected.append(search.scan(scores).statistic > 1.96)
    assert np.mean(np.array(corrected) < 0.05) < 0.11
    assert np.mean(uncorrected) > 0.2


def test_permutation_agrees_with_that_of_r():
    search = searched("veteran", "age", 1, (0.1, 0.9))
    scores = search.scores()
    pvalue = pvalue_permutation(search, scores, 9999, np.random.default_rng(1))
    assert pvalue == pytest.approx(golden("maxstat permutation")["pvalue"], abs=0.02)
    assert pvalue < pvalue_lau94(search.scan(scores))  # an upper bound


def test_very_many_patients_get_fewer_permutations():
    assert affordable(9999, 200) == 9999
    assert affordable(9999, 20_000) == 2000
    assert affordable(9999, 10**7) == 999
