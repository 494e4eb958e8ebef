"""Parts of the page that lead into the explorer, and the components, in a browser."""

import re
import time

import anndata
import numpy as np
import pandas as pd
import pytest

from recurseq.base.tables import read_table, write_table
from recurseq.qc.components import associations
from recurseq.report.page import build_page
from support.audit import violations
from support.browser import BROWSERS, Browser, program
from support.explorer import MODULES, blank
from support.report_study import EVIL, GENES, config, gene_names, write_study

pytestmark = pytest.mark.slow

LATEST = 10  # seconds
PART = "document.querySelector('#components [data-part=\"{}\"]')"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts") / "results"
    write_study(folder)
    _with_columns(folder)
    markers = read_table(folder / "markers/markers.tsv", "markers")
    places = {name: f"ENSG{i:05d}.1" for i, name in enumerate(gene_names(len(GENES)))}
    known = markers["gene_id"].notna()
    markers.loc[known, "gene_id"] = markers.loc[known, "query"].map(places)
    write_table(markers, folder / "markers/markers.tsv", "markers")
    (folder / "report").mkdir()
    path = folder / "report/report.html"
    path.write_text(build_page(folder, config()), encoding="utf-8")
    return path


def _with_columns(folder):
    """Give the sheet a hostile column, and write the components that go with it."""
    model = anndata.read_h5ad(folder / "model.h5ad")
    rng = np.random.default_rng(2)
    model.obs["site"] = pd.Categorical([EVIL if i % 2 else "other" for i in range(model.n_obs)])
    model.obs["age_years"] = rng.normal(60, 9, model.n_obs).round(2)
    model.write_h5ad(folder / "model.h5ad")
    scores = pd.DataFrame(rng.normal(size=(model.n_obs, 10)))
    scores.columns = [f"PC{k + 1}" for k in range(10)]
    scores.insert(0, "sample_id", model.obs_names)
    share = pd.DataFrame({"component": scores.columns[1:], "variance_explained": 0.1})
    write_table(scores, folder / "qc/pca.tsv", "qc_pca")
    write_table(share, folder / "qc/pca_variance.tsv", "qc_pca_variance")
    table = associations(scores, model.obs)
    write_table(table, folder / "qc/pca_association.tsv", "qc_pca_association")


@pytest.fixture(scope="module")
def browser(page, tmp_path_factory):
    opened = Browser(program(*BROWSERS), tmp_path_factory.mktemp("browser"))
    opened.ask("Emulation.setDeviceMetricsOverride", width=1300, height=900,
               deviceScaleFactor=1, mobile=False)  # fmt: skip
    opened.open(page)
    wait(opened, "document.querySelectorAll('[data-explore] a').length > 0")
    yield opened
    assert opened.of("Runtime.exceptionThrown") == [] and opened.of("Log.entryAdded") == []
    opened.close()


def wait(browser, condition):
    end = time.monotonic() + LATEST
    while not browser.run(condition):
        assert time.monotonic() < end, condition
        time.sleep(0.02)


def explorer(browser, code):
    return browser.run(
        f"document.querySelector('#gene-explorer [data-part=\"{code}\"]').textContent"
    )


def test_a_symbol_of_the_panel_leads_to_its_gene(browser):
    browser.run("""[...document.querySelectorAll("#markers [data-explore] a")]
      .find((one) => one.textContent === "MT1M").click()""")
    wait(
        browser, "document.querySelector('#gene-explorer [data-part=name]').textContent === 'MT1M'"
    )
    assert browser.run("location.hash") == "#early_vs_none/MT1M"
    shown = "document.querySelector('#genes').getBoundingClientRect().top"
    wait(browser, f"Math.abs({shown}) < 200")


def test_a_gene_without_an_identifier_is_text(browser):
    rows = browser.run("""[...document.querySelectorAll("#markers .heat tbody th[scope=row]")]
      .map((one) => [one.innerText.split(" ")[0].trim(), one.querySelectorAll("a").length])""")
    assert ["MYCN", 0] in rows and ["HMGA2", 1] in rows


def test_a_set_leads_to_its_leading_edge(browser):
    link = """[...document.querySelectorAll("#pathways .heat [data-explore] a")]
      .find((one) => one.textContent === "SET 0")"""
    browser.run(f"{link}.click()")
    wait(browser, "document.querySelector('#gene-explorer [data-part=set]').value !== ''")
    chosen = (
        "document.querySelector('#gene-explorer [data-part=set]').selectedOptions[0].textContent"
    )
    assert browser.run(chosen).startswith("SET 0 ")
    assert explorer(browser, "shown").startswith("13 genes shown")  # EVIL, GENE8 to GENE19
    assert browser.run("location.hash") == "#early_vs_none/curated/SET_0"
    # The same address once more: what was changed since is undone.
    browser.run("""(() => { const set = document.querySelector('#gene-explorer [data-part=set]');
      set.value = ""; set.dispatchEvent(new Event("change")); })()""")
    assert explorer(browser, "shown").startswith("200 genes shown")
    browser.run(f"{link}.click()")
    assert explorer(browser, "shown").startswith("13 genes shown")


