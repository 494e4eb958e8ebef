"""Areas, calibration and net benefit against R, and against what must hold of them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit, logit

from recurseq.clinical.binary.logistic import fit_logistic
from recurseq.clinical.survival.baseline import predicted_survival
from recurseq.clinical.survival.partial_likelihood import fit
from recurseq.clinical.survival.risk_sets import Subjects
from recurseq.risk import calibration, decision, discrimination
from recurseq.risk.answers import by_horizon, yes_and_no
from support.golden import RISK, columns, data, golden, values

PERFORMANCE = "performance"
FOUR = ("age", "parity", "induced", "spontaneous")


def r_values(case):
    return golden(case, PERFORMANCE)


def infert(names=FOUR):
    table = data("infert", RISK)
    return columns(table, *names), table["case"].to_numpy()


@pytest.fixture(scope="module")
def external():
    """Made in the second, fourth ... row, judged in the others."""
    x, y = infert()
    made = fit_logistic(y[1::2].astype(float), x[1::2]).coefficients
    return yes_and_no(y[::2]), expit(made[0] + x[::2] @ made[1:])


@pytest.fixture(scope="module")
def everybody():
    x, y = infert()
    return yes_and_no(y), fit_logistic(y.astype(float), x).probability


@pytest.fixture(scope="module")
def lung():
    table = data("lung", PERFORMANCE)
    x = columns(table, "age", "sex", "ph.ecog")
    time, state = table["time"].to_numpy(float), table["state"].to_numpy()
    found = fit(Subjects(time[1::2], state[1::2] == 1, x[1::2]))
    risk = 1 - predicted_survival(found, x[::2], np.array([365.0]))[:, 0]
    return by_horizon(time[::2], state[::2], 365.0), risk, x[::2] @ found.coefficients


@pytest.fixture(scope="module")
def mgus():
    table = data("mgus", PERFORMANCE)
    score = (table["mspike"] - table["hgb"] / 20).to_numpy()
    time, state = table["time"].to_numpy(float), table["state"].to_numpy()
    return by_horizon(time, state, 120.0), expit(score - 2.5), score


def test_calibration_of_yes_and_no(external):
    answers, risk = external
    wanted = r_values("external calibration")
    assert discrimination.area(answers, risk) == pytest.approx(
        r_values("external area")["estimate"], rel=1e-12
    )
    found = calibration.intercept(answers, risk)
    assert_allclose(found, [wanted["intercept"], wanted["intercept_se"]], rtol=1e-8)
    found = calibration.slope(answers, risk, logit(risk))
    assert_allclose(found, [wanted["slope"], wanted["slope_se"]], rtol=1e-8)
    assert calibration.brier(answers, risk) == pytest.approx(wanted["brier"], rel=1e-10)
    assert calibration.scaled_brier(answers, risk) == pytest.approx(wanted["scaled"], rel=1e-9)


def test_flexible_curve(external):
    found = calibration.flexible_curve(*external, np.array([0.1, 0.3, 0.6]))
    for name, case in (("value", ""), ("lower", " lower"), ("upper", " upper")):
        wanted = values(f"external curve{case}", PERFORMANCE)
        assert_allclose(getattr(found, name), wanted, rtol=1e-7)


def test_net_benefit_and_youden(everybody):
    answers, risk = everybody
    found = decision.net_benefit(answers, risk, np.array([0.1, 0.2, 0.3, 0.5]))
    assert_allclose(found.model, values("net benefit", PERFORMANCE), rtol=1e-12)
    assert_allclose(found.treat_all, values("treat all", PERFORMANCE), rtol=1e-12)
    curve = discrimination.roc_curve(answers, risk)
    best = np.argmax(curve.sensitivity + curve.specificity)
    wanted = r_values("youden")
    assert curve.sensitivity[best] == pytest.approx(wanted["sensitivity"], rel=1e-12)
    assert curve.specificity[best] == pytest.approx(wanted["specificity"], rel=1e-12)


def test_survival(lung):
    answers, risk, linear = lung
    wanted = r_values("lung")
    assert_allclose(risk[:5], values("lung risk", PERFORMANCE), rtol=1e-7)
    found = {
        "auc": discrimination.area(answers, risk),
        "brier": calibration.brier(answers, risk),
        "scaled_brier": calibration.scaled_brier(answers, risk),
        "harrell": discrimination.harrell(answers, linear).value,
        "uno": discrimination.uno(answers, linear).value,
        "slope": calibration.slope(answers, risk, linear)[0],
        "observed_expected": calibration.observed_over_expected(answers, risk)[0],
    }
    for name, value in found.items():
        assert value == pytest.approx(wanted[name], rel=1e-7), name
    thresholds = np.array([0.3, 0.45, 0.55, 0.65])
    benefit = decision.net_benefit(answers, risk, thresholds)
    assert_allclose(benefit.model, values("lung benefit", PERFORMANCE), rtol=1e-6)
    curve = calibration.flexible_curve(answers, risk, np.array([0.5]))
    assert curve.value[0] == pytest.approx(r_values("lung curve")["value"], rel=1e-6)
    assert curve.lower[0] == pytest.approx(r_values("lung curve")["lower"], rel=1e-6)


def test_competing_events(mgus):
    answers, risk, score = mgus
    wanted = r_values("mgus")
    assert discrimination.area(answers, score) == pytest.approx(wanted["auc"], rel=1e-10)
    assert calibration.brier(answers, risk) == pytest.approx(wanted["brier"], rel=1e-10)
    assert calibration.observed(answers).value == pytest.approx(wanted["incidence"], rel=1e-10)
    assert discrimination.harrell(answers, score).value == pytest.approx(wanted["harrell"])
    assert np.isnan(discrimination.uno(answers, score).value)
    benefit = decision.net_benefit(answers, risk, np.array([0.1, 0.15, 0.25]))
    assert_allclose(benefit.model, values("mgus benefit", PERFORMANCE), rtol=1e-8)


def test_without_censoring_a_horizon_is_yes_and_no():
    random = np.random.default_rng(5)
    risk = random.uniform(0.05, 0.9, 300)
    time = np.where(random.uniform(size=300) < risk, random.uniform(1, 11, 300), 13.0)
    timed = by_horizon(time, np.where(time < 12, 1, 0), 12.0)
    plain = yes_and_no(time < 12)
    thresholds = np.array([0.2, 0.5, 0.8])
    for one in (discrimination.area, calibration.brier, calibration.scaled_brier):
        assert one(timed, risk) == pytest.approx(one(plain, risk), rel=1e-12)
    assert_allclose(
        decision.net_benefit(timed, risk, thresholds).model,
        decision.net_benefit(plain, risk, thresholds).model,
        atol=1e-12,
    )
    # All are seen until the horizon when follow-up ends there for everybody.
    ended = by_horizon(np.minimum(time, 12.0), np.where(time < 12, 1, 0), 12.0)
    assert calibration.brier(ended, risk) == pytest.approx(calibration.brier(plain, risk))


def test_beyond_the_follow_up_nothing_is_said(lung):
    answers, risk, _ = lung
    late = by_horizon(answers.time, answers.state, 5000.0)
    thresholds = np.array([0.3])
    assert np.isnan(discrimination.area(late, risk))
    assert np.isnan(calibration.brier(late, risk))
    assert np.isnan(calibration.observed(late).value)
    assert np.isnan(decision.net_benefit(late, risk, thresholds).model[0])


def test_weights_count_as_copies():
    random = np.random.default_rng(8)
    risk, times = random.uniform(0.05, 0.9, 120), random.integers(1, 4, 120)
    event = random.uniform(size=120) < risk
    weighted = yes_and_no(event, times.astype(float))
    copies, long = yes_and_no(np.repeat(event, times)), np.repeat(risk, times)
    thresholds = np.array([0.2, 0.6])
    assert discrimination.area(weighted, risk) == pytest.approx(discrimination.area(copies, long))
    assert calibration.brier(weighted, risk) == pytest.approx(calibration.brier(copies, long))
    assert_allclose(calibration.intercept(weighted, risk), calibration.intercept(copies, long))
    assert_allclose(
        decision.net_benefit(weighted, risk, thresholds).model,
        decision.net_benefit(copies, long, thresholds).model,
    )


def test_what_true_risks_have_and_extreme_ones_have_not():
    random = np.random.default_rng(2)
    true = expit(random.normal(-1, 1.2, 40_000))
    answers = yes_and_no(random.uniform(size=40_000) < true)
    found, error = calibration.slope(answers, true, logit(true))
    assert abs(found - 1) < 3 * error
    found, error = calibration.intercept(answers, true)
    assert abs(found) < 3 * error
    extreme = expit(2 * logit(true) + 1)
    assert calibration.slope(answers, extreme, logit(extreme))[0] == pytest.approx(0.5, abs=0.03)
    too_high = expit(logit(true) + 1)
    assert calibration.intercept(answers, too_high)[0] == pytest.approx(-1, abs=0.05)
    curve = calibration.flexible_curve(answers, true, np.array([0.1, 0.3, 0.6]))
    assert np.all((curve.lower < curve.predicted) & (curve.predicted < curve.upper))


def test_groups_of_risk_have_their_interval_and_keep_equal_risks_together():
    risk = np.repeat([0.1, 0.2, 0.5, 0.9], 25)
    event = np.tile(np.arange(25) < 5, 4)
    group = calibration.risk_groups(risk, 10)
    assert [len(np.unique(group[risk == one])) for one in (0.1, 0.2, 0.5, 0.9)] == [1] * 4
    found = calibration.in_groups(yes_and_no(event), risk, group)
    assert [round(predicted, 10) for predicted, _, _ in found] == [0.1, 0.2, 0.5, 0.9]
    # binom.test(5, 25)$conf.int
    assert found[0][1].lower == pytest.approx(0.06831146, rel=1e-6)
    assert found[0][1].upper == pytest.approx(0.40703739, rel=1e-6)


def test_net_benefit_of_treating_all_is_known(everybody):
    answers, risk = everybody
    threshold = decision.thresholds_between(0.05, 0.5)
    assert len(threshold) == 46 and threshold[0] == 0.05 and threshold[-1] == 0.5
    share = 83 / 248
    found = decision.net_benefit(answers, np.ones(248), threshold)
    assert_allclose(found.model, share - (1 - share) * threshold / (1 - threshold))
    assert_allclose(found.avoided, 0, atol=1e-12)
    # At a threshold of one half, an avoided intervention weighs as much as a missed event.
    half = decision.net_benefit(answers, risk, np.array([0.5]))
    assert half.avoided[0] == pytest.approx(100 * (half.model[0] - half.treat_all[0]))


def test_area_and_curve_agree(everybody):
    answers, risk = everybody
    curve = discrimination.roc_curve(answers, np.round(risk, 1))  # with ties
    under = np.trapezoid(curve.sensitivity, 1 - curve.specificity)
    assert under == pytest.approx(discrimination.area(answers, np.round(risk, 1)), rel=1e-12)
    assert discrimination.area(answers, -risk) == pytest.approx(
        1 - discrimination.area(answers, risk)
    )


def test_equal_predictions_have_no_slope_and_rank_nobody(lung, mgus, external):
    for answers in (lung[0], mgus[0], external[0]):
        same = np.full(len(answers), 0.3)
        assert discrimination.area(answers, same) == pytest.approx(0.5)
        assert np.isnan(calibration.slope(answers, same, logit(same))[0])
        assert len(calibration.grid_of(same, 41)) == 0
        assert np.isnan(calibration.flexible_curve(answers, same, np.array([0.3])).value[0])
