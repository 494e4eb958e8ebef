"""Tests, adjustment, shrinkage, omnibus, notes, integrity and storage."""

from dataclasses import replace

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from recurseq.base.errors import IntegrityError
from recurseq.base.h5ad import open_h5ad, write_h5ad
from recurseq.base.tables import describe
from recurseq.contrasts.levels import check_through_other_levels
from recurseq.contrasts.results import called
from recurseq.deseq import (
    Options,
    add_fit,
    adjust,
    check_contrasts,
    check_table,
    contrast_table,
    likelihood_ratio_test,
    normalized_counts,
    omnibus_table,
    read_fit,
    shrink,
    threshold_test,
    vst,
    wald_test,
)
from recurseq.deseq.prior_variance import matched_prior_variance
from recurseq.deseq.shrinkage import contrast_basis, prior_scale
from recurseq.design.calling import CallingRule
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula
from recurseq.stats.adjust import benjamini_hochberg
from support.deseq_study import as_contrast, fitted, levels, simulated


@pytest.fixture(scope="module")
def study():
    counts, samples, _ = simulated()
    model, formula = fitted(counts, samples)
    return model, formula, samples


@pytest.fixture(scope="module")
def weights(study):
    _, formula, samples = study
    pairs = {"early v none": (["early"], ["none"]), "early v normal": (["early"], ["normal"])}
    pairs["none v normal"] = (["none"], ["normal"])
    pairs["tumour v normal"] = (["early", "none"], ["normal"])
    return {k: contrast_vector(formula, samples, levels(*v)) for k, v in pairs.items()}


@pytest.fixture(scope="module")
def tables(study, weights):
    return {name: contrast_table(study[0], vector, Options()) for name, vector in weights.items()}


def test_wald_statistic_and_pvalue(study, weights):
    table = wald_test(study[0], weights["early v none"])
    np.testing.assert_allclose(table["stat"], table["log2FoldChange"] / table["lfcSE"])
    np.testing.assert_allclose(table["pvalue"], 2 * stats.norm.sf(table["stat"].abs()), rtol=1e-12)


def test_standard_error_from_the_information_matrix(study, weights):
    model, _, _ = study
    gene = model.genes.index[model.genes["baseMean"].argmax()]
    eta = model.design.to_numpy() @ model.coefficients.loc[gene].to_numpy() * np.log(2)
    mu = model.size_factors.to_numpy() * np.exp(eta)
    w = mu / (1 + mu * model.genes.loc[gene, "dispersion"])
    sigma = np.linalg.inv((model.design.T * w) @ model.design) / np.log(2) ** 2
    c = weights["early v none"].to_numpy()
    ours = wald_test(model, weights["early v none"]).loc[gene, "lfcSE"]
    assert ours == pytest.approx(np.sqrt(c @ sigma @ c), rel=1e-5)


def test_threshold_test_closed_form():
    table = pd.DataFrame({"log2FoldChange": [1.5, -1.5, 0.2], "lfcSE": 0.5, "stat": [3, -3, 0.4]})
    expected = [2 * stats.norm.sf(2.0), 2 * stats.norm.sf(2.0), 1.0]
    np.testing.assert_allclose(threshold_test(table, 0.5), expected, rtol=1e-12)


def test_benjamini_hochberg_matches_scipy():
    values = np.random.default_rng(0).uniform(size=200) ** 2
    holes = np.where(np.arange(200) % 7 == 0, np.nan, values)
    ours = benjamini_hochberg(holes)
    expected = stats.false_discovery_control(holes[~np.isnan(holes)])
    np.testing.assert_allclose(ours[~np.isnan(holes)], expected, rtol=1e-14)
    assert np.isnan(ours[np.isnan(holes)]).all()


def test_independent_filtering_removes_hopeless_genes():
    rng = np.random.default_rng(5)
    means = np.sort(rng.lognormal(3, 2, 4000))
    high = np.arange(4000) >= 2000
    pvalues = np.where(high & (rng.uniform(size=4000) < 0.2), 0.009, 1) * rng.uniform(size=4000)
    index = [f"g{k}" for k in range(4000)]
    result = adjust(pd.Series(pvalues, index), pd.Series(means, index), alpha=0.05)
    plain = adjust(
        pd.Series(pvalues, index),
        pd.Series(means, index),
        alpha=0.05,
        independent_filtering=False,
    )
    assert (result.padj < 0.05).sum() > (plain.padj < 0.05).sum()
    assert (result.padj.isna() == result.filtered).all()
    assert (means[result.filtered] < result.threshold).all()
    assert not plain.filtered.any()


