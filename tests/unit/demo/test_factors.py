"""What multiplies a gene's mean in tumours: means, variances and group differences, by formula."""

import numpy as np
import pandas as pd
import pytest

from recurseq.demo.cohort import COHORTS, HPR, RECURRENCE
from recurseq.demo.factors import IMPURE, dispersion_in, draw_tumours, multipliers, other_share
from recurseq.study.defaults import config_schema

TUMOURS = RECURRENCE.tumours
SAMPLES = 60_000


def genes(**changes) -> pd.DataFrame:
    """A gene that nothing multiplies, but for what is said; lists make several genes."""
    nothing = {
        **{"programme": "background", "own_dispersion": 0.0, "other_cells": 0.25},
        **{"proliferation": 0.0, "differentiation": 0.0, "immune": 0.0, "oncofetal_axis": 0.0},
        **{"tumour_sd": 0.0, "heavy_tails": 0.0, "subset_fold": 1.0},
        **{f"subset_{level}": 0.0 for level in TUMOURS},
    }
    count = max((len(value) for value in changes.values() if isinstance(value, list)), default=1)
    return pd.DataFrame({**nothing, **changes}, index=range(count))


@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    groups = ["normal", *TUMOURS]
    sheet = pd.DataFrame({"group": np.repeat(groups, SAMPLES)})
    sheet["sample_id"] = [f"S{i}" for i in range(len(sheet))]
    return draw_tumours(sheet, np.random.default_rng(1), RECURRENCE)


def values(plan: pd.DataFrame, drawn: pd.DataFrame, level: str) -> np.ndarray:
    product = multipliers(plan, drawn, np.random.default_rng(2), RECURRENCE)
    assert (product[:, (drawn["group"] == "normal").to_numpy()] == 1).all()
    return product[:, (drawn["group"] == level).to_numpy()]


def test_factors_have_the_distribution_that_is_written_down(drawn):
    none, early = (drawn[drawn["group"] == level] for level in TUMOURS)
    # Beta(9, 3): mean 9 / 12, variance (9 * 3) / (12^2 * 13).
    for side in (none, early):
        assert side["purity"].mean() == pytest.approx(0.75, abs=0.002)
        assert side["purity"].var() == pytest.approx(27 / (144 * 13), rel=0.03)
        assert side["immune"].mean() == pytest.approx(0, abs=0.02)
        assert side["proliferation"].std() == pytest.approx(1, abs=0.02)
    difference = early["proliferation"].mean() - none["proliferation"].mean()
    assert difference == pytest.approx(RECURRENCE.proliferation, abs=0.03)
    assert (drawn["purity"] == IMPURE).sum() == 1


def test_the_impure_sample_may_be_of_either_group():
    sheet = pd.DataFrame({"group": [*["normal"] * 5, *["no_recurrence"] * 10,
                                    *["early_recurrence"] * 11]})  # fmt: skip
    sheet["sample_id"] = "S"
    places = [
        int(np.flatnonzero(one["purity"] == IMPURE)[0])
        for one in (
            draw_tumours(sheet, np.random.default_rng(seed), RECURRENCE) for seed in range(400)
        )
    ]
    assert min(places) >= 5
    share = np.mean([place >= 15 for place in places])
    assert abs(share - 11 / 21) < 4 * np.sqrt(0.25 / 400)


@pytest.mark.parametrize("level", TUMOURS)
def test_every_factor_has_mean_one_and_the_variance_of_its_formula(drawn, level):
    plan = genes(
        other_cells=[0.25, 0.9, 0.0, 0.25, 0.25, 0.25, 0.25, 0.25],
        proliferation=[0, 0, 0, 1.0, 0, 0, 0, 0],
        immune=[0, 0, 0, 0, -0.7, 0, 0, 0],
        tumour_sd=[0, 0, 0, 0, 0, 0.5, 0.4, 0],
        heavy_tails=[0, 0, 0, 0, 0, 0, 1.0, 0],
        subset_fold=[1, 1, 1, 1, 1, 1, 1, 16.0],
        subset_no_recurrence=[0, 0, 0, 0, 0, 0, 0, 0.1],
        subset_early_recurrence=[0, 0, 0, 0, 0, 0, 0, 0.3],
    )
    found = values(plan, drawn, level)
    np.testing.assert_allclose(found.mean(axis=1), 1, atol=0.02)
    purity = 27 / (144 * 13)
    share = {"no_recurrence": 0.1, "early_recurrence": 0.3}[level]
    rare = [
        0.93 * np.exp((k * 0.4) ** 2 / 2) + 0.07 * np.exp((k * 0.4 * 2.5) ** 2 / 2) for k in (1, 2)
    ]
    variances = [
        0,  # unchanged between tumour and liver: purity does not matter
        purity * (0.1 / 0.75 - 0.9 / 0.25) ** 2,
        purity / 0.75**2,
        np.expm1(np.log(2) ** 2),
        np.expm1((0.7 * np.log(2)) ** 2),
        np.expm1(0.5**2),
        rare[1] / rare[0] ** 2 - 1,
        (1 + share * 255) / (1 + share * 15) ** 2 - 1,
    ]
    np.testing.assert_allclose(found.var(axis=1), variances, rtol=0.1, atol=1e-12)
    np.testing.assert_allclose(dispersion_in(plan, level), variances, rtol=1e-9, atol=1e-12)


