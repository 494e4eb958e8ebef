"""The compiled loops against SciPy, statsmodels and numerical optima."""

import subprocess
import sys

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize_scalar
from scipy.special import loggamma
from scipy.stats import nbinom

from recurseq.deseq.design_rows import row_groups
from recurseq.deseq.kernels import coefficients as coefficient_loops
from recurseq.deseq.kernels import compiled as compiling
from recurseq.deseq.kernels import dispersions as dispersion_loops
from recurseq.deseq.kernels import posterior as posterior_loops
from recurseq.deseq.kernels.coefficients import reweight_genes
from recurseq.deseq.kernels.dispersions import climb_genes, search_genes
from support.paths import REPOSITORY

BOUNDS = np.log(1e-9), 100
THREE_GROUPS = np.column_stack([np.ones(12), np.repeat([0, 1, 0], 4), np.repeat([0, 0, 1], 4)])
WITH_AGE = np.column_stack([THREE_GROUPS, np.linspace(-1, 1, 12)])


def objective(log_alpha, counts, means, design, prior=0.0, variance=np.inf):
    """Negative-binomial likelihood with the Cox-Reid term, from SciPy and a determinant."""
    size = np.exp(-log_alpha)
    likelihood = nbinom.logpmf(counts, size, size / (size + means)).sum()
    weights = means / (1 + means / size)
    determinant = np.linalg.slogdet(design.T @ (weights[:, None] * design))[1]
    return likelihood - determinant / 2 - (log_alpha - prior) ** 2 / (2 * variance)


def genes(random, design, mean, dispersion, number=30):
    """Counts with the mean of each row group drawn around `mean`, and these means."""
    effects = np.exp(random.normal(0, 0.4, (number, design.shape[1])) @ design.T)
    means = np.maximum(mean * effects, 0.5)
    counts = random.negative_binomial(1 / dispersion, 1 / (1 + dispersion * means))
    return counts.astype(float), means


def climb(counts, means, design, first, prior=0.0, variance=np.inf, curvature=0.0):
    number = len(counts)
    return climb_genes(
        counts,
        means,
        *row_groups(design),
        np.full(number, first),
        BOUNDS,
        np.full(number, prior),
        variance,
        curvature,
    )


@pytest.mark.parametrize("design", [THREE_GROUPS, WITH_AGE], ids=["groups", "age"])
@pytest.mark.parametrize("mean", [0.8, 30, 5e3, 1e7])
@pytest.mark.parametrize("dispersion", [1e-4, 0.05, 3])
def test_climb_gains_what_scipy_says(design, mean, dispersion):
    random = np.random.default_rng(20160901)
    counts, means = genes(random, design, mean, dispersion)
    for prior, variance in [(0.0, np.inf), (-2.0, 0.7)]:
        start = np.log(dispersion) + 1
        reached, before, after, _ = climb(counts, means, design, start, prior, variance)
        for g in range(len(counts)):
            gene = counts[g], means[g], design, prior, variance
            gain = objective(reached[g], *gene) - objective(start, *gene)
            assert after[g] - before[g] == pytest.approx(gain, rel=1e-8, abs=1e-8 * mean)


@pytest.mark.parametrize("curvature", [0.0, 5.0, 0.1, 100.0], ids=["R", "near", "low", "high"])
@pytest.mark.parametrize("start", [-12.0, -3.0, 2.5])
@pytest.mark.parametrize("design", [THREE_GROUPS, WITH_AGE], ids=["groups", "age"])
def test_climb_ends_at_the_maximum(design, start, curvature):
    """From far away too; Newton's method whatever curvature it is told to begin with."""
    counts, means = genes(np.random.default_rng(4), design, 200, 0.1)
    reached, _, _, steps = climb(counts, means, design, start, -2.0, 1.0, curvature)
    for g in range(len(counts)):
        gene = counts[g], means[g], design, -2.0, 1.0
        best = minimize_scalar(lambda a, gene=gene: -objective(a, *gene), bounds=(-8, 3))
        assert reached[g] == pytest.approx(best.x, abs=2e-3)  # the climb stops at a gain of 1e-6
    assert (steps < 100).all()