def test_shrinkage_is_the_optimum_of_its_posterior(study, weights, tables):
    model, _, _ = study
    vector, table = weights["early v none"], tables["early v none"].set_index("gene_id")
    basis = contrast_basis(model, vector)
    scale = prior_scale(table["log2FoldChange"] * np.log(2), table["lfcSE"] * np.log(2))
    offset = np.log(model.size_factors.to_numpy())
    for gene in table.index[::25]:
        y = model.fitted_counts[gene].to_numpy(float)
        size = 1 / model.genes.loc[gene, "dispersion"]

        def loss(g, y=y, size=size):
            mu = np.exp(basis.design @ g + offset)
            prior = np.log1p((g[0] / scale) ** 2) + (g[1:] ** 2).sum() / (2 * 15**2)
            return prior - stats.nbinom.logpmf(y, size, size / (size + mu)).sum()

        start = basis.coefficients @ model.coefficients.loc[gene].to_numpy() * np.log(2)
        found = min(
            (
                optimize.minimize(loss, s, method="BFGS", options={"gtol": 1e-7})
                for s in (start, start * [0, 1, 1])
            ),
            key=lambda result: result.fun,
        )
        ours = table.loc[gene, "shrunkenLog2FoldChange"] * np.log(2)
        assert ours == pytest.approx(found.x[0], abs=2e-4), gene


def test_shrinkage_reproduces_r_apeglm(shared_data):
    folder = shared_data / "reference" / "pydeseq2_r"
    counts = pd.read_csv(folder / "synthetic" / "test_counts.csv", index_col=0).T
    samples = pd.read_csv(folder / "synthetic" / "test_metadata.csv", index_col=0)
    for name in samples:
        samples[name] = pd.Categorical(samples[name])
    question = {"factor": "condition", "numerator": ["B"], "denominator": ["A"]}
    for design, formula in (
        ("single_factor", "~ condition"),
        ("multi_factor", "~ group + condition"),
    ):
        expected = pd.read_csv(folder / design / "r_test_lfc_shrink_res.csv", index_col=0)
        model, parsed = fitted(counts, samples[[*parse_formula(formula).variables]], formula)
        vector = contrast_vector(parsed, samples[[*parsed.variables]], question)
        ours = contrast_table(model, vector, Options()).set_index("gene_id")
        np.testing.assert_allclose(
            ours["shrunkenLog2FoldChange"], expected["log2FoldChange"], atol=1e-3
        )
        np.testing.assert_allclose(ours["shrunkenLfcSE"], expected["lfcSE"], rtol=1e-3)


def test_omnibus_of_one_column_agrees_with_wald(study):
    model, _, samples = study
    two = samples[["group"]].assign(
        group=pd.Categorical(np.where(samples["group"] == "early", "early", "rest"))
    )
    counts = model.counts
    both, formula = fitted(counts, two)
    ratio = likelihood_ratio_test(both, both.design[["Intercept"]])
    vector = contrast_vector(formula, two, levels(["early"], ["rest"]))
    wald = wald_test(both, vector)["stat"] ** 2
    moderate = both.genes["baseMean"].gt(50) & wald.between(0.5, 20)
    assert ((ratio["stat"] / wald)[moderate] - 1).abs().median() < 0.1
    assert ratio["df"].eq(1).all()
    np.testing.assert_allclose(ratio["pvalue"], stats.chi2.sf(ratio["stat"].clip(lower=0), 1))


def test_omnibus_refuses_designs_that_are_not_nested(study):
    model, _, samples = study
    with pytest.raises(ValueError, match="cannot express"):
        likelihood_ratio_test(model, design_matrix(parse_formula("~ batch"), samples))
    with pytest.raises(ValueError, match="at least one column"):
        likelihood_ratio_test(model, model.design)


def test_tables_have_the_described_columns(study, tables):
    annotation = pd.DataFrame({"gene_name": "x"}, index=study[0].genes.index)
    omnibus = omnibus_table(study[0], study[0].design[["Intercept"]], annotation=annotation)
    assert list(omnibus.columns) == describe("omnibus_genes").names
    complete = called(tables["early v none"], as_contrast(levels(["early"], ["none"])))
    assert list(complete.columns) == describe("contrast_genes").names


