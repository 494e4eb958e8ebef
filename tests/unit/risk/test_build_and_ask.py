"""A risk model is withheld where it must be, and answers only where it knows patients."""

import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.risk.asking import answer, read_values
from recurseq.risk.build import build
from recurseq.risk.risk_model import write_model
from support.command_study import recurseq
from support.golden import RISK, data, values
from support.risk_models import (
    INFERT,
    PLAIN,
    infert_config,
    infert_model,
    lung,
    lung_model,
    recipe_of,
)
from support.risk_study import study_config

WOMAN = {"age": "26", "parity": "6", "induced": "1", "spontaneous": "2"}  # first row of infert


def told(built):
    return {(one.code, one.severity) for one in built.cautions}


def built(folder, model=None, risk=None, **columns):
    return build(recipe_of(folder, infert_config(folder, model, risk, **columns)))


def test_a_model_is_built_with_what_stands_against_it(tmp_path):
    found = built(tmp_path, risk={"axes": {"age": [20, 44]}})
    assert told(found) == {("extrapolation", "warn")} and found.model is not None
    assert (found.model.dropped, found.model.parameters) == (0, 4)
    found = built(tmp_path, {"entry": {"p": 0.1}})
    assert len(found.model.rules) < found.model.parameters == 4  # all that could have entered
    assert ("selected_by_p", "warn") in told(found)
    assert built(tmp_path, {"cluster": "education"}).cautions[0].code == "few_centres"
    assert not found.model.simulated
    recipe = recipe_of(tmp_path, infert_config(tmp_path))
    assert build(recipe, simulated=True).model.simulated


def test_few_events_leave_the_model_out_unless_it_is_penalised(tmp_path):
    table = data("infert", RISK)
    table = table[(table["case"] == 0) | (table["stratum"] < 13)]  # 12 cases for 4 parameters
    for penalty, made in (("none", False), ("auto", True), ("firth", True)):
        config = study_config(table, tmp_path, INFERT, {"m": PLAIN | {"penalty": penalty}},
                              {"r": {"model": "m"}})  # fmt: skip
        found = build(recipe_of(tmp_path, config))
        assert (found.model is not None) is made
        assert ("few_events", "warn" if made else "stop") in told(found)
        assert not made or found.model.penalty == "firth"


def test_no_risk_beyond_follow_up_or_before_the_first_event(tmp_path):
    table = lung()[["months", "status", "age"]]
    for horizon, code in ((400, "extrapolation"), (0.1, "level_without_events")):
        config = study_config(
            table, tmp_path, {"age": {"number": "years"}},
            {"m": {"kind": "cox", "endpoint": "os", "terms": ["age"]}},
            {"r": {"model": "m", "horizon": horizon}},
            endpoints={"os": {"time": "months", "event": "status"}},
        )  # fmt: skip
        found = build(recipe_of(tmp_path, config))
        assert found.model is None and (code, "stop") in told(found)


def test_patients_chosen_by_their_outcome_have_no_risks(tmp_path):
    config = infert_config(tmp_path)
    config["cohorts"] = {"chosen": {"stratum": [">0"]}}
    config["clinical"]["outcome_selected"] = ["chosen"]
    found = build(recipe_of(tmp_path, config))
    assert found.model is None and ("outcome_selected", "stop") in told(found)


