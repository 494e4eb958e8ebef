"""The simulated study: its counts follow its truth, and the check counts what it says."""

import gzip

import numpy as np
import pandas as pd
import pytest
import yaml

from recurseq.base.errors import InputError
from recurseq.base.tables import read_table, write_table
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.demo import calls_against_truth, check_calls, report, simulate, write_counts
from recurseq.demo.check import true_difference
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast

EARLY, NONE, NORMAL = ["early_recurrence"], ["no_recurrence"], ["normal"]


@pytest.fixture(scope="module")
def annotation() -> pd.DataFrame:
    return load_annotation("builtin")


@pytest.fixture(scope="module")
def sheet(repository) -> pd.DataFrame:
    return pd.read_csv(repository / "config/samples.tsv", sep="\t", dtype=str)


@pytest.fixture(scope="module")
def demo(sheet, annotation) -> tuple[pd.DataFrame, pd.DataFrame]:
    return simulate(sheet, 20160901, annotation)


@pytest.fixture(scope="module")
def large(annotation) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """600 samples, of one batch and sex: enough to see the planted means and dispersions."""
    groups = np.repeat(["normal", "no_recurrence", "early_recurrence"], 200)
    names = [f"S{i}" for i in range(600)]
    sheet = pd.DataFrame({"sample_id": names, "group": groups, "batch": "B1", "sex": "male"})
    counts, truth = simulate(sheet, 7, annotation)
    kept = (counts.mean(axis=1) > 50).to_numpy()
    # Depth from many genes that do not change; not the way the simulation keeps it.
    same = (truth.filter(like="log2_") == 0).all(axis=1).to_numpy() & kept
    logs = np.log(counts[same] + 0.5)
    depth = np.exp((logs.sub(logs.mean(axis=1), axis=0)).mean())
    return (counts / depth)[kept], truth[kept], pd.Series(groups, index=names)


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
    counts, truth = demo
    again, truth_again = simulate(sheet, 20160901, annotation)
    write_counts(counts, tmp_path / "a.tsv.gz")
    write_counts(again, tmp_path / "b.tsv.gz")
    assert (tmp_path / "a.tsv.gz").read_bytes() == (tmp_path / "b.tsv.gz").read_bytes()
    assert (tmp_path / "a.tsv.gz").read_bytes()[4:8] == bytes(4)  # gzip's time of writing
    pd.testing.assert_frame_equal(truth, truth_again)
    other, _ = simulate(sheet, 1, annotation)
    assert (other.to_numpy() != counts.to_numpy()).mean() > 0.5


def test_counts_are_written_as_a_plain_matrix(demo, tmp_path):
    counts, _ = demo
    write_counts(counts, tmp_path / "deep" / "counts.tsv.gz")
    lines = gzip.decompress((tmp_path / "deep" / "counts.tsv.gz").read_bytes()).decode().split("\n")
    assert lines[0].split("\t")[:3] == ["gene_id", "ER01", "ER02"]
    assert len(lines) == len(counts) + 2  # header, and the end of the last line
    row = counts.iloc[100]
    assert lines[101] == "\t".join([row.name, *map(str, row)])


def test_genes_are_real_and_stable_ids_unique(demo, annotation):
    counts, truth = demo
    assert 17_000 < len(counts) < 19_000
    assert counts.index.is_unique and truth["gene_name"].is_unique
    assert list(counts.index) == list(truth["gene_id"])
    names = annotation.drop_duplicates("gene_id").set_index("gene_id")["gene_name"]
    assert (names[counts.index].to_numpy() == truth["gene_name"].to_numpy()).all()
    assert (counts.to_numpy() >= 0).all() and counts.to_numpy().dtype.kind == "i"


def test_most_genes_do_not_change_between_the_tumour_groups(demo):
    _, truth = demo
    null = (true_difference(truth, EARLY, NONE) == 0).mean()
    assert 0.85 <= null <= 0.90
    # What is null is exactly null: no difference too small to count and too large to ignore.
    least = true_difference(truth, EARLY, NONE).abs().replace(0, np.nan).min()
    assert least > 0.1


def test_background_effects_are_balanced(demo):
    _, truth = demo
    background = truth[truth["programme"] == "background"]
    for sides in ((EARLY, NONE), (EARLY + NONE, NORMAL)):
        difference = true_difference(background, *sides)
        changed = difference[difference != 0]
        # Signs are fair coins.
        assert abs((changed > 0).mean() - 0.5) < 4 * 0.5 / np.sqrt(len(changed))


