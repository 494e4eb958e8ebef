"""Figures of performance draw what the tables say, other patients first, and no patient."""

import numpy as np
import pytest

from recurseq.figures.risk_performance import FIGURES
from recurseq.study.clinical_names import clinical_sections, clinical_wildcards
from recurseq.study.defaults import with_defaults
from support.golden import RISK, data
from support.risk_results import tables_of
from support.risk_study import recipes_of

FOUR = ["age", "parity", "induced", "spontaneous"]
SPLIT = {"develop": "development", "validate": "validation", "bootstrap": 20}
HALVES = ["development", "validation"]
SECTIONS = {
    "clinical": {
        "columns": {name: {"number": "n"} for name in FOUR}
        | {
            "case": {"positive": ["1"], "negative": ["0"]},
            "half": {"levels": HALVES},
            "centre": {"levels": ["A", "B", "C", "D"]},
        }
    },
    "cohorts": {name: {"half": [name]} for name in HALVES},
    "models": {
        "four": {"kind": "logistic", "endpoint": "case", "terms": FOUR, "cluster": "centre"},
        "two": {"kind": "logistic", "endpoint": "case", "terms": ["age", "parity"]},
    },
    "risk": {
        "$four$": {"model": "four", "compare": ["two"], **SPLIT},
        "two": {"model": "two", **SPLIT},
    },
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    table = data("infert", RISK)
    table["half"] = [HALVES[number % 2] for number in range(len(table))]
    table["centre"] = ["ABC"[number % 3] for number in range(len(table))]
    table.loc[table.index[:6], "centre"] = "D"  # too few to be judged
    recipes = recipes_of(tmp_path_factory.mktemp("figures"), table, SECTIONS)
    recipe = recipes["$four$"]
    return recipe, tables_of("$four$", recipes)


def drawn(study, figure, tables=None, simulated=False):
    recipe, own = study
    tables = {name: {recipe.risk.name: one} for name, one in (own | (tables or {})).items()}
    return FIGURES[figure][1](recipe.patients.settings, recipe.risk, tables, simulated)


def words(figure):
    found = [one.get_text() for one in figure.texts]
    for axes in figure.axes:
        found += [one.get_text() for one in (*axes.texts, axes.title, *axes.get_yticklabels())]
        found += [axes.get_title(loc="left")]
    for legend in figure.legends:
        found += [one.get_text() for one in legend.get_texts()]
    return "\n".join(found)


def value(study, which, measure):
    table = study[1]["risk_performance"]
    own = table[(table["data"] == which) & (table["measure"] == measure)]
    return own[own["against"].isna() & own["centre"].isna()].iloc[0]


def told(row):
    return f"{row['estimate']:.2f} ({row['lower']:.2f} to {row['upper']:.2f})"


def test_the_curve_is_that_of_the_table_with_all_areas(study):
    figure = drawn(study, "risk_roc")
    for which in ("validation", "corrected", "apparent"):
        assert f"{which} {told(value(study, which, 'auc'))}" in words(figure)
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) > 2]
    table = study[1]["risk_roc"]
    for line, which in zip(lines, ("apparent", "validation"), strict=True):
        own = table[table["data"] == which]
        np.testing.assert_allclose(line.get_xdata(), 1 - own["specificity"])
        np.testing.assert_allclose(line.get_ydata(), own["sensitivity"])


def test_calibration_has_other_patients_on_the_left_and_the_corrected_curve_on_the_right(study):
    figure = drawn(study, "risk_calibration")
    panels = figure.axes[:2]
    assert "validation" in panels[0].get_title(loc="left")
    table = study[1]["risk_calibration"]
    for axes, which in zip(panels, ("validation", "corrected"), strict=True):
        curve = table[(table["data"] == which) & (table["kind"] == "curve")]
        known = [line.get_ydata() for line in axes.lines if len(line.get_ydata()) == len(curve)]
        assert any(np.allclose(one, curve["observed"]) for one in known)
        for measure in ("calibration_slope", "calibration_intercept", "observed_expected"):
            assert told(value(study, which, measure)) in "\n".join(t.get_text() for t in axes.texts)
    counted = sum(bar.get_height() for axes in figure.axes[2:] for bar in axes.patches)
    assert counted == study[1]["risk_patients"]["risk"].notna().sum()


def test_treating_all_does_not_stretch_the_axis_and_the_difference_has_its_band(study):
    figure = drawn(study, "risk_decision")
    table = study[1]["risk_decision"]
    own = table[table["against"].isna() & (table["data"] != "apparent")]
    low, high = figure.axes[0].get_ylim()
    assert own["treat_all"].min() < low < 0 and high >= own["upper"].max()
    assert len(figure.axes) == 4 and "two, difference below" in words(figure)
    against = table[(table["against"] == "two") & (table["data"] == "validation")]
    drawn_lines = [line.get_ydata() for line in figure.axes[2].lines]
    assert any(np.allclose(one, against["net_benefit"]) for one in drawn_lines if len(one) > 2)
    # The other model's own line is that of the same patients.
    alone = own[own["data"] == "validation"]
    theirs = alone["net_benefit"].to_numpy() - against["net_benefit"].to_numpy()
    lines = [line.get_ydata() for line in figure.axes[0].lines if len(line.get_ydata()) > 2]
    assert any(np.allclose(one, theirs) for one in lines)


def test_another_model_of_fewer_patients_has_no_line_of_its_own(study):
    table = study[1]["risk_decision"].copy()
    table.loc[table["against"].notna(), "n"] -= 5
    figure = drawn(study, "risk_decision", {"risk_decision": table})
    assert len(figure.axes[0].lines) == len(drawn(study, "risk_decision").axes[0].lines) - 1


def test_every_centre_is_named_with_its_numbers(study):
    text = words(drawn(study, "risk_centres"))
    table = study[1]["risk_performance"]
    own = table[(table["data"] == "left-out centre") & (table["measure"] == "auc")]
    for row in own[own["estimate"].notna()].to_dict("records"):
        assert f"{row['centre']} ({row['events']} of {row['n']})" in text and told(row) in text
    assert "too few events" in text and "expected in a further centre" in text


@pytest.mark.parametrize("figure", FIGURES)
def test_simulated_data_are_said_to_be_and_names_are_no_mathematics(study, figure):
    assert "simulated data" in words(drawn(study, figure, simulated=True))
    assert "simulated" not in words(drawn(study, figure))
    assert "$four$" in words(drawn(study, figure))


@pytest.mark.parametrize("figure", FIGURES)
def test_a_model_that_was_not_judged_has_an_empty_panel_that_says_so(study, figure):
    empty = {name: one.iloc[:0] for name, one in study[1].items()}
    assert "judged" in words(drawn(study, figure, empty))


def test_centres_are_those_that_a_model_names():
    config = with_defaults({"study": {"title": "x"}, **SECTIONS, "clinical": {"path": "x"}})
    sections = clinical_sections(config)
    assert clinical_wildcards(sections)["risk_centres"] == ("$four$",)