def test_the_answer_is_that_of_r(tmp_path):
    model = infert_model(tmp_path)
    found = answer(model, read_values(model, WOMAN))
    for part in ("linear", "risk", "lower", "upper"):
        r = values(f"plain {part}", "nomogram")[0]
        assert getattr(found, part) == pytest.approx(r, rel=1e-6)
    assert found.points == pytest.approx(sum(points for _, points, _ in found.parts))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"age": "20.9"}, "outside the patients .*\n.*allowed: 21 to 44 years"),
        ({"age": "44.0001"}, "outside"),
        ({"age": "nan"}, "outside"),
        ({"age": "inf"}, "outside"),
        ({"age": "30,5"}, "is no number(.|\n)*decimal point"),
        ({"age": None}, "without age there is no risk"),
        ({"weight": "70"}, "weight: is no variable of r"),
        ({"Age": "30"}, "did you mean 'age'"),
        ({"education": "none"}, "'none' is no known level\n.*'0-5yrs', '6-11yrs', '12.* yrs'"),
    ],
)
def test_what_the_model_does_not_know_is_refused(tmp_path, changes, words):
    model = infert_model(tmp_path, {"terms": [*WOMAN, "education"]})
    asked = WOMAN | {"education": "6-11yrs"} | changes
    with pytest.raises(InputError, match=words):
        read_values(model, {name: text for name, text in asked.items() if text is not None})


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    model = infert_model(tmp_path)
    with pytest.raises(InputError, match="4 problems"):
        read_values(model, {"age": "5", "parity": "x", "weight": "1"})


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    (folder / "results" / "risk" / "r").mkdir(parents=True)
    (folder / "config.yaml").write_text("study: {title: x}\n")
    write_model(infert_model(tmp_path), folder / "results/risk/r/model.json")
    return folder


def test_predict_reads_the_model_alone(study):
    asked = [f"{name}={text}" for name, text in WOMAN.items()]
    ended = recurseq("predict", study, *asked)
    assert ended.exit_code == 0, ended.output
    cells = {line.rsplit(maxsplit=2)[0].strip(): line.split() for line in ended.output.splitlines()
             if line.startswith(("risk", "lower", "upper"))}  # fmt: skip
    for part in ("risk", "lower", "upper"):
        r = values(f"plain {part}", "nomogram")[0]
        assert float(cells[part][1]) == pytest.approx(r, rel=1e-6)
        assert cells[part][2] == f"{r:.1%}"
    assert "-0.68233238" in ended.output and "248 patients and 83 events" in ended.output
    assert recurseq("predict", study, "--risk", "r", *asked).output == ended.output


def test_predict_says_what_it_needs_and_what_it_refuses(study, tmp_path):
    ended = recurseq("predict", study)
    assert ended.exit_code == 0 and "21 to 44 years" in ended.output
    for arguments, words in (
        (["age=50"], "outside"),
        (["age"], "no value"),
        (["age=30", "age=31"], "given twice"),
        (["--risk", "../r"], "'../r' is no risk model"),
        (["--risk", "R"], "did you mean 'r'"),
    ):
        ended = recurseq("predict", study, *arguments)
        assert ended.exit_code == 1 and words in ended.output, ended.output
    lung_there = study / "results/risk/lung"
    lung_there.mkdir()
    write_model(lung_model(tmp_path, 12), lung_there / "model.json")
    assert "which risk model is not said" in recurseq("predict", study).output
    ended = recurseq("predict", study, "--risk", "lung", "age=60", "sex=1", "ecog=1")
    assert "within 12 months" in ended.output and ended.exit_code == 0
    write_model(None, lung_there / "model.json")
    assert "could not be made" in recurseq("predict", study, "--risk", "lung").output


def test_answers_are_those_of_the_table_of_patients(tmp_path):
    """One by one as all together, for every patient and every kind of term."""
    model = infert_model(tmp_path, {"terms": ["age", "education", "spontaneous"],
                                    "spline": {"age": 4},
                                    "interactions": [["education", "spontaneous"]]})  # fmt: skip
    table = data("infert", RISK).iloc[::10]
    risks = model.risk(table)
    for place, (_, row) in enumerate(table.iterrows()):
        texts = {name: str(row[name]) for name in model.variables}
        assert answer(model, read_values(model, texts)).risk == pytest.approx(
            risks[place], rel=1e-13
        )


def test_a_model_without_terms_answers_too(tmp_path):
    model = infert_model(tmp_path, {"terms": ["age"], "entry": {"p": 1e-6}})
    assert answer(model, read_values(model, {})).risk == pytest.approx(83 / 248)
    assert np.isfinite(pd.Series(answer(model, {}).__dict__).drop("parts").astype(float)).all()
