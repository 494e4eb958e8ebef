"""Kaplan-Meier curves, medians, restricted means and log-rank tests against R."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recurseq.clinical.survival.kaplan_meier import (
    follow_up,
    kaplan_meier,
    median,
    number_at_risk,
    survival_at,
    totals_before,
)
from recurseq.clinical.survival.logrank import compare
from recurseq.clinical.survival.restricted_mean import restricted_mean
from recurseq.clinical.survival.times import aligned
from support.golden import data, golden, values

CLOSE = {"rtol": 1e-10, "atol": 1e-12}
CELLS = ["squamous", "smallcell", "adeno", "large"]
ARMS = ["Obs", "Lev", "Lev+5FU"]
CURVES = {
    "lung sex": ("lung", "sex", [1, 2], (100, 365, 700), 365),
    "veteran celltype": ("veteran", "celltype", CELLS, (30, 100, 300), 100),
    "colon rx": ("colon", "rx", ARMS, (365, 1000, 2000), 2000),
}


def groups(name, column, levels):
    table = data(name)
    for level in levels:
        own = table[table[column] == level]
        yield own["time"].to_numpy(float), own["status"].to_numpy() == 1


@pytest.mark.parametrize("interval", ["log-log", "log", "plain"])
@pytest.mark.parametrize("case", CURVES)
def test_curves_are_those_of_survfit(case, interval):
    name, column, levels, times, horizon = CURVES[case]
    label = f"{case} {interval}"
    expected = golden(label)
    parts = {p: [] for p in ("n.risk", "surv", "std.err", "lower", "upper")}
    for place, (time, event) in enumerate(groups(name, column, levels), start=1):
        curve = kaplan_meier(time, event, interval=interval)
        found = median(curve)
        area = restricted_mean(curve, horizon)
        ours = (found.value, found.lower, found.upper, area.value, area.se)
        names = ("median", "lower", "upper", "rmean", "se")
        theirs = [expected[f"{place} {what}"] for what in names]
        np.testing.assert_allclose(ours, theirs, **CLOSE)
        at = survival_at(curve, np.array(times, float))
        for part, key in zip(parts, ("at_risk", "survival", "se", "lower", "upper"), strict=True):
            parts[part] += list(at[key])
    for part, ours in parts.items():
        theirs, ours = values(f"{label} {part}"), np.array(ours)
        known = ~np.isnan(ours) & ~np.isnan(theirs)  # R carries the last value beyond the follow-up
        np.testing.assert_allclose(ours[known], theirs[known], **CLOSE)
        assert known.sum() >= len(ours) - 2


def test_delayed_entry():
    table = data("heart")
    time, event, entry = (table[c].to_numpy(float) for c in ("stop", "event", "start"))
    curve = kaplan_meier(time, event == 1, entry)
    at = survival_at(curve, np.array([30.0, 100.0, 400.0]))
    for part, key in (("n.risk", "at_risk"), ("surv", "survival"), ("std.err", "se")):
        expected = values(f"heart transplant log-log {part}")
        np.testing.assert_allclose(at[key], expected, **CLOSE)


def test_a_flat_half_gives_its_middle():
    time = np.arange(1.0, 9.0)
    found = median(kaplan_meier(time, np.isin(time, [1, 2, 3, 4, 7, 8])))
    np.testing.assert_allclose((found.value, found.lower, found.upper), values("flat median"))
    assert found.value == 5.5


def test_a_flat_end_gives_its_begin():
    time = np.arange(1.0, 7.0)
    found = median(kaplan_meier(time, time <= 3))
    np.testing.assert_allclose((found.value, found.lower, found.upper), values("flat end median"))


def test_a_median_that_is_not_reached_is_a_value():
    found = median(kaplan_meier(np.array([1.0, 2, 3, 4, 5]), np.array([1, 0, 0, 0, 0])))
    assert not found.reached and np.isnan(found.value)


def test_follow_up_is_the_reverse_curve():
    table = data("lung")
    found = follow_up(table["time"].to_numpy(float), table["status"].to_numpy() == 1)
    np.testing.assert_allclose((found.value, found.lower, found.upper), values("lung follow-up"))


def test_beyond_the_last_follow_up_nothing_is_known():
    curve = kaplan_meier(np.array([1.0, 2, 3]), np.array([True, False, False]))
    assert np.isnan(survival_at(curve, [4.0])["survival"][0])
    assert np.isnan(restricted_mean(curve, 4.0).value)
    gone = kaplan_meier(np.array([1.0, 2, 3]), np.array([True, True, True]))
    assert survival_at(gone, [4.0])["survival"][0] == 0
    assert restricted_mean(gone, 4.0).value == pytest.approx(2.0)


@given(
    st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=40),
    st.integers(0, 10),
)
def test_everybody_is_counted_once(patients, at):
    time, event = (np.array(x) for x in zip(*patients, strict=True))
    counts = kaplan_meier(time.astype(float), event).counts
    events, censored = totals_before(counts, np.array([at]))
    assert number_at_risk(counts, np.array([at]))[0] + events[0] + censored[0] == len(patients)


@given(st.lists(st.floats(0.1, 50), min_size=1, max_size=30))
def test_without_censoring_the_curve_counts(times):
    time = np.array(times)
    curve = kaplan_meier(time, np.ones(len(time), bool))
    share = [(time > t).mean() for t in curve.time]
    np.testing.assert_allclose(curve.survival, share, atol=1e-12)
    assert restricted_mean(curve, curve.last).value == pytest.approx(time.mean())


def codes(table, column, levels):
    return np.array([levels.index(value) for value in table[column]])


LOGRANK = {
    "logrank lung": ("lung", "sex", [1, 2], None, 0),
    "fh10 lung": ("lung", "sex", [1, 2], None, 1),
    "stratified lung": ("lung", "sex", [1, 2], "ph.ecog", 0),
    "logrank veteran": ("veteran", "celltype", CELLS, None, 0),
    "fh10 veteran": ("veteran", "celltype", CELLS, None, 1),
    "logrank colon": ("colon", "rx", ARMS, None, 0),
    "stratified colon": ("colon", "rx", ARMS, "node4", 0),
    "logrank pbc": ("pbc", "stage", [1, 2, 3, 4], None, 0),
}


def comparison(name, column, levels, strata=None, rho=0):
    table = data(name)
    event = table["status"].to_numpy() == (2 if name == "pbc" else 1)
    by = None if strata is None else table[strata].to_numpy()
    return compare(table["time"].to_numpy(float), event, codes(table, column, levels), by, rho=rho)


@pytest.mark.parametrize("case", LOGRANK)
def test_logrank_is_survdiff(case):
    test, expected = comparison(*LOGRANK[case]).test(), golden(case)
    assert test.statistic == pytest.approx(expected["chisq"], rel=1e-10)
    if "pvalue" in expected:
        assert (test.df, test.pvalue) == (
            expected["df"],
            pytest.approx(expected["pvalue"], rel=1e-9),
        )


@pytest.mark.parametrize("case", ["veteran", "pbc"])
def test_trend_over_groups(case):
    test = comparison(*LOGRANK[f"logrank {case}"]).trend(np.arange(1, 5))
    assert test.statistic == pytest.approx(golden(f"trend {case}")["chisq"], rel=1e-10)


def test_the_order_of_patients_and_groups_does_not_matter():
    table = data("veteran").sample(frac=1, random_state=3)
    reversed_levels = CELLS[::-1]
    test = compare(
        table["time"].to_numpy(float),
        table["status"].to_numpy() == 1,
        codes(table, "celltype", reversed_levels),
    ).test()
    assert test.statistic == pytest.approx(golden("logrank veteran")["chisq"], rel=1e-10)


def test_one_group_has_nothing_to_compare():
    test = compare(np.arange(1.0, 5), np.ones(4, bool), np.zeros(4, int)).test()
    assert np.isnan(test.pvalue)


def test_times_that_differ_by_rounding_are_tied():
    time = aligned(np.array([12.4 - 2, 10.4, np.nan, 3.0]))
    assert time[0] == time[1] and np.isnan(time[2]) and time[3] == 3.0
    assert len(np.unique(aligned(np.array([1.0, 1.001, 1.002])))) == 3
