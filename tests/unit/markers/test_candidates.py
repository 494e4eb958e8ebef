"""Candidates: who is among them, in which order, and every number by hand."""

import anndata
import numpy as np
import pandas as pd
import pytest

from recurseq.base.tables import read_table, write_table
from recurseq.evidence.weigh import weigh_evidence
from recurseq.markers.nominate import MOST, SUPPORT, levels_of, nominate_markers
from support.deseq_study import simulated
from support.evidence_study import contrast, study_of

SIZES = (5, 8, 9)
PANEL = pd.DataFrame({"gene_id": ["g001", "g001", None], "set": ["a", "b", "c"]})
COMPARED = 17


def planted():
    """Early is beyond both groups in g000, as normal in g001, lowest in g002, rare in g003."""
    counts, samples, _ = simulated(sizes=SIZES, seed=8)
    rng, group = np.random.default_rng(1), samples["group"].astype(str)
    for gene, levels in {
        "g000": {"normal": 100, "none": 100, "early": 1500},
        "g001": {"normal": 1500, "none": 100, "early": 1500},
        "g002": {"normal": 4000, "none": 1500, "early": 60},
        "g003": {"normal": 1, "none": 1, "early": 25},
    }.items():
        means = group.map(levels).to_numpy(dtype=float)
        counts[gene] = rng.negative_binomial(20, 20 / (20 + means))
    return counts, samples


@pytest.fixture(scope="module")
def study():
    counts, samples = planted()
    fit, formula, samples, asked, genes = study_of(counts=counts, samples=samples)
    evidence = weigh_evidence(fit, asked, formula, samples, genes)
    model = anndata.AnnData(
        obs=samples.assign(size_factor=fit.size_factors),
        var=pd.DataFrame({"gene_name": counts.columns}, counts.columns),
        layers={"counts": counts.to_numpy()},
    )
    table = nominate_markers([asked], {"c": genes}, {"c": evidence}, PANEL, model)
    return table.set_index("gene_id"), genes.set_index("gene_id"), evidence, model, fit


def test_called_genes_only_once_each_and_ranked(study):
    table, genes, *_ = study
    assert len(table) == min(MOST, int(genes["significant"].sum()))
    assert genes.loc[table.index, "significant"].all() and table.index.is_unique
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert {"g000", "g001", "g002", "g003"} <= set(table.index)


def test_the_order_is_that_of_support_then_measurable_then_area(study):
    table = study[0]
    places = table["support"].map({word: i for i, word in enumerate(SUPPORT)})
    assert places.is_monotonic_increasing
    lower = table["aucLower"].where(table["direction"] == "up", 1 - table["aucUpper"])
    for _, group in table.groupby("support"):
        assert group["measurable"].astype(bool).is_monotonic_decreasing
        for _, rows in group.groupby("measurable"):
            assert lower[rows.index].round(2).is_monotonic_decreasing


def test_numbers_by_hand(study):
    table, genes, evidence, model, fit = study
    normalized = (fit.counts.T / fit.size_factors).T
    means = normalized.groupby(model.obs["group"].astype(str)).mean()
    for gene in ("g000", "g001", "g002", "g003"):
        row = table.loc[gene]
        early, none, normal = (means.loc[level, gene] for level in ("early", "none", "normal"))
        assert row["mean_numerator"] == pytest.approx(early)
        assert row["mean_denominator"] == pytest.approx(none)
        assert row["measurable"] == (max(early, none) >= 50)
        ahead = np.log2((early + 1) / (np.array([none, normal]) + 1))
        sign = 1 if row["direction"] == "up" else -1
        assert row["specificity"] == pytest.approx((sign * ahead).min())
    half = 1.959963984540054 * genes.loc[table.index, "lfcSE"]
    assert (table["ci_upper"] - table["log2FoldChange"]).to_numpy() == pytest.approx(
        half.to_numpy()
    )
    beside = evidence.set_index("gene_id").loc[table.index]
    assert table["auc"].to_numpy() == pytest.approx(beside["auc"].to_numpy())
    hanging = (
        beside["flipsWithout"].fillna("").str.split(";").map(lambda row: len([*filter(None, row)]))
    )
    known = beside["flipsWithout"].notna()
    assert table["stability"][known].to_numpy() == pytest.approx(1 - hanging[known] / COMPARED)
    assert table["stability"][~known].isna().all()


def test_what_was_planted_is_said(study):
    table = study[0]
    assert table.loc["g000", "specificity"] > 2
    assert "beyond every other group, nearest" in table.loc["g000", "reason"]
    assert table.loc["g001", "specificity"] < 0.5
    assert table.loc["g001", "nearestGroup"] == "normal"
    assert table.loc["g002", "direction"] == "down" and table.loc["g002", "specificity"] > 2
    assert not table.loc["g003", "measurable"] and "few for RT-PCR" in table.loc["g003", "reason"]
    assert (
        table.loc["g001", "panel"] == "a;b" and "in the panel (a, b)" in table.loc["g001", "reason"]
    )
    assert pd.isna(table.loc["g000", "panel"])
    assert table.loc["g000", "rank"] < table.loc["g003", "rank"]


def test_coefficients_have_no_sides(study, tmp_path):
    _, genes, evidence, model, _ = study
    asked = contrast(coefficients={"age": 1.0})
    bare = evidence.assign(auc=np.nan, aucLower=np.nan, aucUpper=np.nan)
    whole = genes.reset_index()
    table = nominate_markers([asked], {"c": whole}, {"c": bare}, PANEL, model)
    assert table["specificity"].isna().all() and table["measurable"].isna().all()
    assert not table["reason"].str.contains("pairs|counts|group").any()
    write_table(table, tmp_path / "c.tsv", "candidates")
    assert len(read_table(tmp_path / "c.tsv", "candidates")) == len(table)


def test_no_called_gene_no_candidate(study):
    _, genes, evidence, model, _ = study
    none = genes.reset_index().assign(significant=False)
    table = nominate_markers([contrast()], {"c": none}, {"c": evidence}, PANEL, model)
    assert table.empty and "reason" in table.columns
    assert levels_of(contrast(), genes.iloc[:0], model).empty
