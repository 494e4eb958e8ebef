"""Logistic models against R: through the configuration, and the statistics alone."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from recurseq.clinical.binary.logistic import (
    fit_logistic,
    fit_penalised_logistic,
    separated,
)
from recurseq.clinical.model_fit import ALIASED, TOO_FEW
from recurseq.clinical.models import fit_outcome
from recurseq.clinical.setting_problems import setting_problems
from recurseq.stats.roc import areas, difference
from support.clinical_study import read_through
from support.golden import RISK, columns, data, golden, values

FOUR = ["age", "parity", "induced", "spontaneous"]
COLUMNS = {name: {"number": "n"} for name in FOUR}
OUTCOME = {"case": {"positive": ["1"], "negative": ["0"]}}


def infert():
    return data("infert", RISK).copy()


def fitted(folder, model, table=None, endpoints=None, **more_columns):
    table = (infert() if table is None else table).copy()
    table.insert(0, "patient_id", [f"P{number}" for number in range(len(table))])
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    declared = {k: v for k, v in (COLUMNS | OUTCOME | more_columns).items() if k in table}
    config = {
        "study": {"title": "x"},
        "clinical": {"path": "clinical.tsv", "columns": declared},
        "models": {"m": {"kind": "logistic", "endpoint": "case", "terms": FOUR} | model},
    } | ({"endpoints": endpoints} if endpoints else {})
    patients = read_through(folder, config)
    return fit_outcome(patients.settings.models["m"], patients)


def together(found):
    return found.terms[found.terms["model"] == "multivariable"]


def test_terms_and_summary_are_those_of_glm(tmp_path):
    found = fitted(tmp_path, {})
    terms, summary = together(found), found.summary.iloc[0]
    assert_allclose(terms["coef"], values("plain coef", RISK)[1:], rtol=1e-9)
    assert_allclose(terms["se"], values("plain se", RISK)[1:], rtol=1e-9)
    assert_allclose(terms["lrt_pvalue"], values("plain lrt", RISK), rtol=1e-8)
    assert_allclose(terms["vif"], values("plain vif", RISK), rtol=1e-8)
    assert summary["intercept"] == pytest.approx(golden("plain coef", RISK)["(Intercept)"])
    for name in ("loglik", "aic", "lrt"):
        assert summary[name] == pytest.approx(golden("plain summary", RISK)[name], rel=1e-10)
    assert summary["c_index"] == pytest.approx(golden("areas", RISK)["plain"], rel=1e-12)
    assert summary["c_se"] == pytest.approx(golden("areas se", RISK)["plain"], rel=1e-10)
    assert summary["epv"] == 83 / 4 and summary["events"] == 83  # 83 cases, 165 controls
    assert found.proportionality.empty and found.residuals.empty


def test_levels_splines_and_interactions(tmp_path):
    education = {"levels": ["0-5yrs", "6-11yrs", "12+ yrs"]}
    model = {"terms": ["education", "age"]}
    (tmp_path / "levels").mkdir()
    found = fitted(tmp_path / "levels", model, education=education)
    assert_allclose(together(found)["coef"], values("levels coef", RISK)[1:], rtol=1e-8)
    model = {
        "terms": ["age", "spontaneous", "induced"],
        "spline": {"age": 4},
        "interactions": [["spontaneous", "induced"]],
    }
    found = fitted(tmp_path, model)
    assert_allclose(together(found)["coef"], values("bent coef", RISK)[1:], rtol=1e-6)
    assert_allclose(together(found)["se"], values("bent se", RISK)[1:], rtol=1e-7)


def test_errors_robust_to_clusters(tmp_path):
    found = fitted(tmp_path, {"cluster": "stratum"})
    assert_allclose(together(found)["se"], values("cluster se", RISK)[1:], rtol=1e-8)
    assert found.summary["pvalue"].isna().all()  # no likelihood ratio among dependent patients
    wald = (together(found)["coef"] / together(found)["se"]) ** 2
    assert_allclose(together(found)["z"] ** 2, wald)


def test_a_penalty_that_was_asked_for(tmp_path):
    found = fitted(tmp_path, {"penalty": "firth"})
    assert_allclose(together(found)["coef"], values("firth coef", RISK)[1:], rtol=1e-7)
    assert_allclose(together(found)["se"], values("firth se", RISK)[1:], rtol=1e-7)
    assert found.summary["penalty"].item() == "firth" and np.isnan(found.summary["aic"].item())


def test_separated_patients_get_the_penalty_and_are_told(tmp_path):
    found = fitted(tmp_path, {"terms": ["age", "apart"]}, apart={"number": "n"})
    terms = together(found)
    assert_allclose(terms["coef"], values("apart coef", RISK)[1:], rtol=1e-6)
    assert_allclose(terms["se"], values("apart se", RISK)[1:], rtol=1e-6)
    apart, profile = terms[terms["term"] == "apart"].iloc[0], golden("apart profile", RISK)
    assert np.log(apart["lower"]) == pytest.approx(profile["lower"], rel=1e-4)
    assert np.log(apart["upper"]) == pytest.approx(profile["upper"], rel=1e-4)
    assert apart["pvalue"] == pytest.approx(profile["pvalue"], rel=1e-4)
    assert found.summary["penalty"].item() == "firth"
    told = {one.number for one in found.cautions if one.code == "near_perfect"}
    assert told == {"apart"}


def test_profile_limits_of_the_penalised_likelihood():
    table = infert()
    found = fit_penalised_logistic(
        table["case"].to_numpy(float), columns(table, "age", "spontaneous"), [[1, 2]]
    )
    limits = golden("firth spontaneous", RISK)
    assert found.lower[2] == pytest.approx(limits["lower"], rel=1e-5)
    assert found.upper[2] == pytest.approx(limits["upper"], rel=1e-5)
    assert found.pvalue[2] == pytest.approx(limits["pvalue"], rel=1e-5)
    assert np.isnan(found.lower[0]) and found.group_pvalues[0] < found.pvalue[1]


def test_weights_are_counts_in_the_likelihood():
    table = infert()
    outcome, x = table["case"].to_numpy(float), columns(table, "age", "spontaneous")
    weights = np.resize([1, 1.5, 2], len(table))
    found = fit_logistic(outcome, x, weights)
    assert_allclose(found.coefficients, values("weighted coef", RISK), rtol=1e-8)
    twice = fit_logistic(np.repeat(outcome, 2), np.repeat(x, 2, axis=0))
    doubled = fit_logistic(outcome, x, np.full(len(table), 2.0))
    assert_allclose(doubled.coefficients, twice.coefficients, rtol=1e-10)
    assert_allclose(doubled.se, twice.se, rtol=1e-9)


def test_units_change_ratios_as_they_must():
    table = infert()
    outcome, x = table["case"].to_numpy(float), columns(table, *FOUR)
    scale = np.array([1e-6, 1.0, 10.0, 1e6])
    for fit in (fit_logistic, fit_penalised_logistic):
        once, again = fit(outcome, x), fit(outcome, x * scale + 5)
        assert_allclose(again.coefficients[1:] * scale, once.coefficients[1:], rtol=1e-6)
        assert_allclose(again.se[1:] * scale, once.se[1:], rtol=1e-6)


def test_an_outcome_told_without_exception_has_no_maximum():
    """Its likelihood stops creeping once all risks are 0 or 1 in every digit."""
    random = np.random.default_rng(1)
    outcome = (random.random(100) < 0.3).astype(float)
    other = random.normal(size=100)
    for step in (1.0, 1e-3):
        assert not fit_logistic(outcome, np.column_stack([outcome, step * other])).converged
    far = np.append(random.normal(size=99), 80.0)  # one risk of 1, and a maximum all the same
    outcome = (random.random(100) < 1 / (1 + np.exp(-far))).astype(float)
    assert fit_logistic(outcome, far[:, None]).converged


def test_separation_is_seen_whatever_makes_it():
    random = np.random.default_rng(3)
    x = random.normal(size=(60, 3))
    outcome = (random.random(60) < 0.5).astype(float)
    assert not separated(outcome, x).any()
    line = (x[:, 0] + x[:, 1] > 0).astype(float)  # two columns together
    assert separated(line, x).tolist()[:2] == [True, True]
    quasi = (x[:, 2] > 0).astype(float)
    quasi[np.argsort(np.abs(x[:, 2]))[:3]] = [0, 1, 0]  # not quite: no separation
    assert not separated(quasi, x[:, 2:]).any()
    level = (random.random(60) < 0.2).astype(float)
    outcome[level == 1] = 0  # a level without the event: quasi-complete
    assert separated(outcome, np.column_stack([x[:, 0], level])).tolist() == [False, True]
    assert not fit_logistic(outcome, np.column_stack([x[:, 0], level])).converged


def test_an_endpoint_within_months_and_its_weights(tmp_path):
    """Weights of those followed long enough: robust errors, and other estimates."""
    random = np.random.default_rng(5)
    n = 400
    x = random.normal(size=n)
    time = random.exponential(20 * np.exp(-0.8 * x))
    seen = random.uniform(5, 40, n)
    table = pd.DataFrame(
        {"x": x, "months": np.minimum(time, seen), "event": (time <= seen).astype(int)}
    )
    table["case"] = 0
    endpoints = {
        "os": {"time": "months", "event": "event"},
        "early": {"of": "os", "within": 12},
        "weighted": {"of": "os", "within": 12, "too_short": "ipcw"},
    }
    ratios = {}
    for name in ("early", "weighted"):
        folder = tmp_path / name
        folder.mkdir()
        model = {"endpoint": name, "terms": ["x"]}
        found = fitted(folder, model, table, endpoints, x={"number": "sd"})
        ratios[name] = together(found)["coef"].item()
        assert found.summary["n"].item() < n
    whole = fit_logistic((time <= 12).astype(float), x[:, None]).coefficients[1]
    assert ratios["weighted"] != ratios["early"]
    assert abs(ratios["weighted"] - whole) < 0.35


def test_what_cannot_be_fitted_is_left_out_with_its_reason(tmp_path):
    table = infert()
    table["twice"] = 2 * table["age"]
    (tmp_path / "same").mkdir()
    found = fitted(tmp_path / "same", {"terms": ["age", "twice"]}, table, twice={"number": "n"})
    assert together(found)["note"].tolist()[1] == ALIASED
    few = table[(table["case"] == 0) | (table["stratum"] < 9)]
    found = fitted(tmp_path, {}, few)
    assert set(together(found)["note"]) == {TOO_FEW}
    assert any(one.code == "few_events" and one.severity == "stop" for one in found.cautions)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"strata": ["stratum"]}, "strata in a model of kind logistic"),
        ({"landmark": 3}, "landmark in a model of kind logistic"),
        ({"endpoint": "os"}, "an endpoint with times"),
        ({"endpoint": "education"}, "3 levels"),
        ({"terms": ["age", "case"]}, "what the model is to explain"),
        (
            {"kind": "cox", "endpoint": "os", "terms": ["age", "months"]},
            "'months' is what the model is to explain",
        ),
        ({"endpoint": "induced"}, "a column of the endpoint 'os'"),
    ],
)
def test_what_a_logistic_model_cannot_have_is_refused(tmp_path, model, words):
    table = infert()
    table["months"] = 1
    table.insert(0, "patient_id", [f"P{number}" for number in range(len(table))])
    table.to_csv(tmp_path / "clinical.tsv", sep="\t", index=False)
    education = {"levels": ["0-5yrs", "6-11yrs", "12+ yrs"]}
    config = {
        "study": {"title": "x"},
        "clinical": {
            "path": "clinical.tsv",
            "columns": COLUMNS | OUTCOME | {"education": education},
        },
        "endpoints": {"os": {"time": "months", "event": "induced"}},
        "models": {"m": {"kind": "logistic", "endpoint": "case", "terms": ["age"]} | model},
    }
    from recurseq.clinical.read_settings import clinical_settings
    from recurseq.study.clinical_names import clinical_sections
    from recurseq.study.defaults import with_defaults

    settings = clinical_settings(clinical_sections(with_defaults(config)))
    found = setting_problems(settings, None, has_counts=False)
    assert any(words in str(problem) for problem in found), found


def test_areas_and_their_difference_are_those_of_delong():
    table = infert()
    outcome = table["case"].to_numpy(float)
    plain = fit_logistic(outcome, columns(table, *FOUR)).probability
    small = fit_logistic(outcome, columns(table, "age", "parity")).probability
    found = areas(np.stack([plain, small]), outcome == 1)
    assert_allclose(found.value, values("areas", RISK), rtol=1e-12)
    assert_allclose(found.se, values("areas se", RISK), rtol=1e-10)
    test = difference(found, 0, 1)
    assert test.z == pytest.approx(golden("areas test", RISK)["z"], rel=1e-9)
    assert test.pvalue == pytest.approx(golden("areas test", RISK)["pvalue"], rel=1e-7)
    same = difference(areas(np.stack([plain, plain * 2]), outcome == 1), 0, 1)
    assert same.value == 0 and same.pvalue == 1
    assert np.isnan(areas(plain, outcome == 2).value[0])


def test_a_patient_alone_in_a_level_has_a_finite_penalised_ratio():
    """With one group variable, Firth's penalty adds one half to each cell."""
    alone = np.zeros(101)
    alone[0] = 1
    outcome = np.array([1.0, *([1.0] * 30), *([0.0] * 70)])
    found = fit_penalised_logistic(outcome, alone[:, None])
    assert found.converged
    assert found.coefficients[0] == pytest.approx(np.log(30.5 / 70.5), rel=1e-7)
    assert found.coefficients[1] == pytest.approx(np.log(3) - np.log(30.5 / 70.5), rel=1e-7)
