"""What limma-voom must do whatever the numbers: symmetries, limits and closed forms."""

import numpy as np
import pytest
from scipy import stats

from recurseq.limma import effective_libraries, gene_set_tests, tmm_factors, voom
from recurseq.limma.gene_sets import expected_largest, normal_scores
from recurseq.limma.linear import weighted_effects
from recurseq.limma.moderation import inverse_trigamma, moderate, t_test, threshold_test

SETS = [np.arange(0, 40), np.arange(30, 90), np.arange(100, 103)]


def study(seed=1, genes=200, sizes=(6, 7, 5)):
    """Counts with a shared factor in the first genes, and a design with a reference level."""
    random = np.random.default_rng(seed)
    group = np.repeat(np.arange(3), sizes)
    factor = random.normal(0, 0.7, len(group)) * (np.arange(genes) < 40)[:, None]
    mean = np.exp(random.uniform(2, 8, genes)[:, None] + factor + 0.5 * (group == 2))
    counts = random.negative_binomial(4, 4 / (4 + mean * np.exp(random.normal(0, 0.3, len(group)))))
    design = np.column_stack([np.ones(len(group)), group == 1, group == 2]).astype(float)
    return counts, design


def answer(counts, design, contrast, libraries=None):
    totals = counts.sum(axis=0) if libraries is None else libraries
    return voom(counts, design, totals).contrast(contrast, keep_residuals=True)


def test_order_of_samples_and_genes_does_not_matter():
    counts, design = study()
    samples, genes = (
        np.random.default_rng(2).permutation(18),
        np.random.default_rng(3).permutation(200),
    )
    plain = answer(counts, design, [0, -1, 1])
    moved = answer(counts[genes][:, samples], design[samples], [0, -1, 1])
    np.testing.assert_allclose(moved.change, plain.change[genes], atol=1e-10)
    np.testing.assert_allclose(moved.pvalue, plain.pvalue[genes], rtol=1e-8)
    back = np.argsort(genes)
    one = gene_set_tests(plain, SETS)
    other = gene_set_tests(moved, [back[members] for members in SETS])
    np.testing.assert_allclose(other.camera.pvalue, one.camera.pvalue, rtol=1e-7)
    np.testing.assert_allclose(other.correlation, one.correlation, atol=1e-8)


def test_coding_of_the_factor_does_not_matter():
    counts, design = study()
    means = np.column_stack([design[:, 0] - design[:, 1] - design[:, 2], design[:, 1:]])
    one, other = answer(counts, design, [0, -1, 1]), answer(counts, means, [0, -1, 1])
    np.testing.assert_allclose(other.pvalue, one.pvalue, rtol=1e-8)
    np.testing.assert_allclose(
        gene_set_tests(other, SETS).camera.pvalue,
        gene_set_tests(one, SETS).camera.pvalue,
        rtol=1e-7,
    )


def test_a_contrast_turned_round_changes_sign_only():
    counts, design = study()
    one, other = answer(counts, design, [0, -1, 1]), answer(counts, design, [0, 1, -1])
    np.testing.assert_allclose(other.change, -one.change, atol=1e-12)
    np.testing.assert_allclose(other.pvalue, one.pvalue, rtol=1e-9)


def test_a_covariate_of_large_numbers_is_as_good_as_a_centred_one():
    counts, design = study()
    days = np.random.default_rng(4).normal(0, 86_400, 18)
    near = answer(counts, np.column_stack([design, days / 86_400]), [0, -1, 1, 0])
    far = answer(counts, np.column_stack([design, days + 1.6e9]), [0, -1, 1, 0])
    np.testing.assert_allclose(far.pvalue, near.pvalue, rtol=1e-5)


def test_blocks_of_genes_do_not_matter(monkeypatch):
    counts, design = study()
    whole = answer(counts, design, [0, 0, 1]).pvalue
    monkeypatch.setattr("recurseq.limma.linear._VALUES_PER_BLOCK", 1)
    np.testing.assert_array_equal(answer(counts, design, [0, 0, 1]).pvalue, whole)


def test_weighted_effects_are_weighted_least_squares():
    random = np.random.default_rng(5)
    design = np.column_stack([np.ones(12), random.normal(size=(12, 2))])
    values, weights = random.normal(size=(4, 12)), random.uniform(0.2, 5, (4, 12))
    found = weighted_effects(design, values, weights)
    for gene in range(4):
        scaled = design * np.sqrt(weights[gene])[:, None]
        inverse = np.linalg.inv(scaled.T @ scaled)
        beta = inverse @ scaled.T @ (values[gene] * np.sqrt(weights[gene]))
        assert found.unscaled[gene] == pytest.approx(np.sqrt(inverse[2, 2]))
        assert found.effect[gene] * found.unscaled[gene] == pytest.approx(beta[2])
        residuals = (values[gene] - design @ beta) * np.sqrt(weights[gene])
        np.testing.assert_allclose(found.residuals[gene], residuals, atol=1e-12)


def test_libraries_from_size_factors_keep_ratios_and_depth():
    counts, _ = study()
    factors = np.random.default_rng(6).uniform(0.5, 2, 18)
    libraries = effective_libraries(counts, factors)
    np.testing.assert_allclose(libraries / factors, (libraries / factors)[0])
    assert stats.gmean(libraries) == pytest.approx(stats.gmean(counts.sum(axis=0)))
    np.testing.assert_allclose(
        effective_libraries(counts, np.tile(factors, (200, 1)))[7], libraries
    )


