"""The simulated study: its counts follow its truth."""

import gzip

import numpy as np
import pandas as pd
import pytest
import yaml

from recurseq.base.errors import InputError
from recurseq.base.tables import read_table, write_table
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.demo.check import true_difference
from recurseq.demo.simulate import Simulation, draw_halves, simulate, write_counts

EARLY, NONE, NORMAL = ["early_recurrence"], ["no_recurrence"], ["normal"]


@pytest.fixture(scope="module")
def annotation() -> pd.DataFrame:
    return load_annotation("builtin")


@pytest.fixture(scope="module")
def sheet(repository) -> pd.DataFrame:
    return pd.read_csv(repository / "config/samples.tsv", sep="\t", dtype=str)


@pytest.fixture(scope="module")
def demo(sheet, annotation) -> Simulation:
    return simulate(sheet, 20160901, annotation)


@pytest.fixture(scope="module")
def large(annotation) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """600 samples, of one batch and sex: enough to see the planted means and dispersions."""
    groups = np.repeat(["normal", "no_recurrence", "early_recurrence"], 200)
    names = [f"S{i}" for i in range(600)]
    sheet = pd.DataFrame({"sample_id": names, "group": groups, "batch": "B1", "sex": "male"})
    counts, truth, drawn = simulate(sheet, 7, annotation)
    kept = (counts.mean(axis=1) > 50).to_numpy()
    depth = drawn.set_index("sample_id")["depth"]
    return (counts / depth)[kept], truth[kept], pd.Series(groups, index=names)


def test_depth_is_that_of_the_libraries(large):
    normalized, truth, groups = large
    # Genes that no tumour changes: their sum is Poisson noise around the same value everywhere.
    normal = normalized.loc[:, (groups == "normal").to_numpy()]
    same = np.log(normal[(truth["own_dispersion"] < 0.1).to_numpy()] + 0.5)
    typical = (same.sub(same.mean(axis=1), axis=0)).median()
    assert typical.abs().max() < 0.03


def test_sheet_is_the_design_of_the_study(sheet):
    assert sheet["group"].value_counts().to_dict() == {
        "early_recurrence": 11,
        "no_recurrence": 10,
        "normal": 5,
    }
    table = pd.crosstab(sheet["group"], sheet["batch"])
    assert (table.max(axis=1) - table.min(axis=1) <= 1).all()
    assert sheet["patient_id"].str.startswith("SIM-").all()
    assert sheet["sample_id"].is_unique and sheet["patient_id"].is_unique


def test_same_seed_same_bytes_another_seed_other_counts(demo, sheet, annotation, tmp_path):
    counts, truth, drawn = demo
    again, truth_again, drawn_again = simulate(sheet, 20160901, annotation)
    write_counts(counts, tmp_path / "a.tsv.gz")
    write_counts(again, tmp_path / "b.tsv.gz")
    assert (tmp_path / "a.tsv.gz").read_bytes() == (tmp_path / "b.tsv.gz").read_bytes()
    assert (tmp_path / "a.tsv.gz").read_bytes()[4:8] == bytes(4)  # gzip's time of writing
    pd.testing.assert_frame_equal(truth, truth_again)
    pd.testing.assert_frame_equal(drawn, drawn_again)
    other, *_ = simulate(sheet, 1, annotation)
    assert (other.to_numpy() != counts.to_numpy()).mean() > 0.5


def test_counts_are_written_as_a_plain_matrix(demo, tmp_path):
    counts = demo.counts
    write_counts(counts, tmp_path / "deep" / "counts.tsv.gz")
    lines = gzip.decompress((tmp_path / "deep" / "counts.tsv.gz").read_bytes()).decode().split("\n")
    assert lines[0].split("\t")[:3] == ["gene_id", "ER01", "ER02"]
    assert len(lines) == len(counts) + 2  # header, and the end of the last line
    row = counts.iloc[100]
    assert lines[101] == "\t".join([row.name, *map(str, row)])


def test_genes_are_real_and_stable_ids_unique(demo, annotation):
    counts, truth, _ = demo
    assert 17_000 < len(counts) < 19_000
    assert counts.index.is_unique and truth["gene_name"].is_unique
    assert list(counts.index) == list(truth["gene_id"])
    names = annotation.drop_duplicates("gene_id").set_index("gene_id")["gene_name"]
    assert (names[counts.index].to_numpy() == truth["gene_name"].to_numpy()).all()
    assert (counts.to_numpy() >= 0).all() and counts.to_numpy().dtype.kind == "i"


def test_most_genes_do_not_change_between_the_tumour_groups(demo):
    truth = demo.genes
    null = (true_difference(truth, EARLY, NONE) == 0).mean()
    assert 0.85 <= null <= 0.90
    # What is null is exactly null: no difference too small to count and too large to ignore.
    difference = true_difference(truth, EARLY, NONE).abs()
    # Where a gene's own change and what it follows nearly cancel, little is left: in few genes.
    assert (difference[difference > 0] > 0.25).mean() > 0.95