@pytest.mark.parametrize("log_alpha", [-18.4, -12.0, -5.0, -0.5, 0.0, 2.0, 5.0])
@pytest.mark.parametrize(
    "counts",
    [[0, 1, 2, 3, 0, 5, 1, 0, 4, 2, 9, 0], [0, 1, 7, 33, 250, 4_000, 10**5, 10**7, 10**9, 1, 2, 3]],
    ids=["small", "large"],
)
def test_likelihood_is_exact_over_the_whole_range(log_alpha, counts):
    """Small and huge counts at small and huge dispersions, against complex log-gamma."""
    counts = np.array([counts], dtype=float)
    means = np.maximum(counts * 1.3, 0.5)
    alpha = np.exp(log_alpha)

    def likelihood(log_alpha):
        alpha = np.exp(log_alpha)
        rise = loggamma(counts + 1 / alpha).real - loggamma(1 / alpha).real
        terms = rise + counts * log_alpha - (counts + 1 / alpha) * np.log1p(alpha * means)
        weights = means / (1 + alpha * means)
        return terms.sum() - np.linalg.slogdet(THREE_GROUPS.T * weights @ THREE_GROUPS)[1] / 2

    _, before, _, _ = climb(counts, means, THREE_GROUPS, log_alpha)
    lost_by_cancellation = 5e-14 / alpha  # in SciPy's difference of two large numbers
    assert before[0] == pytest.approx(
        likelihood(log_alpha), rel=1e-13, abs=max(1e-11, lost_by_cancellation)
    )


def test_grid_search_comes_near_the_maximum():
    counts, means = genes(np.random.default_rng(5), WITH_AGE, 200, 0.2)
    data = counts, means, *row_groups(WITH_AGE)
    bounds = np.log(1e-8), np.log(12.0)
    found = search_genes(*data, bounds, np.zeros(len(counts)), np.inf)
    spacing = 2 * (bounds[1] - bounds[0]) / 19 / 19
    for g in range(len(counts)):
        gene = counts[g], means[g], WITH_AGE
        best = minimize_scalar(lambda a, gene=gene: -objective(a, *gene), bounds=(-9, 3))
        assert found[g] == pytest.approx(best.x, abs=spacing)


@pytest.mark.parametrize("design", [THREE_GROUPS, WITH_AGE], ids=["groups", "age"])
def test_coefficients_and_leverages_are_those_of_statsmodels(design):
    random = np.random.default_rng(6)
    counts, _ = genes(random, design, 300, 0.1)
    factors = np.exp(random.normal(0, 0.3, counts.shape))
    dispersions = np.exp(random.normal(-2, 0.5, len(counts)))
    first = np.zeros((len(counts), design.shape[1]))
    first[:, 0] = np.log(counts.mean(axis=1))
    coefficients, leverages, settled = reweight_genes(
        counts,
        factors,
        dispersions,
        *row_groups(design),
        np.eye(design.shape[1]),
        first,
        0.5,
        1e-9,
    )
    assert settled.all()
    for g in range(len(counts)):
        family = sm.families.NegativeBinomial(alpha=dispersions[g])
        model = sm.GLM(counts[g], design, family, offset=np.log(factors[g])).fit(tol=1e-12)
        # R stops when the deviance changes by less than 1e-8 of itself.
        np.testing.assert_allclose(coefficients[g], model.params, atol=5e-4)
        hat = model.get_hat_matrix_diag(observed=False)
        np.testing.assert_allclose(leverages[g], hat, atol=5e-4)


def test_loops_are_compiled_anew_where_nothing_can_be_kept(monkeypatch):
    compiled = compiling.compiled

    def no_folder(signature, **options):
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return compiled(signature, **options)

    monkeypatch.setattr(compiling, "compiled", no_folder)
    assert compiling.entry("i8(i8)")(lambda x: x + 1)(1) == 2


@pytest.mark.parametrize("loops", [dispersion_loops, coefficient_loops, posterior_loops])
def test_what_is_kept_is_renewed_with_what_it_is_built_on(loops):
    """Numba looks at the file of an entry only; so that file must change when the others do."""
    assert compiling.state_of_files() == loops.BUILT_ON, (
        f"write {compiling.state_of_files()!r} into {loops.__file__}"
    )


@pytest.mark.parametrize("place", [0, 1, 2])
def test_loops_are_compiled_in_one_order_whatever_is_needed_first(place):
    """What they share is compiled for the first that needs it, and decides the last digits."""
    order = ["dispersions", "coefficients", "posterior"]
    code = f"import recurseq.deseq.kernels.{order[place]}, sys; print(*sys.modules)"
    command, scripts = [sys.executable, "-c", code], REPOSITORY / "scripts"
    ended = subprocess.run(command, cwd=scripts, capture_output=True, text=True, check=True)
    loaded = {f"recurseq.deseq.kernels.{name}" for name in order} & set(ended.stdout.split())
    assert loaded == {f"recurseq.deseq.kernels.{name}" for name in order[: place + 1]}