def test_libraries_of_each_gene_are_used_gene_by_gene():
    counts, design = study()
    by_gene = np.tile(counts.sum(axis=0).astype(float), (200, 1))
    by_gene[0, :6] *= 4
    one = answer(counts, design, [0, 0, 1]).change
    other = answer(counts, design, [0, 0, 1], by_gene).change
    assert other[0] - one[0] == pytest.approx(2, abs=0.05)
    np.testing.assert_allclose(other[1:], one[1:], atol=1e-3)


def test_tmm_sees_a_composition_that_column_sums_do_not():
    base = np.random.default_rng(7).lognormal(5, 1, 2000).round()
    rich = base.copy()
    rich[:100] *= 30
    factors = tmm_factors(np.column_stack([base, base, rich]))
    totals = base.sum(), rich.sum()
    assert factors[2] / factors[0] == pytest.approx(totals[0] / totals[1], rel=0.01)
    np.testing.assert_allclose(tmm_factors(np.column_stack([base, base, base])), 1)


def test_moderation_finds_the_prior_it_was_drawn_from():
    random = np.random.default_rng(8)
    truth = 0.3 * 6 / random.chisquare(6, 20_000)
    found = moderate(truth * random.chisquare(9, 20_000) / 9, 9)
    assert found.prior_degrees == pytest.approx(6, rel=0.08)
    assert found.prior_variance == pytest.approx(0.3, rel=0.03)
    expected = (found.prior_degrees * found.prior_variance + 9 * 0.3) / (found.prior_degrees + 9)
    assert moderate(np.append(truth, 0.3), 9).variances[-1] == pytest.approx(expected, rel=0.5)


def test_moderation_of_equal_variances_pools_them():
    variances = np.full(10, 2.0)
    found = moderate(variances, 4)
    assert np.isinf(found.prior_degrees)
    np.testing.assert_allclose(found.variances, 2)
    assert found.degrees == 40


def test_moderation_of_one_gene_changes_nothing():
    found = moderate(np.array([3.0]), 4)
    assert (found.prior_degrees, found.variances[0], found.degrees) == (0, 3, 4)


def test_variances_of_zero_give_finite_tests():
    found = moderate(np.array([0.0, 0.0, 1.0, 2.0, 3.0, 0.5]), 4)
    assert np.isfinite(found.variances).all() and (found.variances > 0).all()


@pytest.mark.parametrize("value", [1e-6, 0.01, 1.0, 50.0, 1e6])
def test_inverse_trigamma(value):
    from scipy.special import polygamma

    assert polygamma(1, inverse_trigamma(value)) == pytest.approx(value, rel=1e-10)


def test_t_test_in_the_tails():
    statistic = np.array([-40.0, -3, 0.1, 12, 200])
    np.testing.assert_allclose(
        t_test(statistic, 7.3), 2 * stats.t.sf(abs(statistic), 7.3), rtol=1e-9
    )
    np.testing.assert_allclose(
        t_test(statistic, 1e6), 2 * stats.t.sf(abs(statistic), 1e6), rtol=1e-9
    )


def test_threshold_of_zero_is_the_ordinary_test_and_a_larger_one_calls_less():
    change, error = np.array([-3.0, 0.2, 1.0]), np.array([0.4, 0.3, 0.5])
    np.testing.assert_allclose(threshold_test(change, error, 9, 0), t_test(change / error, 9))
    assert (threshold_test(change, error, 9, 0.5) > threshold_test(change, error, 9, 0)).all()
    assert threshold_test(np.zeros(1), error[:1], 9, 0.5) == pytest.approx(1)


def test_normal_scores_have_the_tail_of_the_statistic():
    statistic = np.array([-9.0, -1.5, 0.0, 0.3, 4.0])
    exact = stats.norm.isf(stats.t.sf(abs(statistic), 11)) * np.sign(statistic)
    np.testing.assert_allclose(normal_scores(statistic, 11.0), exact, rtol=1e-5)
    assert np.isfinite(normal_scores(np.array([1e6]), 5.0)).all()


def test_expected_largest_square():
    drawn = np.random.default_rng(9).chisquare(1, (200_000, 7)).max(axis=1)
    assert expected_largest(7) == pytest.approx(drawn.mean(), rel=0.01)


def test_correlated_genes_without_an_effect_are_seldom_called(monkeypatch):
    """Over random labels; a test that ignores their correlation calls them most of the time."""
    counts, _ = study(seed=10, genes=400, sizes=(12, 12, 0))
    random = np.random.default_rng(11)
    fits = []
    for _ in range(100):
        label = random.permutation(np.repeat([0.0, 1.0], 12))
        fits.append(answer(counts, np.column_stack([np.ones(24), label]), [0, 1]))

    def called(level):
        return np.mean([gene_set_tests(fit, SETS[:1]).camera.pvalue[0] < level for fit in fits])

    assert called(0.05) < 0.2 and called(0.001) < 0.02
    monkeypatch.setattr(
        "recurseq.limma.gene_sets._spread", lambda means, _: np.full(len(means), 1 / 40)
    )
    assert called(0.05) > 0.5 and called(0.001) > 0.2


def test_a_set_that_changes_is_found():
    counts, design = study(seed=12, genes=400)
    changed = counts.copy()
    changed[200:230, design[:, 2] == 1] *= 4
    found = gene_set_tests(answer(changed, design, [0, 0, 1]), [np.arange(200, 230)])
    assert found.camera.pvalue[0] < 1e-3 and found.camera.sign[0] == 1
    assert found.fry.pvalue[0] < 1e-3 and found.fry.sign[0] == 1
