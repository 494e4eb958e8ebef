"""The shipped demo study, run by the real command: truth, headline genes, pathways."""

import re

import pandas as pd
import pytest

from recurseq.base.tables import read_table
from recurseq.figures import style

pytestmark = pytest.mark.workflow


@pytest.fixture
def demo(finished_demo):
    return finished_demo.path / "results"


def test_false_discoveries_and_power_against_the_truth(demo):
    check = read_table(demo / "demo/check.tsv", "demo_check").set_index("contrast")
    halves = check.loc["random_halves"]
    check = check.drop(index="random_halves")
    assert len(check) == 4
    # As in patients: DESeq2's own list is false far more often than it says, the confirmed is not.
    assert check.loc["early_vs_none", "observed_fdr"] > 0.1
    assert (check["confirmed_fdr"] < 0.1).all()
    assert (check["confirmed_power"] < check["power"]).all()
    assert check["verdict_agrees"].all()
    assert halves["truly_changed"] == 0 and halves["false_calls"] == halves["called"]
    assert halves["verdict"] == "like_chance"


def test_planted_markers_are_told_with_what_became_of_them(demo):
    markers = read_table(demo / "demo/markers.tsv", "demo_markers")
    early = markers[markers["contrast"] == "early_vs_none"].set_index("gene_name")
    main = early.loc[["MT1M", "MYCN", "HMGA2"]]
    assert (main["power"] > 0.9).all()
    assert (main["dispersion"] < main["patients_dispersion"] / 2).all()
    assert (main["outcome"] == "confirmed").all()
    missed = early[early["outcome"] == "missed"]
    assert len(missed) > 100  # most planted changes are too small, or their genes too noisy
    called = early[early["outcome"].isin(["confirmed", "unconfirmed", "carried_by_few"])]
    assert called["power"].mean() > missed["power"].mean()


def test_patterns_are_rarely_those_of_other_genes(demo):
    table = read_table(demo / "demo/patterns.tsv", "demo_patterns").set_index("planted")
    strict = table.drop(index="small_step", columns="no_evidence")
    right = sum(int(strict.loc[code, code]) for code in strict.index)
    assert right > 0.85 * int(strict.to_numpy().sum())


def test_headline_genes_between_early_and_no_recurrence(demo):
    genes = read_table(demo / "contrasts/early_vs_none/genes.tsv", "contrast_genes")
    direction = genes.set_index("gene_name")["direction"]
    assert direction[["MT1M", "MYCN", "HMGA2"]].to_dict() == {
        "MT1M": "down",
        "MYCN": "up",
        "HMGA2": "up",
    }


def test_no_marker_is_opposite_to_what_was_simulated(demo):
    markers = read_table(demo / "markers/markers.tsv", "markers")
    assert len(markers) >= 60 * 4
    assert "opposite" not in set(markers["verdict"])
    assert (markers["verdict"] == "as expected").mean() > 0.4


def test_pathways_follow_the_simulated_programmes(demo):
    path = demo / "enrichment/early_vs_none/liver_cancer.gsea.tsv"
    sets = read_table(path, "gsea").set_index("set")
    called = sets.loc[sets["significant"], "direction"]
    assert called["METALLOTHIONEINS"] == "down"
    assert called["T_CELL_EXHAUSTION"] == "up"


def test_everything_shown_says_simulated(demo):
    page = (demo / "report/report.html").read_text()
    assert "Simulated data" in page
    book = pd.read_excel(demo / "report/tables.xlsx", sheet_name=0, header=None, dtype=str)
    assert book.iloc[:3].stack().str.contains("imulated").any()
    for figure in demo.rglob("*.svg"):
        assert "simulated" in figure.read_text(), figure.name


def test_every_figure_is_there_for_print_with_letters_of_six_points(demo):
    figures = sorted(demo.rglob("figures/*.svg"))
    assert len(figures) > 40
    for figure in figures:
        assert figure.with_suffix(".pdf").stat().st_size and figure.with_suffix(".png").is_file()
        text = figure.read_text()
        width = float(re.search(r'<svg[^>]* width="([0-9.]+)pt"', text).group(1))
        sizes = [float(size) for size in re.findall(r"font-size: ?([0-9.]+)px", text)]
        assert sizes and min(sizes) >= style.SMALLEST and width <= 72 * style.WIDE + 1, figure


def test_the_workbook_is_small_enough_to_be_sent(demo):
    assert (demo / "report/tables.xlsx").stat().st_size < 3_000_000