def test_background_effects_are_balanced(demo):
    truth = demo.genes
    background = truth[truth["programme"] == "background"]
    for sides in ((EARLY, NONE), (EARLY + NONE, NORMAL)):
        difference = true_difference(background, *sides)
        changed = difference[difference != 0]
        # Signs are fair coins.
        assert abs((changed > 0).mean() - 0.5) < 4 * 0.5 / np.sqrt(len(changed))


def test_markers_have_the_planted_directions(demo):
    truth = demo.genes.set_index("gene_name")
    early = truth["log2_early_recurrence"] - truth["log2_no_recurrence"]
    assert early[["MT1M", "MYCN", "HMGA2"]].round(9).tolist() == [-2.5, 2.5, 2.8]
    tumour = (truth["log2_early_recurrence"] + truth["log2_no_recurrence"]) / 2
    assert tumour[["MT1M", "GPC3", "CLEC4M"]].round(9).tolist() == [-0.98, 4.75, -4.7]
    assert (truth.loc[["HPRT1", "EEF1A1"]].filter(like="log2_") == 0).all(axis=None)


def test_planted_fold_changes_are_recovered(large):
    normalized, truth, groups = large
    means = normalized.T.groupby(groups).mean().T
    # Where the spread is large, 200 samples are too few for the normal approximation below.
    narrow = (truth["dispersion"] < 1).to_numpy()
    spread = {
        "normal": truth["own_dispersion"].to_numpy(),
        "early_recurrence": truth["dispersion"].to_numpy(),
        "no_recurrence": truth["dispersion"].to_numpy(),
    }
    for sides in ((EARLY, NONE), (EARLY, NORMAL)):
        observed = np.log(means[sides[0][0]] / means[sides[1][0]])
        planted = true_difference(truth, *sides) * np.log(2)
        variance = sum((spread[level[0]] + 1 / means[level[0]]) / 200 for level in sides)
        z = ((observed - planted) / np.sqrt(variance))[narrow]
        kept = np.isfinite(z)
        assert kept.mean() > 0.999
        # Standard normal: mean 0, spread 1. Genes share the factors of the samples drawn, hence
        # the margins.
        assert abs(z[kept].median()) < 0.25
        assert np.diff(np.quantile(z[kept], [0.16, 0.84]))[0] / 2 == pytest.approx(1, abs=0.15)


def test_planted_dispersions_are_recovered(large):
    normalized, truth, groups = large
    ratios = []
    for level in (EARLY[0], NONE[0]):
        values = normalized[groups.index[groups == level]]
        mean, variance = values.mean(axis=1), values.var(axis=1, ddof=1)
        ratios.append((variance - mean) / mean**2)
    ratio = np.mean(ratios, axis=0) / truth["dispersion"].to_numpy()
    usual = ~truth["programme"].isin(["contamination", "sex_female"]).to_numpy()
    narrow = usual & (truth["dispersion"] < 1).to_numpy()
    assert np.median(ratio[narrow]) == pytest.approx(1, abs=0.05)
    # Moments of 400 skewed values: within a factor of two for nearly every gene.
    assert (np.abs(np.log(ratio[narrow])) < np.log(2)).mean() > 0.98
    assert np.median(ratio[usual]) == pytest.approx(1, abs=0.1)


def test_dispersions_are_those_of_patients(demo):
    """Quantiles of the tumours and normal livers of TCGA-LIHC, mean counts above 50."""
    truth = demo.genes
    tumour = truth["mean_normal"] * np.exp2(
        (truth["log2_early_recurrence"] + truth["log2_no_recurrence"]) / 2
    )
    expressed = truth[(tumour > 50) & (truth["programme"] == "background")]
    found = expressed["dispersion"].quantile([0.05, 0.25, 0.5, 0.75, 0.95])
    np.testing.assert_allclose(found, [0.09, 0.18, 0.37, 0.95, 5.85], rtol=0.5)
    assert expressed["own_dispersion"].median() == pytest.approx(0.11, rel=0.2)


def test_genes_follow_the_factors_they_are_said_to_follow(large):
    normalized, truth, groups = large
    cycle, hepatocyte = ["MKI67", "TOP2A", "CDK1", "BUB1"], ["CYP2E1", "PCK1"]
    named = normalized.set_axis(truth["gene_name"]).loc[["MYCN", "HMGA2", *cycle, *hepatocyte]]
    correlation = named.loc[:, groups == EARLY[0]].T.corr(method="spearman")
    assert 0.35 < correlation.loc["MYCN", "HMGA2"] < 0.8
    assert abs(correlation.loc["MYCN", "MKI67"]) < 0.25  # 3.5 standard errors of 200 samples
    # TCGA-LIHC: 0.88 among genes of the cell cycle, 0.41 among those of the hepatocyte.
    for genes, least in ((cycle, 0.6), (hepatocyte, 0.3)):
        inside = correlation.loc[genes, genes].to_numpy()
        assert inside[np.triu_indices(len(genes), 1)].min() > least, genes


