"""Partial likelihood, proportionality, concordance, Firth and Fine-Gray against R."""

import numpy as np
import pytest

from recurseq.clinical.survival.baseline import baseline_hazard, predicted_survival
from recurseq.clinical.survival.concordance import concordance, uno_concordance
from recurseq.clinical.survival.episodes import cut_at
from recurseq.clinical.survival.fine_gray import fit_subdistribution
from recurseq.clinical.survival.firth import fit_penalised
from recurseq.clinical.survival.partial_likelihood import fit
from recurseq.clinical.survival.proportionality import TRANSFORMS, proportionality
from recurseq.clinical.survival.residuals import (
    robust_covariance,
    scaled_schoenfeld,
    schoenfeld,
    score_residuals,
)
from recurseq.clinical.survival.risk_sets import BRESLOW, Subjects
from recurseq.clinical.survival.splines import restricted_cubic
from support.golden import columns, data, dummies, golden, values

COEF = {"rtol": 3e-9, "atol": 1e-12}


def lung(*names, strata=None):
    t = data("lung")
    by = None if strata is None else t[strata].to_numpy()
    event = t["status"].to_numpy() == 1
    return Subjects(t["time"].to_numpy(float), event, columns(t, *names), strata=by)


def veteran(x, weights=False):
    t = data("veteran")
    w = t["w"].to_numpy() if weights else None
    return Subjects(t["time"].to_numpy(float), t["status"].to_numpy() == 1, x, weights=w)


def veteran_model():
    t = data("veteran")
    cells = dummies(t["celltype"], "smallcell", "adeno", "large")
    x = np.hstack([columns(t, "trt"), cells, columns(t, "karno", "age")])
    return veteran(x), {"trt": [0], "celltype": [1, 2, 3], "karno": [4], "age": [5]}


def colon_model():
    t = data("colon")
    x = np.hstack([dummies(t["rx"], "Lev", "Lev+5FU"), columns(t, "nodes", "age")])
    subjects = Subjects(t["time"].to_numpy(float), t["status"].to_numpy() == 1, x)
    return subjects, {"rx": [0, 1], "nodes": [2], "age": [3]}


def colon_interaction():
    t = data("colon")
    arms, node4 = dummies(t["rx"], "Lev", "Lev+5FU"), columns(t, "node4")
    x = np.hstack([arms, node4, columns(t, "age"), arms * node4])
    subjects = Subjects(t["time"].to_numpy(float), t["status"].to_numpy() == 1, x)
    return subjects, {}


def bladder():
    t = data("bladder")
    subjects = Subjects(
        t["stop"].to_numpy(float),
        t["event"].to_numpy() == 1,
        columns(t, "rx", "size", "number"),
        entry=t["start"].to_numpy(float),
        strata=t["enum"].to_numpy(),
    )
    return subjects, {"rx": [0], "size": [1], "number": [2]}


def heart():
    t = data("heart")
    names = ("age", "year", "surgery", "transplant")
    stop, start = t["stop"].to_numpy(float), t["start"].to_numpy(float)
    subjects = Subjects(stop, t["event"].to_numpy() == 1, columns(t, *names), entry=start)
    return subjects, {name: [place] for place, name in enumerate(names)}


def pbc():
    t = data("pbc").assign(bili=lambda t: np.log(t["bili"]))
    x = columns(t, "age", "edema", "bili", "albumin")
    subjects = Subjects(t["time"].to_numpy(float), t["status"].to_numpy() == 2, x)
    return subjects, {"age": [0], "edema": [1], "log(bili)": [2], "albumin": [3]}


MODELS = {
    "lung efron": lambda: (lung("age", "sex", "ph.ecog"), {"age": [0], "sex": [1], "ph.ecog": [2]}),
    "lung strata": lambda: (lung("age", "wt.loss", strata="sex"), {"age": [0], "wt.loss": [1]}),
    "veteran": veteran_model,
    "colon cluster": colon_model,
    "colon interaction": colon_interaction,
    "bladder": bladder,
    "heart": heart,
    "pbc": pbc,
}


@pytest.mark.parametrize("case", MODELS)
def test_coefficients_are_those_of_coxph(case):
    subjects, _ = MODELS[case]()
    found = fit(subjects)
    assert found.converged
    np.testing.assert_allclose(found.coefficients, values(f"{case} coef"), **COEF)
    np.testing.assert_allclose(found.se, values(f"{case} se"), rtol=3e-9)
    loglik = (found.loglik_null, found.loglik)
    np.testing.assert_allclose(loglik, values(f"{case} loglik"), rtol=1e-12)


