"""The shipped demo study, run by the real command: truth, headline genes, pathways."""

import pandas as pd
import pytest

from recurseq.base.tables import read_table

pytestmark = pytest.mark.workflow


@pytest.fixture
def demo(finished_demo):
    return finished_demo.path / "results"


def test_false_discoveries_and_power_against_the_truth(demo):
    check = read_table(demo / "demo/check.tsv", "demo_check").set_index("contrast")
    assert len(check) == 4
    assert (check["observed_fdr"] <= 0.07).all()
    assert check.loc["early_vs_none", "power"] > 0.6
    assert (check["wrong_sign"] <= 0.001 * check["called"]).all()


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
    called = sets[sets["padj"] < 0.05]
    up, down = " ".join(called.index[called["NES"] > 0]), " ".join(called.index[called["NES"] < 0])
    assert "G2_M" in up and "EXHAUSTION" in up
    assert "METALLOTHIONEIN" in down and "CYTOCHROME" in down


def test_everything_shown_says_simulated(demo):
    page = (demo / "report/report.html").read_text()
    assert "Simulated data" in page
    book = pd.read_excel(demo / "report/tables.xlsx", sheet_name=0, header=None, dtype=str)
    assert book.iloc[:3].stack().str.contains("imulated").any()
    for figure in demo.rglob("*.svg"):
        assert "simulated" in figure.read_text(), figure.name
