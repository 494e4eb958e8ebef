"""The page: everything escaped, nothing loaded from elsewhere, numbers as in the tables."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from recurseq.base.tables import write_table
from recurseq.base.text import listed
from recurseq.figures.registry import all_figures
from recurseq.report import words
from recurseq.report.page import build_page, embed
from recurseq.report.provenance import provenance, write_provenance
from recurseq.report.references import references
from recurseq.report.results import DrawnFigure
from support.report_study import (
    EVIL,
    config,
    contrast_table,
    draw,
    frame,
    scripts_of,
    write_study,
)

pytestmark = pytest.mark.slow


def drawn(*files):
    return DrawnFigure(all_figures()["pca"], {}, files)


# Written by the rule that writes the page, and by that of the workbook.
BESIDE = ("tables.xlsx", "references.bib", "CITATION.cff")


class Tags(HTMLParser):
    """All tags with their attributes, and whether they close in order."""

    VOID = frozenset({"meta", "img", "link", "br", "input"})

    def __init__(self, page):
        super().__init__()
        self.found, self.open, self.errors = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.errors.append(tag)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page") / "results"
    write_study(folder)
    record = provenance(config(), {}, [folder / "qc" / "flags.tsv"], folder.parent)
    write_provenance(record, folder / "provenance.json")
    return folder


@pytest.fixture(scope="module")
def page(results):
    return build_page(results, config())


def text_of(page: str) -> str:
    """Return what a reader sees, tags removed and blanks collapsed."""
    body = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_names_from_outside_are_escaped(page):
    assert len(scripts_of(page)) == 3  # of explorer, components and page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Recurrence &lt;of&gt; liver cancer &amp; more" in page
    assert not any(name.startswith("on") for _, attrs in Tags(page).found for name in attrs)


def test_html_is_well_formed(page):
    tags = Tags(page)
    assert not tags.errors
    assert not tags.open
    names = [attrs["id"] for _, attrs in tags.found if "id" in attrs]
    assert len(names) == len(set(names))


def test_nothing_is_loaded_from_elsewhere(page):
    for tag, attrs in Tags(page).found:
        assert tag not in {"link", "iframe", "object", "embed"}
        assert attrs.get("src", "data:").startswith("data:")
        if attrs.get("href", "").startswith("http"):
            assert attrs["href"].startswith("https://doi.org/")
    assert "url(" not in page
    assert "@import" not in page


def test_links_stay_inside_the_results(page, results):
    tags = Tags(page).found
    names = {attrs["id"] for _, attrs in tags if "id" in attrs}
    for href in (attrs["href"] for tag, attrs in tags if tag == "a"):
        if href.startswith("#"):
            assert href[1:] in names
        elif not href.startswith("https://doi.org/") and href not in BESIDE:
            assert (results / "report" / href).resolve().is_file()


def test_pictures_have_alternative_texts_and_tables_have_headers(page):
    tags = Tags(page).found
    pictures = [attrs for tag, attrs in tags if tag == "img"]
    assert len(pictures) == 1 + 2 * 2  # those of contrasts are linked: the explorer shows them
    assert all(attrs["alt"].strip() for attrs in pictures)
    scopes = {attrs.get("scope") for tag, attrs in tags if tag == "th"}
    assert scopes == {"col", "row", "rowgroup"}
    assert page.count("<table") == page.count("<caption") == page.count("<thead")


def test_page_is_small_and_without_machine_paths(page, results):
    assert len(page.encode()) < 5_000_000
    assert str(results) not in page
    assert "/tmp" not in page


def test_counts_are_those_of_the_tables(page):
    text = text_of(page)
    table = contrast_table(seed=1)
    up, down = ((table["direction"] == way).sum() for way in ("up", "down"))
    sides = "in early_recurrence than in no_recurrence"
    assert f"{up} genes higher and {down} genes lower {sides}" in text
    assert "180 of 200 genes have a p-value, 180 an adjusted one" in text
    assert "15 no count in any sample" in text
    assert "3 mean count below the threshold of independent filtering" in text
    assert "2 p-value withheld: a single outlying count drives the fit" in text
    assert "early_vs_none: early_recurrence v no_recurrence (7 v 6 samples)" in text
    assert "early_recurrence and no_recurrence v normal (13 v 5 samples)" in text
    assert "182 of 200 genes in the model" in text
    assert "agrees in 2 samples, differs in S2, cannot be told in 1" in text


@pytest.mark.parametrize(("way", "heading"), [("up", "Higher"), ("down", "Lower")])
def test_top_tables_begin_with_the_strongest_gene_of_their_direction(page, way, heading):
    table = contrast_table(seed=1)
    ranked = table[table["direction"] == way].sort_values("padj")["gene_name"].head(25).tolist()
    part = page.split(f"{heading} in the numerator: 25 of", 1)[1].split("</table>", 1)[0]
    assert re.findall(r'<th scope="row" class="gene"><span>(.*?)</span>', part) == ranked


def test_rows_hold_the_values_of_the_table(page):
    table = contrast_table(seed=1)
    best = table[table["direction"] == "up"].nsmallest(1, "padj").iloc[0]
    row = re.search(rf"<tr><th[^>]*><span>{best.gene_name}</span>.*?</tr>", page, flags=re.S)
    cells = [text_of(cell) for cell in re.findall(r"<td.*?</td>", row.group(), flags=re.S)]
    assert cells[1] == f"{best.log2FoldChange:.2f}"
    low, high = (best.log2FoldChange + way * 1.959964 * 0.3 for way in (-1, 1))
    assert cells[2] == f"{low:.2f} to {high:.2f}"
    assert cells[4] == f"{best.shrunkenLog2FoldChange:.2f}"
    mantissa, exponent = f"{best.padj:.1e}".split("e-")
    plain = cells[5].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    assert plain == f"{mantissa} × 10-{int(exponent)}"


def test_simulated_is_said_only_when_so(page, results):
    assert "Simulated data." in text_of(page)
    plain = build_page(results, config(demo=None))
    said = text_of(plain.partition('<div class="definition"')[0])
    # Of the check, which the folder still has.
    for text in (
        *("The counts are simulated", "simulated truth", "In a subset: simulated"),
        "Check of the simulated demo study",
    ):
        said = said.replace(text, "")
    assert "imulated" not in said


def test_the_check_of_the_demo_shows_both_false_shares_markers_and_patterns(page):
    text = text_of(page)
    assert "31 3.2 % 75.0 % 25 0.0 % 60.0 % 2 1 in a subset above chance right" in text
    assert "random halves" in text and "like chance right" in text
    assert "−2.50 ▼ −2.40 0.38 2.70 97.0 % 1.0 × 10⁻⁴ confirmed" in text
    assert "missed high in a subset" in text
    assert "metallothionein 1 0 0 0" in text and "oncofetal 0 0 0 1" in text
    assert "Lost further 0 0 0 0 4 0 0 0" in text


def test_markers_show_every_verdict_in_words(page):
    text = text_of(page)
    for verdict in ("✓ as expected", "✕ opposite", "○ not significant", "– not tested"):
        assert verdict in text
    assert "MYCN note not in the count matrix" in text
    assert "▼ −1.23 ✕ opposite −2.00 to −0.50, padj 2.5 × 10⁻⁷, expected up" in text


def test_pathways_split_by_direction_with_leading_edge(page):
    text = text_of(page)
    rule = "the adjusted p-value of the competitive test is below 0.05"
    assert f"7 sets higher and 7 sets lower of 14 tested, called when {rule}" in text
    assert f"SET 1 30 2.40 0.002 0.10 {EVIL}, GENE0, GENE1" in text
    assert "and 11 more" in text
    assert "inf" in text  # an odds ratio that is not finite


def test_methods_follow_the_configuration(page, results):
    assert "A gene was called when the adjusted p-value is below 0.05" in text_of(page)
    assert "replaced for 2 genes, p-values withheld for no genes" in text_of(page)
    assert "The fit of 3 genes did not converge" in text_of(page)
    changed = config(
        testing={"alpha": 0.1, "lfc_threshold": 0.5, "min_abs_lfc": 0, "shrinkage": "none",
                 "independent_filtering": False, "cooks": False},
        filter={"min_count": 7, "min_samples": 4},
        enrichment={"collections": {"curated": "a.gmt"}, "min_size": 5, "max_size": 321},
    )  # fmt: skip
    text = text_of(build_page(results, changed))
    assert "test that |log2 fold change| exceeds 0.5 is below 0.1" in text
    assert "fold change| is at least" not in text
    assert "at least 4 samples had a count of 7 or more" in text
    assert "without independent filtering" in text
    assert "Cook's distances were not used" in text
    assert "with 5 to 321 ranked genes" in text
    assert "Fold changes were not shrunken" in text
    assert references()["apeglm"].text not in text


def test_contrast_with_its_own_threshold_is_told_apart(results):
    contrasts = config()["contrasts"]
    contrasts["early_vs_none"]["min_abs_lfc"] = 2
    text = text_of(build_page(results, config(contrasts=contrasts)))
    assert "In early_vs_none a gene was called when" in text
    assert "(7 v 6 samples); called: padj < 0.05, |log2FC| ≥ 2" in text


def test_contrast_by_coefficients(results):
    contrasts = config()["contrasts"]
    contrasts["early_vs_none"] = {"coefficients": {"group[early_recurrence]": 1, "Intercept": -0.5}}
    text = text_of(build_page(results, config(contrasts=contrasts)))
    assert "Log2 fold change = +1 × group[early_recurrence] -0.5 × Intercept" in text


def test_optional_sections_may_be_absent(tmp_path):
    write_study(tmp_path, optional=False)
    sections = {"omnibus": None, "markers": None, "enrichment": None, "demo": None}
    page = build_page(tmp_path, config(**sections))
    for name in ("omnibus", "markers", "pathways", "check"):
        assert f'id="{name}"' not in page
        assert f'href="#{name}"' not in page
    assert not Tags(page).errors
    assert "GSEApy: a comprehensive" not in page


def test_nothing_significant_is_said_and_not_a_crash(tmp_path):
    write_study(tmp_path, significant=False)
    text = text_of(build_page(tmp_path, config()))
    assert "No gene was called." in text
    assert "Smallest adjusted p-values; not called." in text
    assert "No set was called; the smallest adjusted p-value is 0.700" in text
    assert "No sample was flagged." in text


def test_a_contrast_without_any_test(tmp_path):
    write_study(tmp_path)
    table = contrast_table(20)
    write_table(table, tmp_path / "contrasts/early_vs_none/genes.tsv", "contrast_genes")
    assert "0 of 20 genes have a p-value" in text_of(build_page(tmp_path, config()))


def test_claims_have_their_verdict_and_what_could_be_seen(tmp_path):
    write_study(tmp_path)
    about = {"contrast": "early_vs_none", "n_numerator": 7, "n_denominator": 6, "source": EVIL}
    known = {"gene_id": "E1", "gene_name": EVIL, "log2FoldChange": -0.4, "lfcSE": 0.5}
    known |= {"ci_lower": -1.4, "ci_upper": 0.6, "pvalue": 0.42, "observed": "down"}
    able = {"claimedLog2FoldChange": -2.0, "power": 0.31, "detectable": -2.9}
    rows = [
        {"query": EVIL, "expected": "down", "verdict": "undecided", **known, **able},
        {"query": "AFP", "expected": "up", "verdict": "undecided", "note": "not in the counts"},
        {"query": "SET", "collection": "curated", "expected": "up", "observed": "down",
         "NES": -1.8, "pvalue": 0.001, "verdict": "contradicted"},
    ]  # fmt: skip
    write_table(
        frame("claims", [{**about, **row} for row in rows]), tmp_path / "claims.tsv", "claims"
    )
    page = build_page(tmp_path, config())
    text = text_of(page)
    assert "Of 3 claims, 0 supported, 1 contradicted, 2 undecided." in text
    assert "a change of 2.9 log2 units with a chance of 80 %" in text
    assert "see with a chance of 31 %, so that no answer says little" in text
    assert "down NES −1.80" in text and "not in the counts" in text
    assert len(scripts_of(page)) == 3 and not Tags(page).errors


def test_patterns_tell_of_steps_and_genes(tmp_path):
    write_study(tmp_path)
    steps = ["tumour_vs_normal", "early_vs_none"]
    row = {"gene_id": "E1", "gene_name": EVIL, "pattern": "lost_further", "pvalue": 1e-9}
    rows = [{**row, "padj": 1e-7, "steps": "down;down"},
            {**row, "gene_id": "E2", "pattern": "no_evidence", "padj": 0.4}]  # fmt: skip
    numbers = {f"log2FoldChange_{step}": [-1.25, 0.1] for step in steps}
    write_table(
        frame("patterns", rows).assign(**numbers), tmp_path / "patterns/genes.tsv", "patterns"
    )
    counts = [{"pattern": "lost_further", "genes": 1, "up": 0, "down": 1, "meaning": "It falls."},
              {"pattern": "no_evidence", "genes": 1, "meaning": "Nothing shown."}]  # fmt: skip
    write_table(frame("pattern_counts", counts), tmp_path / "patterns/counts.tsv", "pattern_counts")
    draw(tmp_path / "patterns/figures", ["patterns"])
    page = build_page(tmp_path, config(patterns={"contrasts": steps}))
    text = text_of(page)
    assert "1 of 2 genes could be classed." in text
    assert "▼ −1.25 ▼ −1.25 1.0 × 10⁻⁷ Lost further" in text
    assert "lies below 1." in text and "lies below 1 and" not in text
    assert len(scripts_of(page)) == 3 and not Tags(page).errors
    assert "could be classed" not in text_of(build_page(tmp_path, config()))


def test_signatures_tell_of_the_composition_first_and_of_what_remains(tmp_path):
    write_study(tmp_path)
    row = {"contrast": "early_vs_none", "genes": 40, "pvalue": 0.001, "padj": 0.01}
    row |= {"significant": True, "direction": "up", "estimate": 0.2, "standardised": 1.25}
    row["statistic"] = 2.5
    second = {"adjustedEstimate": 0.15, "adjustedPvalue": 0.002, "adjustedPadj": 0.02}
    rows = [
        {**row, "collection": "composition", "set": "immune"},
        {**row, **second, "collection": "liver", "set": EVIL, "remains": "remains",
         "note": f"it remains with immune held equal ({EVIL})"},
        {**row, "collection": "liver", "set": "OTHER_SET", "padj": 0.6, "significant": False,
         "direction": "none", "note": "not adjusted: no proxy is left for it"},
    ]  # fmt: skip
    write_table(
        frame("signature_tests", rows), tmp_path / "signatures/tests.tsv", "signature_tests"
    )
    sets = [
        {"collection": "liver", "set": EVIL, "status": "scored", "column": EVIL},
        {"collection": "liver", "set": "TINY", "status": "too_few_genes", "note": "2 of 3"},
    ]
    write_table(frame("signature_sets", sets), tmp_path / "signatures/sets.tsv", "signature_sets")
    samples = [{"sample_id": f"S{i}", "group": "normal", "phase": "g1_s"} for i in range(3)]
    samples = frame("signature_samples", samples)
    write_table(samples, tmp_path / "signatures/samples.tsv", "signature_samples")
    draw(tmp_path / "signatures/figures", ["heatmap"])
    section = {"collections": {"liver": "builtin"}, "method": "gsva"}
    page = build_page(tmp_path, config(signatures=section))
    text = text_of(page)
    assert "The sides differ in what they are made of: immune (higher)." in text
    assert "1 of 2 scores called: with what the samples are made of held equal 1 remain" in text
    assert f"{EVIL} 40 ▲ 1.25 0.010 75 % 0.020 remains it remains with immune" in text
    assert "finds a difference of 1.4 residual standard deviations" in text  # 2.8 / 2
    assert "1 set of 2 could not be scored: TINY, 2 of 3." in text
    assert text.index("Do the groups differ") < text.index("Signatures: the 2 of 2")
    assert "normal 3 0 0" in text and "Gaussian kernel" in text
    assert len(scripts_of(page)) == 3 and not Tags(page).errors
    assert "could not be scored" not in text_of(build_page(tmp_path, config()))


def test_candidates_stand_with_their_reason(tmp_path):
    write_study(tmp_path)
    row = {"contrast": "early_vs_none", "rank": 1, "gene_id": "E1", "gene_name": EVIL,
           "direction": "up", "log2FoldChange": 2.5, "ci_lower": 1.5, "ci_upper": 3.5, "auc": 0.93,
           "specificity": 1.1, "reason": f"confirmed; in the panel ({EVIL})"}  # fmt: skip
    write_table(frame("candidates", [row]), tmp_path / "markers/candidates.tsv", "candidates")
    page = build_page(tmp_path, config())
    text = text_of(page)
    assert "Candidates for markers" in text
    assert f"▲ 2.50 1.50 to 3.50 0.93 1.10 confirmed; in the panel ({EVIL})" in text
    assert len(scripts_of(page)) == 3 and not Tags(page).errors


def test_same_results_same_page(results, page):
    assert build_page(results, config()) == page


def test_absolute_paths_of_the_configuration_are_not_shown(results):
    changed = config(counts={"path": "/home/someone/study/counts.tsv"})
    page = build_page(results, changed, root="/home/someone/study")
    assert "/home/someone" not in page
    assert "path: counts.tsv" in page


def test_figures_beyond_the_budget_are_left_out(tmp_path):
    draw(tmp_path, ["one", "two"])
    figures = [drawn(tmp_path / f"{name}.png") for name in ("one", "two")]
    sizes = [len(uri) for uri in embed(figures).values()]
    assert len(sizes) == 2
    assert list(embed(figures, sizes[0] + 1)) == [tmp_path / "one.png"]


def test_smaller_file_is_embedded(tmp_path):
    (tmp_path / "a.svg").write_bytes(b"x" * 100)
    (tmp_path / "a.png").write_bytes(b"x" * 99)
    assert drawn(tmp_path / "a.png", tmp_path / "a.svg").smallest.suffix == ".png"
    (tmp_path / "a.png").write_bytes(b"x" * 100)
    assert drawn(tmp_path / "a.png", tmp_path / "a.svg").smallest.suffix == ".svg"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05, "0.050"), (0.001, "0.001"), (1e-5, "1.0 × 10⁻⁵"), (0.0, "< 10⁻³⁰⁰"), (None, "NA"),
     (float("nan"), "NA"), (1.0, "1.000"), (9.99e-4, "1.0 × 10⁻³")],
)  # fmt: skip
def test_pvalues_in_words(value, text):
    assert words.pvalue(value) == text


def test_numbers_in_words():
    assert words.number(-1.005, 1) == "−1.0"
    assert words.number(-0.001) == "0.00"
    assert [words.measure(x) for x in (35057.0, 12.34, 1.5, 0.1234)] == [
        "35,057", "12.3", "1.50", "0.123"
    ]  # fmt: skip
    assert words.count(1234567) == "1,234,567"
    assert words.many(0, "gene") == "no genes"
    assert words.many(1, "gene") == "1 gene"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_every_contrast_stands_under_one_title_with_its_key(page):
    title, key = "early recurrence v no recurrence", '<code class="key">early_vs_none</code>'
    answer = page.split('<article class="answer">', 1)[1].split("</article>", 1)[0]
    assert f'<a href="#contrast-early_vs_none">{title}</a> {key}</h3>' in answer
    assert f"<h3>{title} {key}</h3>" in page


def test_verdicts_are_counted_in_one_table(page):
    part = page.split("Genes of the panel by verdict", 1)[1].split("</table>", 1)[0]
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", part, flags=re.S)
    assert len(rows) == 2
    for row in rows:
        counts = [int(cell) for cell in re.findall(r'<td class="n">(\d+)</td>', row)]
        assert len(counts) == 6
        assert sum(counts) == 8  # genes of the panel
    assert "n = 7 v 6" in text_of(rows[0])


def test_limits_say_what_happens_to_outliers(page, results):
    assert "at least 7 samples share all values of the design" in text_of(page)
    testing = {"alpha": 0.05, "cooks": False}
    assert "were not looked for" in text_of(build_page(results, config(testing=testing)))
