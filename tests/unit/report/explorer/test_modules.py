"""Each module of the explorer's script in a browser, against the library and closed forms."""

import numpy as np
import pandas as pd
import pytest

from recurseq.command.evidence_sentences import evidence_sentences
from recurseq.command.outcome import ContrastResult
from recurseq.command.sentences import pvalue_sentence
from recurseq.command.sentences import verdict as verdict_of
from recurseq.report import gene_words
from recurseq.report import words as page_words
from recurseq.report.explorer.block import pack
from recurseq.report.explorer.numbers import cut, significant
from recurseq.report.explorer.packed import packed
from recurseq.report.page import address
from recurseq.stats.intervals import NORMAL_975
from support.browser import BROWSERS, Browser, program
from support.explorer import asked, blank, explored_study, load

EVIL = "\"'><script>alert(1)</script> & =1"


@pytest.fixture(scope="module")
def study():
    return explored_study(800, 30, tested=0.8)


@pytest.fixture(scope="module")
def browser(tmp_path_factory, study):
    folder = tmp_path_factory.mktemp("modules")
    opened = Browser(program(*BROWSERS), folder / "profile")
    opened.open(blank(folder))
    load(opened)
    asked(opened, "async (text) => { globalThis.found = new Study(await unpack(text)); }",
          packed(study))  # fmt: skip
    yield opened
    assert opened.of("Runtime.exceptionThrown") == []
    opened.close()


def test_unpack_reads_what_the_library_packed(browser):
    rng = np.random.default_rng(1)
    kinds = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32)
    arrays = {kind.__name__: rng.integers(0, 120, 37).astype(kind) for kind in kinds}
    arrays["int32"] -= 10_000_000
    arrays["none"] = np.empty(0, np.uint16)
    told = asked(browser, """async (text) => {
      const { meta, arrays } = await unpack(text);
      return [meta.name, Object.entries(arrays).map(([name, a]) => [name, [...a]])];
    }""", pack({"name": EVIL}, arrays))  # fmt: skip
    assert told == [EVIL, [[name, array.tolist()] for name, array in arrays.items()]]


def test_numbers_are_shown_as_the_page_shows_them(browser):
    rng = np.random.default_rng(2)
    values = np.concatenate([10 ** rng.uniform(-250, 0, 500), 10 ** rng.uniform(-5, 0, 500)])
    values = np.array([float(f"{x:.10g}") for x in values])
    codes = [one.tolist() for one in significant(values, 4)]
    told = asked(browser, "(m, e) => m.map((x, i) => probability(x, e[i]))", *codes)
    assert told == [page_words.pvalue(x) for x in values]
    assert asked(browser, "() => [probability(0, 0), probability(1, 0)]") == ["NA", "< 10⁻³⁰⁰"]
    few = asked(browser, "() => [[52, -2], [10, -2], [50, -3], [12, -9], [95, -4]].map((p) => "
                "probability(...p))")  # fmt: skip
    assert few == ["0.52", "0.10", "0.050", "1.2 × 10⁻⁸", "0.0095"]
    changes = np.array([float(f"{x:.10g}") for x in rng.normal(0, 3, 500)])
    told = asked(browser, "(x) => x.map((c) => hundredths(toHundredths(c)))",
                 cut(changes, 1000).tolist())  # fmt: skip
    assert told == [page_words.number(x) for x in changes]
    told = asked(browser, "(m, e) => m.map((x, i) => level(x, e[i]))",
                 [1234, 9996, 2222, 1000, 1234, 0], [0, 0, -2, -6, 3, 0])  # fmt: skip
    assert told == ["1,230", "10,000", "22.2", "0.00100", "1,230,000", "NA"]


def test_the_study_gives_back_estimates_and_intervals(browser, study):
    genes = study.contrasts[1].genes
    told = asked(browser, """() => found.ids.map((_, i) => {
      const c = found.contrasts[1];
      return [hundredths(c.changeShown(i), "-"), ...c.interval(i), c.arrays.lfcSE[i]];
    })""")  # fmt: skip
    known = genes["log2FoldChange"].notna().to_numpy()
    shown = np.array([row[0] for row, there in zip(told, known, strict=True) if there], float)
    whole = genes.loc[known, "log2FoldChange"].to_numpy()
    assert np.abs(shown - whole).max() <= 0.005 + 1e-9
    for sign, place in ((-1, 1), (1, 2)):
        ends = np.array([row[place] for row, there in zip(told, known, strict=True) if there])
        exact = whole + sign * NORMAL_975 * genes.loc[known, "lfcSE"].to_numpy()
        assert np.abs(ends / 100 - exact).max() <= 0.005 + 1e-9


