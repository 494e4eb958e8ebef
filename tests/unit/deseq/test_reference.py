"""Agreement with R DESeq2 on the simulated study of tests/reference."""

import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.deseq import (
    Options,
    blind_vst,
    contrast_table,
    estimate_size_factors,
    fit,
    omnibus_table,
    vst,
)
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula
from support.deseq_study import as_contrast

LEVELS = ["normal", "none", "early"]
OPTIONS = Options(alpha=0.05, lfc_threshold=0.5)


@pytest.fixture(scope="module")
def reference(repository):
    folder = repository / "tests" / "reference"

    def read(name):
        return pd.read_csv(folder / f"{name}.tsv.gz", sep="\t", index_col="id")

    return read


@pytest.fixture(scope="module")
def study(reference):
    counts = reference("counts").T
    samples = reference("samples")
    samples["group"] = pd.Categorical(samples["group"], LEVELS)
    for name in ("batch", "sex"):
        samples[name] = pd.Categorical(samples[name])
    return counts, samples


CHOSEN = {"two": [*range(5), *range(15, 21)], "few": [0, 1, 15, 16, 17]}
FORMULAS = {
    "group": "~ group",
    "blocks": "~ batch + age + group",
    "interaction": "~ sex * group",
    "two": "~ group",
    "few": "~ group",
    "slopes": "~ age * group",
    "lengths": "~ group",
}


def average_lengths(counts):
    """The lengths of make_reference.R, which counts from 1."""
    gene, sample = np.arange(1, counts.shape[1] + 1), np.arange(1, len(counts) + 1)[:, None]
    values = 500 + (37 * gene) % 2000 + 150 * ((gene + 3 * sample) % 7)
    return pd.DataFrame(values, counts.index, counts.columns)


@pytest.fixture(scope="module")
def fitted(study):
    """Each design of the reference, fitted once: (fit, formula, samples)."""
    counts, samples = study
    cache = {}

    def get(name):
        if name not in cache:
            rows = CHOSEN.get(name, range(len(samples)))
            part = samples.iloc[list(rows)].copy()
            part["group"] = part["group"].cat.remove_unused_categories()
            formula = parse_formula(FORMULAS[name])
            lengths = average_lengths(counts) if name == "lengths" else None
            model = fit(counts.loc[part.index], design_matrix(formula, part), lengths=lengths)
            cache[name] = model, formula, part
        return cache[name]

    return get


def relative(ours, theirs):
    both = pd.concat([ours, theirs], axis=1, keys=["ours", "theirs"]).dropna()
    scale = np.maximum(both["theirs"].abs(), 1e-12)
    return ((both["ours"] - both["theirs"]).abs() / scale).to_numpy()


def test_size_factors(study, reference):
    counts, _ = study
    expected = reference("size_factors")["size_factor"]
    assert (
        relative(estimate_size_factors(counts), expected).max() < 1e-8
    )  # R's tables have 9 digits


def test_size_factors_when_every_gene_has_a_zero(study, reference):
    counts = study[0]
    gene = np.arange(counts.shape[1])
    values = counts.to_numpy().copy()
    values[(gene + 1) % 26, gene] = 0
    sparse = pd.DataFrame(values, counts.index, counts.columns)
    expected = reference("size_factors.poscounts")["size_factor"]
    assert relative(estimate_size_factors(sparse, "poscounts"), expected).max() < 1e-8
    with pytest.raises(InputError, match="poscounts"):
        estimate_size_factors(sparse)


def test_normalisation_factors_from_lengths(fitted, reference):
    model, _, _ = fitted("lengths")
    expected = reference("lengths.factors")
    ours = model.normalization_factors.T.loc[expected.index, expected.columns]
    assert (ours / expected - 1).abs().max().max() < 1e-8
    blind = blind_vst(model.counts, model.normalization).T
    expected = reference("vst.lengths")
    assert (blind.loc[expected.index, expected.columns] - expected).abs().max().max() < 1e-5


@pytest.mark.parametrize("name", ["group", "blocks", "two", "lengths"])
def test_dispersions(fitted, reference, name):
    model, _, _ = fitted(name)
    expected = reference(f"{name}.dispersions")
    trend = reference(f"{name}.trend").iloc[0]
    assert model.trend.asymptote == pytest.approx(trend["asymptote"], rel=1e-4)
    assert model.trend.extra_poisson == pytest.approx(trend["extra"], rel=1e-4)
    assert model.prior_variance == pytest.approx(trend["prior"], rel=1e-4)
    for column in ("baseMean", "dispGeneEst", "dispFit", "dispMAP", "dispersion"):
        assert np.quantile(relative(model.genes[column], expected[column]), 0.99) < 1e-3, column
    known = expected["dispOutlier"].notna()
    assert (model.genes["dispOutlier"][known] == (expected["dispOutlier"][known] == 1)).all()


def test_prior_variance_with_three_degrees_of_freedom(fitted, reference):
    expected = reference("few.trend")["prior"].iloc[0]
    assert fitted("few")[0].prior_variance == pytest.approx(expected, abs=0.005)


