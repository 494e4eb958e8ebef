"""Risk models of patients with gaps: pooled, validated inside the imputation, told in strata."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from recurseq.risk.build import build
from recurseq.risk.card import CardSources, card_text
from recurseq.risk.cohorts import cohorts_of
from recurseq.risk.judged import AUC, SLOPE, estimate, predicted_over
from recurseq.risk.performance import validate_risk
from recurseq.risk.pooled_model import pooled_baseline
from recurseq.risk.risk_model import Baseline, RiskModel, write_model
from recurseq.risk.stratify import divider, patient_table, stratify
from recurseq.stats.rubin import pool
from support.risk_study import recipes_of

pytestmark = pytest.mark.slow

TERMS = ["age", "marker", "stage"]
COLUMNS = {
    "age": {"number": "years"},
    "marker": {"number": "u", "transform": "log2"},
    "stage": {"levels": ["I", "II", "III"]},
    "event": {"positive": ["1"], "negative": ["0"]},
    "half": {"levels": ["dev", "val"]},
    "noise": {"number": "n"},
}


def patients(n=600, seed=1, gone=0.2):
    r = np.random.default_rng(seed)
    age, stage = r.normal(60, 10, n).round(), r.choice(3, n, p=[0.5, 0.3, 0.2])
    marker = np.exp(1 + 0.8 * r.normal(size=n) + 0.3 * stage).round(4)
    linear = -1.2 + 0.04 * (age - 60) + 0.6 * np.log2(marker) - 0.8 + 0.5 * stage
    event = r.random(n) < expit(linear)
    time = r.exponential(1 / (0.03 * np.exp(linear))).clip(0.1)
    seen = r.uniform(5, 60, n)
    table = pd.DataFrame(
        {
            "age": age,
            "marker": np.where(r.random(n) < gone * (0.6 + 0.8 * event), np.nan, marker),
            "stage": np.where(r.random(n) < gone / 3, None, np.array(["I", "II", "III"])[stage]),
            "event": event.astype(int),
            "half": np.where(np.arange(n) % 3 < 2, "dev", "val"),
            "noise": r.normal(size=n).round(3),
            "months": np.minimum(time, seen).round(2),
            "died": (time <= seen).astype(int),
        }
    )
    return table


def recipe(folder, table=None, model=None, risk=None, imputations=10, kind="logistic"):
    of_kind = {
        "logistic": {"kind": "logistic", "endpoint": "event"},
        "cox": {"kind": "cox", "endpoint": "os"},
    }[kind]
    missing = {"missing_data": {"imputations": imputations}} if imputations else {}
    horizon = {"horizon": 24} if kind == "cox" else {}
    table = patients() if table is None else table
    sections = {
        "clinical": {"columns": COLUMNS},
        "cohorts": {"development": {"half": ["dev"]}, "validation": {"half": ["val"]}},
        "endpoints": {"os": {"time": "months", "event": "died"}},
        "models": {"m": of_kind | {"terms": TERMS} | missing | (model or {})},
        "risk": {
            "r": {"model": "m", "develop": "development", "validate": "validation"}
            | {"bootstrap": 25}
            | horizon
            | (risk or {})
        },
    }
    return recipes_of(folder, table, sections)["r"]


def row(found, data, measure):
    table = found.tables["risk_performance"]
    return table[(table["data"] == data) & (table["measure"] == measure)].iloc[0]


def test_coefficients_and_covariance_are_pooled_by_rubins_rules(tmp_path):
    one = recipe(tmp_path)
    rows = one.rows("development")
    sets = one.completed(rows)
    each = [replace_imputation(one).made(part) for part in sets]
    made = one.made(rows)
    wanted = pool(
        np.array([np.append(m.intercept, m.coefficients) for m in each]),
        np.array([m.covariance for m in each]),
    )
    assert_allclose(np.append(made.intercept, made.coefficients), wanted.estimate, rtol=1e-10)
    assert_allclose(made.covariance, wanted.covariance, rtol=1e-10)
    assert (made.n, made.imputations) == (len(rows), 10)
    assert made.incomplete == rows.frame.isna().any(axis=1).sum() > 50 and made.dropped == 0
    path = tmp_path / "model.json"
    write_model(made, path)
    again = RiskModel.read(path)
    frame = sets[0].frame.iloc[:5]
    assert_allclose(again.risk(frame), made.risk(frame), rtol=1e-12)


def replace_imputation(one):
    return replace(one, model=replace(one.model, imputations=None))


def test_the_pooled_interval_of_a_hazard_model_is_rubins(tmp_path):
    """Mean and total variance of the log cumulative hazard of a patient over data sets."""
    one = recipe(tmp_path, kind="cox", imputations=8)
    rows = one.rows("development")
    each = [replace_imputation(one).made(part) for part in one.completed(rows)]
    made = one.made(rows)
    frame = one.completed(rows)[0].frame.iloc[:6]
    middles, variances = [], []
    for model in each:
        columns = model.columns(frame)
        middles.append(np.log(-np.log1p(-model.risk(frame))))
        upper = model.interval(columns)[1]
        half = np.log(-np.log1p(-upper)) - middles[-1]
        variances.append((half / 1.959963984540054) ** 2)
    middle = np.mean(middles, axis=0)
    total = np.mean(variances, axis=0) + (1 + 1 / 8) * np.var(middles, axis=0, ddof=1)
    assert_allclose(np.log(-np.log1p(-made.risk(frame))), middle, rtol=1e-9)
    upper = made.interval(made.columns(frame))[1]
    half = np.log(-np.log1p(-upper)) - middle
    assert_allclose((half / 1.959963984540054) ** 2, total, rtol=1e-6)


def test_a_single_baseline_stays_as_it_is():
    one = Baseline(0.4, (0.1, -0.2), 0.002)
    b, v = np.array([[0.5, -0.3]]), np.array([[[0.04, 0.01], [0.01, 0.05]]])
    assert pooled_baseline([one], np.array([[1.0, 2.0]]), b, v) is one
    two = pooled_baseline([one, one], np.ones((2, 2)), np.repeat(b, 2, 0), np.repeat(v, 2, 0))
    assert two.hazard == pytest.approx(0.4) and two.variance == pytest.approx(0.002)
    assert_allclose(two.means, one.means, rtol=1e-9)


@pytest.mark.parametrize("kind", ["logistic", "cox"])
def test_the_mean_risk_over_imputations_is_judged(tmp_path, kind):
    one = recipe(tmp_path, kind=kind)
    found = validate_risk("r", {"r": one}, 3)
    rank = AUC if kind == "logistic" else "harrell_c"
    area = row(found, "validation", rank)
    others = one.rows("validation")
    assert area["n"] == len(others) and area["missing"] == 0
    made = one.made(one.rows("development"))
    fills = [full for _, full in one.filled(one.rows("development"), others)]
    risk = np.mean([made.risk(full.frame) for full in fills], axis=0)
    told = predicted_over(made, fills)
    assert_allclose(told.risk, risk, rtol=1e-9)
    assert area["estimate"] == pytest.approx(estimate(told, rank)[0], rel=1e-12)
    assert area["lower"] < area["estimate"] < area["upper"]
    corrected, apparent = (row(found, data, rank)["estimate"] for data in ("corrected", "apparent"))
    assert corrected < apparent + 0.01
    # Risks that are means over filled values stay calibrated.
    assert row(found, "apparent", SLOPE)["estimate"] == pytest.approx(1, abs=0.15)
    slope = row(found, "corrected", SLOPE)
    assert slope["estimate"] < 1.1 and slope["failed"] == 0 and slope["resamples"] == 25
    assert found.tables["risk_calibration"]["observed"].notna().all()
    assert found.tables["risk_decision"]["net_benefit"].notna().all()
    same = validate_risk("r", {"r": recipe(tmp_path, kind=kind)}, 3)
    for name, table in found.tables.items():
        pd.testing.assert_frame_equal(table, same.tables[name])


def test_the_validation_knows_nothing_of_its_outcome(tmp_path):
    """Turn the outcomes of the validation round: no prediction moves."""
    table = patients()
    other = table["half"] == "val"
    turned = table.assign(event=np.where(other, 1 - table["event"], table["event"]))
    risks = []
    for part in (table, turned):
        one = recipe(tmp_path, part)
        rows, others = one.rows("development"), one.rows("validation")
        fills = [full for _, full in one.filled(rows, others)]
        risks.append(predicted_over(one.made(rows), fills).risk)
    assert np.array_equal(*risks)


@pytest.mark.slow
def test_the_optimism_of_noise_is_seen_through_gaps(tmp_path):
    """Terms without any effect and a third of gaps: corrected area near one half."""
    r = np.random.default_rng(4)
    table = patients(240, gone=0)
    names = [f"x{k}" for k in range(8)]
    for name in names:
        table[name] = np.where(r.random(240) < 0.15, np.nan, r.normal(size=240).round(3))
    table["event"] = r.permutation(table["event"].to_numpy())
    sections = {
        "clinical": {"columns": COLUMNS | {name: {"number": "n"} for name in names}},
        "models": {
            "m": {"kind": "logistic", "endpoint": "event", "terms": names}
            | {"missing_data": {"imputations": 5}}
        },
        "risk": {"r": {"model": "m", "bootstrap": 60}},
    }
    found = validate_risk("r", recipes_of(tmp_path, table, sections), 1)
    apparent, corrected = (row(found, data, AUC)["estimate"] for data in ("apparent", "corrected"))
    assert apparent > corrected + 0.03 and abs(corrected - 0.5) < 0.06


def test_strata_hold_all_patients_and_the_table_says_whose_risk_is_a_mean(tmp_path):
    strata = {"cuts": [0.2, 0.5], "names": ["low", "middle", "high"]}
    one = recipe(tmp_path, risk={"strata": strata})
    cohorts = cohorts_of(one)
    made = one.made(cohorts["development"])
    found = divider(one, made, None, cohorts)
    told = patient_table(found)
    table = patients()
    lacking = (table["marker"].isna() | table["stage"].isna()).to_numpy()
    assert told["risk"].notna().all() and told["stratum"].notna().all()
    by_id = told.set_index("patient_id").sort_index()
    assert (by_id["imputed"].to_numpy() == lacking).all()
    rates = stratify(found, cohorts).strata
    assert list(rates.groupby("cohort", sort=False)["n"].sum()) == [400, 200]
    plain = recipe(tmp_path, risk={"strata": strata}, imputations=None)
    cohorts = cohorts_of(plain)
    told = patient_table(divider(plain, plain.made(cohorts["development"]), None, cohorts))
    assert told["risk"].isna().sum() == lacking.sum() and not told["imputed"].any()


def test_it_is_told_how_gaps_were_filled(tmp_path):
    one = recipe(tmp_path)
    built = build(one, simulated=True)
    told = [caution.message for caution in built.cautions if caution.code == "imputed"]
    assert len(told) == 1 and "filled in 10 times" in told[0]
    text = card_text(
        CardSources(one.patients.settings, one.risk, built.model, None, [], simulated=True)
    )
    assert "10 times by chained equations" in text and "Complete cases" not in text
    empty = patients().assign(marker=lambda t: t["marker"].where(np.arange(len(t)) % 5 == 0))
    refused = recipe(tmp_path, empty)
    built = build(refused)
    assert any("more than half" in caution.message for caution in built.cautions)
    assert built.model.imputations == 0 and built.model.dropped > 200


@pytest.mark.slow
def test_selection_is_repeated_and_told(tmp_path):
    for entry in ({"backward": "aic"}, {"p": 0.05}, {"backward": 0.05}):
        for imputations in (None, 5):
            model = {"terms": [*TERMS, "noise"], "entry": entry}
            one = recipe(tmp_path, model=model, imputations=imputations)
            found = validate_risk("r", {"r": one}, 1).tables["risk_selection"]
            share = found.set_index("term")["share"]
            assert share["marker"] > 0.8 and 0 < share["noise"] < 0.6
            assert set(found["resamples"]) == {25} and found.set_index("term").chosen["marker"]
    assert "risk_selection" not in validate_risk("r", {"r": recipe(tmp_path)}, 1).tables


def test_a_model_that_imputes_is_held_against_one_that_does_not(tmp_path):
    missing = {"missing_data": {"imputations": 5}}
    logistic = {"kind": "logistic", "endpoint": "event"}
    entry = {"develop": "development", "validate": "validation", "bootstrap": 20}
    sections = {
        "clinical": {"columns": COLUMNS},
        "cohorts": {"development": {"half": ["dev"]}, "validation": {"half": ["val"]}},
        "models": {
            "full": logistic | {"terms": TERMS} | missing,
            "small": logistic | {"terms": ["age"]},
            "same": logistic | {"terms": ["age", "stage"]} | missing,
        },
        "risk": {
            "full": {"model": "full", "compare": ["small", "same"], **entry},
            "small": {"model": "small", **entry},
            "same": {"model": "same", **entry},
        },
    }
    recipes = recipes_of(tmp_path, patients(), sections)
    found = validate_risk("full", recipes, 1).tables["risk_performance"]
    for other, df in (("small", 3), ("same", 1)):
        own = found[found["against"] == other]
        test = own[own["measure"] == "wald_of_added_terms"].iloc[0]
        assert test["df"] == df and test["pvalue"] < 1e-4 and test["n"] == 400
        areas = own[own["measure"] == AUC].set_index("data")
        assert (areas["estimate"] > 0).all() and areas.loc["validation", "n"] == 200
        assert np.isfinite(areas[["lower", "upper"]].to_numpy(float)).all()


def test_a_fine_gray_model_with_gaps_is_judged(tmp_path):
    table = patients(500)
    r = np.random.default_rng(3)
    day = pd.Timestamp("1990-01-01")
    end = (day + pd.to_timedelta(np.ceil(table["months"] * 30.4375), "D")).dt.strftime("%Y-%m-%d")
    other = r.random(len(table)) < 0.3
    table = table.assign(
        start="1990-01-01",
        back=end.where((table["died"] == 1) & ~other),
        dead=end.where((table["died"] == 1) & other),
        last=end,
    )
    states = {"back": "back", "dead": "dead"}
    sections = {
        "clinical": {"columns": COLUMNS},
        "cohorts": {"development": {"half": ["dev"]}, "validation": {"half": ["val"]}},
        "endpoints": {"cif": {"start": "start", "states": states, "last_seen": "last"}},
        "models": {
            "m": {"kind": "finegray", "endpoint": "cif", "state": "back", "terms": TERMS}
            | {"missing_data": {"imputations": 4}}
        },
        "risk": {
            "r": {"model": "m", "develop": "development", "validate": "validation"}
            | {"bootstrap": 20, "horizon": 24}
        },
    }
    one = recipes_of(tmp_path, table, sections)["r"]
    found = validate_risk("r", {"r": one}, 1)
    for data in ("apparent", "corrected", "validation"):
        values = row(found, data, AUC)
        assert 0.5 < values["estimate"] < 1 and np.isfinite(values["lower"])
    assert one.made(one.rows("development")).baseline.variance > 0