def test_expression_comes_back_sample_by_sample(browser, study):
    gene = study.expressed[7]
    row = study.genes.index.get_loc(gene)
    told = np.array(asked(browser, "(i) => found.expression(i)", row))
    values = study.vst[:, 7]
    assert np.abs(told - values).max() <= (np.ptp(values) + 0.02) / 510 + 1e-9
    groups = asked(browser, "(i) => byGroup(found, i).map((g) => [g.group, "
                   "g.samples.map((s) => s.name), median(g.samples.map((s) => s.value))])",
                   row)  # fmt: skip
    for group, names, middle in groups:
        inside = (study.groups == group).to_numpy()
        assert names == list(study.groups.index[inside])
        assert middle == pytest.approx(np.median(values[inside]), abs=0.03)


@pytest.mark.parametrize("padj", [1e-10, 1e-4, 0.005, 0.05, 0.3, 1])
def test_counts_at_thresholds_are_those_of_the_table(browser, study, padj):
    genes = study.contrasts[0].genes
    for change in (0, 0.3, 1, 1.7):
        for mean in (0, 10, 200):
            passes = (genes["padj"] < padj) & (genes["log2FoldChange"].abs() >= change)
            passes &= (genes["baseMean"] >= mean) | (mean == 0)
            expected = [int((passes & (genes["log2FoldChange"] > 0)).sum()),
                        int((passes & (genes["log2FoldChange"] < 0)).sum())]  # fmt: skip
            told = asked(browser, "(limits) => { const p = passing(found.contrasts[0], limits); "
                         "return [p.up, p.down]; }",
                         {"padj": padj, "change": change, "mean": mean})  # fmt: skip
            assert told == expected


def test_the_clearest_genes_come_first(browser, study):
    genes = study.contrasts[0].genes
    told = asked(browser, "() => [...strongestFirst(Uint32Array.from(found.ids, (_, i) => i), "
                 "found.contrasts[0])]")  # fmt: skip
    values = genes["padj"].to_numpy()[told]
    known = values[~np.isnan(values)]
    assert len(known) == genes["padj"].notna().sum() and np.isnan(values[len(known) :]).all()
    assert (np.diff(known) >= -1e-3 * known[1:]).all()


def test_genes_alike_in_one_p_value_are_ordered_by_the_other(browser, study):
    """Of the numbers as the page keeps them: plateaus of padj, then the p-value, then the row."""
    keys, told, some = asked(browser, """() => {
      const c = found.contrasts[0];
      const rows = Uint32Array.from(found.ids, (_, i) => i);
      return [[...rows].map((i) => [c.decimal("padj", i), c.decimal("pvalue", i)]),
        [...strongestFirst(rows, c)], [...strongestFirst(rows.filter((i) => i % 3), c)]];
    }""")  # fmt: skip
    keys = [[np.inf if one is None else one for one in key] for key in keys]
    assert len({key[0] for key in keys}) < len(keys) - 10
    expected = sorted(range(len(keys)), key=lambda i: (*keys[i], i))
    assert told == expected
    assert some == [i for i in expected if i % 3]


def test_filters_choose_the_rows_of_the_tables(browser, study):
    genes, evidence = study.contrasts[0].genes, study.contrasts[0].evidence
    none = {"show": "", "support": "", "set": "", "pattern": "", "type": "", "panel": False}
    edge = set(study.contrasts[0].sets["leading_edge"].iloc[3].split(";"))
    for change, mask in (
        ({"show": "called"}, genes["significant"]),
        ({"show": "up"}, genes["direction"] == "up"),
        ({"show": "down"}, genes["direction"] == "down"),
        ({"support": "confirmed"}, evidence["support"] == "confirmed"),
        ({"panel": True}, study.genes["panel"]),
        ({"pattern": "monotone_up"}, study.genes["pattern"] == "monotone_up"),
        ({"type": "lncRNA"}, study.genes["gene_type"] == "lncRNA"),
        ({"set": "3"}, study.genes["gene_name"].isin(edge)),
    ):
        told = asked(browser, "(filters) => [...chosen(found.contrasts[0], filters, "
                     "new Int8Array(found.count), null)]", none | change)  # fmt: skip
        assert told == np.flatnonzero(mask.to_numpy(bool)).tolist(), change
        assert told


