"""Optimism by resampling against R in the same resamples, and what resampling must not do."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from recurseq.risk.judged import AUC, BRIER, INTERCEPT, SLOPE, Layout, estimate, predicted
from recurseq.risk.optimism import limits_of, optimism, resampled, resamples
from support.golden import RISK, data, golden
from support.risk_study import recipes_of

pytestmark = pytest.mark.slow

FOUR = ["age", "parity", "induced", "spontaneous"]
LAYOUT = Layout((AUC, BRIER, SLOPE, INTERCEPT), np.array([0.3]), np.zeros(0))


def sections(**model):
    return {
        "clinical": {
            "columns": {name: {"number": "n"} for name in FOUR}
            | {
                "case": {"positive": ["1"], "negative": ["0"]},
                "education": {"levels": ["0-5yrs", "6-11yrs", "12+ yrs"]},
            }
        },
        "models": {"m": {"kind": "logistic", "endpoint": "case", "terms": FOUR} | model},
        "risk": {"m": {"model": "m"}},
    }


@pytest.fixture(scope="module")
def infert(tmp_path_factory):
    folder = tmp_path_factory.mktemp("infert")
    return recipes_of(folder, data("infert", RISK), sections())["m"]


def values(found):
    return LAYOUT.values(found[0])


def stated(n, count):
    i = np.arange(1, n + 1)
    return [(31 * i**2 + 17 * b * i + b) % n for b in range(1, count + 1)]


def test_optimism_in_the_same_resamples_as_in_r(infert):
    rows = infert.rows("all")
    found = optimism([infert], rows, stated(len(rows), 20), values)
    wanted = golden("optimism", "performance")
    parts = LAYOUT.split(found.mean)
    assert found.failed == 0 and found.used == 20
    assert_allclose(parts["measures"], [wanted[name] for name in LAYOUT.measures], rtol=1e-6)
    assert parts["net_benefit"][0] == pytest.approx(wanted["net_benefit"], rel=1e-9)


def test_optimism_of_random_resamples_is_that_of_rms(infert):
    rows = infert.rows("all")
    found = optimism([infert], rows, resamples(len(rows), 400, 3), values)
    wanted = golden("validate", "performance")  # 500 resamples of rms::validate
    error = (found.own - found.original).std(axis=0) / np.sqrt(400)
    for place, name in enumerate((AUC, BRIER, SLOPE)):
        assert abs(found.mean[place] - wanted[{SLOPE: "calibration_slope"}.get(name, name)]) < (
            4 * 1.4 * error[place]
        )


def test_the_interval_lies_around_the_corrected_value(infert):
    rows = infert.rows("all")
    found = optimism([infert], rows, resamples(len(rows), 100, 1), values)
    apparent = values([predicted(infert.made(rows), rows)])
    lower, upper = found.limits(apparent)
    corrected = apparent - found.mean
    assert np.all((lower < corrected) & (corrected < upper))
    assert corrected[0] < apparent[0] and corrected[2] < 1


def test_selection_is_repeated_in_every_resample(tmp_path):
    """Ten terms of noise, of which the best enter: their apparent area is far too large."""
    random = np.random.default_rng(4)
    table = data("infert", RISK)[["case"]].copy()
    noise = [f"noise{number}" for number in range(10)]
    table[noise] = random.normal(size=(len(table), 10))
    spec = sections(terms=noise, entry={"p": 0.2})
    spec["clinical"]["columns"] = {"case": {"positive": ["1"], "negative": ["0"]}} | {
        name: {"number": "n"} for name in noise
    }
    recipe = recipes_of(tmp_path, table, spec)["m"]
    rows = recipe.rows("all")
    made = recipe.made(rows)
    assert 0 < len(made.variables) < 10
    found = optimism([recipe], rows, resamples(len(rows), 30, 1), values)
    apparent = values([predicted(made, rows)])[0]
    assert apparent - found.mean[0] < apparent - 0.05
    spec["models"]["m"] = spec["models"]["m"] | {"terms": list(made.variables)}
    del spec["models"]["m"]["entry"]
    fixed = recipes_of(tmp_path, table, spec)["m"]
    assert fixed.made(fixed.rows("all")).variables == made.variables
    # As if the terms had been known beforehand, far too little is taken off.
    known = optimism([fixed], fixed.rows("all"), resamples(len(rows), 30, 1), values)
    assert known.mean[0] < found.mean[0] - 0.02


def test_a_resample_that_loses_a_level_is_counted(tmp_path):
    table = data("infert", RISK)
    table = table[(table["education"] != "0-5yrs") | (table["stratum"] == 1)]
    recipe = recipes_of(tmp_path, table, sections(terms=["education", "age"], penalty="firth"))["m"]
    rows = recipe.rows("all")
    found = optimism([recipe], rows, resamples(len(rows), 60, 1), values)
    share = (1 - 3 / len(rows)) ** len(rows)  # nobody of three is drawn
    assert found.failed > 0 and found.failed + found.used == 60
    assert found.failed / 60 == pytest.approx(share, abs=0.1)


def test_limits_need_resamples_and_are_quantiles():
    random = np.random.default_rng(0)
    many = random.normal(size=(4000, 2))
    many[:, 1] = np.nan
    low, high = limits_of(many)
    assert low[0] == pytest.approx(-1.96, abs=0.1) and high[0] == pytest.approx(1.96, abs=0.1)
    assert np.isnan(low[1]) and np.isnan(high[1])


def test_resampling_a_fixed_model_gives_the_interval_of_the_formula(infert):
    found = predicted(infert.made(infert.rows("all")), infert.rows("all"))
    low, high = resampled([found], resamples(len(found), 500, 2), values)
    for place, name in ((0, AUC), (1, BRIER)):
        _, lower, upper, _ = estimate(found, name)
        assert high[place] - low[place] == pytest.approx(upper - lower, rel=0.12)
