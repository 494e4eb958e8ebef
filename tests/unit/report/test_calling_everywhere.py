"""Wherever a reader meets the calling rule, it is the rule that filtered the table."""

import re
from html import unescape

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from openpyxl import load_workbook

from recurseq.base.tables import write_table
from recurseq.command.outcome import ContrastResult
from recurseq.command.sentences import verdict
from recurseq.command.summary import called_genes
from recurseq.contrasts.results import called, summary_row
from recurseq.design.calling import SetRule, rule_by_padj
from recurseq.design.groups import sample_groups
from recurseq.evidence.summary import summarise
from recurseq.figures.contrast import about, ma_figure, pvalue_figure, volcano_figure
from recurseq.figures.enrichment import dotplot_figure, running_figure
from recurseq.figures.heatmap import top_genes_figure, top_of
from recurseq.report.page import build_page
from recurseq.report.results import Results
from recurseq.report.workbook import write_workbook
from recurseq.report.workbook_pages import in_short
from recurseq.report.workbook_sheets import study_sheets
from recurseq.study import load_study
from support.report_study import config, contrast_table, evidence_table, samples, write_study

pytestmark = pytest.mark.slow

TESTING = [
    {"alpha": 0.05, "min_abs_lfc": 1},
    {"alpha": 0.01, "min_abs_lfc": 0},
    {"alpha": 0.1, "lfc_threshold": 0.5, "min_abs_lfc": 0},
    {"alpha": 0.05, "lfc_threshold": 0.5, "min_abs_lfc": 1},
]
NAME = "early_vs_none"
# Every way in which a rule has ever been written: symbols, and sentences of the report.
SYMBOLS = re.compile(
    r"(?:padj\w*|competitivePadj) ?< ?[\d.]*\d(?: \(against \|log2FC\| ≤ [\d.]*\d\))?"
    r"(?:, \|log2FC\| ≥ [\d.]*\d)?"
)
SENTENCES = re.compile(
    r"(?:[Cc]alled when|called means that|a gene was called when) "
    r"(the adjusted p-value .*?is below [\d.]*\d"
    r"(?: and \|log2 fold change\| is at least [\d.]*\d)?)"
)


@pytest.fixture(scope="module", params=TESTING, ids=str)
def study(request, tmp_path_factory):
    """The small study with one rule, its tables called by it; to look at."""
    settings, folder = load_study(config(testing=request.param)), tmp_path_factory.mktemp("study")
    write_study(folder)
    rows, weighed = [], []
    for seed, contrast in enumerate(settings.contrasts.values(), start=1):
        table = contrast_table(seed=seed)
        if contrast.rule.tests_threshold:
            table[["pvalueThreshold", "padjThreshold"]] = table[["pvalue", "padj"]] ** 0.5
        table = called(table, contrast)
        own = folder / "contrasts" / contrast.name
        write_table(table, own / "genes.tsv", "contrast_genes")
        rows.append(summary_row(table, contrast, samples(), 0.0))
        write_table(rows[-1], own / "summary.tsv", "contrast_summary_row")
        weighed.append(evidence_table(table))
        write_table(weighed[-1], own / "evidence.tsv", "contrast_evidence")
    write_table(summarise(rows, weighed), folder / "contrasts/summary.tsv", "contrast_summary")
    return Results(folder, settings), config(testing=request.param)


def texts(figure):
    return "\n".join(part.get_text().replace("\n", " ") for part in figure.findobj(Text))


def test_figures(study):
    results, _ = study
    contrast = results.study.contrasts[NAME]
    rule, sheet = contrast.rule, results.samples
    subject = about(contrast, sheet, simulated=True)
    genes = results.table("contrast_genes", contrast=NAME)
    top = top_of(genes, rule.column)
    values = np.random.default_rng(1).normal(8, 1, (len(sheet), len(top)))
    vst = pd.DataFrame(values, sheet.index, top["gene_id"])
    volcano = volcano_figure(genes, subject)
    for figure in (
        ma_figure(genes, subject),
        volcano,
        top_genes_figure(genes, vst, sample_groups(sheet, "group"), subject),
    ):
        assert set(SYMBOLS.findall(texts(figure))) == {rule.symbols}
    assert SYMBOLS.findall(texts(pvalue_figure(genes, subject))) == []
    axes = volcano.axes[0]
    assert axes.get_ylabel() == rule.axis_label
    across = [0, 1]  # of the axes: lines from edge to edge
    heights = [line.get_ydata()[0] for line in axes.lines if list(line.get_xdata()) == across]
    assert heights == pytest.approx([-np.log10(rule.alpha)])
    places = [line.get_xdata()[0] for line in axes.lines if list(line.get_ydata()) == across]
    limit = rule.min_abs_lfc
    assert sorted(places) == ([-limit, limit] if limit else [])
    shown = genes[genes[rule.column].notna()]
    for way in ("up", "down"):
        dots = [d.get_offsets() for d in axes.collections if d.get_label() == way]
        assert sum(map(len, dots)) == (shown["direction"] == way).sum()
    chosen = shown.sort_values([rule.column, "pvalue", "gene_id"])
    assert set(top["gene_id"]) == set(chosen["gene_id"].head(40))


