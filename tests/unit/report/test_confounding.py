"""What else differs, on the page: plain words, numbers of the tables, nothing unescaped."""

import re
from html import unescape

import pytest

from recurseq.base.tables import write_table
from recurseq.report.page import build_page
from support.report_study import EVIL, config, frame, scripts_of, write_study

CALLS = {"called_before": 40, "called_after": 12, "called_both": 11, "coefficients": 3}
KEYS = {"contrast": "early_vs_none", "column": EVIL, "adjustment": "estimable"}
GENE = {"gene_id": "ENSG_MYCN", "gene_name": "MYCN", "padj_before": 0.01, "padj_after": 0.4}


def page(folder, confounding, adjusted=(), markers=()):
    write_study(folder)
    for name, rows in (
        ("confounding", confounding), ("adjusted", adjusted), ("adjusted_markers", markers)
    ):  # fmt: skip
        table = f"qc_{name}"
        write_table(frame(table, list(rows)), folder / "qc" / f"{name}.tsv", table)
    return build_page(folder, config())


def text_of(html):
    section = html[html.index("<h2>What else differs") :] if "<h2>What" in html else html
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", section)).split())


@pytest.fixture
def whole(tmp_path):
    meaning = f"All 7 early samples have {EVIL}"
    relations = [
        {**KEYS, "relation": "nested", "meaning": meaning},
        {**KEYS, "column": "age", "relation": "balanced", "meaning": "m"},
        {**KEYS, "column": "site", "relation": "associated", "meaning": "site differs."},
    ]
    adjusted = [
        {**KEYS, **CALLS},
        {**KEYS, "column": "id", "adjustment": "identifier", "note": "it names samples"},
    ]
    called = {"called_before": True, "called_after": False}
    same = {"called_before": True, "called_after": True}
    changes = {"log2FoldChange_before": 2.0, "log2FoldChange_after": 0.5}
    markers = [
        {**KEYS, **GENE, **called, **changes},
        {**KEYS, **GENE, "gene_name": "KEPT", **same, **changes},
    ]
    return page(tmp_path / "results", relations, adjusted, markers)


def test_sentences_and_numbers_are_shown_and_escaped(whole):
    assert len(scripts_of(whole)) == 3  # of explorer, components and page
    words = text_of(whole)
    assert "All 7 early samples have <script>" in words
    assert "site differs." in words
    assert "No strong imbalance: age." in words
    assert "40 → 12 (11)" in words
    assert "id (it names samples)" in words
    assert "MYCN" in words and "without only" in words
    assert "KEPT" not in words
    assert "Cramér's V corrected for bias" in words


def test_a_sheet_without_further_columns_has_no_section(tmp_path):
    assert "What else differs" not in page(tmp_path / "results", [])
