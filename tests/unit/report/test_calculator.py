"""The calculator of the report: in a real browser, offline, and equal to the library to 1e-12."""

import json
import re
import subprocess
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pytest

from recurseq.base.tables import write_table
from recurseq.clinical.cautions import as_table
from recurseq.report.page import build_page
from recurseq.report.sections.risk import SCRIPT, embedded
from recurseq.risk.asking import answer, read_values
from recurseq.risk.build import build
from recurseq.risk.points import nomogram_tables
from recurseq.risk.risk_model import write_model
from support.audit import violations
from support.browser import BROWSERS, Browser, program
from support.golden import RISK, data
from support.paths import REPOSITORY
from support.risk_models import (
    infert_config,
    infert_model,
    lung_model,
    recipe_of,
)

pytestmark = pytest.mark.slow

CODE = (REPOSITORY / "scripts/recurseq/report/sections" / SCRIPT).read_text(encoding="utf-8")
EVIL = "\"'><script>alert(1)</script> & <!-- ]]>"
BENT = {
    "terms": ["age", "parity", "education", "spontaneous", "induced"],
    "spline": {"age": 4},
    "interactions": [["education", "spontaneous"], ["age", "induced"]],
}
PARTS = ("linear", "risk", "lower", "upper", "points")
TYPED = {"age": "26", "parity": "3", "education": EVIL, "spontaneous": "2", "induced": "0.5"}


def patients_of(model, rows=25):
    """Patients all over the ranges: what may be typed, as text."""
    random = np.random.default_rng(8)
    for _ in range(rows):
        yield {
            name: str(random.choice(span) if isinstance(span[0], str) else random.uniform(*span))
            for name, span in ((name, model.ranges[name]) for name in model.variables)
        }


def by_library(model, texts):
    found = answer(model, read_values(model, texts))
    return [getattr(found, part) for part in PARTS]


def by_node(model, asked):
    """Answers of the script alone, without a page."""
    code = (
        CODE
        + """
    const [model, asked] = JSON.parse(require("fs").readFileSync(0, "utf8"));
    console.log(JSON.stringify(asked.map((texts) => {
      const values = Object.fromEntries(
        Object.entries(texts).map(([name, text]) => [name, valueOf(model, name, text)]));
      const found = riskOf(model, values);
      return [found.linear, found.risk, found.lower, found.upper,
              (found.linear - model.points.zero) / model.points.step];
    })));
    """
    )
    text = json.dumps([json.loads(embedded(model)), asked])
    told = subprocess.run([program("node"), "-e", code], input=text, capture_output=True,
                          text=True, check=True)  # fmt: skip
    return json.loads(told.stdout)