def test_an_unknown_set_or_contrast_changes_nothing(browser):
    before = explorer(browser, "shown")
    browser.run("location.hash = '#nothing/curated/SET_0'")
    time.sleep(0.1)
    assert explorer(browser, "shown") == before


def test_every_door_leads_somewhere_and_its_text_is_text(browser):
    told = browser.run("""[...document.querySelectorAll("[data-explore]")].map((one) =>
      [one.textContent, one.querySelectorAll("a").length, one.children.length])""")
    assert [EVIL, 1, 1] in told
    assert all(links == children <= 1 for _, links, children in told)


def test_numbers_of_the_cells_are_shown_when_they_are_asked_for(browser):
    seen = """[...document.querySelectorAll("#markers .more")].filter((one) =>
      one.checkVisibility()).length"""
    assert browser.run(seen) == 0
    browser.run("document.querySelector('.shows-more').click()")
    assert (
        browser.run(seen) == browser.run("document.querySelectorAll('#markers .more').length") > 0
    )
    browser.run("document.querySelector('.shows-more').click()")


def test_components_are_coloured_by_a_chosen_column_whose_names_are_text(browser):
    options = browser.run(f"[...{PART.format('column')}.options].map((one) => one.text)")
    assert options == ["group", "site", "age years"]
    picture = f"{PART.format('canvas')}.toDataURL()"
    before = browser.run(picture)
    browser.run(f"""(() => {{ const one = {PART.format("column")}; one.value = "1";
      one.dispatchEvent(new Event("change")); }})()""")
    assert browser.run(picture) != before
    levels = browser.run(f"[...{PART.format('levels')}.children].map((one) => one.textContent)")
    assert levels == [f"● {EVIL} n = 9", "▲ other n = 9"]
    assert browser.run("document.querySelectorAll('#components script').length") == 0
    assert EVIL in browser.run(f"{PART.format('canvas')}.getAttribute('aria-label')")
    said = browser.run(f"{PART.format('says')}.textContent")
    assert re.match(r"Adjusted R² of site: −?\d\.\d\d \(padj .*\) of PC1, ", said)


def test_a_sample_says_its_name_and_level_under_the_pointer(browser):
    found = browser.run(f"""(() => {{
      const canvas = {PART.format("canvas")};
      const box = canvas.getBoundingClientRect();
      for (let x = 40; x < box.width; x += 6) for (let y = 10; y < box.height - 40; y += 6) {{
        canvas.dispatchEvent(new PointerEvent("pointermove", {{ clientX: box.left + x,
          clientY: box.top + y }}));
        const hint = {PART.format("hint")};
        if (!hint.hidden) return hint.textContent;
      }}
      return "";
    }})()""")
    assert re.fullmatch(r"S\d+: site (other|<script>.*)(; flagged)?", found)


def test_the_static_picture_gives_way(browser):
    assert not browser.run("document.querySelector('.without-components').checkVisibility()")


def test_axe_finds_nothing_in_the_parts(browser):
    for scheme in ("light", "dark"):
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.ask("Emulation.setEmulatedMedia", features=media)
        assert violations(browser) == []


def test_without_scripts_doors_are_text_and_the_picture_stands(page, tmp_path):
    opened = Browser(program(*BROWSERS), tmp_path)
    opened.ask("Emulation.setScriptExecutionDisabled", value=True)
    opened.open(page)
    counted = opened.run("""[document.querySelectorAll("[data-explore] a").length,
      document.querySelector(".without-components").checkVisibility(),
      document.querySelector("#components").checkVisibility()]""")
    opened.close()
    assert counted == [0, True, False]


def test_levels_are_told_apart_by_colour_and_shape(tmp_path):
    opened = Browser(program(*BROWSERS), tmp_path / "profile")
    opened.open(blank(tmp_path))
    text = (MODULES / "components.js").read_text(encoding="utf-8")
    mark = re.search(r"^export (function markOf.*?^})", text, re.DOTALL | re.MULTILINE)[1]
    opened.run(f'globalThis.GLYPHS = ["●", "▲", "■", "◆"]; {mark}; globalThis.markOf = markOf; 0')
    marks = opened.run("""[...Array(32).keys()].map((k) =>
      JSON.stringify(markOf(k, ["a", "b", "c", "d", "e", "f", "g", "h"])))""")
    opened.close()
    assert len(set(marks)) == 32
