"""The explorer in the report of a study: searched, filtered, linked, by keyboard, offline."""

import json
import re
import time

import numpy as np
import pandas as pd
import pytest

from recurseq.base.tables import read_table
from recurseq.report.page import build_page
from support.browser import BROWSERS, Browser, program
from support.report_study import EVIL, FORMULA_NAME, config, write_study

pytestmark = pytest.mark.slow

PART = "document.querySelector('#gene-explorer [data-part=\"{}\"]')"
CONTRASTS = ("early_vs_none", "tumour_vs_normal")
LATEST = 10  # seconds


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explorer") / "results"
    write_study(folder)
    (folder / "report").mkdir()
    page = build_page(folder, config())
    (folder / "report/report.html").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def tables(results):
    return {
        name: read_table(results / f"contrasts/{name}/genes.tsv", "contrast_genes")
        for name in CONTRASTS
    }


@pytest.fixture(scope="module")
def browser(results, tmp_path_factory):
    opened = Browser(program(*BROWSERS), tmp_path_factory.mktemp("browser"))
    opened.ask("Emulation.setDeviceMetricsOverride", width=1300, height=900,
               deviceScaleFactor=1, mobile=False)  # fmt: skip
    opened.open(results / "report/report.html")
    wait(opened, "performance.getEntriesByName('explorer-ready').length === 1")
    keep_files(opened)
    yield opened
    opened.close()


def keep_files(browser):
    """Keep what would be downloaded or copied instead."""
    browser.run("""
      globalThis.files = {};
      URL.createObjectURL = (blob) => { globalThis.blob = blob; return "#"; };
      HTMLAnchorElement.prototype.click = function () {
        const name = this.download;
        globalThis.blob.text().then((text) => { files[name] = text; });
      };
      Object.defineProperty(navigator, "clipboard",
        { value: { writeText: async (text) => { files.clipboard = text; } } });
      undefined
    """)


def wait(browser, condition):
    end = time.monotonic() + LATEST
    while not browser.run(condition):
        assert time.monotonic() < end, condition
        time.sleep(0.02)


def part(name):
    return PART.format(name)


def text(browser, name):
    return browser.run(f"{part(name)}.textContent")


def choose(browser, name, value, event="change"):
    browser.run(f"""(() => {{ const one = {part(name)}; one.value = {json.dumps(value)};
      one.dispatchEvent(new Event("{event}", {{ bubbles: true }})); }})()""")


def press(browser, key, code=""):
    for kind in ("keyDown", "keyUp"):
        letter = {"text": key} if len(key) == 1 and kind == "keyDown" else {}
        browser.ask("Input.dispatchKeyEvent", type=kind, key=key, code=code or key, **letter)
    if key == "Enter":
        browser.ask("Input.dispatchKeyEvent", type="char", text="\r", key="Enter")


def search(browser, words):
    browser.run("globalThis.before = null")
    browser.run(f"""(() => {{ const one = {part("search")}; one.value = {json.dumps(words)};
      one.form.requestSubmit(); }})()""")


def fresh(browser, contrast="early_vs_none"):
    choose(browser, "contrast", contrast)
    browser.run(f"{part('clear')}.click()")
    search(browser, "")


def shown_rows(browser):
    return browser.run("""[...document.querySelectorAll(".gene-rows tbody tr[data-row]")].map(
      (row) => [...row.cells].map((cell) => cell.textContent))""")


def heads(browser):
    return browser.run("[...document.querySelectorAll('.gene-rows thead button')].map("
                       "(one) => one.dataset.column)")  # fmt: skip


