"""Invariances and rules of the fit: order, threads, reference levels, outliers, edge cases."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.deseq import Options, contrast_table, estimate_size_factors, fit
from recurseq.deseq.basis import orthonormal
from recurseq.deseq.blocks import genes_per_block
from recurseq.deseq.compile_kernels import compile_kernels
from recurseq.deseq.cooks import cutoff
from recurseq.deseq.wald import contrast_estimate
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula
from support.deseq_study import fitted, levels, simulated
from support.paths import REPOSITORY


@pytest.fixture(scope="module")
def study():
    return simulated()


def result_table(counts, samples, formula="~ group", question=None, **options):
    model, parsed = fitted(counts, samples, formula, **options)
    question = question or levels(["early"], ["none"])
    return contrast_table(model, contrast_vector(parsed, samples, question), Options())


def test_size_factors_by_hand():
    counts = pd.DataFrame([[10, 20, 0], [20, 40, 7]], index=["a", "b"], columns=list("xyz"))
    # ratios to the geometric means are 1/sqrt(2) and sqrt(2) in both genes without a zero
    assert estimate_size_factors(counts).tolist() == pytest.approx([0.5**0.5, 2**0.5], rel=1e-14)


def test_size_factors_need_a_gene_without_zeros():
    counts = pd.DataFrame([[0, 3], [5, 0]], index=["a", "b"], columns=["x", "y"])
    with pytest.raises(InputError, match="every gene has a zero"):
        estimate_size_factors(counts)


@pytest.mark.parametrize("formula", ["~ group", "~ batch + age + group"])
def test_order_of_samples_and_genes_changes_nothing(study, formula):
    counts, samples, _ = study
    rng = np.random.default_rng(1)
    rows, columns = rng.permutation(counts.index), rng.permutation(counts.columns)
    straight = result_table(counts, samples, formula)
    shuffled = result_table(counts.loc[rows, columns], samples.loc[rows], formula)
    shuffled = shuffled.set_index("gene_id").loc[straight["gene_id"]].reset_index()
    pd.testing.assert_frame_equal(straight, shuffled, check_exact=True)


def test_threads_change_nothing():
    counts, samples, _ = simulated(genes=2 * genes_per_block(9) + 5, sizes=(3, 3, 3))
    pd.testing.assert_frame_equal(
        result_table(counts, samples), result_table(counts, samples, threads=3), check_exact=True
    )


@pytest.mark.parametrize("formula", ["~ group", "~ batch + age + group", "~ 0 + group"])
def test_reference_level_changes_nothing(study, formula):
    counts, samples, _ = study
    turned = samples.assign(
        group=samples["group"].cat.reorder_categories(["early", "normal", "none"]),
        batch=samples["batch"].cat.reorder_categories(["two", "one"]),
    )
    one, other = result_table(counts, samples, formula), result_table(counts, turned, formula)
    numbers = one.select_dtypes("number").columns
    np.testing.assert_allclose(one[numbers], other[numbers], rtol=1e-8, atol=1e-8)
    pd.testing.assert_series_equal(one["status"], other["status"])


def test_threshold_test_does_not_depend_on_the_reference(study):
    counts, samples, _ = study
    options = Options(lfc_threshold=0.5)
    tables = []
    for first in ("normal", "none"):
        order = [first, *(g for g in ("normal", "none", "early") if g != first)]
        turned = samples.assign(group=samples["group"].cat.reorder_categories(order))
        model, parsed = fitted(counts, turned)
        weights = contrast_vector(parsed, turned, levels(["early"], ["none"]))
        tables.append(contrast_table(model, weights, options)["pvalueThreshold"])
    np.testing.assert_allclose(tables[0], tables[1], rtol=1e-8)


def test_scaling_a_numeric_covariate_scales_its_slope(study):
    counts, samples, _ = study
    weights = {"coefficients": {"age": 1.0}}
    slopes = []
    for factor in (1, 10):
        scaled = samples.assign(age=samples["age"] * factor + 60)
        model, parsed = fitted(counts, scaled, "~ group + age")
        slopes.append(contrast_estimate(model, contrast_vector(parsed, scaled, weights)))
    np.testing.assert_allclose(slopes[0], slopes[1] * 10, rtol=1e-6, atol=1e-8)


def test_one_way_estimates_are_close_to_log_ratios_of_means():
    counts, samples, _ = simulated(genes=60)
    counts.iloc[:, 0] = 1000
    equal = fit(counts, design_matrix(parse_formula("~ group"), samples))
    # the maximum-likelihood mean of a group with equal dispersions and size factors is its mean
    factors = equal.size_factors
    scaled = counts.div(factors, axis=0)
    means = scaled.groupby(samples["group"], observed=True).mean()
    expected = np.log2(means.loc["early"] / means.loc["none"])
    estimate = equal.coefficients["group[early]"] - equal.coefficients["group[none]"]
    expressed = means.min() > 20
    untouched = expressed & ~equal.genes["replaced"]
    assert (estimate - expected)[untouched].abs().median() < 0.02


def test_planted_truth_is_found(study):
    counts, samples, change = study
    table = result_table(counts, samples)
    truth = change[:, 2] - change[:, 1]
    strong = np.abs(truth) > 2
    error = (table["log2FoldChange"] - truth)[strong]
    assert np.abs(error).median() < 0.3
    called = table["padj"] < 0.05
    assert called[strong].mean() > 0.9
    assert (called & (truth == 0)).sum() <= 0.1 * called.sum() + 3


def test_outlier_is_replaced_with_seven_replicates_and_flagged_with_five(study):
    counts, samples, _ = study
    changed = counts.copy()
    changed.loc["s20", "g290"] = 10**6  # early: 9 samples
    changed.loc["s02", "g291"] = 10**6  # normal: 5 samples
    model, _ = fitted(changed, samples)
    assert model.genes.loc["g290", ["replaced", "cooksOutlier"]].tolist() == [True, False]
    assert model.genes.loc["g291", ["replaced", "cooksOutlier"]].tolist() == [False, True]
    assert model.genes.loc[["g290", "g291"], "cooksSample"].tolist() == ["s20", "s02"]
    replaced = model.replacements.set_index("gene_id").loc["g290"]
    assert replaced["count"] == 10**6
    assert replaced["replacement"] < 10**4
    assert model.fitted_counts.loc["s20", "g290"] == replaced["replacement"]
    assert model.genes.loc["g290", "baseMean"] < 10**4
    kept, _ = fitted(changed, samples, cooks=False)
    assert not kept.genes[["replaced", "cooksOutlier"]].any().any()
    assert kept.genes.loc["g290", "baseMean"] > 10**4


def test_two_groups_spare_a_gene_with_three_larger_counts():
    counts, samples, _ = simulated(genes=200, sizes=(5, 0, 5))
    samples["group"] = samples["group"].cat.remove_unused_categories()
    depth = estimate_size_factors(counts)
    spared = np.array([1, 2, 0, 1500, 1, 2000, 2100, 1950, 2200, 2050])
    counts["g199"] = (spared * depth).round().astype(int)
    counts["g198"] = np.where(spared == 1500, 90000, counts["g199"])
    model, _ = fitted(counts, samples)
    assert model.genes.loc["g199", "maxCooks"] > cutoff(10, 2)
    assert not model.genes.loc["g199", "cooksOutlier"]
    assert model.genes.loc["g198", "cooksOutlier"]


def test_gene_emptied_by_replacement_says_nothing(study):
    counts, samples, _ = study
    changed = counts.copy()
    changed["g299"] = 0
    changed.loc["s20", "g299"] = 5000
    table = result_table(changed, samples).set_index("gene_id").loc["g299"]
    assert table[["baseMean", "log2FoldChange", "stat", "pvalue"]].tolist() == [0, 0, 0, 1]
    assert "no other sample has a count" in table["note"]


def test_all_zero_genes_are_missing_with_a_note(study):
    counts, samples, _ = study
    table = result_table(counts.assign(g000=0), samples).set_index("gene_id").loc["g000"]
    assert table["baseMean"] == 0
    assert table[["log2FoldChange", "pvalue", "padj"]].isna().all()
    assert table["note"] == "all zero"


def test_groups_that_are_both_silent_have_no_difference(study):
    counts, samples, _ = study
    changed = counts.copy()
    changed.loc[samples["group"] != "normal", "g000"] = 0
    row = result_table(changed, samples).set_index("gene_id").loc["g000"]
    values = row[["log2FoldChange", "stat", "pvalue", "shrunkenLog2FoldChange"]]
    assert values.tolist() == [0, 0, 1, 0]


def test_designs_that_cannot_be_fitted(study):
    counts, samples, _ = study
    design = design_matrix(parse_formula("~ group"), samples)
    with pytest.raises(ValueError, match="full rank"):
        fit(counts, design.assign(again=design["group[early]"]))
    with pytest.raises(ValueError, match="without replicates"):
        fit(counts.iloc[[0, 6, 20]], design.iloc[[0, 6, 20]])
    with pytest.raises(ValueError, match="same samples"):
        fit(counts.iloc[1:], design)


def test_only_fitting_pays_for_large_packages():
    code = """
