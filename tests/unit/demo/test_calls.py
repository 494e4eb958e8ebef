"""The shipped demo study keeps the error rate it is shipped to show."""

import pandas as pd
import pytest
import yaml

from recurseq import enrichment
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.demo import calls_against_truth, simulate
from recurseq.deseq import Fit, contrast_table, fit
from recurseq.design.contrast import Contrast
from recurseq.design.formula import design_matrix, parse_formula
from recurseq.study import load_study


@pytest.fixture(scope="module")
def config(repository) -> dict:
    return yaml.safe_load((repository / "config/config.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def contrasts(config) -> list[Contrast]:
    return list(load_study(config).contrasts.values())


@pytest.fixture(scope="module")
def study(config, contrasts, repository) -> tuple[pd.DataFrame, dict[str, pd.DataFrame], Fit, dict]:
    """Truth, and of the shipped configuration tables by contrast, model and weights by contrast."""
    sheet = pd.read_csv(repository / "config/samples.tsv", sep="\t", dtype=str)
    counts, truth = simulate(sheet, config["seed"], load_annotation("builtin"))
    metadata = sheet.set_index("sample_id")[["batch", "group"]]
    metadata["batch"] = pd.Categorical(metadata["batch"])
    metadata["group"] = pd.Categorical(metadata["group"], config["design"]["levels"]["group"])
    formula = parse_formula(config["design"]["formula"])
    kept = (counts >= config["filter"]["min_count"]).sum(axis=1) >= 5
    model = fit(counts[kept].T, design_matrix(formula, metadata))
    names = truth.set_index("gene_id")["gene_name"]
    weights = {one.name: one.weights(formula, metadata) for one in contrasts}
    tables = {}
    for contrast in contrasts:
        table = contrast_table(model, weights[contrast.name])
        tables[contrast.name] = table.assign(gene_name=names[table["gene_id"]].to_numpy())
    return truth, tables, model, weights


def test_false_discovery_rate_and_power(study, contrasts, config):
    truth, tables, *_ = study
    check = calls_against_truth(truth, list(tables.values()), contrasts, config["testing"]["alpha"])
    assert check["contrast"].tolist() == list(config["contrasts"])
    assert (check["observed_fdr"] <= 0.07).all(), check
    assert (check["observed_fdr"] > 0.01).all(), check  # a check that cannot fail shows nothing
    assert (check["power"] > 0.45).all(), check
    assert (check["wrong_sign"] <= 3).all(), check


def test_headline_genes_of_the_studies(study):
    early = study[1]["early_vs_none"].set_index("gene_name")
    for gene, sign in {"MT1M": -1, "MYCN": 1, "HMGA2": 1}.items():
        assert early.loc[gene, "padj"] < 0.05
        assert early.loc[gene, "log2FoldChange"] * sign >= 1


def test_contamination_is_withheld_by_cooks_distance(study):
    truth, tables, *_ = study
    genes = truth.loc[truth["programme"] == "contamination", "gene_id"]
    table = tables["early_vs_none"].set_index("gene_id").loc[genes]
    assert table["pvalue"].isna().all()
    assert table["note"].str.contains("ER04").all()


def test_pathways_of_early_against_no_recurrence(study, repository):
    _, tables, model, weights = study
    collection = enrichment.read_gene_sets(repository / "config/gene_sets/liver_cancer.gmt")
    genes = enrichment.tested_genes(tables["early_vs_none"], collection)
    scores = enrichment.enrichment_table(
        model, weights["early_vs_none"], genes, collection, alpha=0.05, seed=1, min_size=5
    )
    direction = scores.set_index("set")["direction"]
    up = ["PROLIFERATION_CORE", "G2_M_TRANSITION", "KINETOCHORE_AND_SPINDLE", "T_CELL_EXHAUSTION"]
    down = ["METALLOTHIONEINS", "DRUG_METABOLISM_CYTOCHROME_P450", "AMINO_ACID_CATABOLISM"]
    assert (direction[up] == "up").all(), direction[up]
    assert (direction[down] == "down").all(), direction[down]
    unrelated = ["OXIDATIVE_PHOSPHORYLATION", "APOPTOSIS", "HIPPO_YAP_TARGETS"]
    assert (direction[unrelated] == "none").all(), direction[unrelated]
