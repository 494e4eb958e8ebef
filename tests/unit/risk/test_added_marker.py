"""What an RT-PCR adds to clinical terms: R's numbers, in the patients who have both."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recurseq.risk.card import CardSources, card_items
from recurseq.risk.compared_words import added, spans
from recurseq.risk.performance import validate_risk
from support.golden import data, golden
from support.risk_study import recipes_of

CLINICAL = ["age", "bili", "albumin"]
ROOM = "measure"
SPLIT = {"develop": "development", "validate": "validation", "bootstrap": 40}
STUDY = {
    "clinical": {
        "columns": {name: {"number": "n"} for name in CLINICAL}
        | {
            "died": {"positive": ["1"], "negative": ["0"]},
            "half": {"levels": ["development", "validation"]},
        }
    },
    "cohorts": {"development": {"half": ["development"]}, "validation": {"half": ["validation"]}},
    "assays": {"pcr": {"path": "pcr.tsv", "target": "ct_target", "reference": "ct_reference"}},
    "measures": {"marker": {"assay": "pcr"}},
    "models": {
        "clinical": {"kind": "logistic", "endpoint": "died", "terms": CLINICAL},
        "both": {"kind": "logistic", "endpoint": "died", "terms": ["clinical", "marker"]},
    },
    "risk": {
        "clinical_risk": {"model": "clinical", **SPLIT},
        "with_marker": {"model": "both", "compare": ["clinical_risk"], **SPLIT},
    },
}


@pytest.fixture(scope="module")
def recipes(tmp_path_factory):
    folder, table = tmp_path_factory.mktemp("pbc"), data("pbc", ROOM)
    known = table["copper"].notna()
    wells = table.loc[known, []].assign(
        patient_id=[f"P{number:04d}" for number in np.flatnonzero(known)],
        ct_target=30 - np.log2(table.loc[known, "copper"]),
        ct_reference=20.0,
    )
    wells.to_csv(folder / "pcr.tsv", sep="\t", index=False)
    return recipes_of(folder, table.drop(columns="copper"), STUDY)


@pytest.fixture(scope="module")
def found(recipes):
    return validate_risk("with_marker", recipes, 1)


def compared(found, which, measure):
    table = found.tables["risk_performance"]
    own = table[(table["data"] == which) & (table["measure"] == measure)]
    return own[own["against"] == "clinical_risk"].iloc[0]


def test_the_likelihood_ratio_is_that_of_anova_in_the_same_patients(found):
    wanted, one = golden("added", ROOM), compared(found, "apparent", "likelihood_ratio")
    assert one["estimate"] == pytest.approx(wanted["statistic"], rel=1e-6)
    assert one["pvalue"] == pytest.approx(wanted["pvalue"], rel=1e-6)
    for name in ("df", "n", "events"):
        assert one[name] == wanted[name]


def test_the_difference_of_areas_is_that_of_proc(found):
    wanted, one = golden("difference", ROOM), compared(found, "validation", "auc")
    for name in ("estimate", "lower", "upper", "pvalue"):
        assert one[name] == pytest.approx(wanted[name], rel=1e-6), name
    assert one["n"] == wanted["n"]


def test_the_clinical_model_alone_has_its_own_patients(recipes):
    table = validate_risk("clinical_risk", recipes, 1).tables["risk_performance"]
    one = table[(table["data"] == "validation") & (table["measure"] == "auc")].iloc[0]
    wanted = golden("clinical alone", ROOM)
    assert one["estimate"] == pytest.approx(wanted["auc"], rel=1e-6) and one["n"] == wanted["n"]


def test_nothing_is_said_to_be_better_where_the_interval_holds_0(found):
    tables = found.tables
    words = added(
        "with_marker", "clinical_risk", tables["risk_performance"], tables["risk_decision"]
    )
    (validation,) = [text for text in words if text.startswith("In other patients")]
    assert (
        "it is not shown that with_marker ranks patients otherwise than clinical_risk" in validation
    )
    assert validation.endswith("0.013 (-0.028 to 0.055), p = 0.533).")
    assert "likelihood ratio 6.57, df 1, p = 0.010" in " ".join(words)
    assert "in the 156 patients" in " ".join(words)
    assert not [text for text in words if "better" in text]


def test_fewer_patients_of_both_are_told(recipes, found):
    """Seen from the clinical model, whose own patients are more than those of both."""
    own = recipes["clinical_risk"]
    own = replace(own, risk=replace(own.risk, compare=("with_marker",)))
    turned = {**recipes, "clinical_risk": own}
    table = validate_risk("clinical_risk", turned, 1).tables["risk_performance"]
    words = " ".join(added("clinical_risk", "with_marker", table))
    assert "156 of the development (clinical_risk alone has 209)" in words
    assert "154 of the validation (clinical_risk alone has 209)" in words
    assert "were not tested" in words  # a part cannot be tested against the whole
    both = " ".join(added("with_marker", "clinical_risk", found.tables["risk_performance"]))
    assert "all values of both: 156 of the development and 154 of the validation." in both


def test_the_card_keeps_differences_apart(recipes, found):
    recipe = recipes["with_marker"]
    sources = CardSources(
        recipe.patients.settings, recipe.risk, recipe.made(recipe.rows("development")),
        found.tables["risk_performance"], [], False,
    )  # fmt: skip
    texts = next(item.texts for item in card_items(sources) if item.heading == "Performance")
    assert texts[0].startswith("In other patients (validation), 154 patients")
    assert texts[2].startswith("In the patients it was made with (apparent, too good)")
    assert "calibration slope" not in texts[2]
    assert all("difference" not in text for text in texts[:3])
    assert any(text.startswith("Beside clinical_risk: ") for text in texts[3:])


def test_runs_of_thresholds():
    at = pd.Series([0.05, 0.1, 0.15, 0.2, 0.25])
    assert spans(at, pd.Series([True, True, False, True, False])) == ["5 to 10 %", "20 %"]
    assert spans(at, pd.Series([False] * 5)) == []
