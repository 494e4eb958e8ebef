"""Real cohorts through the same command with nothing but a configuration, against R's tables."""

import anndata
import numpy as np
import pandas as pd
import pytest

from recurseq.base.tables import read_table
from support.small_study import StudyFolder

pytestmark = pytest.mark.workflow

TABLES_ONLY = ("--until", "test_contrast")
# What the tests of TCGA-LIHC look at; reports and figures of real studies are other tests' matter.
TCGA_TABLES = (
    "results/contrasts/summary.tsv",
    "results/omnibus/genes.tsv",
    "results/enrichment/early_vs_normal/hallmark.gsea.tsv",
    "results/signatures/tests.tsv",
    "results/coexpression/classes.tsv",
)
TCGA = {
    "early_vs_none": ("early_recurrence", "no_recurrence"),
    "early_vs_normal": ("early_recurrence", "normal"),
    "none_vs_normal": ("no_recurrence", "normal"),
}


def study_of(folder, shared, name, *arguments, **sections):
    """A study whose configuration names files that stay where they are, run as far as asked."""
    data = shared / "data" / name
    study = StudyFolder(
        folder,
        {
            "study": {"title": name},
            "counts": {"path": str(data / "counts.tsv.gz")},
            "samples": {"path": str(data / "samples.tsv"), **sections.pop("samples", {})},
            "testing": {"alpha": 0.1},
            **sections,
        },
    )
    study.write()
    ended = study.run(*arguments)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return study


def agreement(study, contrast, shared, reference):
    """Our table and R's, over R's genes."""
    theirs = pd.read_csv(shared / "reference" / reference, sep="\t", index_col=0)
    path = study.path / f"results/contrasts/{contrast}/genes.tsv"
    ours = read_table(path, "contrast_genes").set_index("gene_id")
    assert set(ours.index[ours["log2FoldChange"].notna()]) == set(theirs.index)
    return ours.loc[theirs.index], theirs


def jaccard(first, second):
    ours = set(first.index[(first["padj"] < 0.05).fillna(False)])
    theirs = set(second.index[second["padj"] < 0.05])
    return len(ours & theirs) / len(ours | theirs)


@pytest.fixture(scope="module")
def tcga(tmp_path_factory, shared_data):
    levels = ["normal", "no_recurrence", "early_recurrence"]
    return study_of(
        tmp_path_factory.mktemp("tcga"),
        shared_data,
        "tcga_lihc",
        *TCGA_TABLES,
        samples={"keep": {"group": levels}},
        genes={"annotation": "builtin"},
        filter={"min_count": 10, "min_samples": 8},
        design={"formula": "~ group", "levels": {"group": levels}},
        contrasts={
            name: {"factor": "group", "numerator": numerator, "denominator": denominator}
            for name, (numerator, denominator) in TCGA.items()
        },
        omnibus={"reduced": "~ 1"},
        confounding={"refit": False},
        markers={"panel": "builtin"},
        signatures={},
        coexpression={"pairs": [["MYCN", "HMGA2"]]},
        enrichment={
            "collections": {"hallmark": str(shared_data / "data/gene_sets/h.all.v7.0.symbols.gmt")}
        },
    )


@pytest.mark.parametrize("contrast", TCGA)
def test_tcga_contrasts_agree_with_r(tcga, shared_data, contrast):
    reference = "tcga_lihc/{}_vs_{}.tsv.gz".format(*TCGA[contrast])
    ours, theirs = agreement(tcga, contrast, shared_data, reference)
    assert len(theirs) == 21_815
    difference = (ours["log2FoldChange"] - theirs["log2FoldChange"]).abs()
    assert (difference < 1e-3).mean() >= 0.99
    assert jaccard(ours, theirs) >= 0.97
    assert (ours["pvalue"].isna() == theirs["pvalue"].isna()).mean() >= 0.999


def test_tcga_size_factors_and_omnibus_agree_with_r(tcga, shared_data):
    reference = shared_data / "reference/tcga_lihc"
    theirs = pd.read_csv(reference / "size_factors.tsv", sep="\t", index_col=0)["size_factor"]
    ours = anndata.read_h5ad(tcga.path / "results/model.h5ad").obs["size_factor"]
    np.testing.assert_allclose(ours, theirs[ours.index], rtol=1e-10)
    theirs = pd.read_csv(reference / "lrt.tsv.gz", sep="\t", index_col=0)
    ours = read_table(tcga.path / "results/omnibus/genes.tsv", "omnibus_genes")
    assert jaccard(ours.set_index("gene_id").loc[theirs.index], theirs) >= 0.97


