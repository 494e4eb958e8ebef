"""The example of hyper-progressive recurrence, run by the real command, against its truth."""

import re
import shutil

import pandas as pd
import pytest

from recurseq.base.tables import read_table
from support.paths import REPOSITORY
from support.small_study import StudyFolder

pytestmark = pytest.mark.workflow
EXAMPLE = REPOSITORY / "examples" / "hpr_genes"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hpr") / "study"
    shutil.copytree(EXAMPLE, folder, ignore=lambda *_: {"results", "demo", ".snakemake"})
    ended = StudyFolder.read(folder).run()
    assert ended.returncode == 0, ended.stderr
    return folder / "results"


@pytest.fixture(scope="module")
def check(results) -> pd.Series:
    table = read_table(results / "demo/check.tsv", "demo_check").set_index("contrast")
    assert list(table.index) == ["hpr_vs_other"]  # no halves
    return table.loc["hpr_vs_other"]


def test_thousands_of_changed_genes_are_found_and_few_confirmed_ones_are_false(check):
    assert abs(check["truly_changed"] - 5000) < 150
    assert check["called"] > 2000 and check["confirmed"] > 1500
    assert check["observed_fdr"] < 0.15 and check["confirmed_fdr"] < 0.05
    assert check["wrong_sign"] < 0.01 * check["called"]
    assert check["verdict"] == "above_chance" and check["verdict_agrees"]


def test_the_readme_tells_what_a_run_finds(check):
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"^\| HPR v others \|(.*)\|$", text, re.MULTILINE)
    told = [float(cell.strip(" %").replace(",", "")) for cell in row.split("|")]
    columns = [
        *("truly_changed", "called", "observed_fdr", "power"),
        *("confirmed", "confirmed_fdr", "confirmed_power"),
    ]
    shares = {"observed_fdr", "power", "confirmed_fdr", "confirmed_power"}
    found = [float(check[name]) * (100 if name in shares else 1) for name in columns]
    # Another version of a library may round differently; the picture must be the same.
    assert told == pytest.approx(found, rel=0.1, abs=0.3)


def test_what_the_paper_says_is_what_was_planted_and_is_found(results):
    claims = read_table(results / "claims.tsv", "claims")
    assert len(claims) == 8 and set(claims["verdict"]) == {"supported"}
    genes = read_table(results / "contrasts/hpr_vs_other/genes.tsv", "contrast_genes")
    direction = genes.set_index("gene_name")["direction"]
    assert direction[["MYCN", "HMGA2", "MKI67", "CD8A"]].tolist() == ["up", "up", "up", "none"]


def test_patients_agree_with_their_truth_and_are_compared_where_that_is_fair(results):
    clinical = read_table(results / "demo/clinical_check.tsv", "clinical_demo_check")
    assert len(clinical) == 4 and clinical["agrees"].all(), clinical.to_string()
    cautions = read_table(results / "clinical/cautions.tsv", "clinical_cautions")
    stopped = cautions[cautions["severity"] == "stop"].set_index("analysis")["code"]
    assert stopped["survival.rfs"] == "circular_outcome"
    assert stopped[["panel.rfs", "panel.os"]].tolist() == ["outcome_selected"] * 2
    assert set(stopped.index) == {"survival.rfs", "panel.rfs", "panel.os"}
    page = (results / "report/report.html").read_text(encoding="utf-8")
    assert "Simulated data" in page and "two halves of the patients" not in page