def test_breslow_ties():
    found = fit(lung("age", "sex", "ph.ecog"), BRESLOW)
    np.testing.assert_allclose(found.coefficients, values("lung breslow coef"), **COEF)
    np.testing.assert_allclose(found.loglik, golden("lung breslow loglik")["model"], rtol=1e-12)


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("case", [name for name in MODELS if name != "colon interaction"])
def test_proportionality_is_cox_zph(case, transform):
    subjects, terms = MODELS[case]()
    expected = golden(f"{case} zph {transform}")
    for test in proportionality(fit(subjects), terms, transform):
        assert test.statistic == pytest.approx(expected[f"{test.term} chisq"], rel=1e-8)
        assert test.df == expected[f"{test.term} df"]
        assert test.pvalue == pytest.approx(expected[f"{test.term} p"], rel=1e-7)


@pytest.mark.parametrize("case", MODELS)
def test_concordance_and_its_error(case):
    subjects, _ = MODELS[case]()
    model = fit(subjects)
    found, expected = concordance(subjects, model.linear_predictor), golden(f"{case} concordance")
    assert found.value == pytest.approx(expected["value"], rel=1e-12)
    if case not in ("bladder", "colon cluster", "heart"):
        assert found.se == pytest.approx(expected["se"], rel=1e-9)


def test_sorted_and_plain_counting_of_pairs_agree():
    random = np.random.default_rng(7)
    n = 1500  # more than one stretch of the list
    time = random.integers(1, 200, n).astype(float)
    event, score = random.random(n) < 0.6, random.integers(0, 40, n).astype(float)
    weights = random.uniform(0.5, 2, n)
    fast = Subjects(time, event, np.zeros((n, 0)), weights=weights)
    plain = Subjects(time, event, np.zeros((n, 0)), entry=np.zeros(n), weights=weights)
    one, other = concordance(fast, score), concordance(plain, score)
    assert one.value == pytest.approx(other.value, rel=1e-12)
    assert one.se == pytest.approx(other.se, rel=1e-10)


def test_uno_concordance():
    subjects = lung("age", "sex", "ph.ecog")
    found = uno_concordance(subjects, fit(subjects).linear_predictor)
    assert found.value == pytest.approx(values("lung uno")[0], rel=1e-12)


def test_robust_errors():
    t = data("colon")
    model = fit(colon_model()[0])
    errors = np.sqrt(np.diag(robust_covariance(model, t["differ"].to_numpy())))
    np.testing.assert_allclose(errors, values("colon cluster robust"), rtol=1e-9)
    model = fit(bladder()[0])
    errors = np.sqrt(np.diag(robust_covariance(model, data("bladder")["id"].to_numpy())))
    np.testing.assert_allclose(errors, values("bladder robust"), rtol=1e-9)


def test_weights():
    subjects = veteran(columns(data("veteran"), "trt", "karno"), weights=True)
    model = fit(subjects)
    np.testing.assert_allclose(model.coefficients, values("veteran weights coef"), **COEF)
    errors = np.sqrt(np.diag(robust_covariance(model, np.arange(len(subjects)))))
    np.testing.assert_allclose(errors, values("veteran weights robust"), rtol=1e-9)
    tests = proportionality(model, {"trt": [0], "karno": [1]})
    statistics = [test.statistic for test in tests]
    np.testing.assert_allclose(statistics, values("veteran weights zph"), rtol=1e-8)


def test_residuals():
    subjects = lung("age", "sex", "ph.ecog")
    model = fit(subjects)
    score = score_residuals(model)
    np.testing.assert_allclose(score.sum(axis=0), 0, atol=1e-7)
    np.testing.assert_allclose(np.abs(score).sum(axis=0), values("lung score residuals"), rtol=1e-9)
    for name, found in (("", schoenfeld(model)), ("scaled ", scaled_schoenfeld(model))):
        sums = np.abs(found[1]).sum(axis=0)
        np.testing.assert_allclose(sums, values(f"lung {name}schoenfeld"), rtol=1e-8)


def test_baseline_and_predictions():
    model = fit(lung("age", "sex", "ph.ecog"))
    times, hazard = baseline_hazard(model)
    expected = golden("lung baseline")
    assert list(times) == [float(time) for time in expected]
    np.testing.assert_allclose(hazard, list(expected.values()), rtol=1e-9)
    new = np.array([[50.0, 1, 0], [70, 2, 2]])
    survival = predicted_survival(model, new, np.array([100.0, 365, 700]))
    np.testing.assert_allclose(survival.ravel(), values("lung predicted"), rtol=1e-9)