def test_every_gene_has_a_row_and_a_reason(study, weights):
    model, _, _ = study
    names = ["dropped", *model.genes.index[::-1]]
    annotation = pd.DataFrame({"gene_name": [f"n{k}" for k in names]}, index=names)
    annotation["drop_reason"] = ["too few counts"] + [""] * len(model.genes)
    annotation["drop_code"] = ["filtered"] + [""] * len(model.genes)
    options = Options(lfc_threshold=0.5)
    table = contrast_table(model, weights["early v none"], options, annotation=annotation)
    contrast = replace(as_contrast(levels(["early"], ["none"])), rule=CallingRule(0.05, 0.5, 1))
    table = called(table, contrast)
    assert table["gene_id"].tolist() == names
    assert table["note"][0] == "filtered before fitting: too few counts"
    assert table["status"][0] == "filtered"
    chosen = table["padjThreshold"].lt(0.05) & table["log2FoldChange"].abs().ge(1)
    assert table["significant"].tolist() == chosen.tolist()
    assert set(table["direction"][chosen]) <= {"up", "down"}
    assert table["direction"][~chosen].eq("none").all()
    assert (table["status"].eq("tested") == table["padjThreshold"].notna()).all()
    check_table(table, model, weights["early v none"])


def test_integrity_holds_for_real_tables(study, weights, tables):
    model, formula, samples = study
    for name, table in tables.items():
        check_table(table, model, weights[name])
    check_contrasts(weights, tables, model)
    question = levels(["early"], ["none"])
    check_through_other_levels(
        tables["early v none"], model, formula, samples, as_contrast(question)
    )


def test_integrity_sees_what_is_broken(study, weights, tables):
    model, formula, samples = study
    vector, table = weights["early v none"], tables["early v none"]
    for column, message in {
        "stat": "differ in sign",
        "shrunkenLog2FoldChange": "opposite",
    }.items():
        with pytest.raises(IntegrityError, match=message):
            check_table(table.assign(**{column: -table[column]}), model, vector)
    with pytest.raises(IntegrityError, match="not the contrast"):
        check_table(tables["early v normal"], model, vector)
    other = tables["early v normal"]["shrunkenLog2FoldChange"]
    with pytest.raises(IntegrityError, match="shrunken"):
        check_table(table.assign(shrunkenLog2FoldChange=other), model, vector)
    holes = table.assign(padj=table["padj"].mask(table.index == 3), note=None)
    with pytest.raises(IntegrityError, match="no note"):
        check_table(holes, model, vector)
    wrong = table.assign(log2FoldChange=table["log2FoldChange"] + 1e-4)
    with pytest.raises(IntegrityError, match="do not add up"):
        check_contrasts(weights, {**tables, "early v none": wrong}, model)
    with pytest.raises(IntegrityError, match="do not add up"):
        check_through_other_levels(
            wrong, model, formula, samples, as_contrast(levels(["early"], ["none"]))
        )


def test_integrity_does_not_judge_genes_without_counts_or_below_the_floor():
    counts, samples, _ = simulated(120)
    counts["g000"] = 0
    counts["g001"] = np.where(samples["group"] == "normal", 0, counts["g001"].clip(upper=3))
    model, formula = fitted(counts, samples)
    contrast = levels(["early"], ["none"])
    vector = contrast_vector(formula, samples, contrast)
    table = contrast_table(model, vector)
    check_through_other_levels(
        table, model, formula, samples, as_contrast(contrast)
    )  # g000 has no estimate
    opposite = table["log2FoldChange"] * -1.5
    sparse = table["gene_id"] == "g001"
    changed = table["shrunkenLog2FoldChange"].mask(sparse, opposite)
    # its normal samples have means below 0.5: the estimate is no maximum of the likelihood
    check_table(table.assign(shrunkenLog2FoldChange=changed), model, vector)
    other = table["gene_id"] == table.loc[table["stat"].abs().idxmax(), "gene_id"]
    changed = table["shrunkenLog2FoldChange"].mask(other, opposite)
    with pytest.raises(IntegrityError, match="opposite"):
        check_table(table.assign(shrunkenLog2FoldChange=changed), model, vector)


def test_compared_samples(study):
    _, _, samples = study
    question = levels(["early"], ["none"], within={"batch": "one"})
    chosen = as_contrast(question).compared(samples)
    expected = samples["group"].isin(["early", "none"]) & (samples["batch"] == "one")
    assert chosen.tolist() == expected.tolist()