def test_searched_genes_have_the_numbers_of_the_tables(browser, tables):
    rng = np.random.default_rng(4)
    for name in CONTRASTS:
        fresh(browser, name)
        columns = heads(browser)
        for place in rng.choice(len(tables[name]), 20, replace=False):
            row = tables[name].iloc[place]
            search(browser, row["gene_id"])
            (cells,) = shown_rows(browser)
            assert cells[0].split()[-1] == row["gene_id"]
            assert cells[0].startswith(row["gene_name"])
            shown = dict(zip(columns, cells, strict=True))
            for column in ("log2FoldChange", "lfcSE", "shrunkenLog2FoldChange"):
                compare(shown[column], row[column], 0.005)
            for column in ("padj", "pvalue"):
                compare(shown[column], row[column])
            # One fit serves all contrasts: the page keeps the mean once, of the first.
            mean = tables[CONTRASTS[0]].iloc[place]["baseMean"]
            compare(shown["baseMean"], mean)


def compare(told, value, within=None):
    if pd.isna(value):
        assert told == "NA"
        return
    number = float(re.sub(r" × 10(.+)", lambda m: f"e{plain(m[1])}", told)
                   .replace("−", "-").replace(",", ""))  # fmt: skip
    size = 10.0 ** (np.floor(np.log10(abs(value))) - 1) if value else 1
    assert abs(number - value) <= (within or max(0.5 * size, 0.0005)) + 1e-9, (told, value)


def plain(power):
    return power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))


def test_the_counts_are_those_of_the_tables(browser, tables):
    for name in CONTRASTS:
        fresh(browser, name)
        ways = tables[name]["direction"].value_counts()
        told = browser.run(f"({{...{part('counts')}.dataset}})")
        assert told["up"] == str(ways["up"]) and told["down"] == str(ways["down"])
        assert "study's own rule" in text(browser, "rule")
        for place in range(0, 16, 3):
            choose(browser, "padj", str(place), "input")
            limit = float(text_of_slider(browser, "padj"))
            table = tables[name]
            passes = table[(table["padj"] < limit) & (table["log2FoldChange"].abs() >= 1)]
            told = browser.run(f"({{...{part('counts')}.dataset}})")
            assert told["up"] == str((passes["log2FoldChange"] > 0).sum())
            assert told["down"] == str((passes["log2FoldChange"] < 0).sum())
        assert "no error rate is promised" in text(browser, "rule")
        choose(browser, "show", "passing")
        assert text(browser, "shown").startswith(f"{len(passes)} gene")
        browser.run(f"{part('reset')}.click()")
        assert "study's own rule" in text(browser, "rule")


def text_of_slider(browser, name):
    return browser.run(f"{part(name)}.getAttribute('aria-valuetext')").split()[-1]


def test_a_pasted_list_is_found_and_what_is_not_is_named(browser):
    fresh(browser)
    browser.run(f"""(() => {{ const one = {part("search")}; one.focus();
      const data = new DataTransfer(); data.setData("text", "MT1M\\nhmga2\\tNOT_A_GENE\\nMYCN");
      one.dispatchEvent(new ClipboardEvent("paste",
        {{ clipboardData: data, bubbles: true, cancelable: true }})); }})()""")
    assert [row[0].split()[0] for row in shown_rows(browser)].sort() == [
        "HMGA2",
        "MT1M",
        "MYCN",
    ].sort()
    assert "3 genes found" in text(browser, "found")
    assert "not found: NOT_A_GENE" in text(browser, "found")
    choose(browser, "show", "called")
    assert "hidden by the filters" in text(browser, "found") or len(shown_rows(browser)) == 3


def test_hostile_names_stay_text(browser):
    fresh(browser)
    choose(browser, "show", "")
    search(browser, EVIL)
    assert shown_rows(browser)[0][0].startswith(EVIL)
    assert text(browser, "name") == EVIL
    assert EVIL in browser.run("location.href") or "%3Cscript%3E" in browser.run("location.href")
    assert browser.run("document.querySelectorAll('#genes script').length") == 0
    search(browser, FORMULA_NAME)
    browser.run(f"{part('csv')}.click()")
    wait(browser, "'early_vs_none.genes.csv' in files")
    line = browser.run("files['early_vs_none.genes.csv']").splitlines()[1]
    assert line.split(",")[1] == '"\'=HYPERLINK(""x"")"'


