"""Risk models in the page: other patients first, cautions before what they concern, no patient."""

import copy
import re

import pytest

from recurseq.report.page import build_page
from support.golden import RISK, data
from support.risk_results import write_results
from support.risk_study import recipes_of

FOUR = ["age", "parity", "induced", "spontaneous"]
SPLIT = {"develop": "development", "validate": "validation", "bootstrap": 20}
HALVES = ["development", "validation"]
STRATA = {"cuts": [0.2, 0.5], "names": ["low_risk", "middle", "high"]}
SECTIONS = {
    "clinical": {
        "columns": {name: {"number": "n"} for name in FOUR}
        | {"case": {"positive": ["1"], "negative": ["0"]}, "half": {"levels": HALVES}}
    },
    "cohorts": {name: {"half": [name]} for name in HALVES},
    "models": {
        "four": {"kind": "logistic", "endpoint": "case", "terms": FOUR},
        "two": {"kind": "logistic", "endpoint": "case", "terms": ["age", "parity"]},
    },
    "risk": {
        "four": {
            "model": "four", "compare": ["two"], "strata": STRATA, "tree": {"min_leaf": 10},
            **SPLIT,
        },
        "two": {"model": "two", **SPLIT | {"validate": None}},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder, table = tmp_path_factory.mktemp("section"), data("infert", RISK)
    # In the validation nearly everybody has the event: risks are told too low.
    table["half"] = [HALVES[number % 2] for number in range(len(table))]
    others = table["half"] == "validation"
    table = table[~others | (table["case"] == 1) | (table.index % 3 == 0)]
    sections = copy.deepcopy(SECTIONS)
    tables = write_results(folder / "results", recipes_of(folder, table, sections))
    config = {"study": {"title": "Risks"}, **sections}
    config["clinical"] = {"path": "clinical.tsv", **sections["clinical"]}
    return tables, build_page(folder / "results", config)


def article(page, name):
    start = page.index(f'<article id="risk-{name}">')
    return page[start : page.index("</article>", start)]


def places(text, *words):
    return [text.index(one) for one in words]


def test_the_order_is_that_of_a_reader(made):
    text = article(made[1], "four")
    order = places(
        text, "How well it predicts", "in other patients (validation)", "(corrected)",
        "(apparent, too good)", "Are the risks right? Calibration", "What it adds to other models",
        "<h4>Tree", "<h4>Strata", "<h4>Nomogram", "<h4>Decisions", "Model card",
    )  # fmt: skip
    assert order == sorted(order)


def test_wrong_risks_are_told_before_strata_and_nomogram(made):
    text = article(made[1], "four")
    at = [one.start() for one in re.finditer(r'<code class="key">uncalibrated</code>', text)]
    calibration, strata, nomogram = places(text, "Calibration</h4>", "<h4>Strata", "<h4>Nomogram")
    assert any(calibration < one < strata for one in at)
    figures = text.index("<caption>Strata")
    assert any(strata < one < figures for one in at)
    assert any(one > nomogram for one in at)
    assert "that the risks it tells are right: recalibrate first" in made[1]


def test_numbers_are_those_of_the_tables(made):
    tables, page = made
    text = article(page, "four")
    table = tables["four"]["risk_performance"]
    own = table[(table["data"] == "validation") & (table["measure"] == "auc")]
    alone = own[own["against"].isna()].iloc[0]
    told = f"{alone['estimate']:.2f} ({alone['lower']:.2f} to {alone['upper']:.2f})"
    answer = page[page.index('<section id="answer"') : page.index('<section id="risk"')]
    assert told in text and told in answer
    gain = own[own["against"] == "two"].iloc[0]
    assert f"{gain['estimate']:.3f} ({gain['lower']:.3f} to {gain['upper']:.3f})" in text
    strata = tables["four"]["risk_strata"]
    for row in strata.itertuples():
        assert f"{row.events:,} of {row.n:,}" in text and f"{100 * row.observed:.1f} %" in text
    assert "low risk" in text
    for rule in tables["four"]["risk_tree"]["rule"][1:2]:
        assert rule.replace("<", "&lt;").replace(">", "&gt;") in text


def test_better_is_said_only_where_the_interval_says_so(made):
    tables, page = made
    table = tables["four"]["risk_performance"]
    own = table[(table["measure"] == "auc") & table["against"].notna()].set_index("data")
    text = article(page, "four")
    for data_of in ("validation", "corrected"):
        better = own.loc[data_of, "lower"] > 0
        sentence = next(
            one for one in re.findall(r"<li>(.*?)</li>", text)
            if one.startswith("In other" if data_of == "validation" else "In the development")
        )  # fmt: skip
        assert ("better than" in sentence) == better


def test_without_a_validation_nothing_is_said_of_others(made):
    text = article(made[1], "two")
    assert "Nobody else was judged" in text and "(validation)" not in text
    assert "that it holds in other hospitals or years: nobody else was predicted" in made[1]
    assert "two: no patients beside those of the development" in made[1]


def test_methods_cite_what_was_done(made):
    page = made[1]
    for words in ("DeLong", "optimism", "Decision curve analysis", "Unbiased recursive"):
        assert words in page
    assert "Steyerberg EW, Harrell FE" not in page  # no centres here


def test_no_row_of_a_patient(made):
    tables, page = made
    for name in ("four", "two"):
        risks = tables[name]["risk_patients"]
        secrets = {f"{one:.10g}" for one in [*risks["risk"].dropna(), *risks["lp"].dropna()]}
        secrets |= set(risks["patient_id"])
        assert len(secrets) > 200 and not [one for one in secrets if one in page]
