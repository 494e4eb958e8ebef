"""The class of a pair of genes as a measure of patients: survival, models, cautions, reasons."""

import copy

import anndata
import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.base.h5ad import write_h5ad
from recurseq.base.tables import describe, write_table
from recurseq.clinical.associations import associate
from recurseq.clinical.cautions import STOP
from recurseq.clinical.classes import pair_problems, read_classes
from recurseq.clinical.models import fit_outcome
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.setting_problems import setting_problems
from recurseq.clinical.survival_analysis import analyse
from recurseq.study.clinical_names import clinical_sections
from recurseq.study.defaults import with_defaults
from support.clinical_study import read_through
from support.paths import REPOSITORY

REFERENCE = REPOSITORY / "tests" / "reference"
NAMES = {"only_a": "only_MYCN", "only_b": "only_HMGA2"}
CONFIG = {
    "study": {"title": "made up"},
    "clinical": {
        "path": "clinical.tsv",
        "columns": {"sex": {"levels": ["female", "male"]}},
        "links": {"patient": "patient_id"},
    },
    "cohorts": {"men": {"sex": ["male"]}},
    "endpoints": {"dfs": {"time": "months", "event": "event"}},
    "measures": {"double_high": {"coexpression": ["MYCN", "HMGA2"]}},
    "associations": {"class": {"groups": "double_high", "with": ["sex"]}},
    "survival": {"dfs": {"endpoint": "dfs", "by": "double_high"}},
    "models": {"dfs": {"kind": "cox", "endpoint": "dfs", "terms": ["double_high"]}},
}


@pytest.fixture(scope="module")
def r():
    return pd.read_csv(REFERENCE / "coexpression.tsv", sep="\t").set_index("name")["value"]


def patients(folder, **changes):
    table = pd.read_csv(REFERENCE / "coexpression.patients.tsv", sep="\t")
    classes = table.set_index("patient_id")["class"].replace(NAMES)
    table = table.drop(columns="class").assign(sex=np.tile(["female", "male"], len(table) // 2))
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    config = copy.deepcopy(CONFIG)
    config["clinical"] |= changes
    return read_through(folder, config, classes={"double_high": classes})


def typed(config):
    return clinical_settings(clinical_sections(with_defaults(config)))


def test_survival_by_class_is_as_in_r(tmp_path, r):
    read = patients(tmp_path)
    found = analyse(read.settings.survival["dfs"], read)
    tests = found.tests.set_index("test")
    assert tests.loc["logrank", "statistic"] == pytest.approx(r["logrank.chisq"], rel=1e-8)
    rows = found.groups.set_index("group")
    assert list(rows.index) == ["both_low", "only_MYCN", "only_HMGA2", "both_high"]
    for ours, theirs in (("only_MYCN", "only_a"), ("both_high", "both_high")):
        for part, ending in (("hr", ""), ("lower", ".lower"), ("upper", ".upper")):
            expected = r[f"hr.{theirs}{ending}"]
            assert rows.loc[ours, part] == pytest.approx(expected, rel=1e-6), (ours, part)
    assert rows.loc["both_high", "median"] == pytest.approx(r["median.both_high"])
    assert rows.loc["both_high", "lower"] > 1  # the planted hazard ratio is 3
    (one,) = [one for one in found.cautions if one.code == "exploratory_classes"]
    assert "double_high" in one.message


def test_a_model_takes_classes_as_levels(tmp_path, r):
    read = patients(tmp_path)
    found = fit_outcome(read.settings.models["dfs"], read)
    row = found.terms[(found.terms["level"] == "both_high")].iloc[-1]
    assert row["ratio"] == pytest.approx(r["hr.both_high"], rel=1e-6)
    assert row["reference"] == "both_low"
    assert "exploratory_classes" in [one.code for one in found.cautions]


def test_associations_take_classes_as_groups(tmp_path):
    read = patients(tmp_path)
    found = associate(read.settings.associations["class"], read, seed=1)
    assert set(found.table["group"]) == {"both_low", "only_MYCN", "only_HMGA2", "both_high"}
    assert "exploratory_classes" in [one.code for one in found.cautions]


def test_patients_chosen_by_their_outcome_are_withheld(tmp_path):
    read = patients(tmp_path, outcome_selected=["men"])
    entry = read.settings.survival["dfs"]
    men = read.take((read.frame["sex"] == "male").to_numpy())
    found = analyse(entry, men)
    assert [one.code for one in found.cautions if one.severity == STOP] == ["outcome_selected"]
    assert found.groups["hr"].isna().all()


@pytest.fixture
def linked(tmp_path):
    """Model and table of four samples; one has no patient, one no class."""
    sheet = pd.DataFrame({"patient_id": ["P1", "P2", "P3", "P9"]}, index=list("abcd"))
    genes = pd.DataFrame({"gene_name": ["MYCN"]}, index=["MYCN"])
    write_h5ad(anndata.AnnData(np.ones((4, 1)), sheet, genes), tmp_path / "model.h5ad")
    table = pd.DataFrame({"pair": "HMGA2/mycn", "gene_a": "HMGA2", "gene_b": "mycn",
                          "sample_id": list("abcd"), "status": "tested",
                          "class": ["both_high", "only_a", None, "both_low"]})  # fmt: skip
    return tmp_path, table.reindex(columns=describe("coexpression_samples").names)


def classes_of(folder, table):
    write_table(table, folder / "samples.tsv", "coexpression_samples")
    settings = typed(CONFIG)
    return read_classes(settings, [folder / "samples.tsv"], [folder / "model.h5ad"], ["P1", "P2"])


def test_classes_reach_patients_whatever_the_order_and_case_of_the_pair(linked):
    found = classes_of(*linked)["double_high"]
    assert dict(found) == {"P1": "both_high", "P2": "only_HMGA2"}


def test_a_pair_without_classes_is_refused_with_its_reason(linked):
    folder, table = linked
    table = table.assign(**{"class": None, "note": "the median of HMGA2 is 0"})
    with pytest.raises(
        InputError, match=r"measures.double_high.coexpression.*median of HMGA2 is 0"
    ):
        classes_of(folder, table)


def test_a_measure_names_a_pair_of_the_study():
    settings = typed(CONFIG)
    assert pair_problems(settings, [["hmga2", "MYCN"]]) == []
    (problem,) = pair_problems(settings, [["MYCN", "LIN28B"]])
    assert "add [MYCN, HMGA2] to coexpression.pairs" in str(problem)
    assert "MYCN/LIN28B" in str(problem)
    assert len(pair_problems(settings, [])) == 1


def test_a_class_is_no_number():
    config = copy.deepcopy(CONFIG)
    config["cutoffs"] = {"high": {"measure": "double_high", "method": "median"}}
    (problem,) = setting_problems(typed(config), None, has_counts=True)
    assert "'double_high' is levels" in str(problem)


@pytest.mark.parametrize(("has_counts", "words"), [(False, "no counts"), (True, "not linked")])
def test_a_class_needs_counts_and_links(has_counts, words):
    config = copy.deepcopy(CONFIG)
    del config["clinical"]["links"]
    (problem,) = setting_problems(typed(config), None, has_counts=has_counts)
    assert words in str(problem)
    assert "measures.double_high.coexpression" in str(problem)
