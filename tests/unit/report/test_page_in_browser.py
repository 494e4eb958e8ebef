"""The page in a browser: accessible in every mode, readable on a phone, copied as plain numbers."""

import base64
import hashlib
import json
import re
import subprocess
import time

import pytest

from recurseq.report.page import build_report
from support.audit import violations
from support.browser import BROWSERS, Browser, program
from support.report_study import EVIL, FORMULA_NAME, config, contrast_table, write_study

pytestmark = pytest.mark.slow

WIDTHS = {"desktop": 1400, "phone": 390}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page") / "results"
    write_study(folder)
    (folder / "report").mkdir()
    page = folder / "report/report.html"
    page.write_text(build_report(folder, config()).page, encoding="utf-8")
    return page


@pytest.fixture(scope="module")
def browser(study, tmp_path_factory):
    opened = Browser(program(*BROWSERS), tmp_path_factory.mktemp("browser"))
    show(opened, "desktop", "light")
    opened.open(study)
    yield opened
    opened.close()


def show(browser, width, scheme):
    browser.ask("Emulation.setDeviceMetricsOverride", width=WIDTHS[width], height=844,
                deviceScaleFactor=1, mobile=width == "phone")  # fmt: skip
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.ask("Emulation.setEmulatedMedia", features=media)


def soon(browser, code):
    """Value of an expression as soon as it has one: a touch becomes a click a little later."""
    for _ in range(100):
        found = browser.run(code)
        if found is not None:
            return found
        time.sleep(0.05)
    return None


def touched(browser, element, code):
    """Value of an expression after a touch of an element.

    It is tried again: the page may still move under the finger, and a touch that takes long on a
    busy machine is a long press and no click.
    """
    for _ in range(5):
        browser.run(f"""({element}).scrollIntoView({{block: "center", behavior: "instant"}})""")
        spot = browser.run(f"""(() => {{ const box = ({element}).getBoundingClientRect();
          return {{x: box.left + 5, y: box.top + 5}}; }})()""")
        browser.ask("Input.dispatchTouchEvent", type="touchStart", touchPoints=[spot])
        browser.ask("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        if (found := soon(browser, code)) is not None:
            return found
    return None


def copied(browser, code):
    """What an action of the page puts on the clipboard."""
    return browser.run(f"""(() => {{
      let text = null;
      const look = (event) => {{ text = event.clipboardData.getData("text/plain"); }};
      addEventListener("copy", look);
      const setData = DataTransfer.prototype.setData;
      DataTransfer.prototype.setData = function (kind, told) {{ text = told; setData.call(this, kind, told); }};
      {code};
      DataTransfer.prototype.setData = setData;
      removeEventListener("copy", look);
      return text;
    }})()""")  # noqa: E501


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(browser, width, scheme):
    show(browser, width, scheme)
    assert violations(browser) == []


def test_only_the_named_scripts_run_and_nothing_is_asked_of_anybody(study, browser):
    page = study.read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page).group(1)
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.S)
    for text in scripts:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.count("sha256-") == len(scripts) and "default-src 'none'" in policy
    urls = {one["request"]["url"] for one in browser.of("Network.requestWillBeSent")}
    assert {url for url in urls if not url.startswith("data:")} == {study.as_uri()}
    assert browser.of("Log.entryAdded") == [] and browser.of("Runtime.exceptionThrown") == []