def test_markers_have_the_planted_directions(demo):
    truth = demo[1].set_index("gene_name")
    early = truth["log2_early_recurrence"] - truth["log2_no_recurrence"]
    assert early[["MT1M", "MYCN", "HMGA2"]].round(9).tolist() == [-2.5, 2.2, 2.8]
    tumour = (truth["log2_early_recurrence"] + truth["log2_no_recurrence"]) / 2
    assert tumour[["MT1M", "GPC3", "CLEC4M"]].round(9).tolist() == [-0.98, 4.75, -4.7]
    assert (truth.loc[["HPRT1", "EEF1A1"]].filter(like="log2_") == 0).all(axis=None)


def test_planted_fold_changes_are_recovered(large):
    normalized, truth, groups = large
    means = normalized.T.groupby(groups).mean().T
    expected = truth.set_index("gene_id")["dispersion"]
    for sides in ((EARLY, NONE), (EARLY, NORMAL)):
        observed = np.log(means[sides[0][0]] / means[sides[1][0]])
        planted = true_difference(truth, *sides) * np.log(2)
        variance = sum((expected + 1 / means[level[0]]) / 200 for level in sides)
        z = (observed - planted) / np.sqrt(variance)
        kept = np.isfinite(z)
        assert kept.mean() > 0.999
        # Standard normal: mean 0, spread 1. The depth is itself estimated, hence the margin.
        assert abs(z[kept].median()) < 0.15
        assert np.diff(np.quantile(z[kept], [0.16, 0.84]))[0] / 2 == pytest.approx(1, abs=0.1)


def test_planted_dispersions_are_recovered(large):
    normalized, truth, groups = large
    ratios = []
    for level in (EARLY[0], NONE[0]):
        values = normalized[groups.index[groups == level]]
        mean, variance = values.mean(axis=1), values.var(axis=1, ddof=1)
        ratios.append((variance - mean) / mean**2)
    estimate = np.mean(ratios, axis=0)
    planted = truth["dispersion"].to_numpy()
    usual = ~truth["programme"].isin(["contamination", "sex_female"]).to_numpy()
    assert np.median(estimate[usual] / planted[usual]) == pytest.approx(1, abs=0.05)
    # Moments of 400 skewed values: within a factor of two for nearly every gene.
    within = np.abs(np.log(estimate[usual] / planted[usual])) < np.log(2)
    assert within.mean() > 0.98


def test_mycn_and_hmga2_go_together_within_tumours_and_other_genes_do_not(large):
    normalized, truth, groups = large
    logs = np.log(normalized.set_axis(truth["gene_name"]) + 1)
    inside = logs.loc[:, groups == EARLY[0]].T[["MYCN", "HMGA2", "MKI67"]]
    correlation = inside.corr(method="spearman").loc["MYCN"]
    assert 0.35 < correlation["HMGA2"] < 0.75
    assert abs(correlation["MKI67"]) < 0.25  # 3.5 standard errors of 200 samples


def test_shared_factor_keeps_means_and_adds_to_the_dispersion(annotation):
    count = 20_000
    groups = np.repeat(["normal", "early_recurrence"], count)
    names = [f"S{i}" for i in range(2 * count)]
    sheet = pd.DataFrame({"sample_id": names, "group": groups, "batch": "B1", "sex": "male"})
    counts, truth = simulate(sheet, 3, annotation[annotation["gene_name"].isin(["MYCN", "HMGA2"])])
    values = counts.to_numpy(dtype=float)
    normal, early = values[:, :count], values[:, count:]
    ratio = np.log2(early.mean(axis=1) / normal.mean(axis=1))
    np.testing.assert_allclose(ratio, truth["log2_early_recurrence"], atol=0.06)
    excess = (early.var(axis=1) - early.mean(axis=1)) / early.mean(axis=1) ** 2
    # Library sizes, lognormal with sd .25, multiply what the planted dispersion leaves.
    planted = (1 + truth["dispersion"]) * np.exp(0.25**2) - 1
    np.testing.assert_allclose(excess, planted, rtol=0.08)


def test_sex_genes_follow_the_sheet(demo, sheet):
    counts, truth = demo
    named = counts.set_axis(truth["gene_name"])
    female = (sheet["sex"] == "female").to_numpy()
    assert named.loc["XIST", female].min() > 10 * named.loc["XIST", ~female].max()
    for gene in ("RPS4Y1", "DDX3Y", "KDM5D", "UTY", "EIF1AY", "USP9Y"):
        assert named.loc[gene, ~female].min() > 10 * named.loc[gene, female].max(), gene


def test_one_sample_carries_outlying_counts(demo):
    counts, truth = demo
    genes = (truth["programme"] == "contamination").to_numpy()
    depth = counts.sum()
    share = (counts[genes] / depth).T
    assert (share.idxmax() == "ER04").all()
    others = share.drop(index="ER04")
    assert (share.loc["ER04"] > 20 * others.max()).all()
    assert (truth.loc[genes].filter(like="log2_") == 0).all(axis=None)