def test_replaced_genes_are_those_of_r(fitted, reference):
    model, _, _ = fitted("group")
    expected = reference("group.dispersions")["replace"] == 1
    # R also marks genes whose outlier sits in a group too small to replace it.
    assert not (model.genes["replaced"] & ~expected).any()
    assert model.genes["replaced"].sum() >= 8
    theirs = reference("group.dispersions")["maxCooks"]
    assert np.nanmedian(relative(model.genes["maxCooks"], theirs)) < 1e-4


CONTRASTS = {
    "group.early_none": {"factor": "group", "numerator": ["early"], "denominator": ["none"]},
    "group.early_normal": {"factor": "group", "numerator": ["early"], "denominator": ["normal"]},
    "group.tumour_normal": {
        "factor": "group",
        "numerator": ["early", "none"],
        "denominator": ["normal"],
    },
    "blocks.early_none": {"factor": "group", "numerator": ["early"], "denominator": ["none"]},
    "blocks.age": {"coefficients": {"age": 1}},
    "interaction.early": {"coefficients": {"sex[male]:group[early]": 1}},
    "slopes.early": {"coefficients": {"age:group[early]": 1}},
    "lengths.early_normal": {"factor": "group", "numerator": ["early"], "denominator": ["normal"]},
    "two.early_normal": {"factor": "group", "numerator": ["early"], "denominator": ["normal"]},
}


@pytest.mark.parametrize("name", CONTRASTS)
def test_contrasts(fitted, reference, name):
    model, formula, samples = fitted(name.split(".")[0])
    question = CONTRASTS[name]
    ours = contrast_table(
        model,
        contrast_vector(formula, samples, question),
        OPTIONS,
        compared=as_contrast(question).compared(samples),
    ).set_index("gene_id")
    theirs = reference(f"{name}.results")
    difference = (ours["log2FoldChange"] - theirs["log2FoldChange"]).abs().dropna()
    assert difference.quantile(0.99) < 1e-3
    assert np.quantile(relative(ours["lfcSE"], theirs["lfcSE"]), 0.99) < 1e-3
    for column in ("pvalue", "padj", "pvalueThreshold", "padjThreshold"):
        agree = ours[column].isna() == theirs[column].isna()
        # one gene more or less above alpha can move the threshold of independent filtering
        assert agree.mean() >= (0.95 if column.startswith("padj") else 0.998), column
        tolerance = 1e-3 if column.startswith("pvalue") else 1e-2  # one gene moves its neighbours
        assert (ours[column] - theirs[column]).abs().quantile(0.98) < tolerance, column
    called, expected = (
        set(ours.index[ours["padj"] < 0.05]),
        set(theirs.index[theirs["padj"] < 0.05]),
    )
    assert len(called & expected) >= 0.98 * len(called | expected)


@pytest.mark.parametrize(
    ("name", "reduced"),
    [
        ("group", "~ 1"),
        ("blocks", "~ batch + age"),
        ("blocks.age", "~ batch + group"),
        ("interaction", "~ sex + group"),
        ("slopes", "~ age + group"),
        ("lengths", "~ 1"),
    ],
)
def test_omnibus(fitted, reference, name, reduced):
    model, _, samples = fitted(name.split(".")[0])
    smaller = design_matrix(parse_formula(reduced), samples)
    ours = omnibus_table(model, smaller, OPTIONS).set_index("gene_id")
    theirs = reference(f"{name}.lrt")
    assert (ours["stat"] - theirs["stat"]).abs().quantile(0.98) < 5e-3
    assert (ours["pvalue"].isna() == theirs["pvalue"].isna()).mean() >= 0.998
    called, expected = (
        set(ours.index[ours["padj"] < 0.05]),
        set(theirs.index[theirs["padj"] < 0.05]),
    )
    assert len(called & expected) >= 0.98 * len(called | expected)


def test_variance_stabilising_transformation(fitted, reference):
    model, _, _ = fitted("group")
    blind = blind_vst(model.counts, model.normalization).T
    expected = reference("vst.blind")
    assert (blind.loc[expected.index, expected.columns] - expected).abs().max().max() < 1e-5
    expected = reference("vst.fitted")
    ours = vst(model.counts, model.normalization, model.trend).T
    assert (ours.loc[expected.index, expected.columns] - expected).abs().max().max() < 1e-3


def test_local_trend_where_the_parametric_one_fails(reference):
    counts = reference("local.counts").T
    samples = pd.DataFrame(
        {"group": pd.Categorical(["control", "treated"] * 4)}, index=counts.index
    )
    model = fit(counts, design_matrix(parse_formula("~ group"), samples))
    assert model.trend.kind == "local"
    expected = reference("local.dispersions")
    for column in expected:
        assert np.quantile(relative(model.genes[column], expected[column]), 0.99) < 1e-6, column
    expected = reference("vst.local")
    ours = vst(model.counts, model.normalization, model.trend).T
    assert (ours.loc[expected.index, expected.columns] - expected).abs().max().max() < 1e-5