def test_expected_fold_change_of_mycn_hmga2_and_a_subset_gene(annotation):
    """Means and dispersions of many samples against the truth, which is in closed form."""
    count = 40_000
    groups = np.repeat(["normal", "no_recurrence", "early_recurrence"], count)
    names = [f"S{i}" for i in range(3 * count)]
    sheet = pd.DataFrame({"sample_id": names, "group": groups, "batch": "B1", "sex": "male"})
    genes = ["MYCN", "HMGA2", "AFP", "MKI67", "PDCD1", "CYP3A4"]
    counts, truth, _ = simulate(sheet, 3, annotation[annotation["gene_name"].isin(genes)])
    values = counts.to_numpy(dtype=float)
    normal, none, early = (values[:, groups == level] for level in (*NORMAL, *NONE, *EARLY))
    for level, tumours in (("no_recurrence", none), ("early_recurrence", early)):
        ratio = np.log2(tumours.mean(axis=1) / normal.mean(axis=1))
        np.testing.assert_allclose(ratio, truth[f"log2_{level}"], atol=0.06)
    excess = [
        (side.var(axis=1) - side.mean(axis=1)) / side.mean(axis=1) ** 2 for side in (none, early)
    ]
    # Library sizes, lognormal with sd .25, multiply what the planted dispersion leaves.
    planted = (1 + truth["dispersion"]) * np.exp(0.25**2) - 1
    np.testing.assert_allclose(np.mean(excess, axis=0), planted, rtol=0.1)


def test_sex_genes_follow_the_sheet(demo, sheet):
    counts, truth, _ = demo
    named = counts.set_axis(truth["gene_name"])
    female = (sheet["sex"] == "female").to_numpy()
    assert named.loc["XIST", female].min() > 10 * named.loc["XIST", ~female].max()
    for gene in ("RPS4Y1", "DDX3Y", "KDM5D", "UTY", "EIF1AY", "USP9Y"):
        assert named.loc[gene, ~female].min() > 10 * named.loc[gene, female].max(), gene


def test_one_sample_carries_outlying_counts(demo):
    counts, truth, _ = demo
    genes = (truth["programme"] == "contamination").to_numpy()
    depth = counts.sum()
    share = (counts[genes] / depth).T
    assert (share.idxmax() == "ER04").all()
    others = share.drop(index="ER04")
    assert (share.loc["ER04"] > 20 * others.max()).all()
    assert (truth.loc[genes].filter(like="log2_") == 0).all(axis=None)


def test_some_genes_are_for_the_filter(demo):
    counts = demo.counts
    assert (counts.sum(axis=1) == 0).sum() > 100
    kept = (counts >= 10).sum(axis=1) >= 5
    assert 0.7 < kept.mean() < 0.9


def test_wrong_sheet_is_an_input_error(sheet, annotation):
    with pytest.raises(InputError, match="no column 'sex'"):
        simulate(sheet.drop(columns="sex"), 1, annotation)
    wrong = sheet.replace({"group": {"normal": "healthy"}})
    with pytest.raises(InputError, match="'healthy'"):
        simulate(wrong, 1, annotation)


def test_halves_are_dealt_within_groups_and_batches(demo, sheet):
    half = demo.samples["half"]
    assert demo.samples["sample_id"].tolist() == sheet["sample_id"].tolist()
    counts = pd.crosstab([sheet["group"], sheet["batch"]], half.to_numpy())
    assert (counts["A"] - counts["B"]).abs().max() <= 1
    first = [draw_halves(sheet, np.random.default_rng(seed))[0] for seed in range(400)]
    assert abs(np.mean([letter == "A" for letter in first]) - 0.5) < 4 * 0.5 / 20


def test_truth_of_the_samples_says_what_went_wrong(demo):
    drawn = demo.samples.set_index("sample_id")
    normal = drawn["group"] == "normal"
    assert drawn.loc[normal, ["purity", "proliferation", "immune"]].isna().all(axis=None)
    assert drawn.loc["ER04", "event"] == "pancreatic tissue in the sample"
    impure = drawn.index[drawn["event"] == "mostly the liver around the tumour"]
    assert len(impure) <= 1 and (drawn.loc[impure, "purity"] == 0.25).all()
    assert drawn["purity"].min() == 0.25


def test_truth_survives_a_round_trip(demo, tmp_path):
    truth = demo.genes
    write_table(truth, tmp_path / "truth.tsv", "demo_truth")
    back = read_table(tmp_path / "truth.tsv", "demo_truth")
    for sides in ((EARLY, NONE), (EARLY + NONE, NORMAL)):
        before, after = true_difference(truth, *sides), true_difference(back, *sides)
        assert ((before == 0) == (after == 0)).all()
        np.testing.assert_allclose(after, before, rtol=1e-8)


def test_the_claims_of_the_demo_are_what_was_planted(demo, repository):
    truth = demo[1].set_index("gene_name")
    shipped = yaml.safe_load((repository / "config/config.yaml").read_text(encoding="utf-8"))
    for claim in shipped["claims"]:
        assert "simulation" in claim["source"]
        if "set" in claim:
            continue
        planted = truth.loc[claim["gene"]]
        change = planted["log2_early_recurrence"] - planted["log2_no_recurrence"]
        assert claim["log2FoldChange"] == pytest.approx(change), claim["gene"]
