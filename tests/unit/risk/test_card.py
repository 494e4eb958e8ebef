"""The model card: every item, from the numbers that are there, and nothing that is not."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from recurseq.base.tables import describe
from recurseq.risk.build import build
from recurseq.risk.card import CardSources, card_items, card_text
from support.golden import RISK, data
from support.risk_models import INFERT, PLAIN, infert_config, recipe_of
from support.risk_study import study_config

ITEMS = ["Model", "Data", "Outcome", "Predictors", "Missing values", "Analysis", "Performance",
         "Limits"]  # fmt: skip


def sources(folder, config, **more):
    recipe = recipe_of(folder, config)
    built = build(recipe)
    told = [one.message for one in built.cautions]
    plain = CardSources(recipe.patients.settings, recipe.risk, built.model, None, told, False)
    return replace(plain, **more)


def said(card, heading):
    return " ".join(next(item.texts for item in card_items(card) if item.heading == heading))


def test_every_item_is_there_and_counts_what_was_used(tmp_path):
    table = data("infert", RISK).copy()
    table["induced"] = table["induced"].astype(object)
    table.loc[table.index[:30], "induced"] = ""
    cohorts = {"development": {"stratum": ["<60"]}, "validation": {"stratum": [">=60"]}}
    config = study_config(
        table, tmp_path, INFERT, {"m": PLAIN},
        {"r": {"model": "m", "develop": "development", "validate": "validation"}}, cohorts=cohorts,
    )  # fmt: skip
    card = sources(tmp_path, config)
    assert [item.heading for item in card_items(card)] == ITEMS
    assert all(item.texts for item in card_items(card))
    inside = data("infert", RISK)["stratum"] < 60
    used = inside.copy()
    used.iloc[:30] = False
    cases = int(data("infert", RISK)["case"][used].sum())
    assert f"{used.sum()} patients with {cases} events" in said(card, "Data")
    assert "the cohort development (stratum: <60)" in said(card, "Data")
    lost = int((inside & ~used).sum())
    assert f"{lost} of {inside.sum()} patients" in said(card, "Missing values")
    assert f"4 parameters; {cases / 4:.1f} events" in said(card, "Analysis")
    assert "left out of the model because a value is missing" in said(card, "Limits")


def test_performance_is_told_from_its_table_alone(tmp_path):
    config = infert_config(tmp_path)
    assert "Not judged yet" in said(sources(tmp_path, config), "Performance")
    rows = [
        ("apparent", "auc", 0.8, 0.7, 0.9),
        ("apparent", "calibration_slope", 1.0, 0.9, 1.1),
        ("corrected", "auc", 0.751, None, None),
        ("validation", "auc", 0.722, 0.65, 0.79),
        ("validation", "calibration_slope", None, None, None),
    ]
    names = ["data", "measure", "estimate", "lower", "upper"]
    table = pd.DataFrame(rows, columns=names).reindex(columns=describe("risk_performance").names)
    table = table.assign(n=100, events=20)
    told = next(
        item.texts
        for item in card_items(sources(tmp_path, config, performance=table))
        if item.heading == "Performance"
    )
    assert told == [
        "In other patients (validation), 100 patients, 20 events: "
        "area under the curve 0.72 (0.65 to 0.79).",
        "In the development, less the optimism (corrected), 100 patients, 20 events: "
        "area under the curve 0.75 (no interval).",
        "In the patients it was made with (apparent, too good), 100 patients, 20 events: "
        "area under the curve 0.80 (0.70 to 0.90).",
    ]
    alone = table[table["data"] == "apparent"]
    assert "Not judged yet" in said(sources(tmp_path, config, performance=alone), "Performance")


def test_the_risk_of_one_state_is_not_told_as_that_of_any(tmp_path):
    plain = sources(tmp_path, infert_config(tmp_path))
    assert "It tells the risk of case from" in said(plain, "Model")
    state = replace(plain.model, outcome="first", state="relapse", horizon=12.0)
    told = said(replace(plain, model=state), "Model")
    assert told.startswith("It tells the risk of relapse (first) within 12 months from")


def test_simulated_data_and_a_missing_model_are_told_first(tmp_path):
    config = infert_config(tmp_path, {"entry": {"p": 0.1}})
    card = sources(tmp_path, config, simulated=True)
    assert said(card, "Model").startswith("The data are simulated")
    assert "exploratory" in said(card, "Predictors")
    gone = sources(tmp_path, config, model=None)
    assert "No model was made" in said(gone, "Model")
    assert [item.heading for item in card_items(gone)] == ITEMS


@pytest.mark.parametrize("evil", ["<b>*x*</b> [a](b)", "# head", "a|b`c`"])
def test_names_from_files_are_no_marks_of_the_text(tmp_path, evil):
    table = data("infert", RISK).replace({"education": {"0-5yrs": evil}})
    columns = INFERT | {"education": {"levels": [evil, "6-11yrs", "12+ yrs"]}}
    model = {"m": PLAIN | {"terms": ["age", "education"]}}
    config = study_config(table, tmp_path, columns, model, {"r": {"model": "m"}})
    text = card_text(sources(tmp_path, config))
    assert not re.search(r"(?<!\\)[<*`|\[]", text)
    assert evil in text.replace("\\", "")
    assert text.startswith("# Model card: r\n") and text.count("\n## ") == len(ITEMS)
