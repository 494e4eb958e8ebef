"""The figure of a tree shows every split and leaf, and fits."""

import numpy as np
import pandas as pd
import pytest

from recurseq.figures.risk_groups import FIGURES
from recurseq.figures.tree import MOST_LEAVES, drawn_depth, positions, sides, tree_figure
from recurseq.risk.cohorts import cohorts_of
from recurseq.risk.grow_tree import grow_tree
from recurseq.risk.stratify import divider, stratify
from support.tree_study import cohort, cohort_recipe, infert_recipe, veteran_recipe

STRATA = {"cuts": [0.2, 0.5], "names": ["low", "middle", "$high$ & <b>"]}


def drawn(recipe, figure="risk_tree", simulated=False):
    found, cohorts = grow_tree(recipe, 1), cohorts_of(recipe)
    tables = {"risk_tree": found.nodes, "risk_tree_tests": found.tests}
    tables["risk_tree_stability"] = found.stability
    if recipe.risk.strata is not None:
        divided = divider(recipe, recipe.made(cohorts["development"]), found.tree, cohorts)
        strata = stratify(divided, cohorts)
        tables |= {"risk_strata": strata.strata, "risk_strata_curve": strata.curves}
    tables = {name: {"r": table} for name, table in tables.items()}
    draw = FIGURES[figure][1]
    return draw(recipe.patients.settings, recipe.risk, tables, simulated), found


def texts(figure):
    return [one.get_text() for axes in figure.axes for one in axes.texts] + [
        label.get_text() for axes in figure.axes for label in axes.get_xticklabels()
    ]


def test_every_split_and_leaf_is_written(tmp_path):
    figure, found = drawn(infert_recipe(tmp_path, {"tree": {}, "strata": STRATA}))
    written = "\n".join(texts(figure))
    for part in ("1 · spontaneous", "2 · induced", "≤ 0", "> 0", "p < 0.001", "node 5"):
        assert part in written
    assert "n = 67" in written and "$high$" in written
    rates = found.nodes[found.nodes["variable"].isna()]["rate"]
    assert [f"{100 * rate:.0f}" for rate in rates] == [
        one.get_text() for one in figure.axes[1].texts
    ]
    heights = [bar.get_height() for bar in figure.axes[1].patches]
    np.testing.assert_allclose(heights, rates)


def test_simulated_data_are_said_to_be(tmp_path):
    figure, _ = drawn(infert_recipe(tmp_path, {"tree": {}}), simulated=True)
    assert any("simulated data" in one.get_text() for one in figure.texts)
    figure, _ = drawn(infert_recipe(tmp_path, {"tree": {}}))
    assert not any("simulated" in one.get_text() for one in figure.texts)


def test_a_tree_without_splits_is_a_bar(tmp_path):
    figure, found = drawn(infert_recipe(tmp_path, {"tree": {"alpha": 1e-12}}))
    assert len(found.nodes) == 1 and "n = 248" in "\n".join(texts(figure))


def test_a_large_tree_is_cut_where_it_still_fits(tmp_path):
    table = cohort(3000, 13)
    figure, found = drawn(cohort_recipe(tmp_path, table, {"tree": {"alpha": 0.5}}))
    own = found.nodes[found.nodes["cohort"] == "development"].set_index("node")
    assert own["variable"].isna().sum() > MOST_LEAVES
    ends = len(figure.axes[1].get_xticklabels())
    assert ends <= MOST_LEAVES
    shown = own[own["depth"] <= drawn_depth(own)]
    at_end = shown["variable"].isna() | (shown["depth"] == drawn_depth(own))
    assert ends == at_end.sum() and shown[at_end]["n"].sum() == own["n"].iloc[0]
    assert any("deeper splits" in one.get_text() for one in figure.texts)


def test_leaves_stand_side_by_side_and_nodes_between_their_parts(tmp_path):
    found = grow_tree(veteran_recipe(tmp_path, {"tree": {}}), 1).nodes.set_index("node")
    places = positions(found)
    assert [places[n] for n in found.index[found["variable"].isna()]] == [0, 1, 2, 3, 4]
    for number, row in found.dropna(subset=["left"]).iterrows():
        assert places[number] == (places[row["left"]] + places[row["right"]]) / 2


@pytest.mark.parametrize(
    ("split", "shown"),
    [
        ("<= 0.066", ("≤ 0.066", "> 0.066")),
        ("<= 60500", ("≤ 60,500", "> 60,500")),
        ("A or B | C", ("A or B", "C")),
    ],
)
def test_sides_in_words(split, shown):
    assert sides(split) == shown


@pytest.mark.parametrize("name", ["risk_strata", "risk_strata_survival"])
def test_strata_show_each_name(tmp_path, name):
    strata = STRATA | {"cuts": [0.4, 0.7]}
    recipe = veteran_recipe(tmp_path, {"tree": {}, "strata": strata}, ["karno", "age"])
    figure, _ = drawn(recipe, name, simulated=True)
    legend = [one.get_text().strip() for one in figure.legends[0].get_texts()]
    shown = texts(figure) if name == "risk_strata" else legend
    assert all(any(stratum in one for one in shown) for stratum in STRATA["names"])
    assert any("simulated data" in one.get_text() for one in figure.texts)


def test_missing_rates_are_no_bars():
    rates = {"rate": [0.5, 0.4, np.nan], "lower": [0.4, 0.3, np.nan], "upper": [0.6, 0.5, np.nan]}
    nodes = pd.DataFrame(
        {
            "node": [1, 2, 3], "parent": [None, 1, 1], "depth": [0, 1, 1],
            "variable": ["x", None, None], "split": ["<= 1", None, None], "n": [20, 20, 0],
            "events": [10, 8, 0], **rates, "class": [None] * 3, "cohort": ["development"] * 3,
            "left": [2, None, None], "right": [3, None, None],
        }
    ).astype({"left": "Int64", "right": "Int64"})  # fmt: skip
    tests = pd.DataFrame({"node": [1], "variable": ["x"], "pvalue": [0.01], "chosen": [True]})
    figure = tree_figure(nodes, tests, {"x": "x"}, "t", "risk", "")
    assert "NA" in texts(figure)
