"""Principal components, distances and associations against closed forms."""

import numpy as np
import pandas as pd
import pytest

from recurseq.qc.components import associations, explained, principal_components, sample_distances


def expression(samples=8, genes=30, seed=1):
    values = np.random.default_rng(seed).normal(8, 2, (samples, genes))
    return pd.DataFrame(
        values, [f"s{i}" for i in range(samples)], [f"g{i:02d}" for i in range(genes)]
    )


def test_two_samples_lie_half_their_distance_from_the_middle():
    vst = pd.DataFrame([[0.0, 0.0], [3.0, 4.0]], ["a", "b"], ["g1", "g2"])
    scores, variance = principal_components(vst)
    assert list(scores.columns) == ["sample_id", "PC1"]
    # The gene with the largest loading (g2) is positive, so b, higher in it, is at +2.5.
    np.testing.assert_allclose(scores["PC1"], [-2.5, 2.5])
    np.testing.assert_allclose(variance["variance_explained"], [1.0])


def test_variances_are_the_eigenvalues_of_the_covariance():
    vst = expression()
    scores, variance = principal_components(vst)
    eigenvalues = np.sort(np.linalg.eigvalsh(np.cov(vst.to_numpy().T)))[::-1]
    share = eigenvalues / eigenvalues.sum()
    np.testing.assert_allclose(variance["variance_explained"], share[:7], atol=1e-12)
    np.testing.assert_allclose(
        scores.drop(columns="sample_id").var(ddof=1), eigenvalues[:7], rtol=1e-9
    )
    covariance = np.cov(scores.drop(columns="sample_id").to_numpy().T)
    np.testing.assert_allclose(covariance - np.diag(np.diag(covariance)), 0, atol=1e-9)


def test_all_components_keep_the_distances_between_samples():
    vst = expression(samples=6)
    scores = principal_components(vst)[0].drop(columns="sample_id").to_numpy()
    from_scores = np.sqrt(((scores[:, None] - scores[None]) ** 2).sum(axis=2))
    distances = sample_distances(vst)
    np.testing.assert_allclose(distances.iloc[:, 1:].to_numpy(), from_scores, atol=1e-9)


def test_order_of_genes_does_not_matter_and_only_variable_genes_count():
    vst = expression(genes=600)
    scores, _ = principal_components(vst)
    shuffled, _ = principal_components(vst[vst.columns[::-1]])
    pd.testing.assert_frame_equal(scores, shuffled)
    kept = vst.var(ddof=0).nlargest(500).index
    only, variance = principal_components(vst[kept])
    pd.testing.assert_frame_equal(scores, only)
    assert len(variance) == 7


def test_identical_samples_have_no_components():
    vst = pd.DataFrame(np.ones((3, 4)), list("abc"), list("wxyz"))
    scores, variance = principal_components(vst)
    assert list(scores.columns) == ["sample_id"]
    assert variance.empty
    assert associations(scores, pd.DataFrame({"x": [1, 2, 3]})).empty


def test_distance_is_euclidean():
    vst = pd.DataFrame([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]], ["a", "b", "c"])
    table = sample_distances(vst)
    assert list(table.columns) == ["sample_id", "a", "b", "c"]
    np.testing.assert_allclose(table["a"], [0, 5, 1])
    np.testing.assert_allclose(table["c"], [1, np.sqrt(18), 0])


def test_r_squared_and_f_test_agree_with_correlation_and_anova():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(7)
    x, group = rng.normal(size=12), np.repeat([0, 1, 2], 4)
    y = 0.8 * x + rng.normal(size=12)
    r_squared, pvalue = explained(y, np.column_stack([np.ones(12), x]))
    expected = stats.pearsonr(x, y)
    np.testing.assert_allclose([r_squared, pvalue], [expected[0] ** 2, expected[1]], rtol=1e-9)
    _, pvalue = explained(y, (group[:, None] == np.arange(3)).astype(float))
    np.testing.assert_allclose(pvalue, stats.f_oneway(y[:4], y[4:8], y[8:])[1], rtol=1e-9)


def test_association_finds_what_a_component_follows():
    scores = pd.DataFrame(
        {"sample_id": list("abcdefgh"), "PC1": [1.0, 1.1, 0.9, 1, -1, -1.1, -1, -0.9]}
    )
    sheet = pd.DataFrame(
        {
            "batch": ["x"] * 4 + ["y"] * 4,
            "age": [1.0, 2, 3, 4, 4, 3, 2, np.nan],
            "patient": list("abcdefgh"),
            "almost_patient": list("aabcdefg"),
            "constant": ["k"] * 8,
            "one": [1] * 8,
            "empty": [None] * 8,
        },
        index=list("abcdefgh"),
    )
    table = associations(scores, sheet).set_index("column")
    assert list(table.index) == ["batch", "age"]
    assert table.loc["batch", "r_squared"] > 0.98
    assert table.loc["age", "n"] == 7
    assert list(table["kind"]) == ["categorical", "numeric"]
    # Two tests: the smaller p-value is doubled, the larger one stays.
    smaller, larger = table["pvalue"]
    np.testing.assert_allclose(table["padj"], [2 * smaller, larger])


def by_differences(vst):
    """Distances without a shortcut, in extended precision."""
    values = vst.to_numpy().astype(np.longdouble)
    return np.sqrt(((values[:, None] - values[None]) ** 2).sum(axis=2)).astype(float)


def test_near_twins_keep_their_digits_and_identical_samples_lie_at_zero():
    vst = expression(samples=9, genes=3000)
    for twin, difference in enumerate([0.0, 1e-9, 1e-6, 1e-3, 0.3, 3.0], start=1):
        vst.iloc[twin] = vst.iloc[0]
        vst.iloc[twin, 7] += difference  # one gene differs
    found = sample_distances(vst).iloc[:, 1:].to_numpy()
    expected = by_differences(vst)
    assert found[0, 1] == 0
    assert expected[0, 5] == pytest.approx(0.3)
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_array_equal(np.diag(found), 0)


def test_two_distant_tissues_do_not_blur_the_distances_within():
    vst = expression(samples=12, genes=2000)
    for scale in (1.0, 0.03, 1e-4):
        tissues = vst * scale
        tissues.iloc[6:] += 8.0  # every gene: farther than anything within
        found = sample_distances(tissues).iloc[:, 1:].to_numpy()
        np.testing.assert_allclose(found, by_differences(tissues), rtol=1e-11)


def test_distances_follow_their_samples():
    vst = expression(samples=10, genes=2500)
    order = np.random.default_rng(2).permutation(10)
    found = sample_distances(vst).set_index("sample_id")
    moved = sample_distances(vst.iloc[order]).set_index("sample_id")
    moved = moved.loc[found.index, list(found.index)]
    pd.testing.assert_frame_equal(moved, found, rtol=1e-12)
    genes = np.random.default_rng(3).permutation(2500)
    shuffled = sample_distances(vst.iloc[:, genes]).set_index("sample_id")
    pd.testing.assert_frame_equal(shuffled, found, rtol=1e-12)


def test_identical_samples_have_no_distance():
    vst = pd.DataFrame(np.full((4, 3), 0.1), list("abcd"), list("xyz"))
    assert (sample_distances(vst).iloc[:, 1:].to_numpy() == 0).all()