def test_dispersions_multiply(drawn):
    plan = genes(own_dispersion=0.2, immune=0.5, tumour_sd=0.3)
    expected = 1.2 * np.exp((0.5 * np.log(2)) ** 2) * np.exp(0.3**2) - 1
    assert dispersion_in(plan, TUMOURS[0])[0] == pytest.approx(expected)


def test_heavy_tails_are_heavier_at_the_same_variance(drawn):
    heavy = genes(tumour_sd=0.4, heavy_tails=1.0)
    sd = np.sqrt(np.log1p(dispersion_in(heavy, TUMOURS[0])[0]))
    kurtosis = [
        pd.Series(np.log(values(plan, drawn, TUMOURS[0])[0])).kurt()
        for plan in (heavy, genes(tumour_sd=sd))
    ]
    assert kurtosis[0] > 1 > abs(kurtosis[1]) * 5


def test_purity_raises_what_tumours_make_and_lowers_what_other_cells_make(drawn):
    level = TUMOURS[0]
    purity = drawn.loc[drawn["group"] == level, "purity"].to_numpy()
    made_by_tumour, made_by_others = values(genes(other_cells=[0.0, 1.0]), drawn, level)
    np.testing.assert_allclose(made_by_tumour, purity / 0.75)
    np.testing.assert_allclose(made_by_others, (1 - purity) / 0.25)


def test_share_of_other_cells_follows_from_the_tumour_effect():
    # Unchanged: the others' share is their share of the cells. Twice as high: half of that.
    np.testing.assert_allclose(
        other_share(np.array([0.0, 1.0, -1.0, -4.0])), [0.25, 0.125, 0.5, 0.8]
    )


def test_oncofetal_genes_are_high_in_the_same_tumours_and_others_are_not(drawn):
    plan = genes(
        programme=["oncofetal", "oncofetal", "background", "background"],
        subset_fold=[8.0] * 4,
        subset_early_recurrence=[0.4, 0.2, 0.4, 0.2],
    )
    high = values(plan, drawn, "early_recurrence")
    high = high > 2 * high.min(axis=1, keepdims=True)
    np.testing.assert_allclose(high.mean(axis=1), [0.4, 0.2, 0.4, 0.2], atol=0.01)
    assert not (high[1] & ~high[0]).any()  # the smaller subset lies within the larger one
    assert (high[3] & ~high[2]).mean() == pytest.approx(0.2 * 0.6, abs=0.01)


def test_cohorts_are_those_of_the_configuration():
    cohort = config_schema()["properties"]["demo"]["properties"]["cohort"]
    assert cohort["enum"] == list(COHORTS) and COHORTS[cohort["default"]] is RECURRENCE


def test_another_cohort_differs_by_its_own_proliferation():
    levels = np.repeat(HPR.levels, SAMPLES // 3)
    sheet = pd.DataFrame({"group": levels, "sample_id": [f"S{i}" for i in range(len(levels))]})
    drawn = draw_tumours(sheet, np.random.default_rng(1), HPR)
    means = drawn.groupby("group")[["proliferation", "immune", "purity"]].mean()
    difference = means.loc["hpr"] - means.loc["other"]
    assert difference["proliferation"] == pytest.approx(HPR.proliferation, abs=0.05)
    assert difference[["immune", "purity"]].abs().max() < 0.05
    assert means.loc["normal"].isna().all()
