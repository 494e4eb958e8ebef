"""The shipped demo study shows what it is shipped to show; docs/truth.md has more seeds."""

import numpy as np
import pandas as pd
import pytest
import yaml

from recurseq import enrichment
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.cohort.genes.gene_sets import read_gene_sets
from recurseq.demo.check import check_calls, true_difference
from recurseq.demo.simulate import simulate
from recurseq.deseq import Fit, contrast_table, fit
from recurseq.design.contrast import Contrast
from recurseq.design.formula import design_matrix, parse_formula
from recurseq.enrichment.set_tests import enrich
from recurseq.evidence.second_opinion import second_opinion
from recurseq.evidence.support import agreement
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
    counts, truth, _ = simulate(sheet, config["seed"], load_annotation("builtin"))
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


@pytest.fixture(scope="module")
def confirmed(study, contrasts) -> dict[str, pd.DataFrame]:
    """Tables with columns ``significant`` and ``confirmed``, by contrast."""
    _, tables, model, weights = study
    whole = {}
    for contrast in contrasts:
        table = tables[contrast.name].set_index("gene_id")
        table = table.join(second_opinion(model, weights[contrast.name], 0.0))
        table["significant"] = contrast.rule.mask(table)
        whole[contrast.name] = table.assign(
            confirmed=table["significant"] & agreement(table, contrast.rule)
        )
    return whole


def test_calls_are_false_as_in_tumours_and_confirmed_ones_are_not(study, contrasts, confirmed):
    """On null splits of TCGA-LIHC 0.8 to 0.9 % of Wald p-values are below 0.001, of planted ones
    16 % of the calls false at 11 v 10 samples and 1 % of the confirmed (docs/evidence.md)."""
    truth, tables, *_ = study
    for contrast in contrasts:
        difference = true_difference(truth, contrast.numerator, contrast.denominator)
        changed = difference != 0
        row = check_calls(difference, tables[contrast.name], contrast.rule.alpha)
        table = confirmed[contrast.name]
        false = ~changed.reindex(table.index)
        assert row["wrong_sign"] <= 0.01 * row["called"]
        if contrast.name == "early_vs_none":
            assert row["observed_fdr"] > 0.1
            null = (table.loc[false, "pvalue"] < 0.001).mean()
            assert 0.004 < null < 0.014
        # The share of one study scatters around 5 %: genes are correlated.
        assert false[table["confirmed"]].mean() < 0.1


def test_headline_genes_of_the_studies_are_found_and_confirmed(study, confirmed):
    early = confirmed["early_vs_none"].set_index("gene_name")
    for gene, direction in {"MT1M": -1, "MYCN": 1, "HMGA2": 1}.items():
        assert early.loc[gene, "confirmed"]
        assert early.loc[gene, "log2FoldChange"] * direction >= 1


def test_groups_overlap_in_the_principal_components(study):
    """In TCGA-LIHC 0.1 to 20 % of what the first four components of the tumours hold goes with
    early and no recurrence, which take 16 to 29, 12 to 15, 8 to 10 and 6 to 9 % of the variance."""
    _, _, model, _ = study
    normalized = model.normalization.divide(model.counts)
    tumours = normalized.loc[~normalized.index.str.startswith("NL")]
    logs = np.log2(tumours.loc[:, tumours.mean() > 20] + 0.5)
    top = logs[logs.var().nlargest(500).index]
    scores, values, _ = np.linalg.svd(top - top.mean(), full_matrices=False)
    share = (values**2 / (values**2).sum())[:4]
    assert 0.12 < share[0] < 0.35 and 0.05 < share[2] < 0.15
    early = top.index.str.startswith("ER").astype(float)
    explained = [np.corrcoef(scores[:, place], early)[0, 1] ** 2 for place in range(4)]
    assert explained[0] < 0.4 and np.median(explained) < 0.3


def test_contamination_is_withheld_by_cooks_distance(study):
    truth, tables, *_ = study
    genes = truth.loc[truth["programme"] == "contamination", "gene_id"]
    table = tables["early_vs_none"].set_index("gene_id").loc[genes]
    assert table["pvalue"].isna().all()
    assert table["note"].str.contains("ER04").all()


def test_pathways_of_early_against_no_recurrence(study, repository):
    _, tables, model, weights = study
    collection = read_gene_sets(repository / "config/gene_sets/liver_cancer.gmt")
    genes = enrichment.tested_genes(tables["early_vs_none"], collection)
    scores = enrich(
        model, weights["early_vs_none"], genes, collection, alpha=0.05, seed=1, min_size=5
    )
    table = scores.table.set_index("set")
    assert table.loc["METALLOTHIONEINS", "direction"] == "down"
    assert table.loc["T_CELL_EXHAUSTION", "direction"] == "up"
    # Genes that share a factor are a few independent observations at most: the direction is seen,
    # and the competitive test asks for more.
    assert (table.loc[["PROLIFERATION_CORE", "G2_M_TRANSITION"], "NES"] > 0).all()
    assert (
        table.loc[["DRUG_METABOLISM_CYTOCHROME_P450", "AMINO_ACID_CATABOLISM"], "NES"] < 0
    ).all()
    unrelated = ["OXIDATIVE_PHOSPHORYLATION", "APOPTOSIS", "HIPPO_YAP_TARGETS"]
    assert (table.loc[unrelated, "direction"] == "none").all(), table.loc[unrelated]