def test_figures_of_gene_sets(study):
    results, _ = study
    subject = about(results.study.contrasts[NAME], results.samples, simulated=True)
    gsea = results.table("gsea", contrast=NAME, collection="curated")
    rule = SetRule(subject.rule.alpha)
    figure = dotplot_figure(gsea, subject, "curated")
    assert set(SYMBOLS.findall(texts(figure))) == {rule.symbols}
    assert f"{int((gsea[rule.column] < rule.alpha).sum())} of {len(gsea)} sets called" in texts(
        figure
    )
    ranking = pd.Series([2.0, 1.0, -1.0], ["GENE1", "GENE2", "GENE3"])
    running = running_figure(gsea, ranking, {"SET_1": ["GENE1"]}, subject, "curated")
    assert SYMBOLS.findall(texts(running)) == []


def test_every_sentence_of_the_page(study):
    results, written = study
    page = build_page(results.folder, written)
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", page[page.index("<main") :])).split())
    rules = {contrast.rule for contrast in results.study.contrasts.values()}
    padj, sets = rule_by_padj(results.study.testing.alpha), SetRule(results.study.testing.alpha)
    allowed = {rule.symbols for rule in rules} | {padj.symbols, sets.symbols}
    assert {rule.symbols for rule in rules} <= set(SYMBOLS.findall(text)) <= allowed
    sentences = set(SENTENCES.findall(text))
    assert (
        {rule.sentence for rule in rules} <= sentences <= {r.sentence for r in rules | {padj, sets}}
    )
    for rule in rules:
        assert rule.promise in text
    for contrast in results.study.contrasts.values():
        genes = results.table("contrast_genes", contrast=contrast.name)
        up, down = (int((genes["direction"] == way).sum()) for way in ("up", "down"))
        assert f"{up} genes higher and {down} genes lower" in text


def test_notes_of_the_workbook(study, tmp_path):
    results, _ = study
    write_workbook(study_sheets(results), tmp_path / "tables.xlsx", in_short(results))
    legend = load_workbook(tmp_path / "tables.xlsx")["Legend"]
    said = "\n".join(str(cell.value) for row in legend.iter_rows() for cell in row if cell.value)
    rules = {contrast.rule.symbols for contrast in results.study.contrasts.values()}
    assert set(SYMBOLS.findall(said)) == rules


def test_commands(study):
    results, _ = study
    for row in called_genes(results):
        genes = results.table("contrast_genes", contrast=row[0])
        rule = results.study.contrasts[row[0]].rule
        counted = [int((genes["direction"] == way).sum()) for way in ("up", "down")]
        words = results.table("contrast_evidence", contrast=row[0])["support"]
        counted += [int((words == word).sum()) for word in ("confirmed", "carried_by_few")]
        # labels were not shuffled in these results
        assert row == [row[0], *counted, "NA", "NA", genes[rule.column].notna().sum(), rule.symbols]
    contrast = results.study.contrasts[NAME]
    genes = results.table("contrast_genes", contrast=NAME)
    outcome = ContrastResult(contrast, genes, 0.0, [], [])
    for _, gene in genes.iterrows():
        word, sentence = verdict(gene, outcome)
        assert word == (f"called {gene['direction']}" if gene["significant"] else "not called")
        if gene["significant"]:
            assert f"{contrast.rule.column} " in sentence
            assert f"below alpha {contrast.rule.alpha:g}" in sentence
            assert ("min_abs_lfc" in sentence) == (contrast.rule.min_abs_lfc > 0)