def test_fit_survives_the_file(study, weights, tmp_path):
    model, _, samples = study
    names = ["dropped", *model.genes.index]
    counts = np.column_stack([np.zeros(len(samples)), model.counts]).astype(np.int32)
    cohort = anndata.AnnData(obs=samples.copy(), var=pd.DataFrame(index=names))
    cohort.layers["counts"] = counts
    cohort.var["kept"] = [False] + [True] * len(model.genes)
    path = tmp_path / "model.h5ad"
    write_h5ad(add_fit(cohort, model), path)
    back = anndata.read_h5ad(path)
    assert back.X is None
    kinds = {name: layer.dtype.name for name, layer in back.layers.items()}
    assert kinds == {"counts": "int32", "normalized": "float32", "vst": "float32"}
    assert np.isnan(back.varm["coefficients"][0]).all()
    assert back.varm["covariance"].shape == (len(names), 6)  # the upper triangle of 3 x 3
    exact = model.counts.div(model.size_factors, axis=0)
    np.testing.assert_allclose(back.layers["normalized"][:, 1:], exact, rtol=1e-7)
    transformed = vst(model.counts, model.normalization, model.trend)
    np.testing.assert_allclose(back.layers["vst"][:, 1:], transformed, rtol=1e-7)
    stored = open_h5ad(path)
    genes = names[5:2:-1]
    pd.testing.assert_frame_equal(
        normalized_counts(stored, genes), exact[genes], check_names=False, check_exact=True
    )
    again = read_fit(stored)
    np.testing.assert_array_equal(again.covariance, model.covariance)
    np.testing.assert_array_equal(again.covariance, again.covariance.swapaxes(1, 2))
    assert again.covariance.dtype == again.coefficients.to_numpy().dtype == float
    np.testing.assert_array_equal(read_fit(back).covariance, model.covariance)
    for name, vector in weights.items():
        pd.testing.assert_frame_equal(
            contrast_table(again, vector, Options()),
            contrast_table(model, vector, Options()),
            check_exact=True,
            obj=name,
        )


def test_column_names_with_slashes_survive_the_file(tmp_path):
    counts, samples, _ = simulated(genes=80)
    samples["group"] = samples["group"].cat.rename_categories({"early": "T/early"})
    model, _ = fitted(counts, samples)
    cohort = anndata.AnnData(obs=samples, var=pd.DataFrame(index=counts.columns))
    cohort.layers["counts"] = counts.to_numpy()
    write_h5ad(add_fit(cohort, model), tmp_path / "model.h5ad")
    again = read_fit(open_h5ad(tmp_path / "model.h5ad"))
    assert list(again.design.columns) == list(model.design.columns)


def test_prior_scale_with_equal_errors_is_the_excess_variance():
    estimates = np.random.default_rng(2).normal(0, 0.6, 500)
    expected = np.sqrt(np.mean(estimates**2) - 0.3**2)
    assert prior_scale(estimates, np.full(500, 0.3)) == pytest.approx(expected, rel=1e-8)
    assert prior_scale(estimates * 10, np.full(500, 0.3)) == 1.0  # never wider than 1
    assert prior_scale(estimates, np.full(500, 5.0)) == pytest.approx(1e-3)  # never narrower


def test_one_large_change_among_unchanged_genes_is_left_alone():
    rng = np.random.default_rng(8)
    counts, samples, _ = simulated(sizes=(10, 0, 10))
    samples = samples[["group"]].assign(group=samples["group"].cat.remove_unused_categories())
    counts.loc[:] = rng.negative_binomial(5, 5 / 505, counts.shape)
    counts.iloc[10:, 0] *= 64
    model, formula = fitted(counts, samples)
    vector = contrast_vector(formula, samples, levels(["early"], ["normal"]))
    table = contrast_table(model, vector, Options())
    assert table["shrunkenLog2FoldChange"][0] == pytest.approx(table["log2FoldChange"][0], abs=0.2)
    assert table["shrunkenLog2FoldChange"][1:].abs().median() < 0.15
    # with a very narrow prior zero is a mode too; the higher one is meant
    narrow = wald_test(model, vector)
    narrow["log2FoldChange"] *= 1e-6
    values = shrink(model, vector, narrow)["shrunkenLog2FoldChange"]
    assert values.iloc[0] == pytest.approx(table["log2FoldChange"][0], abs=0.2)
    assert values.iloc[1:].abs().median() < 1e-3


@pytest.mark.parametrize("degrees", [1, 2, 3])
def test_prior_variance_with_few_degrees_of_freedom_finds_the_planted_one(degrees):
    rng = np.random.default_rng(degrees)
    noise = np.log(rng.chisquare(degrees, 20000) / degrees)
    for planted in (0.5, 1.0, 2.0):
        residuals = noise + rng.normal(0, np.sqrt(planted), 20000)
        found = matched_prior_variance(residuals, degrees)
        # within what the drawing of R's own histograms adds
        assert found == pytest.approx(planted, abs=0.2)
    assert matched_prior_variance(noise, degrees) == 0.25