def test_some_genes_are_for_the_filter(demo):
    counts, _ = demo
    assert (counts.sum(axis=1) == 0).sum() > 100
    kept = (counts >= 10).sum(axis=1) >= 5
    assert 0.7 < kept.mean() < 0.9


def test_wrong_sheet_is_an_input_error(sheet, annotation):
    with pytest.raises(InputError, match="no column 'sex'"):
        simulate(sheet.drop(columns="sex"), 1, annotation)
    wrong = sheet.replace({"group": {"normal": "healthy"}})
    with pytest.raises(InputError, match="'healthy'"):
        simulate(wrong, 1, annotation)


def truth_of(**levels) -> pd.DataFrame:
    count = len(next(iter(levels.values())))
    start = {
        "gene_id": [f"g{i}" for i in range(count)],
        "gene_name": [f"G{i}" for i in range(count)],
        "programme": "background",
        "dispersion": 0.1,
    }
    return pd.DataFrame({**start, **{f"log2_{name}": values for name, values in levels.items()}})


def test_truth_of_any_contrast_follows_by_subtraction_and_averaging():
    truth = truth_of(a=[0.0, 0.0, 0.0], b=[1.0, 0.1, 2.0], c=[3.0, 0.2, -2.0])
    assert true_difference(truth, ["c"], ["b"]).tolist() == pytest.approx([2, 0.1, -4])
    average = true_difference(truth, ["b", "c"], ["a"])
    assert average.tolist() == pytest.approx([2, 0.15, 0])
    back = true_difference(truth, ["a"], ["b", "c"])
    assert (back == -average).all()
    assert (true_difference(truth, ["b", "c"], ["c", "b"]) == 0).all()


def test_rounding_does_not_turn_a_null_into_a_change():
    # 0.1 + 0.2 is not 0.3 in binary.
    truth = truth_of(a=[0.15], b=[0.1], c=[0.2])
    assert true_difference(truth, ["b", "c"], ["a"]).tolist() == [0.0]


def test_calls_are_counted_by_hand():
    truth = truth_of(x=[0.0] * 6, y=[1.0, 1.0, -1.0, 0.0, 0.0, 2.0])
    results = pd.DataFrame(
        {
            # another order, a gene of no truth, and one gene left out by the test
            "gene_id": ["g3", "g0", "g1", "g2", "g4", "g5", "other"],
            "log2FoldChange": [1.0, 1.1, 0.9, 0.5, 0.1, 2.0, 5.0],
            "padj": [0.01, 0.001, 0.2, 0.04, 0.05, np.nan, 0.0],
        }
    )
    row = check_calls(truth, results, ["y"], ["x"], 0.05)
    # Called: g0 (true), g2 (true, wrong sign), g3 (false). g4 is at alpha, not below; g5 untested.
    assert row == {
        "alpha": 0.05,
        "tested": 5,
        "truly_changed": 4,
        "called": 3,
        "false_calls": 1,
        "observed_fdr": pytest.approx(1 / 3),
        "power": 0.5,
        "wrong_sign": 1,
    }


def test_nothing_called_is_no_false_discovery():
    truth = truth_of(x=[0.0], y=[1.0])
    results = pd.DataFrame({"gene_id": ["g0"], "log2FoldChange": [0.1], "padj": [0.9]})
    row = check_calls(truth, results, ["y"], ["x"], 0.05)
    assert row["observed_fdr"] == 0 and row["power"] == 0 and row["called"] == 0


def test_check_leaves_out_contrasts_without_truth_and_survives_a_round_trip(tmp_path):
    truth = truth_of(x=[0.0, 0.0], y=[1.0, 0.0])
    results = pd.DataFrame(
        {"gene_id": ["g0", "g1"], "log2FoldChange": [1.0, 0.0], "padj": [0.01, 0.8]}
    )
    contrasts = [
        Contrast("y_vs_x", CallingRule(0.05), "group", ("y",), ("x",)),
        Contrast("by_age", CallingRule(0.05), coefficients={"age": 1.0}),
        Contrast("by_sex", CallingRule(0.05), "sex", ("male",), ("female",)),
    ]
    check = calls_against_truth(truth, [results] * 3, contrasts, 0.05)
    assert check["contrast"].tolist() == ["y_vs_x"]
    write_table(check, tmp_path / "check.tsv", "demo_check")
    assert read_table(tmp_path / "check.tsv", "demo_check")["called"].tolist() == [1]
    text = report(check)
    assert text.startswith("Simulated data") and "y_vs_x" in text and "0.05" in text


def test_truth_survives_a_round_trip(demo, tmp_path):
    _, truth = demo
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
