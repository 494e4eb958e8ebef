"""Covariates on any scale and from any origin: the answers must not depend on either."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from recurseq.deseq import Options, contrast_table, fit, likelihood_ratio_test
from recurseq.deseq.shrinkage import covariate_unit, prior_scale
from recurseq.design.formula import contrast_vector, design_matrix, parse_formula
from support.deseq_study import levels, simulated

FORMULA = parse_formula("~ age + group")
SCALES = {"Unix time": (1.6e9, 86_400), "year": (2016, 3), "tiny": (0, 1e-7), "huge": (0, 1e9)}


@pytest.fixture(scope="module")
def study():
    counts, samples, _ = simulated(genes=120)
    standard = (samples["age"] - samples["age"].mean()) / samples["age"].std()
    return counts, samples.assign(age=standard)


def fitted(counts, samples):
    return fit(counts, design_matrix(FORMULA, samples))


@pytest.fixture(scope="module")
def standard(study):
    return fitted(*study)


@pytest.fixture(scope="module", params=SCALES.values(), ids=SCALES.keys())
def rescaled(request, study):
    """The same study with another scale of age, its fit, and the new standard deviation."""
    centre, spread = request.param
    samples = study[1].assign(age=centre + spread * study[1]["age"])
    return samples, fitted(study[0], samples), spread


def table(model, samples, question):
    weights = contrast_vector(FORMULA, samples, question)
    return contrast_table(model, weights, Options()).set_index("gene_id")


@pytest.mark.parametrize("reduced", ["~ 1", "~ group", "~ age"])
def test_likelihood_ratio_test(study, standard, rescaled, reduced):
    samples, model, _ = rescaled
    formula = parse_formula(reduced)
    ours = likelihood_ratio_test(model, design_matrix(formula, samples))
    expected = likelihood_ratio_test(standard, design_matrix(formula, study[1]))
    pd.testing.assert_frame_equal(ours, expected, rtol=1e-5, atol=1e-6)


def test_groups_and_slopes(study, standard, rescaled):
    samples, model, spread = rescaled
    for question, unit in (
        (levels(["early"], ["none"]), 1),
        ({"coefficients": {"age": 1}}, spread),
    ):
        ours, expected = table(model, samples, question), table(standard, study[1], question)
        for column in ("log2FoldChange", "lfcSE", "shrunkenLog2FoldChange", "shrunkenLfcSE"):
            np.testing.assert_allclose(ours[column] * unit, expected[column], rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(ours["pvalue"], expected["pvalue"], rtol=1e-5)


def test_designs_that_are_not_nested_are_refused(study, rescaled):
    samples, model, _ = rescaled
    other = samples.assign(other=np.arange(len(samples)) % 3)
    for text in ("~ age + other", "~ age + group"):
        with pytest.raises(ValueError, match=r"cannot express|lack at least one column"):
            likelihood_ratio_test(model, design_matrix(parse_formula(text), other))


def test_unit_of_a_slope_is_its_standard_deviation():
    design = pd.DataFrame({"Intercept": 1.0, "age": [40.0, 50, 60, 70], "male": [0.0, 1, 0, 1]})
    design["age:male"] = design["age"] * design["male"]
    spread = np.std([40, 50, 60, 70], ddof=1)

    def unit(**weights):
        return covariate_unit(
            design, pd.Series(weights, dtype=float).reindex(design.columns, fill_value=0)
        )

    assert unit(age=1) == pytest.approx(spread)
    assert unit(age=10) == pytest.approx(spread / 10)  # per decade
    assert unit(male=1) == 1
    assert unit(age=1, male=1) == 1
    assert unit(**{"age:male": 1}) == pytest.approx(20)  # of the males' 50 and 70
    for column in ("age", "male", "age:male"):
        before = unit(**{column: 1})
        design[column] *= 10
        assert unit(**{column: 1}) == pytest.approx(10 * before)


def test_zeros_of_a_dose_count_and_those_of_another_level_do_not():
    design = pd.DataFrame({"dose": [0.0, 0, 5, 10], "b:dose": [0.0, 0, 5, 10]})
    ours = [covariate_unit(design, pd.Series({name: 1.0})) for name in design]
    assert ours == pytest.approx([np.std([0, 0, 5, 10], ddof=1), 5])


@pytest.mark.parametrize("values", ["age", "dose", "two values"])
def test_shrunken_slopes_follow_the_unit_of_the_covariate(study, values):
    counts, samples = study
    rng = np.random.default_rng(2)
    column = {
        "age": samples["age"],
        "dose": rng.permutation(np.arange(len(samples)) % 4).astype(float),
        "two values": rng.permutation(np.arange(len(samples)) % 2).astype(float),
    }[values]
    question = {"coefficients": {"age": 1}}
    one, ten = (samples.assign(age=scale * column) for scale in (1, 10))
    expected, ours = (table(fitted(counts, s), s, question) for s in (one, ten))
    for name in ("shrunkenLog2FoldChange", "shrunkenLfcSE"):
        np.testing.assert_allclose(10 * ours[name], expected[name], rtol=1e-6, atol=1e-9)
    assert expected["shrunkenLog2FoldChange"].abs().max() > 0.01


def test_shrunken_slopes_are_those_of_the_standardised_covariate(study):
    """The posterior of apeglm is maximised again, by another optimiser, as a user of R would:

    one coefficient per standard deviation, a Cauchy prior on the slope whose scale is that of
    `prior_scale`, and normal priors of standard deviation 15 on the others.
    """
    counts, samples = study
    years = samples.assign(age=55 + 12 * samples["age"])
    model = fitted(counts, years)
    ours = table(model, years, {"coefficients": {"age": 1}})
    standard = model.design.assign(age=(years["age"] - years["age"].mean()) / years["age"].std())
    spread = years["age"].std() * np.log(2)
    scale = prior_scale(ours["log2FoldChange"] * spread, ours["lfcSE"] * spread)
    offset = np.log(model.size_factors.to_numpy())
    place = list(standard.columns).index("age")
    others = np.arange(standard.shape[1]) != place
    for gene in ours.index[::15]:
        y = model.fitted_counts[gene].to_numpy(float)
        size = 1 / model.genes.loc[gene, "dispersion"]

        def loss(b, y=y, size=size):
            mu = np.exp(standard.to_numpy() @ b + offset)
            prior = np.log1p((b[place] / scale) ** 2) + (b[others] ** 2).sum() / (2 * 15**2)
            return prior - stats.nbinom.logpmf(y, size, size / (size + mu)).sum()

        start = np.zeros(standard.shape[1])
        start[0] = np.log(y.mean())
        best = min(
            (
                optimize.minimize(loss, np.where(others, start, slope), method="BFGS")
                for slope in (0.0, ours.loc[gene, "log2FoldChange"] * spread)
            ),
            key=lambda found: found.fun,
        )
        assert ours.loc[gene, "shrunkenLog2FoldChange"] * spread == pytest.approx(
            best.x[place], abs=1e-3
        )