def test_the_page_is_no_wider_than_a_phone_and_wide_tables_scroll_inside(browser):
    show(browser, "phone", "light")
    assert browser.run("document.documentElement.scrollWidth") == 390
    cut = browser.run("""[...document.querySelectorAll("main table")].filter((table) =>
      table.getBoundingClientRect().right > innerWidth
        && !table.closest(".scroll, .gene-rows")).length""")
    assert cut == 0
    stuck = browser.run("""[...document.querySelectorAll(".scroll")].filter((box) =>
      box.scrollWidth > box.clientWidth + 20).map((box) => {
        const before = box.querySelector("tbody tr > :not([colspan])").getBoundingClientRect().left;
        box.scrollLeft = 60;
        const after = box.querySelector("tbody tr > :not([colspan])").getBoundingClientRect().left;
        box.scrollLeft = 0;
        return Math.abs(after - before) < 1 && box.tabIndex === 0
          && getComputedStyle(box).backgroundImage.includes("gradient");
      })""")
    assert len(stuck) > 3 and all(stuck)
    browser.run("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    letters = browser.run("""[...document.querySelectorAll(".scroll tbody th")].filter((head) => {
      const { width, height } = head.getBoundingClientRect();
      return width < 60 && height > 3 * width;
    }).map((head) => head.textContent)""")
    assert letters == []


def test_columns_are_explained_by_keyboard_and_touch(browser):
    show(browser, "phone", "light")
    shown = """(() => { const one = document.querySelector(":popover-open");
      return one && [one.textContent, one.getBoundingClientRect().right <= innerWidth]; })()"""
    term = """document.querySelector("#evidence .term")"""
    browser.run(f"({term}).focus()")
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    browser.ask("Input.dispatchKeyEvent", type="keyDown", **key)
    browser.ask("Input.dispatchKeyEvent", type="keyUp", **key)
    text, inside = browser.run(shown)
    assert "called with shuffled labels" in text and inside
    escape = {"key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27}
    browser.ask("Input.dispatchKeyEvent", type="keyDown", **escape)
    assert browser.run(shown) is None
    browser.ask("Emulation.setTouchEmulationEnabled", enabled=True)
    assert touched(browser, term, shown) == [text, True]
    browser.ask("Emulation.setTouchEmulationEnabled", enabled=False)
    browser.run("document.querySelector(':popover-open').hidePopover()")
    assert browser.run("document.querySelectorAll('th[title]').length") == 0


def test_focus_is_seen(browser):
    browser.run("document.querySelector('#answer h3 a').focus()")
    key = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
    browser.ask("Input.dispatchKeyEvent", type="keyDown", **key)
    style = browser.run("getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"


def test_contents_are_open_beside_the_text_and_close_on_a_phone(browser):
    opened = "document.querySelector('.contents').open"
    show(browser, "desktop", "light")
    assert browser.run(opened)
    show(browser, "phone", "light")
    assert not browser.run(opened)
    browser.run("document.querySelector('.contents').open = true")
    browser.run("document.querySelector('.contents a[href=\"#limits\"]').click()")
    assert not browser.run(opened) and browser.run("location.hash") == "#limits"
    listed = browser.run(
        "[...document.querySelectorAll('.contents > ol > li > a')].map((a) => a.hash)"
    )
    there = browser.run(
        "[...document.querySelectorAll('main > section')].map((one) => '#' + one.id)"
    )
    assert listed == there and there[:2] == ["#answer", "#genes"]
    assert there[-5:] == ["#limits", "#methods", "#references", "#files", "#provenance"]


@pytest.mark.parametrize(
    ("shown", "plain"),
    [("−1,234.5", "-1234.5"), ("1.0 × 10⁻⁵", "1.0e-5"), ("12.5 %", "0.125"),
     ("< 10⁻³⁰⁰", "0"), ("▲ 2.50", "2.50"), ("NA", "NA"), ("18,204", "18204"),
     ("−2.00 to −0.50", "-2.00 to -0.50"), (FORMULA_NAME, "'" + FORMULA_NAME), ("@x", "'@x"),
     ("-1", "-1"), ("-1+2", "'-1+2"), (EVIL, EVIL), ("1-Mar", "1-Mar"), ("a\n\tb", "a b")],
)  # fmt: skip
def test_cells_are_copied_as_spreadsheets_and_r_read_them(browser, shown, plain):
    assert browser.run(f"plainText({json.dumps(shown)})") == plain


def test_a_copied_table_is_the_table(browser):
    show(browser, "desktop", "light")
    text = copied(browser, "document.querySelector('#contrasts .scroll + .copies').click()")
    lines = [line.split("\t") for line in text.rstrip("\n").split("\n")]
    assert len({len(line) for line in lines}) == 1
    head = lines[0]
    table = contrast_table(seed=1)
    best = table[table["direction"] == "up"].nsmallest(25, "padj").reset_index(drop=True)
    assert len(lines) == 26
    for line, row in zip(lines[1:], best.itertuples(), strict=True):
        own = dict(zip(head, line, strict=True))
        assert float(own["log2 fold change"]) == pytest.approx(row.log2FoldChange, abs=0.005)
        assert float(own["padj"]) == pytest.approx(row.padj, rel=0.05, abs=5e-4)


def test_r_reads_a_copied_table_as_numbers(browser, tmp_path):
    text = copied(browser, "document.querySelector('#contrasts .scroll + .copies').click()")
    (tmp_path / "pasted.txt").write_text(text, encoding="utf-8")
    code = """x <- read.delim(commandArgs(TRUE), check.names = FALSE, encoding = "UTF-8")
      cat(nrow(x), x[["log2 fold change"]][1], sapply(x[c("SE", "padj")], class))"""
    made = subprocess.run([program("Rscript"), "-e", code, tmp_path / "pasted.txt"], text=True,
                          capture_output=True, check=True)  # fmt: skip
    rows, change, *kinds = made.stdout.split()
    table = contrast_table(seed=1)
    best = table[table["direction"] == "up"].nsmallest(1, "padj").iloc[0]
    assert rows == "25" and kinds == ["numeric", "numeric"]
    assert float(change) == pytest.approx(best["log2FoldChange"], abs=0.005)


def test_a_selection_of_cells_is_copied_with_tabs(browser):
    text = copied(
        browser,
        """
      const seen = (body) => body.offsetParent && body.rows.length > 1;
      const all = document.querySelectorAll("main section > div > table tbody");
      const rows = [...all].find(seen).rows;
      getSelection().setBaseAndExtent(rows[0].cells[0], 0, rows[1].cells[2], 1);
      document.execCommand("copy")""",
    )
    first, second = text.rstrip("\n").split("\n")
    assert first.count("\t") > second.count("\t") == 2
    browser.run("getSelection().removeAllRanges()")


def test_methods_are_copied_with_their_references(browser):
    text = copied(browser, "document.querySelector('[data-copies]').click()")
    parts = text.strip().split("\n\n")
    assert parts[0].startswith("Samples. ") and any(part.startswith("Model. ") for part in parts)
    assert "[1]" in text and any(re.match(r"1\. .* doi:10\.", part) for part in parts)
    assert "curated (curated.gmt)" in text


def test_paper_has_the_answer_on_its_first_page_and_no_screen_parts(browser):
    browser.ask("Emulation.setEmulatedMedia", media="print")
    shown = browser.run("""[...document.querySelectorAll("main > section")]
      .filter((one) => getComputedStyle(one).display !== "none").map((one) => one.id)""")
    hidden = browser.run("""[...document.querySelectorAll("nav, .copies, .screen, .definition")]
      .every((one) => getComputedStyle(one).display === "none")""")
    # A4 less its margins: 182 by 271 mm, 96 pixels an inch.
    browser.ask("Emulation.setDeviceMetricsOverride", width=688, height=1024,
                deviceScaleFactor=1, mobile=False)  # fmt: skip
    end = browser.run("document.querySelector('#answer').getBoundingClientRect().bottom + scrollY")
    browser.ask("Emulation.setEmulatedMedia", media="screen")
    assert (
        shown == ["answer", "markers", "limits", "methods", "references"]
        and hidden
        and 0 < end < 1024
    )
    made = browser.ask(
        "Page.printToPDF", preferCSSPageSize=True, paperWidth=8.27, paperHeight=11.69
    )
    pdf = base64.b64decode(made["data"])
    assert pdf.count(b"/Type /Page\n") >= 3


def test_without_a_script_the_words_are_there(browser, study):
    assert "hidden>Copy methods" in study.read_text(encoding="utf-8")
    assert browser.run("!document.querySelector('[data-copies]').hidden")


def test_what_is_laid_out_later_is_whole_where_a_reader_goes(study, tmp_path):
    """Opened at a place, or led to one by a link, the page ends there; else all comes in time."""
    top = "Math.round(document.querySelector('#{}').getBoundingClientRect().top)"
    opened = Browser(program(*BROWSERS), tmp_path)
    show(opened, "desktop", "light")
    opened.open(study, "markers")
    assert soon(opened, f"Math.abs({top.format('markers')}) < 60 || null")
    opened.close()
    opened = Browser(program(*BROWSERS), tmp_path / "other")
    show(opened, "desktop", "light")
    opened.open(study)
    count = "document.querySelectorAll('main > section{}').length"
    assert soon(opened, f"{count.format(':not(.laid-out)')} === 0 || null")
    assert soon(opened, "[...document.images].every((one) => one.naturalWidth > 0) || null")
    assert opened.run("[...document.images].every((one) => one.width > 0 && one.height > 0)")
    opened.close()