def test_a_landmark_is_a_model_of_those_left():
    t = data("veteran").query("time > 60")
    x = columns(t, "trt", "karno")
    model = fit(Subjects(t["time"].to_numpy(float) - 60, t["status"].to_numpy() == 1, x))
    np.testing.assert_allclose(model.coefficients, values("veteran landmark"), **COEF)


def test_cutting_follow_up_changes_nothing():
    t = data("veteran")
    time, event = t["time"].to_numpy(float), t["status"].to_numpy() == 1
    pieces = cut_at(time, event, [np.full(len(t), 50.0), t["age"].to_numpy(float)])
    assert pieces.event.sum() == event.sum()
    x = columns(t, "trt", "karno")
    whole = fit(Subjects(time, event, x))
    cut = fit(Subjects(pieces.time, pieces.event, x[pieces.row], entry=pieces.entry))
    np.testing.assert_allclose(cut.coefficients, whole.coefficients, rtol=1e-8)
    np.testing.assert_allclose(cut.loglik, whole.loglik, rtol=1e-10)


def test_a_change_counts_after_its_time():
    pieces = cut_at(np.array([10.0, 10, 4]), np.array([1, 0, 1]), [np.array([4.0, np.nan, 4])])
    assert pieces.row.tolist() == [0, 0, 1, 2]
    assert pieces.entry.tolist() == [0, 4, 0, 0]
    assert pieces.time.tolist() == [4, 10, 10, 4]
    changed = pieces.has_changed(np.array([4.0, np.nan, 4]))
    assert changed.tolist() == [False, True, False, False]


def test_relabelled_strata_and_scaled_times_give_the_same_model():
    subjects = lung("age", "wt.loss", strata="sex")
    one = fit(subjects)
    other = fit(
        Subjects(
            subjects.time * 7.5, subjects.event, subjects.covariates, strata=3 - subjects.strata
        )
    )
    np.testing.assert_allclose(other.coefficients, one.coefficients, rtol=1e-9)


def test_a_level_without_events_does_not_converge():
    t = data("ovarian")
    x = columns(t, "spared", "age")
    model = fit(Subjects(t["futime"].to_numpy(float), t["fustat"].to_numpy() == 1, x))
    assert not model.converged


def test_firth_is_the_penalised_maximum():
    t = data("ovarian")
    x = columns(t, "spared", "age")
    found = fit_penalised(Subjects(t["futime"].to_numpy(float), t["fustat"].to_numpy() == 1, x))
    assert found.converged
    np.testing.assert_allclose(found.coefficients, values("firth ovarian coef"), rtol=2e-6)
    gain = np.diff(values("firth ovarian loglik"))[0]
    # Scaling the covariates shifts the penalty by a constant, which the difference does not have.
    assert found.loglik - found.loglik_null == pytest.approx(gain, rel=1e-9)
    np.testing.assert_allclose(
        (found.lower[0], found.upper[0]), values("firth ovarian limits"), rtol=1e-6
    )
    assert found.pvalue[0] == pytest.approx(values("firth ovarian pvalue")[0], rel=1e-6)


@pytest.mark.parametrize(
    ("case", "name", "covariates", "tolerance"),
    [
        ("mgus finegray", "mgus", ("age", "mspike", "male"), 1e-8),
        ("pbc finegray", "pbc_states", ("age", "albumin"), 1e-8),
    ],
)
def test_fine_gray_is_crr(case, name, covariates, tolerance):
    t = data(name)
    time, state = (t["etime"], t["state"]) if "etime" in t else (t["time"], t["status"])
    model, covariance = fit_subdistribution(
        time.to_numpy(float), state.to_numpy(), columns(t, *covariates), 1
    )
    expected = golden(case)
    theirs = [expected[one] for one in covariates]
    np.testing.assert_allclose(model.coefficients, theirs, rtol=tolerance)
    errors = [expected[f"se {one}"] for one in covariates]
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), errors, rtol=tolerance)
    if "null" in expected:
        loglik = (model.loglik_null, model.loglik)
        np.testing.assert_allclose(loglik, (expected["null"], expected["model"]), rtol=1e-12)


def test_restricted_cubic_spline():
    found = restricted_cubic(np.array([30.0, 45, 55, 62, 75, 90]), np.array([40.0, 60, 80]))
    np.testing.assert_allclose(found.T.ravel(), values("spline"), rtol=1e-12)


def test_a_spline_is_straight_beyond_its_knots():
    x = np.array([90.0, 100, 110, 120])
    bend = restricted_cubic(x, np.array([40.0, 50, 60, 80]))[:, 1:]
    np.testing.assert_allclose(np.diff(bend, 2, axis=0), 0, atol=1e-9)
