"""Chained equations: what is drawn, and what must never break."""

import numpy as np
import pytest
from scipy.special import expit

from recurseq.clinical.binary.logistic import fit_logistic
from recurseq.stats.chained import Variable, complete
from recurseq.stats.imputation import draw_levels, draw_numbers
from recurseq.stats.rubin import pool


def random(seed=1):
    return np.random.default_rng(seed)


def filled(variables, outcome, seed=1, turns=5, learn=None):
    found = complete(variables, outcome, random(seed), turns, learn)
    columns = []
    for place, one in enumerate(variables):
        values = one.values.copy()
        if place in found.drawn:
            drawn = found.drawn[place]
            values[one.gaps] = drawn if one.levels else values[drawn]
        columns.append(values)
    return np.column_stack(columns)


def test_a_donor_is_one_of_the_five_who_are_predicted_closest():
    x = np.column_stack([np.ones(200), np.arange(200.0)])
    known = np.arange(200.0)
    new = np.column_stack([np.ones(300), np.full(300, 100.2)])
    donors = draw_numbers(known, x, new, random())
    # Without noise estimated and drawn coefficients are nearly the same.
    assert set(donors) == {98, 99, 100, 101, 102}
    counts = np.bincount(donors)[98:103]
    assert counts.min() > 30  # each about 60 times


def test_patients_who_are_predicted_alike_are_all_donors():
    known = random(2).normal(size=100)
    donors = draw_numbers(known, np.ones((100, 1)), np.ones((4000, 1)), random())
    assert len(set(donors)) == 100


def test_levels_are_drawn_with_their_probabilities():
    n = 4000
    x = np.column_stack([np.ones(n), random(3).normal(size=n)])
    linear = x @ np.array([[0.3, -0.5], [1.0, -1.0]]).T
    weight = np.exp(np.column_stack([np.zeros(n), linear]))
    shares = weight / weight.sum(axis=1, keepdims=True)
    codes = (random(4).random(n)[:, None] > shares.cumsum(axis=1)).sum(axis=1)
    drawn, mode = draw_levels(codes, x, x, random(5))
    assert np.abs(mode - [[0.3, -0.5], [1.0, -1.0]]).max() < 0.15
    for level in range(3):
        assert np.mean(drawn == level) == pytest.approx(np.mean(codes == level), abs=0.04)
    two, _ = draw_levels((codes > 0) * 2.0, x, x, random(6))
    assert set(two) == {0.0, 2.0} and np.mean(two == 2) == pytest.approx(
        np.mean(codes > 0), abs=0.04
    )


def test_only_those_who_are_learnt_from_are_donors():
    values = np.concatenate([np.arange(50.0), 1000 + np.arange(50.0)])
    values[[3, 60, 70]] = np.nan
    learn = np.arange(100) < 50
    full = filled([Variable(values), Variable(random(8).normal(size=100))], np.zeros((100, 0)),
                  learn=learn)  # fmt: skip
    assert (full[[3, 60, 70], 0] < 50).all()
    codes = np.concatenate([np.zeros(25), np.ones(25), np.full(50, 2.0)])
    codes[[1, 30, 80]] = np.nan
    full = filled([Variable(codes, 3)], np.zeros((100, 0)), learn=learn)
    assert set(full[[1, 30, 80], 0]) <= {0.0, 1.0}


def test_nothing_breaks_the_draws():
    n, r = 60, random(11)
    y = np.repeat([0.0, 1.0], n // 2)
    separated = y.copy()  # the outcome tells it without exception
    twice = r.normal(size=n)
    rare = np.zeros(n)
    rare[5] = 3  # a level with one patient, two without any
    variables = [
        Variable(np.where(np.arange(n) % 9 == 0, np.nan, separated), 2),
        Variable(np.where(np.arange(n) % 7 == 0, np.nan, twice)),
        Variable(twice),
        Variable(np.where(np.arange(n) % 8 == 3, np.nan, rare), 5),
        Variable(np.where(np.arange(n) % 6 == 1, np.nan, 4.2)),  # constant
        Variable(np.where(np.arange(n) > 2, np.nan, np.arange(n))),  # three values
    ]
    full = filled(variables, y[:, None])
    assert np.isfinite(full).all()
    assert (full[:, 4] == 4.2).all() and set(full[:, 5]) <= {0.0, 1.0, 2.0}
    gaps = variables[0].gaps
    assert np.mean(full[gaps, 0] == y[gaps]) > 0.7


def test_the_same_seed_gives_the_same_values_and_another_one_others():
    values = np.where(np.arange(80) % 3 == 0, np.nan, random(1).normal(size=80))
    variables = [Variable(values), Variable(random(2).normal(size=80))]
    none = np.zeros((80, 0))
    assert np.array_equal(filled(variables, none, 5), filled(variables, none, 5))
    assert not np.array_equal(filled(variables, none, 5), filled(variables, none, 6))


def simulated(seed, n=250):
    """y depends on x and z; x is missing more often where y = 1 and z is high, z at random."""
    r = np.random.default_rng(seed)
    z = (r.random(n) < 0.4).astype(float)
    x = r.normal(size=n) + z
    y = (r.random(n) < expit(-0.5 + 0.8 * x - 0.7 * z)).astype(float)
    gone = r.random(n) < expit(-2.5 + 2.0 * y + 1.2 * z)
    lost = r.random(n) < 0.15
    return x, z, y, gone, lost


def estimates(seed, count=10):
    x, z, y, gone, lost = simulated(seed)
    variables = [Variable(np.where(gone, np.nan, x)), Variable(np.where(lost, np.nan, z), 2)]
    fits = []
    for number in range(count):
        full = filled(variables, y[:, None], [seed, number], 5)
        fits.append(fit_logistic(y, full))
    pooled = pool(np.array([f.coefficients for f in fits]),
                  np.array([f.covariance for f in fits]), len(y) - 3)  # fmt: skip
    kept = ~gone & ~lost
    return pooled, fit_logistic(y[kept], np.column_stack([x, z])[kept]).coefficients


TRUTH = np.array([-0.5, 0.8, -0.7])


@pytest.mark.slow
def test_bias_of_complete_cases_goes_and_intervals_cover():
    """200 data sets; 28 % lack x, more often with the outcome and with z, and 15 % lack z."""
    found = [estimates(seed) for seed in range(200)]
    pooled = np.array([one.estimate for one, _ in found])
    complete_cases = np.array([other for _, other in found])
    error = pooled.std(axis=0) / np.sqrt(len(found))
    # Complete cases are off by 0.4 in the intercept and by 0.5 in z.
    assert (complete_cases.mean(axis=0) - TRUTH)[[0, 2]].max() < -0.35
    assert (np.abs(pooled.mean(axis=0) - TRUTH) < 4 * error + 0.05).all()
    limits = np.array([one.limits for one, _ in found])
    covered = ((limits[:, 0] < TRUTH) & (limits[:, 1] > TRUTH)).mean(axis=0)
    assert (covered > 0.90).all()
    # Intervals are no wider than they have to be: standard errors tell the spread.
    spread = np.mean([one.se for one, _ in found], axis=0) / pooled.std(axis=0)
    assert ((spread > 0.88) & (spread < 1.2)).all()