def test_files_equal_the_tables(browser, tables):
    fresh(browser, "tumour_vs_normal")
    choose(browser, "show", "called")
    for name in ("tsv", "symbols", "gmt"):
        browser.run(f"{part(name)}.click()")
        key = "tumour_vs_normal.genes.gmt" if name == "gmt" else "clipboard"
        wait(browser, f"'{key}' in files")
        time.sleep(0.05)
        told = browser.run(f"files['{key}']")
        called = tables["tumour_vs_normal"].query("significant")
        names = set(called["gene_name"])
        if name == "symbols":
            assert set(told.split("\n")) == names
        elif name == "gmt":
            title, about, *genes = told.strip().split("\t")
            assert title == "tumour_vs_normal" and "tumour_vs_normal" in about
            assert set(genes) == names and len(genes) == len(names)
        else:
            lines = [line.split("\t") for line in told.splitlines()]
            frame = pd.DataFrame(lines[1:], columns=lines[0]).set_index("gene_id")
            assert set(frame.index) == set(called["gene_id"])
            exact = called.set_index("gene_id").loc[frame.index]
            for column, tolerance in (("log2FoldChange", 0.0051), ("lfcSE", 0.0051)):
                off = frame[column].astype(float) - exact[column]
                assert off.abs().max() <= tolerance
            off = frame["padj"].astype(float) / exact["padj"]
            assert ((off <= 1) & (off > 0.999)).all()
    browser.run("document.querySelector('[data-svg=volcano]').click()")
    wait(browser, "'tumour_vs_normal.volcano.svg' in files")
    drawn = browser.run("files['tumour_vs_normal.volcano.svg']")
    points = sum(path.count("h0") for path in re.findall(r'<path d="([^"]*)"', drawn))
    tested = int(tables["tumour_vs_normal"]["padj"].notna().sum())
    assert points + drawn.count("<polygon") == tested


def test_an_address_leads_to_contrast_and_gene(browser, results):
    browser.run("location.hash = '#tumour_vs_normal/HMGA2'")
    wait(browser, f"{part('name')}.textContent === 'HMGA2'")
    assert browser.run(f"{part('contrast')}.value") == "tumour_vs_normal"
    search(browser, "MT1M")
    assert browser.run("location.hash") == "#tumour_vs_normal/MT1M"
    browser.run("location.hash = '#tumour_vs_normal/NO_SUCH'")
    wait(browser, f"{part('found')}.textContent.includes('not found: NO_SUCH')")
    browser.run("location.hash = '#methods'")
    assert browser.run(f"{part('contrast')}.value") == "tumour_vs_normal"


def test_everything_by_keyboard(browser):
    fresh(browser)
    browser.run("document.activeElement.blur()")
    press(browser, "/", "Slash")
    assert browser.run(f"document.activeElement === {part('search')}")
    assert browser.run(f"{part('search')}.value") == ""
    browser.ask("Input.insertText", text="MYCN")
    press(browser, "Enter")
    wait(browser, f"{part('name')}.textContent === 'MYCN'")
    fresh(browser)
    browser.run(f"{part('scroll')}.focus()")
    press(browser, "Home")
    first = text(browser, "name")
    press(browser, "ArrowDown")
    second = text(browser, "name")
    assert first != second
    rows = [row[0].split()[0] for row in shown_rows(browser)[:2]]
    assert [first.split()[0], second.split()[0]] == rows
    press(browser, "End")
    assert browser.run("document.querySelector('tr[aria-current]').getAttribute('aria-rowindex')"
                       ) == "201"  # fmt: skip
    press(browser, "Home")
    browser.run(f"{part('volcano')}.focus()")
    press(browser, "ArrowRight")
    assert text(browser, "name") != first
    reached = browser.run("""(() => {
      const all = document.querySelectorAll("#gene-explorer :is(button, select, input)");
      return [...all].filter((one) => one.checkVisibility() && !one.disabled).every((one) => {
        one.focus();
        return document.activeElement === one;
      });
    })()""")
    assert reached


