"""Models of imputed values and backward selection, through the configuration."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from recurseq.clinical.imputing import fill_without_outcome, impute, nelson_aalen, too_empty
from recurseq.clinical.model_rows import PLAIN, rows_of
from recurseq.clinical.models import COMPLETE, fit_outcome
from recurseq.clinical.setting_problems import setting_problems
from recurseq.study.schema import config_problems
from support.clinical_study import read_through
from support.golden import data, golden, values
from support.paths import REFERENCE

pytestmark = pytest.mark.slow

IMPUTATION = "imputation"
NUMBERS = {name: {"number": "n"} for name in ("age", "lwt", "smoke", "ht", "loss", "sex")}
LEVELS = {
    "race": {"levels": ["white", "black", "other"]},
    "low": {"positive": ["1"], "negative": ["0"]},
    "ecog": {"levels": ["0", "1", "2"], "ordered": True},
}
FIVE = ["age", "lwt", "race", "smoke", "ht"]
BIRTHS = {"kind": "logistic", "endpoint": "low", "terms": FIVE}
LUNG = {"kind": "cox", "endpoint": "os", "terms": ["age", "sex", "ecog", "loss"]}
TEN = {"missing_data": {"imputations": 10}}


def gaps(name):
    return pd.read_csv(REFERENCE / IMPUTATION / f"{name}.gaps.tsv", sep="\t", dtype=str)


def study(folder, table, model, endpoints=None, **more):
    table = table.copy()
    table.insert(0, "patient_id", [f"P{number}" for number in range(len(table))])
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    declared = NUMBERS | LEVELS | more
    config = {
        "study": {"title": "x"},
        "clinical": {
            "path": "clinical.tsv",
            "columns": {k: v for k, v in declared.items() if k in table},
        },
        "models": {"m": model},
    }
    if "months" in table:
        config["endpoints"] = {"os": {"time": "months", "event": "status", "unit": "days"}}
    return read_through(folder, config | ({"endpoints": endpoints} if endpoints else {}))


def fitted(folder, table, model, seed=1, **more):
    patients = study(folder, table, model, **more)
    return fit_outcome(patients.settings.models["m"], patients, seed)


def part(found, name="multivariable"):
    return found.terms[found.terms["model"] == name].reset_index(drop=True)


def codes(found):
    return {(one.code, one.severity) for one in found.cautions}


def test_a_logistic_model_is_near_that_of_mice_with_complete_cases_beside(tmp_path):
    found = fitted(tmp_path, gaps("birthwt"), BIRTHS | {"missing_data": {"imputations": 40}})
    wanted = values("births estimate", IMPUTATION)[1:]
    pooled, alone = part(found), part(found, COMPLETE)
    # Five imputations of mice and forty here: other draws of the same distribution.
    assert (np.abs(pooled["coef"] - wanted) < 0.5 * pooled["se"]).all()
    assert_allclose(pooled["se"], values("births se", IMPUTATION)[1:], rtol=0.2)
    assert ((pooled["fmi"] > 0) & (pooled["fmi"] < 0.5) & (pooled["df"] > 20)).all()
    assert set(pooled["term_test"]) == {"pooled Wald (D1)"}
    race = pooled[pooled["term"] == "race"]
    assert race["lrt_pvalue"].nunique() == 1 and race["lrt_pvalue"].iloc[0] > 0
    one = pooled[pooled["term"] == "age"].iloc[0]
    assert one["lrt_pvalue"] == one["pvalue"]
    table = gaps("birthwt")
    whole = table.dropna()
    assert alone["n"].max() == len(whole) and set(alone["term_test"]) == {"likelihood ratio"}
    assert alone["df"].isna().all() and alone["fmi"].isna().all()
    n = dict(zip(pooled["term"], pooled["n"], strict=True))
    assert (n["age"], n["lwt"]) == (len(table), table["lwt"].notna().sum())
    summary = found.summary.set_index("model")
    assert list(summary["n"]) == [len(table), len(whole)]
    assert summary.loc["multivariable", "imputations"] == 40
    assert np.isnan(summary.loc["multivariable", "aic"])
    assert summary.loc["multivariable", "c_index"] == pytest.approx(0.74, abs=0.05)
    filled = found.imputation.set_index(["variable", "level"])
    assert filled.loc["race", "observed"].sum() == pytest.approx(1)
    assert filled.loc["race", "imputed"].sum() == pytest.approx(1)
    lwt = filled.loc["lwt"].iloc[0]
    assert lwt["missing"] == table["lwt"].isna().sum() and lwt["rhat"] < 1.2
    assert lwt["observed"] == pytest.approx(table["lwt"].dropna().astype(float).mean())
    assert ("imputed", "note") in codes(found) or ("imputed", "warn") in codes(found)


def test_a_cox_model_is_near_that_of_mice(tmp_path):
    found = fitted(tmp_path, gaps("lung"), LUNG | {"missing_data": {"imputations": 30}})
    pooled = part(found)
    wanted = values("lung estimate", IMPUTATION)
    assert (np.abs(pooled["coef"] - wanted) < 0.5 * pooled["se"]).all()
    assert_allclose(pooled["se"], values("lung se", IMPUTATION), rtol=0.2)
    assert not found.proportionality.empty  # of the complete cases
    assert np.isfinite(found.summary["c_index"]).all()


def test_the_cumulative_hazard_is_that_of_mice():
    table = gaps("lung").astype(float)
    found = nelson_aalen(table["months"].to_numpy(), table["status"].to_numpy() == 1, None)
    assert_allclose(found, values("nelson aalen", IMPUTATION), rtol=1e-12)


def test_a_fine_gray_model_imputes_with_all_kinds_of_events(tmp_path):
    table = data("mgus").copy()
    random = np.random.default_rng(1)
    n = len(table)
    day = pd.Timestamp("1970-01-01")
    end = (day + pd.to_timedelta(np.ceil(table["etime"] * 30.4375), "D")).dt.strftime("%Y-%m-%d")
    table = table.assign(
        start="1970-01-01",
        pcm=end.where(table["state"] == 1),
        dead=end.where(table["state"] == 2),
        last=end,
        mspike=table["mspike"].where(random.random(n) > 0.1),
    ).drop(columns=["etime", "state"])
    endpoints = {
        "cif": {"start": "start", "states": {"pcm": "pcm", "death": "dead"}, "last_seen": "last"}
    }
    model = {"kind": "finegray", "endpoint": "cif", "state": "pcm", "terms": ["age", "mspike"]}
    more = {"mspike": {"number": "g"}}
    found = fitted(tmp_path, table, model | TEN, endpoints=endpoints, **more)
    pooled, alone = part(found), part(found, COMPLETE)
    assert np.isfinite(pooled[["coef", "se", "fmi", "lrt_pvalue"]].to_numpy(float)).all()
    assert pooled["se"].iloc[0] < alone["se"].iloc[0]  # age is known of all
    assert set(pooled["term_test"]) == {"pooled Wald (D1)"}


def test_the_same_seed_gives_the_same_tables(tmp_path):
    one = fitted(tmp_path, gaps("birthwt"), BIRTHS | TEN, 3)
    pd.testing.assert_frame_equal(
        one.terms, fitted(tmp_path, gaps("birthwt"), BIRTHS | TEN, 3).terms
    )
    other = fitted(tmp_path, gaps("birthwt"), BIRTHS | TEN, 4)
    assert not part(one)["coef"].equals(part(other)["coef"])
    assert part(one, COMPLETE).equals(part(other, COMPLETE))


def test_without_gaps_nothing_is_imputed(tmp_path):
    whole = gaps("birthwt").dropna()
    asked, plain = (fitted(tmp_path, whole, BIRTHS | more) for more in (TEN, {}))
    pd.testing.assert_frame_equal(asked.terms, plain.terms)
    assert asked.imputation.empty and plain.imputation is None


def test_45_percent_is_cautioned_and_more_than_half_refused(tmp_path):
    table = gaps("birthwt")
    random = np.random.default_rng(2)
    for share, refused in ((0.45, False), (0.6, True), (1.0, True)):
        some = table.assign(ht=table["ht"].where(random.random(len(table)) >= share))
        found = fitted(tmp_path, some, BIRTHS | TEN)
        told = [one.message for one in found.cautions if one.code == "imputed"]
        assert any("of ht is missing" in text for text in told)
        assert any("more than half" in text for text in told) is refused
        assert (COMPLETE in set(found.terms["model"])) is not refused
        assert found.imputation.empty is refused


def test_hostile_columns_give_neither_crash_nor_nan(tmp_path):
    table = gaps("birthwt")
    low = table["low"] == "1"
    table["same"] = np.where(np.arange(len(table)) % 10 == 0, None, "3")
    table["apart"] = np.where(np.arange(len(table)) % 11 == 0, None, np.where(low, "b", "a"))
    table["stage"] = np.where(np.arange(len(table)) % 12 == 0, None, "I")
    table.loc[[3, 4, 5], "stage"] = "II"  # "III" has no patient
    more = {
        "same": {"number": "n"},
        "apart": {"levels": ["a", "b"]},
        "stage": {"levels": ["I", "II", "III"]},
    }
    found = fitted(tmp_path, table, BIRTHS | TEN | {"terms": [*FIVE, *more]}, **more)
    pooled = part(found).set_index(["term", "level"])
    numbers = pooled.loc[["age", "lwt", "race", "smoke", "ht", "apart"]]
    assert np.isfinite(numbers[["coef", "se", "lower", "upper", "pvalue"]].to_numpy()).all()
    assert found.summary.set_index("model").loc["multivariable", "penalty"] == "firth"
    assert pooled.loc["same", "note"].notna().all()


def test_without_any_event_nothing_is_estimated(tmp_path):
    for more in (TEN, {}):
        found = fitted(tmp_path, gaps("birthwt").assign(low="0"), BIRTHS | more)
        assert found.terms["coef"].isna().all() and found.terms["note"].notna().all()
        assert ("few_events", "stop") in codes(found)


def test_few_patients_give_finite_pooled_estimates(tmp_path):
    """Twelve patients, of whom four have no gap."""
    table = gaps("birthwt").iloc[np.r_[0:6, 150:156]]
    pooled = part(fitted(tmp_path, table, BIRTHS | TEN | {"penalty": "auto"}))
    kept = pooled[pooled["note"].isna()]
    assert len(kept) >= 4
    assert np.isfinite(kept[["coef", "se", "lower", "upper", "df", "fmi"]].to_numpy()).all()


def test_splines_and_interactions_are_made_from_filled_values(tmp_path):
    model = BIRTHS | TEN | {"spline": {"lwt": 4}, "interactions": [["age", "smoke"]]}
    found = fitted(tmp_path, gaps("birthwt"), model)
    pooled = part(found)
    assert list(pooled["term"]).count("lwt") == 3 and "age:smoke" in set(pooled["term"])
    assert np.isfinite(pooled["coef"]).all() and pooled["lrt_pvalue"].notna().all()


def test_who_is_judged_keeps_the_outcome_out(tmp_path):
    """Filled values of a judged patient stay when all outcomes are turned round."""
    patients = study(tmp_path, gaps("birthwt"), BIRTHS | TEN)
    rows = rows_of(patients.settings.models["m"], patients, FIVE, PLAIN, gaps=True)
    turned = type(rows)(**{**rows.__dict__, "state": 1 - rows.state})
    fills = [
        fill_without_outcome(one.frame.iloc[:100], one.frame.iloc[100:], patients, 2, [1])
        for one in (rows, turned)
    ]
    for (own, other), (same, again) in zip(*fills, strict=True):
        pd.testing.assert_frame_equal(own, same)
        pd.testing.assert_frame_equal(other, again)
    made = [impute(one, patients, 1, [1]).rows[0].frame for one in (rows, turned)]
    assert not made[0].equals(made[1])  # to make a model, the outcome counts
    assert not too_empty(rows)


def test_a_number_is_imputed_by_observed_values(tmp_path):
    patients = study(tmp_path, gaps("birthwt"), BIRTHS | TEN,
                     lwt={"number": "lb", "transform": "log2"})  # fmt: skip
    rows = rows_of(patients.settings.models["m"], patients, FIVE, PLAIN, gaps=True)
    for full in impute(rows, patients, 3, [1]).rows:
        assert set(full.frame["lwt"]) <= set(rows.frame["lwt"].dropna())
        assert not full.frame.isna().any().any()
        known = rows.frame["lwt"].notna()
        assert full.frame["lwt"][known].equals(rows.frame["lwt"][known])


ALL = ["age", "lwt", "race", "smoke", "ptl", "ht", "ui", "ftv"]
MORE = {name: {"number": "n"} for name in ("ptl", "ui", "ftv")}


@pytest.mark.parametrize(
    "case, entry, pairs",
    [
        ("step births", {"backward": "aic"}, []),
        ("step births interactions", {"backward": "aic"}, [["age", "ftv"], ["smoke", "ui"]]),
        ("p births", {"backward": 0.05}, []),
    ],
)
def test_backward_selection_keeps_the_terms_of_r(tmp_path, case, entry, pairs):
    table = pd.read_csv(REFERENCE / IMPUTATION / "births.tsv", sep="\t", dtype=str)
    model = BIRTHS | {"terms": ALL, "entry": entry, "interactions": pairs}
    found = fitted(tmp_path, table, model, **MORE)
    assert set(part(found)["term"]) == set(golden(case, IMPUTATION))
    if "aic" in entry.values():
        aic = golden(f"{case} aic", IMPUTATION)["aic"]
        assert found.summary["aic"].iloc[0] == pytest.approx(aic, rel=1e-9)
    assert ("selected_by_p", "warn") in codes(found)


def test_backward_selection_of_hazards_keeps_the_terms_of_r(tmp_path):
    table = data("veteran")
    names = ["trt", "celltype", "karno", "diagtime", "age", "prior"]
    table = table.rename(columns={"time": "months"})
    more = {name: {"number": "n"} for name in names if name != "celltype"}
    more["celltype"] = {"levels": sorted(table["celltype"].astype(str).unique())}
    model = {"kind": "cox", "endpoint": "os", "terms": names, "entry": {"backward": "aic"}}
    found = fitted(tmp_path, table, model, **more)
    assert set(part(found)["term"]) == set(golden("step veteran", IMPUTATION))
    aic = golden("step veteran aic", IMPUTATION)["aic"]
    assert found.summary["aic"].iloc[0] == pytest.approx(aic, rel=1e-9)


def test_backward_selection_over_imputed_values(tmp_path):
    table = gaps("birthwt")
    random = np.random.default_rng(8)
    more = {f"noise{k}": {"number": "n"} for k in range(3)}
    for name in more:
        table[name] = random.normal(size=len(table)).round(3).astype(str)
    model = BIRTHS | TEN | {"terms": [*FIVE, *more], "entry": {"backward": 0.05}}
    kept = set(part(fitted(tmp_path, table, model, **more))["term"])
    assert {"lwt", "ht"} <= kept and len(kept & set(more)) <= 1


def test_imputation_and_a_landmark_do_not_go_together(tmp_path):
    patients = study(tmp_path, gaps("lung"), LUNG | TEN | {"landmark": 2})
    problems = setting_problems(patients.settings, patients.frame, has_counts=False)
    assert any("missing_data" in one.where for one in problems)


@pytest.mark.parametrize(
    "key, value, place, allowed",
    [
        ("entry", {"backward": "bic"}, "entry.backward", "aic"),
        ("entry", {"backward": 2}, "entry.backward", "aic"),
        ("entry", {"p": 3}, "entry.p", "at most 1"),
        ("entry", "aic", "entry", "backward"),
        ("entry", {"backwards": "aic"}, "entry", "backward"),
        ("missing_data", {"imputations": 1}, "missing_data.imputations", "at least 2"),
        ("missing_data", "impute", "missing_data", "imputations"),
    ],
)
def test_what_a_model_asks_for_wrongly_is_named(key, value, place, allowed):
    config = {
        "study": {"title": "x"},
        "clinical": {"path": "clinical.tsv"},
        "models": {"m": BIRTHS | {key: value}},
    }
    (found,) = config_problems(config)
    assert found.where == f"config: models.m.{place}" and allowed in found.allowed
