"""Trees of a study: rates against R, two cohorts, what is missing, stability, the file."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from recurseq.risk.cohorts import cohorts_of
from recurseq.risk.grow_tree import grow_tree
from recurseq.risk.risk_tree import RiskTree, covariates_of, grown
from recurseq.stats.intervals import wilson_interval
from support.golden import RISK, data
from support.paths import REFERENCE
from support.tree_study import cohort, cohort_recipe, infert_recipe, veteran_recipe

RATES = pd.read_csv(REFERENCE / "risk/tree.rates.tsv", sep="\t")
STRATA = {"cuts": [0.2, 0.5], "names": ["low", "middle", "high"]}


@pytest.mark.parametrize(("case", "make"), [("infert", infert_recipe), ("veteran", veteran_recipe)])
def test_rates_of_nodes_are_rs(tmp_path, case, make):
    found = grow_tree(make(tmp_path, {"tree": {}}), 1).nodes
    expected = RATES[RATES["case"] == case]
    for name in ("node", "n", "events"):
        assert found[name].tolist() == expected[name].tolist()
    assert_allclose(found["rate"], expected["rate"], rtol=1e-12)
    known = expected["lower"].notna().to_numpy()  # R has no interval where nobody had the event
    for name in ("lower", "upper"):
        assert_allclose(found[name][known], expected[name][known], rtol=1e-9)
    assert set(found["cohort"]) == {"development"}
    assert found[found["variable"].isna()]["n"].sum() == found["n"][0]


def test_nobody_with_the_event_has_an_interval_all_the_same(tmp_path):
    found = grow_tree(veteran_recipe(tmp_path, {"tree": {}}), 1).nodes
    last = found.iloc[-1]
    assert last["rate"] == 0 and last["lower"] == 0
    # One of the eight was censored before day 100.
    assert last["upper"] == pytest.approx(wilson_interval(0, 7)[1])


def test_words_and_classes(tmp_path):
    found = grow_tree(infert_recipe(tmp_path, {"tree": {}, "strata": STRATA}), 1).nodes
    by_node = found.set_index("node")
    assert by_node.loc[1, "rule"] == "all patients" and by_node.loc[1, "split"] == "<= 0"
    assert by_node.loc[4, "rule"] == "spontaneous <= 0 and induced > 0"
    assert by_node["class"].tolist() == ["middle", "low", "low", "middle", "high"]
    assert by_node["left"].dropna().tolist() == [2, 3]
    assert by_node["right"].dropna().tolist() == [5, 4]


def test_levels_in_words(tmp_path):
    found = grow_tree(veteran_recipe(tmp_path, {"tree": {}}), 1).nodes.set_index("node")
    assert found.loc[4, "split"] == "squamous or large | smallcell or adeno"
    assert found.loc[5, "rule"] == "40 < karno <= 85 and celltype = squamous or large"


def test_the_validation_only_follows(tmp_path):
    table = cohort(1500, 4)
    recipe = cohort_recipe(tmp_path, table, {"tree": {}, "strata": STRATA})
    found = grow_tree(recipe, 1).nodes
    own, other = (found[found["cohort"] == role] for role in ("development", "validation"))
    assert own["rule"].tolist() == other["rule"].tolist()
    assert own["class"].tolist() == other["class"].tolist()
    assert own["n"].iloc[0] == (table["centre"] != "C3").sum()
    leaf = other[other["variable"].isna()]
    assert leaf["n"].sum() == other["n"].iloc[0] == (table["centre"] == "C3").sum()
    # A rule can be applied by anybody to the table as it was given.
    text = leaf["rule"].iloc[0].replace("capsule = ", "capsule == ")
    for level in ("complete", "incomplete"):
        text = text.replace(f"== {level}", f"== '{level}'")
    mine = table[table["centre"] == "C3"].query(text)
    assert len(mine) == leaf["n"].iloc[0] and mine["hpr"].sum() == leaf["events"].iloc[0]
    # Outcomes of the validation change nothing of the tree.
    flipped = table.assign(hpr=np.where(table["centre"] == "C3", 1 - table["hpr"], table["hpr"]))
    (tmp_path / "flipped").mkdir()
    again = grow_tree(cohort_recipe(tmp_path / "flipped", flipped, {"tree": {}}), 1)
    assert again.nodes["rule"].tolist() == found["rule"].tolist()


def test_who_lacks_a_value_is_left_out_and_told(tmp_path):
    table = cohort(900, 5)
    table.loc[table.index[::5], "ki67"] = np.nan
    recipe = cohort_recipe(tmp_path, table, {"tree": {}})
    found = grow_tree(recipe, 1)
    complete = table["ki67"].notna() & (table["centre"] != "C3")
    assert found.nodes["n"].iloc[0] == complete.sum()
    told = {one.message.split(" are left")[0]: one for one in found.cautions}
    dropped = int(((table["centre"] != "C3") & table["ki67"].isna()).sum())
    assert any(
        one.code == "complete_case_loss" and one.number == str(dropped) for one in told.values()
    )


def test_stability_finds_the_planted_root_and_says_where_nothing_is(tmp_path):
    found = grow_tree(cohort_recipe(tmp_path, cohort(1500, 6), {"tree": {}}), 3)
    table = found.stability.set_index("variable")
    assert table["root"].sum() <= 1 + 1e-12
    assert table.loc["vascular", "used"] > 0.9 and table.loc["vascular", "same_split"] > 0.9
    assert table.loc["vascular", "cut_lower"] == table.loc["vascular", "cut_upper"] == 0
    assert table.loc["mvi", "used"] < 0.6
    again = grow_tree(cohort_recipe(tmp_path, cohort(1500, 6), {"tree": {}}), 3)
    pd.testing.assert_frame_equal(found.stability, again.stability)


def test_without_any_association_there_is_one_node_and_a_note(tmp_path):
    table = cohort(300, 7)
    table["hpr"] = np.random.default_rng(8).integers(0, 2, len(table))
    found = grow_tree(cohort_recipe(tmp_path, table, {"tree": {"alpha": 0.001}}), 1)
    assert len(found.tree.tree.nodes) == 1 and found.nodes["variable"].isna().all()
    assert "unstable_tree" in [one.code for one in found.cautions]


def test_the_file_gives_the_same_leaves(tmp_path):
    recipe = veteran_recipe(tmp_path, {"tree": {"alpha": 0.5}})
    rows = cohorts_of(recipe)["development"]
    tree = grown(recipe, rows)
    tree.write(tmp_path / "tree.json")
    again = RiskTree.read(tmp_path / "tree.json")
    assert again == tree
    assert_allclose(again.leaf_of(rows.frame), tree.tree.leaf_of(covariates_of(recipe, rows)))


def test_a_level_that_nobody_had_ends_the_way(tmp_path):
    recipe = veteran_recipe(tmp_path, {"tree": {}})
    rows = cohorts_of(recipe)["development"]
    tree = grown(recipe, rows)
    frame = rows.frame.copy()
    frame["celltype"] = frame["celltype"].astype(object)
    middle = ((frame["karno"] > 40) & (frame["karno"] <= 85)).to_numpy()
    frame.loc[middle, "celltype"] = "unheard of"
    leaves = tree.leaf_of(frame)
    assert (leaves[middle] == 0).all() and (leaves[~middle] > 0).all()


def test_order_of_patients_and_of_terms_does_not_matter(tmp_path):
    table = data("infert", RISK)
    for name, shuffled in (("a", table), ("b", table.sample(frac=1, random_state=3))):
        (tmp_path / name).mkdir()
        found = grow_tree(infert_recipe(tmp_path / name, {"tree": {}}, shuffled), 1)
        rates = RATES[RATES["case"] == "infert"]
        assert_allclose(found.nodes["rate"], rates["rate"])


def test_wilson_is_between_0_and_1_and_nothing_has_none():
    assert wilson_interval(0, 10)[0] == 0 and wilson_interval(1, 10)[1] == 1
    assert np.isnan(wilson_interval(0.5, 0)).all()