import sys
import recurseq.deseq
slow = {"pydeseq2", "anndata", "numba", "scipy.optimize", "scipy.stats", "statsmodels"}
print(*sorted(slow & set(sys.modules)))
"""
    command, scripts = [sys.executable, "-c", code], REPOSITORY / "scripts"
    ended = subprocess.run(command, cwd=scripts, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == []


def test_loops_are_compiled_once_and_kept():
    folder = compile_kernels()
    assert folder is not None
    for entry in ("climb_genes", "search_genes", "reweight_genes", "climb_posteriors"):
        assert list(folder.glob(f"*.{entry}-*.nbc")), entry
    code = """
from recurseq.deseq.kernels.dispersions import climb_genes
print(sum(climb_genes.stats.cache_misses.values()))
"""
    command, scripts = [sys.executable, "-c", code], REPOSITORY / "scripts"
    ended = subprocess.run(command, cwd=scripts, capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "0"


@pytest.mark.parametrize("text", ["~ group", "~ batch + group", "~ batch + age + group"])
def test_dispersions_are_the_same_to_the_last_digit_whatever_the_coding(text):
    counts, samples, _ = simulated(genes=200)
    recoded = samples.assign(
        group=samples["group"].cat.reorder_categories(["early", "normal", "none"]),
        batch=samples["batch"].cat.reorder_categories(["two", "one"]),
        age=60 - 10 * samples["age"],
    )
    one, other = (fitted(counts, sheet, text)[0] for sheet in (samples, recoded))
    columns = ["dispGeneEst", "dispMAP", "dispersion", "maxCooks"]
    if "age" not in text:  # whole numbers only: the bases are equal bit by bit
        pd.testing.assert_frame_equal(one.genes[columns], other.genes[columns], check_exact=True)
    pd.testing.assert_frame_equal(one.genes[columns], other.genes[columns], rtol=1e-8)


def test_basis_spans_the_design_and_keeps_row_groups_recognisable():
    _, samples, _ = simulated()
    design = design_matrix(parse_formula("~ batch + age + group"), samples)
    basis, back = orthonormal(design)
    np.testing.assert_allclose(basis.T @ basis, len(design) * np.eye(len(basis.columns)), atol=1e-9)
    np.testing.assert_allclose(design @ back, basis, atol=1e-10)
    crossed, _ = orthonormal(design_matrix(parse_formula("~ batch * group"), samples))
    assert len(crossed.drop_duplicates()) == 6


@pytest.mark.parametrize("text", ["~ group", "~ batch + group"])
def test_a_fit_without_the_classes_of_pydeseq2_has_the_same_numbers(text):
    counts, samples, _ = simulated(genes=200)
    design = design_matrix(parse_formula(text), samples)
    one, other = fit(counts, design), fit(counts, design, plain=True)
    pd.testing.assert_frame_equal(one.genes, other.genes, check_exact=True)
    pd.testing.assert_frame_equal(one.coefficients, other.coefficients, check_exact=True)
    assert np.array_equal(one.covariance, other.covariance, equal_nan=True)
