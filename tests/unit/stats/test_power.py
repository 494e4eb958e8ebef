"""Power of the Wald test: closed forms, and counts drawn and tested."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from recurseq.stats.power import wald_power, wald_standard_error

DISPERSION = 2.7  # of MT1M in tumours
SIZES = (11, 10)
DESIGN = np.column_stack([np.ones(21), np.repeat([1.0, 0.0], SIZES)])
WEIGHTS = np.array([0.0, 1.0])


def error(effect, mean=1e6, dispersion=DISPERSION):
    means = np.where(DESIGN[:, 1] == 1, mean * 2**effect, mean)
    return wald_standard_error(means, dispersion, DESIGN, WEIGHTS)


def power(effect, level=0.05, **gene):
    return wald_power(effect, error(effect, **gene), level)


def test_two_groups_have_the_closed_form():
    by_hand = (1 / 400 + 0.5) / 11 + (1 / 100 + 0.5) / 10
    assert error(2, mean=100, dispersion=0.5) == pytest.approx(np.sqrt(by_hand) / np.log(2))


def test_covariates_and_unequal_depth_have_that_of_weighted_least_squares():
    rng = np.random.default_rng(2)
    design = np.column_stack([DESIGN, rng.normal(size=21)])
    means, weights = rng.uniform(1, 500, 21), np.array([0, 1.0, 0])
    root = np.sqrt(1 / (1 / means + 0.8))[:, None] * design
    by_svd = np.linalg.pinv(root)[1]  # variance of a least-squares estimate with unit noise
    found = wald_standard_error(means, 0.8, design, weights)
    assert found == pytest.approx(np.linalg.norm(by_svd) / np.log(2))


@pytest.mark.parametrize(("level", "needed"), [(0.05, 2.9), (0.001, 4.3)])
def test_what_eleven_and_ten_patients_see_of_mt1m(level, needed):
    effect = brentq(lambda change: power(change, level) - 0.8, 0.1, 10)
    assert effect == pytest.approx(needed, abs=0.05)
    z = norm.ppf(1 - level / 2) + norm.ppf(0.8)
    assert effect == pytest.approx(
        z * np.sqrt(DISPERSION * (1 / 11 + 1 / 10)) / np.log(2), rel=1e-4
    )


def test_no_effect_is_seen_at_half_the_level_for_its_sign():
    assert wald_power(0.0, 1.0, 0.05) == pytest.approx(0.025)
    assert wald_power(-3.0, 1.0) == wald_power(3.0, 1.0)


@pytest.mark.parametrize(
    ("mean", "dispersion", "effect"), [(500, 0.35, 1.2), (500, 2.7, 2.9), (20, 1.0, -2.0)]
)
def test_counts_that_are_drawn_and_tested_are_called_as_often(mean, dispersion, effect):
    rng, runs = np.random.default_rng(7), 4000
    means = np.where(DESIGN[:, 1] == 1, mean * 2.0**effect, mean)
    counts = rng.negative_binomial(1 / dispersion, 1 / (1 + dispersion * means), (runs, 21))
    above, below = counts[:, :11].mean(axis=1), counts[:, 11:].mean(axis=1)
    # With one mean for each group the maximum-likelihood means are the averages.
    variance = (1 / np.maximum(above, 0.5) + dispersion) / 11
    variance += (1 / np.maximum(below, 0.5) + dispersion) / 10
    with np.errstate(divide="ignore"):
        z = np.log(above / below) / np.sqrt(variance)
    seen = ((np.abs(z) > 1.96) & (np.sign(z) == np.sign(effect))).mean()
    assert seen == pytest.approx(power(effect, mean=mean, dispersion=dispersion), abs=0.04)
