"""Strata of risk models: against R, two cohorts, ratios without events, curves, patients."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from recurseq.risk.cohorts import DEVELOPMENT, cohorts_of
from recurseq.risk.grow_tree import grow_tree
from recurseq.risk.settings import Strata
from recurseq.risk.strata import falls, stratum_names, stratum_of
from recurseq.risk.stratify import Divider, divider, patient_table, stratify
from recurseq.study.schema import config_problems
from support.paths import REFERENCE
from support.tree_study import cohort, cohort_recipe, infert_recipe, veteran_recipe

EXPECTED = pd.read_csv(REFERENCE / "risk/strata.tsv", sep="\t").set_index("case")
NAMES = ["low", "middle", "high"]
CUTS = {"cuts": [0.2, 0.5], "names": NAMES}


def found_of(recipe, tree=None):
    cohorts = cohorts_of(recipe)
    model = recipe.made(cohorts["development"])
    return divider(recipe, model, tree, cohorts), cohorts


@pytest.mark.parametrize("case", ["infert", "veteran"])
def test_strata_are_rs(tmp_path, case):
    if case == "infert":
        recipe = infert_recipe(tmp_path, {"strata": CUTS})
    else:
        strata = {"cuts": [0.4, 0.7], "names": NAMES}
        recipe = veteran_recipe(tmp_path, {"strata": strata}, ["karno", "age"])
    found = stratify(*found_of(recipe)).strata
    expected = EXPECTED.loc[case]
    assert found["stratum"].tolist() == NAMES
    for name in ("n", "events"):
        assert found[name].tolist() == expected[name].tolist()
    names = {"predicted": "predicted", "observed": "observed", "hr": "ratio"}
    names |= {"hr_lower": "lower", "hr_upper": "upper"}
    for mine, theirs in names.items():
        assert_allclose(found[mine], expected[theirs], rtol=1e-6)
    assert found["measure"].unique().tolist() == [
        "odds ratio" if case == "infert" else "hazard ratio"
    ]


def test_a_risk_at_a_cut_is_in_the_higher_stratum():
    strata = Strata((0.1, 0.4), ("low", "middle", "high"))
    risk = np.array([0.0999, 0.1, 0.4, 1.0, np.nan])
    assert stratum_of(strata, risk).tolist() == [0, 1, 2, 2, -1]
    assert stratum_names(strata, risk) == ["low", "middle", "high", "high", None]


def test_rates_that_fall_are_seen():
    assert not falls([0.1, 0.2, 0.2, 0.9]).any() and not falls([np.nan, 0.1, np.nan, 0.3]).any()
    assert falls([0.1, np.nan, 0.05]).tolist() == [False, False, True]
    # Both are below the second, also the one that is above the one before it.
    assert falls([0.1, 0.5, 0.2, 0.3]).tolist() == [False, False, True, True]


def test_both_cohorts_and_a_validation_out_of_order(tmp_path):
    table = cohort(2000, 9)
    recipe = cohort_recipe(tmp_path, table, {"strata": CUTS})
    found = stratify(*found_of(recipe))
    strata = found.strata.set_index(["cohort", "stratum"])
    assert strata.loc["validation", "n"].sum() == (table["centre"] == "C3").sum()
    assert strata.loc["validation", "observed"].is_monotonic_increasing
    assert (strata.loc["validation", "hr"].to_numpy() >= 1).all()
    assert not [one for one in found.cautions if one.code == "uncalibrated"]
    turned = table.assign(hpr=np.where(table["centre"] == "C3", 1 - table["hpr"], table["hpr"]))
    (tmp_path / "turned").mkdir()
    recipe = cohort_recipe(tmp_path / "turned", turned, {"strata": CUTS})
    again = stratify(*found_of(recipe))
    (told,) = [one for one in again.cautions if one.code == "uncalibrated"]
    assert "middle and high" in told.message and "validation" in told.message
    own = again.strata["cohort"] == "development"
    pd.testing.assert_frame_equal(again.strata[own], found.strata[own])


def test_without_a_validation_the_rates_are_said_to_be_apparent(tmp_path):
    found = stratify(*found_of(infert_recipe(tmp_path, {"strata": CUTS})))
    assert [one.code for one in found.cautions] == ["apparent_performance"]


def test_a_stratum_without_events_has_a_ratio_by_firth(tmp_path):
    table = cohort(900, 10)
    table.loc[(table["age"] > 60) & (table["vascular"] == 0), "hpr"] = 0
    strata = {"cuts": [0.02, 0.3], "names": NAMES}
    recipe = cohort_recipe(tmp_path, table, {"strata": strata})
    found = stratify(*found_of(recipe))
    empty = found.strata[(found.strata["events"] == 0) & (found.strata["n"] > 0)]
    assert len(empty) >= 1
    own = found.strata[found.strata["cohort"] == empty["cohort"].iloc[0]]
    assert (own["penalty"][own["hr"] != 1] == "firth").all()
    assert np.isfinite(own["hr"]).all() and (own["hr_lower"].dropna() < own["hr"][1:]).all()
    assert "level_without_events" in [one.code for one in found.cautions]


def test_strata_by_the_leaves_of_the_tree(tmp_path):
    strata = CUTS | {"by": "tree"}
    recipe = cohort_recipe(tmp_path, cohort(1500, 11), {"tree": {}, "strata": strata})
    grown = grow_tree(recipe, 1)
    divided, cohorts = found_of(recipe, grown.tree)
    table = patient_table(divided).set_index("patient_id")
    nodes = grown.nodes[grown.nodes["cohort"] == "development"].set_index("node")
    assert (table["stratum"] == nodes["class"].reindex(table["node"]).to_numpy()).all()
    found = stratify(divided, cohorts).strata
    leaves = grown.nodes[grown.nodes["variable"].isna()]
    by_class = leaves.groupby(["cohort", "class"])["events"].sum()
    for row in found.itertuples():
        assert by_class.get((row.cohort, row.stratum), 0) == row.events


def test_patients_are_those_of_both_cohorts_with_gaps_where_a_value_is_missing(tmp_path):
    table = cohort(600, 12)
    table.loc[3, "size"] = np.nan
    recipe = cohort_recipe(tmp_path, table, {"strata": CUTS})
    divided, _ = found_of(recipe)
    found = patient_table(divided, points=lambda linear: 10 * linear)
    assert len(found) == len(table) == found["patient_id"].nunique()
    gap = found[found["patient_id"] == "P0003"].iloc[0]
    assert np.isnan(gap["risk"]) and gap["stratum"] is None and pd.isna(gap["node"])
    rest = found[found["patient_id"] != "P0003"]
    assert_allclose(rest["points"], 10 * rest["lp"])
    assert_allclose(rest["risk"], 1 / (1 + np.exp(-rest["lp"])))
    high = rest[rest["stratum"] == "high"]["risk"]
    assert high.min() >= 0.5 and rest[rest["stratum"] != "high"]["risk"].max() < 0.5


def test_curves_of_strata(tmp_path):
    strata = {"cuts": [0.4, 0.7], "names": NAMES}
    recipe = veteran_recipe(tmp_path, {"strata": strata}, ["karno", "age"])
    found = stratify(*found_of(recipe))
    for name, own in found.curves.groupby("stratum"):
        row = found.strata.set_index("stratum").loc[name]
        by_then = own[own["time"] <= 100]
        assert own["at_risk"].iloc[0] == row["n"] and by_then["events"].sum() == row["events"]
        assert own["events"].sum() > row["events"]  # the curve goes on
        at = by_then.iloc[-1]
        assert 1 - at["survival"] == pytest.approx(row["observed"], rel=1e-12)
    none = stratify(*found_of(infert_recipe(tmp_path, {"strata": CUTS})))
    assert none.curves.empty


def test_without_a_model_there_are_no_risks_and_the_tree_still_divides(tmp_path):
    recipe = infert_recipe(tmp_path, {"tree": {}, "strata": CUTS | {"by": "tree"}})
    grown, cohorts = grow_tree(recipe, 1).tree, cohorts_of(recipe)
    divided = divider(recipe, None, grown, cohorts)
    people = patient_table(divided, points=lambda linear: linear)
    assert people["risk"].isna().all() and people["points"].isna().all()
    assert people["stratum"].notna().all() and (people["node"] > 0).all()
    found = stratify(divided, cohorts).strata
    assert found["n"].sum() == 248 and found["predicted"].isna().all()
    by_risk = infert_recipe(tmp_path, {"strata": CUTS})
    none = stratify(divider(by_risk, None, None, cohorts), cohorts).strata
    assert (none["n"] == 0).all() and none["hr"].isna().all()


def test_without_a_model_nobody_is_said_to_have_a_level_of_their_own(tmp_path):
    recipe = infert_recipe(tmp_path, {"strata": CUTS})
    learn = cohorts_of(recipe)["development"]
    cohorts = {"development": learn, "validation": learn}
    told = stratify(divider(recipe, None, None, cohorts), cohorts).cautions
    assert "extrapolation" not in [one.code for one in told]


def test_strata_by_a_tree_need_the_tree():
    risk = {"model": "m", "strata": CUTS | {"by": "tree"}}
    config = {"study": {"title": "x"}, "clinical": {"path": "c.tsv"}, "risk": {"r": risk}}
    config["models"] = {"m": {"kind": "logistic", "endpoint": "e", "terms": ["a"]}}
    (told,) = config_problems(config)
    assert told.where == "config: risk.r" and "'tree' is missing" in told.found
    assert config_problems(config | {"risk": {"r": risk | {"tree": {}}}}) == []


def test_a_cohort_of_one_centre_has_an_error_all_the_same(tmp_path):
    """Robust to a single cluster, every ratio would be certain."""
    recipe = infert_recipe(tmp_path, {"strata": CUTS})
    alone = stratify(*found_of(recipe)).strata
    model = replace(recipe.model, cluster="centre")
    cohorts = {
        name: replace(rows, cluster=np.zeros(len(rows), dtype=int))
        for name, rows in cohorts_of(recipe).items()
    }
    clustered = Divider(replace(recipe, model=model), recipe.made(cohorts_of(recipe)[DEVELOPMENT]))
    found = stratify(clustered, cohorts).strata
    assert_allclose(found[["hr_lower", "hr_upper"]], alone[["hr_lower", "hr_upper"]])
