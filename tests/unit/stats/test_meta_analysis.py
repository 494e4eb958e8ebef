"""Summaries of several studies, against R's metafor and closed forms."""

import numpy as np
import pandas as pd
import pytest

from recurseq.stats.meta_analysis import (
    Pooled,
    dersimonian_laird,
    fixed_effect,
    heterogeneity,
    prediction_interval,
    random_effects,
    restricted_likelihood,
    studies_of,
)
from support.paths import REFERENCE

TIGHT = {"rtol": 1e-6, "atol": 1e-8}
METHODS = {"dl": dersimonian_laird, "reml": restricted_likelihood}


@pytest.fixture(scope="module")
def known():
    return pd.read_csv(REFERENCE / "meta.tsv", sep="\t")


@pytest.fixture(scope="module")
def given():
    values = pd.read_csv(REFERENCE / "meta.values.tsv", sep="\t")
    wide = values.pivot(index="gene", columns="study")  # genes with fewer studies have holes
    return wide["effect"].to_numpy(), wide["error"].to_numpy()


def test_fixed_effect_is_that_of_metafor(known, given):
    found = fixed_effect(*given)
    for own, theirs in zip(
        Pooled.__dataclass_fields__, ("", "_se", "_lower", "_upper", "_p"), strict=True
    ):
        np.testing.assert_allclose(getattr(found, own), known[f"fixed{theirs}"], **TIGHT)
    np.testing.assert_array_equal(studies_of(*given), known["k"])


@pytest.mark.parametrize("name", METHODS)
def test_random_effects_are_those_of_metafor(known, given, name):
    theirs = known[[c for c in known if c.startswith(f"{name}_")]]
    theirs = theirs.rename(columns=lambda c: c.removeprefix(f"{name}_"))
    tau2 = METHODS[name](*given)
    found = random_effects(*given, tau2)
    spread = heterogeneity(*given, tau2)
    ahead = prediction_interval(found, tau2, studies_of(*given))
    for own, column in zip(
        (tau2, spread.i2, found.estimate, found.error, found.lower, found.upper, found.pvalue),
        ("tau2", "i2", "estimate", "se", "lower", "upper", "p"),
        strict=True,
    ):
        np.testing.assert_allclose(own, theirs[column], **TIGHT)
    for own, column in zip(ahead, ("ahead_lower", "ahead_upper"), strict=True):
        np.testing.assert_allclose(own, theirs[column], **TIGHT)
    np.testing.assert_allclose(spread.q, known["q"], **TIGHT)
    np.testing.assert_allclose(spread.pvalue, known["q_p"], **TIGHT)
    assert (tau2 == 0).sum() > 10
    assert (tau2 > 0).sum() > 10


def test_restricted_likelihood_is_the_best_tau2(given):
    """No tau² on a fine grid has a higher restricted likelihood than the one that was found."""
    effects, errors = given

    def likelihood(row, tau2):
        there = np.isfinite(effects[row])
        y, w = effects[row][there], 1 / (errors[row][there] ** 2 + tau2)
        mean = (w * y).sum() / w.sum()
        return 0.5 * (np.log(w).sum() - np.log(w.sum()) - (w * (y - mean) ** 2).sum())

    found = restricted_likelihood(effects, errors)
    for row, tau2 in enumerate(found):
        best = max(likelihood(row, other) for other in np.linspace(0, 6, 1201))
        assert likelihood(row, tau2) >= best - 1e-9


def test_equal_errors_have_closed_forms():
    """With equal errors s both variances are the sample variance less s², if above 0."""
    effects, errors = np.array([[0.0, 1.0, 5.0]]), np.full((1, 3), 0.5)
    expected = effects.var(ddof=1) - 0.25
    for method in METHODS.values():
        np.testing.assert_allclose(method(effects, errors), expected, rtol=1e-9)
    pooled = random_effects(effects, errors, np.array([expected]))
    np.testing.assert_allclose(pooled.estimate, 2.0)
    np.testing.assert_allclose(pooled.error, np.sqrt(effects.var(ddof=1) / 3))


def test_two_studies_have_a_fixed_effect_and_no_heterogeneity():
    effects, errors = np.array([[1.0, 3.0]]), np.array([[1.0, 1.0]])
    found = fixed_effect(effects, errors)
    np.testing.assert_allclose([found.estimate[0], found.error[0]], [2.0, np.sqrt(0.5)])
    tau2 = restricted_likelihood(effects, errors)
    spread = heterogeneity(effects, errors, tau2)
    assert np.isnan(
        [*tau2, *spread.q, *spread.i2, *random_effects(effects, errors, tau2).error]
    ).all()


def test_a_study_without_an_estimate_takes_no_part():
    effects = np.array([[1.0, np.nan, 3.0, 2.0, 9.0], [np.nan] * 5])
    errors = np.array([[1.0, 1.0, 2.0, 0.5, np.nan], [1.0] * 5])
    whole = np.array([[1.0, 3.0, 2.0]]), np.array([[1.0, 2.0, 0.5]])
    assert fixed_effect(effects, errors).estimate[0] == fixed_effect(*whole).estimate[0]
    assert dersimonian_laird(effects, errors)[0] == dersimonian_laird(*whole)[0]
    assert np.isnan(fixed_effect(effects, errors).estimate[1])
    assert list(studies_of(effects, errors)) == [3, 0]