def test_the_script_equals_the_library(tmp_path):
    logged = {"parity": {"number": "n", "transform": "log2"}}
    models = [infert_model(tmp_path), infert_model(tmp_path, BENT, **logged)]
    models += [lung_model(tmp_path, 12), infert_model(tmp_path, {"entry": {"p": 1e-30}})]
    for scale in ("log10", "log", "sqrt"):
        models.append(infert_model(tmp_path, parity={"number": "n", "transform": scale}))
    for model in models:
        asked = list(patients_of(model))
        told = by_node(model, asked)
        here = [by_library(model, texts) for texts in asked]
        np.testing.assert_allclose(told, here, rtol=1e-12, atol=1e-12)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The report of a study with a risk model whose levels are hostile, and one without a model."""
    folder = tmp_path_factory.mktemp("calculator")
    table = data("infert", RISK).replace({"education": {"0-5yrs": EVIL}})
    levels = {"levels": [EVIL, "6-11yrs", "12+ yrs"]}
    config = infert_config(folder, BENT, education=levels)
    table.insert(0, "patient_id", [f"P{number}" for number in range(len(table))])
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    built = build(recipe_of(folder, config))
    results = folder / "results"
    for path in ("risk/r", "risk/gone", "clinical", "report"):
        (results / path).mkdir(parents=True)
    write_model(built.model, results / "risk/r/model.json")
    write_model(None, results / "risk/gone/model.json")
    for name, frame in nomogram_tables(built.model).items():
        file = {"risk_points": "points.tsv", "risk_scale": "scale.tsv"}[name]
        write_table(frame, results / "risk/r" / file, name)
    write_table(as_table(built.cautions), results / "clinical/cautions.tsv", "clinical_cautions")
    config["risk"]["gone"] = {"model": "m"}
    text = build_page(results, config)
    (results / "report/report.html").write_text(text, encoding="utf-8")
    return built.model, text, results / "report/report.html"


@pytest.fixture(scope="module")
def browser(page, tmp_path_factory):
    opened = Browser(program(*BROWSERS), tmp_path_factory.mktemp("browser"))
    opened.open(page[2])
    yield opened
    opened.close()


def type_in(browser, texts):
    code = """((texts) => {
      for (const [name, text] of Object.entries(texts)) {
        const field = [...document.querySelectorAll("[data-variable]")]
          .find((one) => one.dataset.variable === name);
        field.value = text;
        field.dispatchEvent(new Event("input"));
      }
      const output = document.querySelector(".calculator output");
      const told = [...document.querySelectorAll("[data-told] li")];
      const text = output.textContent;
      return { ...output.dataset, text, told: told.map((one) => one.textContent) };
    })"""
    return browser.run(f"{code}({json.dumps(texts)})")


def test_the_page_tells_the_exact_risk_with_its_interval(page, browser):
    model = page[0]
    for texts in [TYPED, *patients_of(model, 8)]:
        found = type_in(browser, texts)
        assert found["told"] == []
        told = [float(found[part]) for part in PARTS]
        np.testing.assert_allclose(told, by_library(model, texts), rtol=1e-12, atol=1e-12)
        risk, lower, upper = told[1:4]
        shown = f"{100 * risk:.1f} % (95 % interval {100 * lower:.1f} % to {100 * upper:.1f} %)"
        assert shown in found["text"]


def test_outside_the_development_there_is_no_risk(browser):
    type_in(browser, TYPED)
    for name, text, words in (
        ("age", "20.99", "age: 20.99 lies outside 21 to 44"),
        ("age", "44.01", "lies outside"),
        ("age", "", "age: not given"),
        ("education", "", "education: not given"),
    ):
        found = type_in(browser, {name: text})
        assert any(words in one for one in found["told"]), found
        assert "risk" not in found and found["text"] == "No risk is told yet."
        assert "risk" in type_in(browser, {name: TYPED[name]})
    wrong = browser.run("document.querySelectorAll('[aria-invalid=true]').length")
    assert wrong == 0


def test_sliders_stay_inside_and_set_the_exact_number(page, browser):
    type_in(browser, TYPED)
    for place, age in ((0, 21), (1000, 44), (500, 33)):  # years are whole numbers
        value = browser.run(f"""(() => {{
          const field = [...document.querySelectorAll("[data-variable]")]
            .find((one) => one.dataset.variable === "age");
          const slider = field.parentElement.querySelector("input[type=range]");
          slider.value = {place};
          slider.dispatchEvent(new Event("input"));
          return field.value;
        }})()""")
        assert abs(float(value) - age) <= 0.5
        found = browser.run("({...document.querySelector('.calculator output').dataset})")
        expected = by_library(page[0], TYPED | {"age": value})
        assert float(found["risk"]) == pytest.approx(expected[1], rel=1e-12)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_report_of_patients(browser, scheme):
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.ask("Emulation.setEmulatedMedia", features=media)
    assert violations(browser) == []


def test_nothing_is_asked_of_anybody_and_only_this_script_may_run(page, browser):
    urls = {one["request"]["url"] for one in browser.of("Network.requestWillBeSent")}
    assert {url for url in urls if not url.startswith("data:")} == {page[2].as_uri()}
    assert browser.of("Log.entryAdded") == [] and browser.of("Runtime.exceptionThrown") == []
    assert browser.run("document.querySelectorAll('script').length") == 2
    # A script that somebody else had put into the page does not run.
    browser.run("""(() => {
      const other = document.createElement("script");
      other.textContent = "window.foreign = true";
      document.body.append(other);
    })()""")
    assert browser.run("window.foreign === undefined")
    assert browser.run("""(() => {
      try { return document.querySelector(".calculator").setAttribute("onclick", "window.f = 1"),
            document.querySelector(".calculator").click(), window.f === undefined; }
      catch (error) { return true; }
    })()""")


def test_names_from_outside_are_data_in_the_page(page):
    text = page[1]
    assert text.count("<script") == 2 and "&lt;script&gt;alert(1)" in text
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text).group(1)
    assert "default-src 'none'" in policy and "unsafe-inline'; script-src 'sha256-" in policy
    assert "unsafe-eval" not in policy and policy.count("script-src") == 1
    (model,) = re.findall(r'data-model="([^"]+)"', text)
    assert json.loads(unescape(model)) == json.loads(embedded(page[0]))


class Visible(HTMLParser):
    """Whether the sentence for readers without scripts is shown, and the calculator is not."""

    def __init__(self, page):
        super().__init__()
        self.found = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        for name in ("data-without", "data-model"):
            if name in dict(attrs):
                self.found[name] = "hidden" not in dict(attrs)


def test_without_scripts_the_page_names_the_command(page, browser):
    assert Visible(page[1]).found == {"data-without": True, "data-model": False}
    assert "recurseq predict STUDY --risk r age=… parity=…" in page[1]
    assert browser.run("document.querySelector('[data-without]').hidden")
    assert not browser.run("document.querySelector('.calculator').hidden")


def test_a_model_that_was_left_out_has_no_calculator(page):
    part = page[1][page[1].index('id="risk-gone"') :].partition("</article>")[0]
    assert "No model was made in all" in part and "data-model" not in part


def test_the_card_stands_in_the_report(page):
    text = page[1]
    for heading in ("Data", "Outcome", "Predictors", "Missing values", "Analysis", "Performance",
                    "Limits"):  # fmt: skip
        assert f"<dt>{heading}</dt>" in text
    assert "248 patients with 83 events" in text and "restricted cubic spline with 4 knots" in text
    assert "apparent performance is not told alone" in text
    assert "For research; not a medical device." in text
