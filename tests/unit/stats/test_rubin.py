"""Rubin's rules against mice and mitml, and where they must become ordinary ones."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import fdtrc

from recurseq.clinical.binary.logistic import fit_logistic
from recurseq.clinical.survival.partial_likelihood import fit
from recurseq.clinical.survival.risk_sets import Subjects
from recurseq.stats.rubin import chain_agreement, pool, pool_share, pooled_wald
from support.golden import columns, dummies, golden, values
from support.paths import REFERENCE

IMPUTATION = "imputation"


def completed(name):
    import pandas as pd

    table = pd.read_csv(REFERENCE / IMPUTATION / f"{name}.completed.tsv", sep="\t")
    return [part.reset_index(drop=True) for _, part in table.groupby("set")]


def births():
    """Coefficients and covariances of the five data sets, the intercept first."""
    fits = []
    for part in completed("birthwt"):
        x = np.column_stack(
            [
                columns(part, "age", "lwt"),
                dummies(part["race"], "black", "other"),
                columns(part, "smoke", "ht"),
            ]
        )
        fits.append(fit_logistic(part["low"].to_numpy(float), x))
    return np.array([f.coefficients for f in fits]), np.array([f.covariance for f in fits])


def lung():
    fits = []
    for part in completed("lung"):
        x = np.column_stack(
            [columns(part, "age", "sex"), dummies(part["ecog"], 1, 2), columns(part, "loss")]
        )
        fits.append(fit(Subjects(part["months"].to_numpy(float), part["status"] == 1, x)))
    return np.array([f.coefficients for f in fits]), np.array([f.covariance for f in fits])


@pytest.mark.parametrize("name, fits, left", [("births", births, 189 - 7), ("lung", lung, 163 - 5)])
def test_pooled_estimates_are_those_of_mice(name, fits, left):
    if name == "lung":
        left = int(completed("lung")[0]["status"].sum()) - 5
    found = pool(*fits(), left)
    for part, own in (("estimate", found.estimate), ("se", found.se), ("df", found.df)):
        assert_allclose(own, values(f"{name} {part}", IMPUTATION), rtol=1e-8)
    assert_allclose(found.fmi, values(f"{name} fmi", IMPUTATION), rtol=1e-7)
    assert_allclose(found.pvalue, values(f"{name} p", IMPUTATION), rtol=1e-7)
    assert_allclose(found.limits[0], values(f"{name} lower", IMPUTATION), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    "case, fits, places",
    [
        ("births D1 race", births, [3, 4]),
        ("births D1 lwt", births, [2]),
        ("lung D1 ecog", lung, [2, 3]),
    ],
)
def test_the_pooled_wald_test_is_d1_of_mitml(case, fits, places):
    estimates, covariances = fits()
    found = pooled_wald(estimates[:, places], covariances[:, places][:, :, places])
    wanted = golden(case, IMPUTATION)
    assert (found.df, found.statistic) == (
        wanted["df"],
        pytest.approx(wanted["statistic"], rel=1e-7),
    )
    assert found.df_below == pytest.approx(wanted["df_below"], rel=1e-6)
    assert found.pvalue == pytest.approx(wanted["p"], rel=1e-6)
    assert found.pvalue == pytest.approx(fdtrc(found.df, found.df_below, found.statistic))


def test_equal_data_sets_are_pooled_to_the_ordinary_test():
    b, v = np.array([0.4, -0.7]), np.array([[0.04, 0.01], [0.01, 0.09]])
    same = np.tile(b, (5, 1)), np.tile(v, (5, 1, 1))
    found = pool(*same)
    assert_allclose(found.covariance, v, rtol=1e-12)
    assert (found.df > 1e8).all() and (found.fmi < 1e-7).all()
    statistic = b @ np.linalg.inv(v) @ b
    assert pooled_wald(*same).pvalue == pytest.approx(np.exp(-statistic / 2), rel=1e-9)
    one = pool(b[None], v[None], 50)
    assert_allclose(one.covariance, v) and np.isfinite(one.df).all()


def test_the_total_variance_by_hand():
    """Three values 1, 2, 3 with variance 0.5: 0.5 + 4/3 * 1; df (m - 1) / lambda^2."""
    found = pool(np.array([[1.0], [2.0], [3.0]]), np.full((3, 1, 1), 0.5))
    share = (4 / 3) / (0.5 + 4 / 3)
    assert found.covariance[0, 0] == pytest.approx(0.5 + 4 / 3)
    assert found.df[0] == pytest.approx(2 / share**2)


def test_a_share_is_pooled_on_log_odds():
    value, error, own = pool_share([0.8, 0.8], [0.02, 0.02])
    assert value == pytest.approx(0.8) and own == pytest.approx(0.02)
    assert error == pytest.approx(0.02 / (0.8 * 0.2))
    assert 0.7 < pool_share([0.6, 0.9], [0.02, 0.02])[0] < 0.8
    assert pool_share([1.0, 0.9], [0.0, 0.1])[0] == pytest.approx(0.95)


def test_chains_that_do_not_meet_are_seen():
    random = np.random.default_rng(3)
    steps = random.normal(size=(10, 40))
    assert chain_agreement(steps) < 1.05
    assert chain_agreement(steps + 3 * np.arange(10)[:, None]) > 3
    assert np.isnan(chain_agreement(steps[:1])) and np.isnan(chain_agreement(np.ones((4, 9))))
