"""Agreement with R DESeq2 on real cohorts, where they lie beside the checkout."""

import re

import numpy as np
import pandas as pd
import pytest

from recurseq.deseq import Options, blind_vst, contrast_table, fit, omnibus_table
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula
from support.deseq_study import as_contrast

COHORTS = {
    "pasilla": {
        "formula": "~ type + condition",
        "levels": ["untreated", "treated"],
        "filter": (1, 1),
        "reduced": "~ type",
        "pairs": [("treated", "untreated")],
    },
    "airway": {
        "formula": "~ celltype + dex",
        "levels": ["control", "treated"],
        "filter": (1, 1),
        "reduced": "~ celltype",
        "pairs": [("treated", "control")],
    },
    "mouse_hcc": {
        "formula": "~ group",
        "levels": ["NCD", "NASH", "CCl4", "HCC_adjacent", "HCC_tumor"],
        "filter": (10, 3),
        "reduced": "~ 1",
        "pairs": [("HCC_tumor", "HCC_adjacent"), ("HCC_tumor", "NCD"), ("NASH", "NCD")],
    },
    "tcga_lihc": {
        "formula": "~ group",
        "levels": ["normal", "no_recurrence", "early_recurrence"],
        "filter": (10, 8),
        "reduced": "~ 1",
        "pairs": [
            ("early_recurrence", "no_recurrence"),
            ("early_recurrence", "normal"),
            ("no_recurrence", "normal"),
        ],
    },
}
OPTIONS = Options(alpha=0.1, lfc_threshold=0.5, shrinkage="none")


def prepared(folder, name):
    """Counts of the kept genes and the samples of the compared levels."""
    settings = COHORTS[name]
    formula = parse_formula(settings["formula"])
    samples = pd.read_csv(folder / "data" / name / "samples.tsv", sep="\t", index_col=0)
    factor = formula.variables[-1]
    samples = samples.loc[samples[factor].isin(settings["levels"]), list(formula.variables)]
    for column in samples:
        chosen = (
            settings["levels"] if column == factor else sorted(samples[column].astype(str).unique())
        )
        samples[column] = pd.Categorical(samples[column].astype(str), chosen)
    counts = pd.read_csv(folder / "data" / name / "counts.tsv.gz", sep="\t", index_col=0)
    counts = counts[samples.index].round().astype(int)
    lowest, at_least = settings["filter"]
    return counts[(counts >= lowest).sum(axis=1) >= at_least].T, samples, formula


def jaccard(one, other):
    return len(one & other) / len(one | other)


@pytest.mark.parametrize("name", COHORTS)
def test_cohort_agrees_with_r(shared_data, name):
    counts, samples, formula = prepared(shared_data, name)
    folder, settings = shared_data / "reference" / name, COHORTS[name]

    def read(file, **options):
        return pd.read_csv(folder / file, sep="\t", index_col=0, **options)

    model = fit(counts, design_matrix(formula, samples), threads=2)
    summary = (folder / "summary.txt").read_text()
    prior = float(re.search(r"^dispPriorVar (\S+)", summary, re.MULTILINE)[1])
    # to the step of R's grid with three degrees of freedom, else to its stopping rule
    assert model.prior_variance == pytest.approx(prior, rel=1e-4)
    dispersions = read("dispersions.tsv.gz")
    assert set(dispersions.index) == set(model.genes.index)
    factors = read("size_factors.tsv")["size_factor"]
    np.testing.assert_allclose(model.size_factors[factors.index], factors, rtol=1e-12)
    ratio = model.genes["dispersion"] / dispersions["dispersion"].reindex(model.genes.index)
    assert (ratio - 1).abs().quantile(0.99) < 1e-3
    for numerator, denominator in settings["pairs"]:
        question = {
            "factor": formula.variables[-1],
            "numerator": [numerator],
            "denominator": [denominator],
        }
        ours = contrast_table(
            model,
            contrast_vector(formula, samples, question),
            OPTIONS,
            compared=as_contrast(question).compared(samples),
        ).set_index("gene_id")
        theirs = read(f"{numerator}_vs_{denominator}.tsv.gz").reindex(ours.index)
        difference = (ours["log2FoldChange"] - theirs["log2FoldChange"]).abs()
        # the rest are genes without a count in one of the groups, whose estimate has no maximum
        assert (difference[theirs["baseMean"] >= 1].dropna() < 1e-3).mean() >= 0.999
        relative = (ours["lfcSE"] / theirs["lfcSE"] - 1).abs()
        assert relative.median() < 1e-5
        assert relative.quantile(0.99) < 1e-3
        assert (ours["pvalue"].isna() == theirs["pvalue"].isna()).mean() >= 0.999
        assert (ours["padj"].isna() == theirs["padj"].isna()).mean() >= 0.999
        for column, other in (("padj", "padj"), ("padjThreshold", "padj_lfc0.5")):
            called = set(ours.index[ours[column] < 0.05])
            assert jaccard(called, set(theirs.index[theirs[other] < 0.05])) >= 0.998
    smaller = design_matrix(parse_formula(settings["reduced"]), samples)
    ours = omnibus_table(model, smaller, OPTIONS).set_index("gene_id")
    theirs = read("lrt.tsv.gz")
    called = set(ours.index[ours["padj"] < 0.05])
    assert jaccard(called, set(theirs.index[theirs["padj"] < 0.05])) >= 0.999
    expected = read("vst_500genes.tsv.gz")
    blind = blind_vst(counts, model.normalization).T.loc[expected.index, expected.columns]
    assert (blind - expected).abs().max().max() < 1e-6
