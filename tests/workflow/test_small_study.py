"""A small study with planted truth, run end to end through the real command."""

import json

import anndata
import numpy as np
import pytest

from recurseq.base.tables import all_tables, read_table
from support.small_study import GROUPS, make_study, simulate

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def study(finished_study, tmp_path_factory):
    """The small study after one complete run."""
    return finished_study.copied(tmp_path_factory.mktemp("small") / "study")


def genes(study, contrast):
    path = study.path / f"results/contrasts/{contrast}/genes.tsv"
    return read_table(path, "contrast_genes").set_index("gene_id")


def rules_run(ended):
    """Names of the rules a run executed."""
    lines = (ended.stdout + ended.stderr).splitlines()
    return {
        line.split("rule ")[1].rstrip(":")
        for line in lines
        if "rule " in line and line.endswith(":")
    }


def test_every_table_has_the_described_columns(study):
    files = {
        "contrast_genes": "contrasts/early_vs_none/genes.tsv",
        "omnibus_genes": "omnibus/genes.tsv",
        "markers": "markers/markers.tsv",
        "marker_samples": "markers/samples.tsv",
        "gsea": "enrichment/early_vs_none/planted.gsea.tsv",
        "ora": "enrichment/early_vs_none/planted.ora.tsv",
        "themes": "enrichment/themes.tsv",
        "theme_summary": "enrichment/theme_summary.tsv",
        "random_sets": "enrichment/random_sets.tsv",
    }
    for table, description in all_tables().items():
        # The formula has no variable besides the group, whose effect could be taken off; no further
        # models are fitted.
        absent = "batch_removed" in table or "adjusted" in table
        quality = table.startswith("qc_") and not absent
        path = files.get(table) or (description.file if quality else None)
        if path:
            header = (study.path / "results" / path).read_text().split("\n")[0].split("\t")
            assert header[: len(description.names)] == description.names


def test_planted_genes_are_found_with_the_right_sign(study):
    _, _, truth = simulate()
    for contrast, planted in (("early_vs_none", truth["early"]), ("tumour_vs_normal", None)):
        table = genes(study, contrast)
        planted = truth["early"] / 2 + truth["tumour"] if planted is None else planted
        changed = planted[planted != 0].index
        called = table.index[(table["padj"] < 0.05).fillna(False)]
        found = called.intersection(changed)
        assert len(found) > 0.85 * len(changed)
        assert (np.sign(table.loc[found, "log2FoldChange"]) == np.sign(planted[found])).all()
        # Wald tests of 4 against 4 call more than the nominal 5 % of false genes
        assert len(called.difference(changed)) <= 0.15 * len(called)


def test_every_gene_has_a_row_and_every_missing_value_a_reason(study):
    table = genes(study, "early_vs_none")
    assert list(table.index) == sorted(f"GENE{i}" for i in range(400))
    missing = table["padj"].isna() | table["pvalue"].isna() | table["log2FoldChange"].isna()
    assert missing.sum() >= 5 and table.loc[missing, "note"].notna().all()
    assert "all zero" in table.loc["GENE399", "note"]


def test_model_file_opens_with_the_promised_parts(study):
    model = anndata.read_h5ad(study.path / "results/model.h5ad")
    assert model.shape == (12, 400)
    counts, factors = model.layers["counts"], model.obs["size_factor"].to_numpy()
    assert np.issubdtype(counts.dtype, np.integer)
    np.testing.assert_allclose(model.layers["normalized"], counts / factors[:, None])
    assert {"vst"} <= set(model.layers) and {"coefficients", "covariance"} <= set(model.varm)
    assert list(model.obs["group"].cat.categories) == list(GROUPS)


def test_marker_panel_is_never_silently_absent(study):
    markers = read_table(study.path / "results/markers/markers.tsv", "markers")
    assert len(markers) == 5 * 2
    early = markers[markers["contrast"] == "early_vs_none"].set_index("query")
    assert early.loc["GENE1", "verdict"] == "as expected"
    assert early.loc["GENE2", "verdict"] == "opposite"
    assert (
        early.loc["GENE399", "verdict"] == "not tested" and "zero" in early.loc["GENE399", "note"]
    )
    assert early.loc["MT1M", "verdict"] == "not tested"
    assert "not in the counts" in early.loc["MT1M", "note"]
    assert early.loc["GENE1", "n_numerator"] == GROUPS["early_recurrence"]


