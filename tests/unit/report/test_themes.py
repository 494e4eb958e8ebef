"""The report of themes: one line per theme, chance beside the calls, ties where there are any."""

import re
from html import unescape

import openpyxl
import pandas as pd
import pytest

from recurseq.base.tables import describe, write_table
from recurseq.report.page import build_page
from recurseq.report.workbook import write_workbook
from recurseq.report.workbook_pages import InShort
from recurseq.report.workbook_sheets import Sheet
from support.report_study import EVIL, config, draw, frame, write_study

CONTRASTS = ("early_vs_none", "tumour_vs_normal")


def write_themes(folder, called: bool = True) -> None:
    cells = [
        {"contrast": "early_vs_none", "direction": "none", "called_up": 0, "called_down": 0},
        {"contrast": "tumour_vs_normal", "direction": "mixed", "called_up": 40, "called_down": 1},
    ]
    theme = {"theme": 1, "name": f"CELL_CYCLE{EVIL} (+40)", "representative": "CELL_CYCLE",
             "collection": "curated", "sets": 41, "collections": "curated 41",
             "shared_genes": ";".join([EVIL, *(f"GENE{i}" for i in range(20))])}  # fmt: skip
    alone = {**theme, "theme": 2, "name": "BILE", "sets": 1, "collections": "curated 1"}
    rows = [{**one, **cell} for one in (theme, {**alone, "shared_genes": None}) for cell in cells]
    enrichment = folder / "enrichment"
    summary = frame("theme_summary", rows if called else [])
    write_table(summary, enrichment / "theme_summary.tsv", "theme_summary")
    numbers = {"collection": "curated", "sets": 500, "called_alone": 0, "cutoff": 0.01,
               "expected": 5, "random": 200, "random_expected": 2}  # fmt: skip
    random = [
        {**numbers, "contrast": "early_vs_none", "called": 7, "random_called": 1},
        {**numbers, "contrast": "tumour_vs_normal", "called": 200, "random_called": 12},
    ]
    write_table(frame("random_sets", random), enrichment / "random_sets.tsv", "random_sets")
    rankings = [{"contrast": name, "ranked": 1800, "tied": 3, "repeated": 20} for name in CONTRASTS]
    path = enrichment / "curated.rankings.tsv"
    write_table(frame("set_rankings", rankings), path, "set_rankings")
    draw(enrichment / "figures", ["themes"])


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("themes") / "results"
    write_study(folder)
    write_themes(folder)
    return build_page(folder, config())


def text_of(page: str) -> str:
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_a_theme_is_one_line_with_its_directions_and_genes(page):
    text = text_of(page)
    assert "42 sets called in any contrast" in text and "are 2 themes; 1 of them holds more" in text
    assert f"CELL CYCLE{EVIL} (+40) 41 – ▲ 40, ▼ 1 {EVIL}, GENE0" in text
    assert "and 13 more" in text and "none in more than half of its sets" in text
    assert EVIL not in page
    assert page.index('id="pathways-themes"') < page.index("7 sets higher and 7 sets lower")


def test_chance_stands_beside_the_calls(page):
    text = text_of(page)
    assert "7 sets of 500 called; chance alone would call up to 5.0" in text
    assert "Of 200 random sets of the same sizes 1 is called (2.0 expected)" in text
    assert "no more than twice what chance makes" in text and "by itself, 0 are called" in text
    assert "200 sets of 500 called" in text and "12 are called (2.0 expected)" in text
    assert text.count("That is more than chance makes") == 1  # P(12 or more of 200 at 0.01) = 4e-7
    assert "curated: of 1,800 ranked genes 20 genes have the name of another" in text
    assert "3 genes share their statistic with another and are ordered by name" in text
    assert "Themes of gene sets" in text and "cut at 0.75" in text


def test_no_theme_is_said_and_no_table_is_no_heading(tmp_path):
    write_study(tmp_path / "results")
    assert 'id="pathways-themes"' not in build_page(tmp_path / "results", config())
    write_themes(tmp_path / "results", called=False)
    text = text_of(build_page(tmp_path / "results", config()))
    assert "No set is called in any contrast when all sets" in text


def test_the_sheets_hold_matrix_and_themes(tmp_path):
    names = ["NES", "pvalue", "padj", "direction", "significant"]
    row = {"collection": "c", "set": "S", "size": 20}
    for name in CONTRASTS:
        row |= dict(
            zip([f"{n}_{name}" for n in names], [1.5, 0.1, 0.2, "none", False], strict=True)
        )
    write_table(pd.DataFrame([row]), tmp_path / "matrix.tsv", "set_matrix")
    sheet = Sheet("gene sets", describe("set_matrix"), tmp_path / "matrix.tsv")
    write_workbook([sheet], tmp_path / "tables.xlsx", InShort("Study"))
    rows = openpyxl.load_workbook(tmp_path / "tables.xlsx")["gene sets"].iter_rows(values_only=True)
    cells = dict(zip(*rows, strict=True))
    assert cells["direction_early_vs_none"] == "none" and cells["NES_early_vs_none"] == 1.5
    assert cells["significant_tumour_vs_normal"] is False
    wrong = pd.DataFrame([{**row, "other": 1}])
    with pytest.raises(ValueError, match="set_matrix"):
        write_table(wrong, tmp_path / "matrix.tsv", "set_matrix")