def test_names_are_found_by_symbol_alias_and_identifier(browser, study):
    names, ids = study.genes["gene_name"], list(study.genes.index)
    alias = study.genes["aliases"].iloc[30].split("|")[1]
    asked(browser, "() => { globalThis.finder = new Finder(found); }")
    text = f"{names.iloc[3].lower()}, {ids[9]}.12;\n{alias}\tNOSUCH  {names.iloc[3]}"
    told = asked(browser, "(text) => finder.find(text)", text)
    assert told["rows"] == [3, 9, 30] and told["missing"] == ["NOSUCH"]
    assert told["renamed"] == [f"{alias} is {names.iloc[30]}"]
    assert asked(browser, "() => finder.find(' ,; ').rows") is None
    begun = asked(browser, "(text) => finder.find(text).rows", names.iloc[5][:3])
    assert 5 in begun
    assert asked(browser, "() => finder.find('<script>')")["missing"] == ["<script>"]


def test_sentences_are_those_of_explain(browser, study):
    """Words between the numbers are the same; numbers are those of the page."""
    tested = study.contrasts[0]
    table = tested.genes.assign(pvalueThreshold=np.nan, padjThreshold=np.nan)
    result = ContrastResult(tested.contrast, table, tested.filter_threshold, None, None)
    # A p-value of 0 is "below 1e-300" in the terminal and "< 10⁻³⁰⁰" on the page.
    kept = tested.genes["pvalue"] != 0
    rows = [
        *np.flatnonzero(tested.genes["significant"] & kept)[:20],
        *np.flatnonzero(kept)[-200::5],
    ]
    said = set()
    for place in rows:
        row, evidence = table.iloc[place], tested.evidence.iloc[place]
        told = asked(browser, "(i) => explained(found.contrasts[0], i)", int(place))
        word, sentence = verdict_of(row, result)
        expected = [pvalue_sentence(row, result), sentence]
        if pd.notna(evidence["auc"]):
            expected += evidence_sentences(evidence, result)
        assert told["word"] == word
        sentences = told["sentences"][int(pd.notna(row["log2FoldChange"])) :]
        assert [_bare(text) for text in sentences] == [_bare(text) for text in expected if text]
        said.update(_bare(text).split("#")[0] for text in sentences)
    for words in ("Without sample", "Without any one of", "No sample of", "Carried by few",
                  "Called", "Not called", "Confirmed", "A sample of"):  # fmt: skip
        assert any(words in text for text in said), words


def _bare(text):
    """A sentence without its numbers."""
    return (
        pd.Series([text]).str.replace(r"[−-]?\d[\d.,e⁻⁰¹²³⁴⁵⁶⁷⁸⁹× -]*", "#", regex=True)[0].strip()
    )


def test_fragments_are_filled_as_the_library_fills_them(browser):
    fragments = ("a {x}", ", b {y}", ", c {x} {z}", ".")
    for values in ({"x": EVIL}, {"y": "1"}, {"x": "{y}", "y": "2", "z": "$&"}, {}):
        told = asked(browser, "(parts, values) => say(parts, values)", fragments, values)
        assert told == gene_words.say(fragments, values)


def test_axes_hold_most_genes_and_are_not_stretched_by_one(browser):
    values = [*np.linspace(0, 5, 1000), 400.0]
    end = asked(browser, "(x) => endOf(x, 1)", values)
    assert 5 <= end < 8
    clear = [*np.linspace(0, 1, 10_000), *np.linspace(1, 10, 30), 300.0]
    assert asked(browser, "(x) => endOf(x, 1)", clear) < 10
    assert 10 <= asked(browser, "(x) => endOf(x, 1, 5)", clear) < 15
    assert asked(browser, "() => endOf([], 3)") == 3
    assert asked(browser, "() => ticks(-1.2, 1.2)") == [-1, -0.5, 0, 0.5, 1]
    assert asked(browser, "() => ticks(0, 100, 5)") == [0, 20, 40, 60, 80, 100]


