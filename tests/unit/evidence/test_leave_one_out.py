"""Which samples a call hangs on, against fits without each sample in turn."""

import numpy as np
import pandas as pd
import pytest

from recurseq.deseq import fit as fit_model
from recurseq.deseq.wald import contrast_estimate
from recurseq.design.calling import CallingRule
from recurseq.evidence import leave_one_out
from recurseq.evidence.leave_one_out import Line, flips
from recurseq.stats.adjust import benjamini_hochberg
from support.evidence_study import contrast, study_of

pytestmark = pytest.mark.slow

THRESHOLD = CallingRule(0.1, 0.5, 0.0)
STUDIES = {
    "three groups": {"seed": 3},
    "five against five": {"sizes": (5, 5, 5), "seed": 4},
    "three against three": {"sizes": (3, 3, 3), "seed": 5},
    "with a batch": {"formula": "~ batch + group", "seed": 6},
    "with age": {"formula": "~ age + group", "seed": 7},
    "an interaction": {"formula": "~ batch * group", "asked": contrast(within={"batch": "two"})},
    "a coefficient": {
        "formula": "~ age + group",
        "asked": contrast(coefficients={"group[early]": 1.0}),
    },
    "an average": {"asked": contrast(numerator=("early", "none"), denominator=("normal",))},
    "a threshold": {"asked": contrast(THRESHOLD), "seed": 8},
    "many samples": {"sizes": (80, 80, 80), "seed": 10},
}


def weighed(name):
    study = study_of(**STUDIES[name])
    model, formula, samples, asked, genes = study
    return model, asked.weights(formula, samples), genes.set_index("gene_id"), asked.rule


@pytest.mark.parametrize("name", STUDIES)
def test_nothing_is_missed_near_the_line(name, monkeypatch):
    """Against a study in which every gene is fitted again without every sample."""
    model, weights, genes, rule = weighed(name)
    quick = flips(model, weights, genes, rule)
    monkeypatch.setattr(
        leave_one_out._Model,
        "near_the_line",
        lambda self, genes, called, line: np.ones((len(genes), len(self.design)), dtype=bool),
    )
    whole = flips(model, weights, genes, rule)
    assert whole.map(len).sum() > 0
    assert quick.tolist() == whole.tolist()


@pytest.mark.parametrize("name", ["three groups", "with age", "three against three"])
def test_leaving_nobody_out_gives_the_fit(name):
    model, weights, _, _ = weighed(name)
    usual = ~model.genes["replaced"].to_numpy() & model.genes["converged"].to_numpy()
    genes = np.flatnonzero(usual & model.estimated)
    change, error = leave_one_out._Model.of(model, weights).without([], genes, threads=1)
    expected = contrast_estimate(model, weights).iloc[genes]
    np.testing.assert_allclose(change, expected["log2FoldChange"], atol=2e-5)
    np.testing.assert_allclose(error, expected["lfcSE"], rtol=1e-5)


def test_a_sample_left_out_is_a_fit_without_it_on_the_same_trend_and_prior(monkeypatch):
    model, weights, _, _ = weighed("with a batch")
    genes = np.flatnonzero(model.estimated & ~model.genes["replaced"].to_numpy())
    change, error = leave_one_out._Model.of(model, weights).without(4, genes, threads=1)
    # The engine itself, told the trend and the spread that the whole fit found.
    seen = (leave_one_out._Model.of(model, weights).limit / 2) ** 2
    monkeypatch.setattr("recurseq.deseq.estimation.fit_trend", lambda *_: model.trend)
    monkeypatch.setattr(
        "recurseq.deseq.estimation.spread_around", lambda *_: (seen, model.prior_variance)
    )
    kept = model.counts.index[np.arange(len(model.counts)) != 4]
    again = fit_model(
        model.counts.loc[kept],
        model.design.loc[kept],
        size_factors=model.size_factors[kept],
        cooks=False,
    )
    expected = contrast_estimate(again, weights).iloc[genes]
    settled = again.genes["converged"].to_numpy()[genes] & ~np.isnan(expected["lfcSE"])
    np.testing.assert_allclose(change[settled], expected["log2FoldChange"][settled], atol=1e-4)
    np.testing.assert_allclose(error[settled], expected["lfcSE"][settled], rtol=1e-4)


def test_one_sample_that_makes_a_call_is_named():
    """Planted: a gene that is high in one sample of a side only, and one that is high in all."""
    from support.deseq_study import simulated

    counts, samples, _ = simulated(sizes=(5, 5, 5), seed=9)
    early = samples.index[samples["group"] == "early"]
    counts["g299"] = 20
    counts.loc[early[0], "g299"] = 4000
    counts["g298"] = np.random.default_rng(1).poisson(50, len(counts))
    counts.loc[early, "g298"] *= 30
    model, formula, samples, asked, genes = study_of(counts=counts, samples=samples)
    found = flips(model, asked.weights(formula, samples), genes.set_index("gene_id"), asked.rule)
    table = genes.set_index("gene_id")
    assert table.loc["g298", "significant"] and found["g298"] == []
    if table.loc["g299", "status"] == "tested":
        assert found["g299"] == ([early[0]] if table.loc["g299", "significant"] else [])


def test_the_line_is_where_benjamini_and_hochberg_reject():
    random = np.random.default_rng(2)
    pvalues = np.where(random.random(500) < 0.2, random.random(500) ** 6, random.random(500))
    padj = benjamini_hochberg(pvalues)
    line = Line.drawn(pd.DataFrame({"padj": padj}), CallingRule(0.05))
    from scipy.stats import norm

    z = norm.isf(pvalues / 2)
    assert 0 < (padj < 0.05).sum() < 500
    np.testing.assert_array_equal(line.passed(z, np.ones(500)), padj < 0.05)


def test_the_line_without_a_rejection_is_that_of_a_single_one():
    from scipy.stats import norm

    line = Line.drawn(pd.DataFrame({"padj": np.full(200, 0.9)}), CallingRule(0.05))
    assert line.deviate == pytest.approx(norm.isf(0.05 / 200 / 2))


def test_samples_that_cannot_be_left_out_are_not_tried():
    """The only sample of a level, and a study in which nobody can go."""
    model, formula, samples, asked, genes = study_of(sizes=(1, 6, 6), seed=10)
    table = genes.set_index("gene_id")
    weights = asked.weights(formula, samples)
    found = flips(model, weights, table, asked.rule)
    assert samples.index[0] not in {name for names in found for name in names}
    alone = leave_one_out._Model.of(model, weights)
    assert not alone.estimable_without(0) and alone.estimable_without(1)


def test_threads_and_the_order_of_samples_do_not_matter():
    model, weights, genes, rule = weighed("three groups")
    one, two = flips(model, weights, genes, rule), flips(model, weights, genes, rule, threads=2)
    assert one.tolist() == two.tolist()