def test_planted_sets_are_enriched_and_the_null_set_is_not(study):
    path = study.path / "results/enrichment/early_vs_none/planted.gsea.tsv"
    sets = read_table(path, "gsea").set_index("set")
    assert sets.loc["EARLY_UP", "NES"] > 1.5 and sets.loc["EARLY_UP", "padj"] < 0.01
    assert sets.loc["EARLY_DOWN", "NES"] < -1.5 and sets.loc["EARLY_DOWN", "padj"] < 0.01
    assert sets.loc["NULL", "padj"] > 0.05


def test_report_and_provenance_name_the_inputs(study):
    page = (study.path / "results/report/report.html").read_text()
    assert "A small study" in page and "early_recurrence" in page
    text = (study.path / "results/provenance.json").read_text()
    assert str(study.path) not in text and "counts.tsv" in text
    json.loads(text)


def test_a_second_run_does_nothing(study):
    ended = study.run()
    assert "Nothing to be done" in ended.stdout + ended.stderr
    assert rules_run(ended) == set()


def test_a_changed_gene_set_reruns_pathways_and_report_only(study):
    path = study.path / "sets.gmt"
    path.write_text(
        path.read_text() + "EXTRA\tplanted\t" + "\t".join(f"GENE{i}" for i in range(60, 90)) + "\n"
    )
    ended = study.run("--dry-run")  # the next test runs this change together with its own
    assert ended.returncode == 0, ended.stderr
    assert rules_run(ended) - {"default", "all"} == {
        "enrich_pathways", "find_themes", "plot_enrichment", "write_provenance", "build_workbook",
        "build_report", "pack_report",
    }  # fmt: skip


def test_a_changed_threshold_of_one_contrast_does_not_refit(study):
    study.set("contrasts.tumour_vs_normal.lfc_threshold", 0.5)
    ended = study.run()
    assert ended.returncode == 0, ended.stderr
    ran = rules_run(ended)
    assert "test_contrast" in ran and not ran & {"fit_model", "import_counts", "assess_quality"}
    text = ended.stdout + ended.stderr
    assert "results/contrasts/early_vs_none/genes.tsv" not in [
        line.split("output: ")[1] for line in text.splitlines() if "output: " in line
    ]
    table = genes(study, "tumour_vs_normal")
    assert table["pvalueThreshold"].notna().sum() > 300
    tested = table[table["pvalue"].notna()]
    assert (tested["pvalueThreshold"] >= tested["pvalue"]).all()
    for contrast in ("early_vs_none", "tumour_vs_normal"):
        path = study.path / f"results/enrichment/{contrast}/planted.gsea.tsv"
        assert "EXTRA" in set(read_table(path, "gsea")["set"])


def test_optional_sections_may_be_absent(tmp_path):
    study = make_study(tmp_path)
    for section in ("omnibus", "markers", "enrichment"):
        del study.config[section]
    study.config["testing"] = {"shrinkage": "none", "cooks": False, "independent_filtering": False}
    study.config["filter"] = {"min_count": 0}
    study.write()
    ended = study.run()
    assert ended.returncode == 0, ended.stderr
    assert not {"shuffle_labels", "adjust_for_covariates"} & rules_run(ended)
    results = study.path / "results"
    assert {p.name for p in results.iterdir()} == {
        "cohort.h5ad",
        "model.h5ad",
        "study.h5ad",
        "provenance.json",
        "contrasts",
        "qc",
        "multiqc",
        "model",
        "report",
        "logs",
    }
    table = genes(study, "early_vs_none")
    assert table["shrunkenLog2FoldChange"].isna().all()
    tested = table["pvalue"].notna()
    assert tested.sum() == 395 and table.loc[tested, "padj"].notna().all()


def test_interaction_numeric_and_blocking_designs(new_study):
    new_study.config["design"] = {
        "formula": "~ age + batch + sex * group",
        "levels": {"group": list(GROUPS), "sex": ["F", "M"]},
    }
    new_study.config["contrasts"] = {
        "in_men": {
            "factor": "group", "numerator": "early_recurrence", "denominator": "normal",
            "within": {"sex": "M"},
        },
        "interaction": {"coefficients": {"sex[M]:group[early_recurrence]": 1}},
        "ten_years": {"coefficients": {"age": 10}},
    }  # fmt: skip
    new_study.config["omnibus"] = {"reduced": "~ age + batch + sex + group"}
    new_study.config["evidence"], new_study.config["confounding"] = {}, {}
    new_study.write()
    ended = new_study.run()
    assert ended.returncode == 0, ended.stderr + ended.stdout
    omnibus = read_table(new_study.path / "results/omnibus/genes.tsv", "omnibus_genes")
    assert set(omnibus["df"].dropna()) == {2}
    slope = genes(new_study, "ten_years")
    assert slope["log2FoldChange"].notna().sum() > 300