def test_the_table_sorts_by_every_column_and_says_so(browser):
    fresh(browser)
    assert browser.run("document.querySelector('.gene-rows table').getAttribute('aria-rowcount')"
                       ) == "201"  # fmt: skip
    for column in heads(browser):
        sort = f"document.querySelector('.gene-rows [data-column=\"{column}\"]')"
        browser.run(f"{sort}.click()")
        once = [row[0] for row in shown_rows(browser)]
        way = browser.run(f"{sort}.closest('th').getAttribute('aria-sort')")
        browser.run(f"{sort}.click()")
        twice = [row[0] for row in shown_rows(browser)]
        other = browser.run(f"{sort}.closest('th').getAttribute('aria-sort')")
        assert {way, other} == {"ascending", "descending"}
        assert once != twice or column in ("lfcSE", "auc")  # all alike in this study


def test_the_hint_and_the_click_meet_the_gene_under_the_pointer(browser):
    fresh(browser)
    search(browser, "HMGA2")
    place = browser.run(f"""(() => {{ const box = {part("volcano")}.getBoundingClientRect();
      {part("volcano")}.scrollIntoView({{ block: "center", behavior: "instant" }});
      const now = {part("volcano")}.getBoundingClientRect();
      return [now.left, now.top, now.width, now.height]; }})()""")
    left, top, width, height = place
    met = set()
    for x in np.linspace(60, width - 20, 25):
        for y in np.linspace(30, height - 60, 12):
            browser.ask("Input.dispatchMouseEvent", type="mouseMoved", x=left + x, y=top + y)
            if not browser.run(f"{part('hint')}.hidden"):
                met.add(text(browser, "hint"))
                spot = (left + x, top + y)
    assert met
    for kind in ("mousePressed", "mouseReleased"):
        browser.ask("Input.dispatchMouseEvent", type=kind, x=spot[0], y=spot[1], button="left",
                    clickCount=1)  # fmt: skip
    assert any(one.startswith(f"{text(browser, 'name')}: log2 fold change") for one in met)


def test_nothing_is_asked_of_anybody_and_nothing_fails(browser, results):
    urls = {
        one["request"]["url"].partition("#")[0] for one in browser.of("Network.requestWillBeSent")
    }
    assert {url for url in urls if not url.startswith(("data:", "blob:"))} == {
        (results / "report/report.html").as_uri()
    }
    assert browser.of("Log.entryAdded") == [] and browser.of("Runtime.exceptionThrown") == []
    assert browser.of("Runtime.consoleAPICalled") == []
    links = browser.run("""[...document.querySelectorAll('#gene-explorer a[href^="http"]')].map(
      (one) => [one.rel, one.target])""")
    assert links and all("noopener" in rel and target == "_blank" for rel, target in links)


def test_without_scripts_the_tables_stand_and_with_them_they_give_way(browser, results):
    page = (results / "report/report.html").read_text(encoding="utf-8")
    assert '<div id="gene-explorer" class="explorer" hidden>' in page
    assert "Higher in the numerator: 25 of" in page
    seen = """["#contrasts .without-explorer", "#genes .without-explorer", "#gene-explorer"]
      .map((one) => document.querySelector(one).checkVisibility())"""
    assert browser.run(seen) == [False, False, True]
    browser.run("document.documentElement.classList.remove('explored')")
    assert browser.run(seen) == [True, True, True]
    browser.run("document.documentElement.classList.add('explored')")
    browser.ask("Emulation.setEmulatedMedia", media="print")  # the answer, and no list of genes
    assert browser.run(seen) == [False, False, False]
    browser.ask("Emulation.setEmulatedMedia", media="")