def test_tcga_pathways_against_normal(tcga):
    path = tcga.path / "results/enrichment/early_vs_normal/hallmark.gsea.tsv"
    sets = read_table(path, "gsea").set_index("set")
    for name in ("HALLMARK_E2F_TARGETS", "HALLMARK_G2M_CHECKPOINT"):
        assert sets.loc[name, "direction"] == "up"
    for name in ("HALLMARK_BILE_ACID_METABOLISM", "HALLMARK_XENOBIOTIC_METABOLISM"):
        assert sets.loc[name, "direction"] == "down"


def test_tcga_signatures_of_tumours_and_none_of_recurrence(tcga):
    """What is known of liver cancer against liver; between tumours of 8 and 33 patients nothing."""
    tests = read_table(tcga.path / "results/signatures/tests.tsv", "signature_tests")
    known = tests.set_index(["contrast", "set"])["direction"]
    assert known["early_vs_normal"]["PROLIFERATION_CORE"] == "up"
    for name in ("HEPATOCYTE_IDENTITY", "BILE_ACID_SYNTHESIS", "METALLOTHIONEINS"):
        assert known["early_vs_normal"][name] == "down"
    assert not tests.loc[tests["contrast"] == "early_vs_none", "significant"].any()


def test_tcga_samples_high_in_both_genes_are_counted(tcga):
    path = tcga.path / "results/coexpression/classes.tsv"
    classes = read_table(path, "coexpression_classes").set_index("group")
    assert classes["n"].to_dict() == {"normal": 11, "no_recurrence": 8, "early_recurrence": 33}
    assert (
        classes.loc["normal", "both_high"] == 0 and classes.loc["early_recurrence", "both_high"] > 5
    )
    assert (classes["contrastPvalue"] > 0.5).all()  # no more in early recurrence than without one


def test_tcga_verdicts_are_those_of_shuffled_labels_in_r(tcga):
    """R's own calls in early v no recurrence: fewer than with shuffled labels in the median."""
    table = read_table(tcga.path / "results/contrasts/summary.tsv", "contrast_summary")
    summary = table.set_index("contrast")
    assert summary["verdict"].to_dict() == {
        "early_vs_none": "like_chance",
        "early_vs_normal": "above_chance",
        "none_vs_normal": "above_chance",
    }
    called = summary["called_up"] + summary["called_down"]
    assert called["early_vs_none"] < summary.loc["early_vs_none", "permuted_median"]


def test_airway_with_a_blocking_factor(tmp_path, shared_data):
    study = study_of(
        tmp_path,
        shared_data,
        "airway",
        *TABLES_ONLY,
        genes={"annotation": "builtin"},
        filter={"min_count": 0},
        design={"formula": "~ celltype + dex", "levels": {"dex": ["control", "treated"]}},
        contrasts={"dex": {"factor": "dex", "numerator": "treated", "denominator": "control"}},
    )
    ours, theirs = agreement(study, "dex", shared_data, "airway/treated_vs_control.tsv.gz")
    assert jaccard(ours, theirs) >= 0.97


def test_mouse_pairs_and_five_groups(tmp_path, shared_data):
    groups = ["NCD", "NASH", "CCl4", "HCC_adjacent", "HCC_tumor"]
    (tmp_path / "groups").mkdir()
    study = study_of(
        tmp_path / "groups",
        shared_data,
        "mouse_hcc",
        *TABLES_ONLY,
        filter={"min_count": 10, "min_samples": 3},
        design={"formula": "~ group", "levels": {"group": groups}},
        contrasts={"t": {"factor": "group", "numerator": "HCC_tumor", "denominator": "NCD"}},
    )
    ours, theirs = agreement(study, "t", shared_data, "mouse_hcc/HCC_tumor_vs_NCD.tsv.gz")
    assert jaccard(ours, theirs) >= 0.97
    (tmp_path / "pairs").mkdir()
    pair = ["HCC_adjacent", "HCC_tumor"]
    study = study_of(
        tmp_path / "pairs",
        shared_data,
        "mouse_hcc",
        *TABLES_ONLY,
        samples={"keep": {"group": pair}},
        design={"formula": "~ animal + group", "levels": {"group": pair}},
        contrasts={"t": {"factor": "group", "numerator": pair[1], "denominator": pair[0]}},
    )
    path = study.path / "results/contrasts/t/genes.tsv"
    assert read_table(path, "contrast_genes")["pvalue"].notna().sum() > 10_000
