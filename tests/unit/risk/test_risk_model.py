"""Risks and their intervals against R: through the configuration, and back from the file."""

import json

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from recurseq.risk.risk_model import RiskModel, write_model
from support.golden import RISK, data, values
from support.risk_models import infert_model, lung, lung_model, made
from support.risk_study import study_config

NOMOGRAM = "nomogram"
ASKED = [0, 39, 119, 199]  # rows that R was asked about


def of_r(case):
    return values(case, NOMOGRAM)


def same_as_glm(model, case):
    asked = data("infert", RISK).iloc[ASKED]
    columns = model.columns(asked)
    assert_allclose(model.linear_predictor(columns), of_r(f"{case} linear"), rtol=1e-7)
    assert_allclose(model.risk(asked), of_r(f"{case} risk"), rtol=1e-7)
    lower, upper = model.interval(columns)
    assert_allclose(lower, of_r(f"{case} lower"), rtol=1e-6)
    assert_allclose(upper, of_r(f"{case} upper"), rtol=1e-6)


def test_a_logistic_risk_and_its_interval_are_those_of_predict_glm(tmp_path):
    model = infert_model(tmp_path)
    same_as_glm(model, "plain")
    assert (model.n, model.events, model.penalty) == (248, 83, "none")
    assert model.ranges["age"] == (21, 44) and model.variables[0] == "age"


def test_splines_levels_scales_and_interactions(tmp_path):
    model = infert_model(
        tmp_path,
        {
            "terms": ["age", "parity", "education", "spontaneous"],
            "spline": {"age": 4},
            "interactions": [["education", "spontaneous"]],
        },
        parity={"number": "n", "transform": "log2"},
    )
    same_as_glm(model, "bent")
    assert model.ranges["education"] == ("0-5yrs", "6-11yrs", "12+ yrs")
    assert model.variables == ("age", "parity", "education", "spontaneous")


def test_a_file_gives_back_every_digit(tmp_path):
    terms = {"terms": ["age", "education"], "spline": {"age": 3}}
    models = [infert_model(tmp_path, terms), lung_model(tmp_path, 12)]
    asked = [data("infert", RISK), lung()]
    for model, frame in zip(models, asked, strict=True):
        write_model(model, tmp_path / "model.json")
        again = RiskModel.read(tmp_path / "model.json")
        assert again.rules == model.rules and again.ranges == model.ranges
        for way in (model, again):
            columns = way.columns(frame)
            told = np.array([way.risk(frame), *way.interval(columns)])
            if way is model:
                first = told
        assert (told == first).all()
        plain = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
        assert not any("patient" in key for key in plain)


@pytest.mark.parametrize("horizon", [6, 12, 24])
def test_a_cox_risk_at_a_horizon_is_that_of_survfit(tmp_path, horizon):
    model = lung_model(tmp_path, horizon)
    asked = lung().iloc[[0, 29, 89, 179]]
    columns = model.columns(asked)
    assert_allclose(model.linear_predictor(columns), of_r("cox linear"), atol=1e-8)
    assert_allclose(model.risk(asked), of_r(f"cox risk {horizon}"), rtol=1e-8)
    lower, upper = model.interval(columns)
    assert_allclose(lower, of_r(f"cox lower {horizon}"), rtol=1e-7)
    assert_allclose(upper, of_r(f"cox upper {horizon}"), rtol=1e-7)


def finegray(tmp_path, horizon):
    table = data("mgus").assign(
        state=lambda t: t["state"].map({0: "none", 1: "pcm", 2: "death"}),
        start="2000-01-01",
    )
    # States are dated: whole days after the origin, as many as the data set has months.
    days = pd.to_datetime("2000-01-01") + pd.to_timedelta(table["etime"], unit="D")
    texts = days.dt.strftime("%Y-%m-%d")
    for state in ("pcm", "death"):
        table[state] = texts.where(table["state"] == state, "")
    table["seen"] = texts
    config = study_config(
        table[["start", "pcm", "death", "seen", "age", "hgb"]],
        tmp_path,
        {"age": {"number": "years"}, "hgb": {"number": "g"}},
        {"m": {"kind": "finegray", "endpoint": "p", "state": "pcm", "terms": ["age", "hgb"]}},
        {"r": {"model": "m", "horizon": (horizon + 0.5) / 30.4375}},
        endpoints={
            "p": {"start": "start", "states": {"pcm": "pcm", "death": "death"}, "last_seen": "seen"}
        },
    )
    return made(tmp_path, config), table


@pytest.mark.parametrize("horizon", [60, 120, 240])
def test_a_risk_of_fine_and_gray_is_that_of_cmprsk(tmp_path, horizon):
    model, table = finegray(tmp_path, horizon)
    asked = table.iloc[[0, 49, 499, 899]]
    assert_allclose(model.risk(asked), of_r(f"finegray risk {horizon}"), rtol=1e-6)
    lower, upper = model.interval(model.columns(asked))
    # Of survival::finegray, which estimates the censoring otherwise.
    assert_allclose(lower, of_r(f"finegray lower {horizon}"), rtol=5e-3)
    assert_allclose(upper, of_r(f"finegray upper {horizon}"), rtol=5e-3)


def test_levels_that_were_not_there_have_no_risk(tmp_path):
    model = infert_model(tmp_path, {"terms": ["age", "education"]})
    asked = pd.DataFrame({"age": [30.0, 30.0], "education": ["12+ yrs", "unheard of"]})
    risk = model.risk(asked)
    assert np.isfinite(risk[0]) and np.isnan(risk[1])


def test_a_column_that_others_tell_has_no_part(tmp_path):
    model = infert_model(tmp_path, {"terms": ["age", "twice"]},
                         twice={"number": "n", "from": "age"})  # fmt: skip
    assert model.coefficients[1] == 0 and (model.covariance[2] == 0).all()


def test_without_any_term_that_enters_everybody_has_the_same_risk(tmp_path):
    chosen = {"terms": ["age", "education"], "entry": {"p": 1e-6}}
    model = infert_model(tmp_path, chosen)
    assert model.variables == ()
    assert_allclose(model.risk(data("infert", RISK)), 83 / 248, rtol=1e-9)
    model = lung_model(tmp_path, 12, ("age",), entry={"p": 1e-6})
    risk = model.risk(lung())
    assert len(risk) == len(lung()) and np.ptp(risk) == 0
    lower, upper = model.interval(model.columns(lung()))
    assert (lower < risk).all() and (risk < upper).all()


def test_patients_are_separated_and_still_have_risks(tmp_path):
    model = infert_model(tmp_path, {"terms": ["age", "apart"]}, apart={"number": "n"})
    assert model.penalty == "firth"
    assert_allclose([model.intercept, *model.coefficients], values("apart coef", RISK), rtol=1e-6)
    assert_allclose(np.sqrt(np.diag(model.covariance)), values("apart se", RISK), rtol=1e-6)