def test_a_drawn_svg_is_text_even_of_hostile_names(browser):
    told = asked(browser, """(name) => {
      const pen = svgPen(100, 50, "white");
      pen.text(1, 2, name, "black");
      pen.dots([1, 2, 3, 4], 1, "red");
      pen.dots([1, 2], 4, "red", true);
      pen.shape([0, 0, 1, 1, 2, 0], "blue");
      pen.line(0, 0, 1, 1, "black", { dash: [4, 4] });
      const read = new DOMParser().parseFromString(pen.source(), "image/svg+xml");
      return [read.querySelector("text").textContent, read.querySelectorAll("script").length,
        read.querySelectorAll("parsererror").length,
        [...read.documentElement.children].map((one) => one.tagName)];
    }""", EVIL)  # fmt: skip
    assert told == [EVIL, 0, 0, ["rect", "text", "path", "circle", "polygon", "line"]]


def test_files_hold_the_rows_that_are_shown(browser, study):
    told = asked(browser, """() => {
      const columns = columnsOf(found.contrasts[0]);
      return [tableText(found, columns, [4, 2], "\\t"), tableText(found, columns, [4], ","),
        gmtText(found, [4, 2, 4], "a\\tb", "c\\nd"), symbolsText(found, [4, 2])];
    }""")  # fmt: skip
    names, ids = study.genes["gene_name"], study.genes.index
    lines = [line.split("\t") for line in told[0].splitlines()]
    assert [line[:2] for line in lines[1:]] == [[ids[4], names.iloc[4]], [ids[2], names.iloc[2]]]
    assert lines[0][:6] == ["gene_id", "gene_name", "baseMean", "log2FoldChange", "lfcSE",
                            "shrunkenLog2FoldChange"]  # fmt: skip
    assert told[1].splitlines()[1].split(",")[0] == ids[4]
    assert told[2] == f"a b\tc d\t{names.iloc[4]}\t{names.iloc[2]}\n"
    assert told[3] == f"{names.iloc[4]}\n{names.iloc[2]}"
    cells = asked(
        browser,
        """() => ["=1+1", '@x', '-x', 'a,"b', "MT1M"].map((name) =>
      tableText({ ids: ["i"], names: [name] }, [{}], [0], ",").split("\\n")[1])""",
    )
    assert cells == ["i,'=1+1", "i,'@x", "i,'-x", 'i,"a,""b"', "i,MT1M"]


def test_addresses_lead_to_contrast_and_gene(browser):
    for contrast, gene in (("early_vs_none", "MT1M"), ("a", "x/y #%"), ("c", EVIL)):
        told = asked(browser, "(c, g) => readAddress(addressOf(c, g))", contrast, gene)
        assert told == {"contrast": contrast, "asked": [gene]}
        assert asked(browser, "(c, g) => addressOf(c, g)", contrast, gene) == address(
            (contrast, gene)
        )
    told = asked(browser, "() => readAddress(addressOf('c', 'my sets', 'A/B'))")
    assert told == {"contrast": "c", "asked": ["my sets", "A/B"]}
    assert asked(browser, "() => ['', '#genes', '#/x', '#%/%'].map(readAddress)") == [None] * 4
    links = asked(browser, "() => outwardLinks('A&B', 'ENSG00000205364.3')")
    assert [href for _, href in links] == [
        "https://www.genecards.org/cgi-bin/carddisp.pl?gene=A%26B",
        "https://www.ensembl.org/id/ENSG00000205364",
    ]
    assert asked(browser, "() => outwardLinks('Mt1', 'ENSMUSG00000031765').map((l) => l[0])") == [
        "Ensembl"
    ]


def test_sliders_hold_the_rule_of_the_contrast(browser):
    told = asked(browser, "() => stepsOf({ alpha: 0.07, minAbsLfc: 0.5849625 })")
    assert told["own"] == {"padj": 0.07, "change": 0.5849625, "mean": 0}
    for name, own in told["own"].items():
        assert own in told["steps"][name] and told["steps"][name] == sorted(told["steps"][name])


def test_a_forest_keeps_its_scale_and_marks_what_lies_beyond(browser):
    told = asked(browser, """() => {
      const contrast = (change, lower, upper) => ({ change: () => change,
        interval: () => [lower, upper], arrays: { called: [1] } });
      const wide = contrast(1, -900, 1100);
      const end = scaleEnd([wide, contrast(2, 150, 250)], 0);
      return [end, bar(wide, 0, end).querySelectorAll("polygon").length,
        bar(contrast(2, 150, 250), 0, end).querySelectorAll("polygon").length];
    }""")  # fmt: skip
    assert told == [5, 2, 0]
