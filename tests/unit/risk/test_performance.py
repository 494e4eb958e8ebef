"""Tables of performance: against R through the configuration, and by what was planted."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from recurseq.base.tables import describe, read_table, write_table
from recurseq.clinical.binary.logistic import fit_logistic
from recurseq.risk.performance import validate_risk
from support.golden import RISK, columns, data, golden, values
from support.risk_study import recipes_of

pytestmark = pytest.mark.slow

FOUR = ["age", "parity", "induced", "spontaneous"]
HALVES = {"levels": ["development", "validation"]}
COHORTS = {name: {"half": [name]} for name in HALVES["levels"]}
SPLIT = {"develop": "development", "validate": "validation", "bootstrap": 50}
INFERT = {
    "clinical": {
        "columns": {name: {"number": "n"} for name in FOUR}
        | {
            "case": {"positive": ["1"], "negative": ["0"]},
            "half": HALVES,
            "centre": {"levels": ["A", "B", "C"]},
        }
    },
    "cohorts": COHORTS,
    "models": {
        "four": {"kind": "logistic", "endpoint": "case", "terms": FOUR, "cluster": "centre"},
        "two": {"kind": "logistic", "endpoint": "case", "terms": ["age", "parity"]},
    },
    "risk": {
        "four": {"model": "four", "compare": ["two"], "decision": [0.1, 0.3], **SPLIT},
        "two": {"model": "two", **SPLIT},
    },
}


def by_halves(table):
    """The second, fourth ... row is the development, as in R."""
    table = table.copy()
    table["half"] = np.where(np.arange(len(table)) % 2 == 1, "development", "validation")
    return table


def infert():
    table = by_halves(data("infert", RISK))
    table["centre"] = np.array(["A", "B", "C"])[np.arange(len(table)) % 3]
    return table


def judged(folder, table, sections, name="four"):
    return validate_risk(name, recipes_of(folder, table, sections), 1)


def row(found, which, measure, **more):
    table = found.tables["risk_performance"]
    chosen = (table["data"] == which) & (table["measure"] == measure)
    for key in ("against", "centre"):
        value = more.get(key)
        chosen &= table[key].isna() if value is None else table[key] == value
    assert chosen.sum() == 1, (which, measure, more)
    return table[chosen].iloc[0]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return judged(tmp_path_factory.mktemp("infert"), infert(), INFERT)


def test_validation_is_that_of_r(found):
    area, wanted = golden("external area", "performance"), row(found, "validation", "auc")
    for name in ("estimate", "lower", "upper"):
        assert wanted[name] == pytest.approx(area[name], rel=1e-9)
    calibration = golden("external calibration", "performance")
    for name in ("intercept", "slope"):
        one = row(found, "validation", f"calibration_{name}")
        assert one["estimate"] == pytest.approx(calibration[name], rel=1e-7)
        half = 1.959963984540054 * calibration[f"{name}_se"]
        assert one["upper"] - one["estimate"] == pytest.approx(half, rel=1e-6)
    assert row(found, "validation", "brier")["estimate"] == pytest.approx(calibration["brier"])
    scaled = row(found, "validation", "scaled_brier")
    assert scaled["estimate"] == pytest.approx(calibration["scaled"], rel=1e-8)
    assert scaled["lower"] < scaled["estimate"] < scaled["upper"] and scaled["resamples"] == 50


def test_what_a_model_adds_has_its_interval_and_test(found, tmp_path):
    wanted = golden("external difference", "performance")
    one = row(found, "validation", "auc", against="two")
    for name in ("estimate", "lower", "upper", "pvalue"):
        assert one[name] == pytest.approx(wanted[name], rel=1e-6), name
    assert np.isnan(row(found, "apparent", "auc", against="two")["pvalue"])
    table = found.tables["risk_performance"]
    differences = table[table["against"].notna() & table["df"].isna()]
    assert differences[["lower", "upper"]].notna().all(axis=None)
    everybody = {**INFERT, "risk": {k: {**v, "develop": "all"} for k, v in INFERT["risk"].items()}}
    for entry in everybody["risk"].values():
        entry["validate"] = None
    test = row(judged(tmp_path, infert(), everybody), "apparent", "likelihood_ratio", against="two")
    nested = golden("nested", "performance")
    assert test["estimate"] == pytest.approx(nested["statistic"], rel=1e-9) and test["df"] == 2
    assert test["pvalue"] == pytest.approx(nested["pvalue"], rel=1e-6)


def test_apparent_values_are_never_alone(found):
    table = found.tables["risk_performance"]
    alone = table[table["against"].isna() & table["centre"].isna()]
    measures = [set(alone.loc[alone["data"] == one, "measure"]) for one in
                ("apparent", "corrected", "validation")]  # fmt: skip
    assert measures[0] == measures[1] == measures[2] and len(measures[0]) == 6
    corrected = alone[alone["data"] == "corrected"].set_index("measure")
    apparent = alone[alone["data"] == "apparent"].set_index("measure")
    assert_allclose(
        corrected["estimate"].astype(float),
        (apparent["estimate"] - corrected["optimism"]).astype(float),
    )
    assert (corrected["resamples"] + corrected["failed"] == 50).all()
    assert (corrected["lower"] < corrected["estimate"]).all()
    assert (corrected["estimate"] < corrected["upper"]).all()
    assert "apparent_performance" in {one.code for one in found.cautions}


def test_each_centre_alone_and_left_out(found):
    sizes = [row(found, "by centre", "auc", centre=name)["n"] for name in ("A", "B", "C")]
    assert sum(sizes) == row(found, "validation", "auc")["n"] == 124
    table = infert()[1::2]
    x, y = columns(table, *FOUR), table["case"].to_numpy(float)
    out = (table["centre"] == "B").to_numpy()
    made = fit_logistic(y[~out], x[~out]).coefficients
    risk = expit(made[0] + x[out] @ made[1:])
    one = row(found, "left-out centre", "brier", centre="B")
    assert one["estimate"] == pytest.approx(np.mean((risk - y[out]) ** 2), rel=1e-9)


def test_all_centres_together_have_a_mean_and_a_wider_expectation(found):
    alone = [row(found, "left-out centre", "auc", centre=name)["estimate"] for name in "ABC"]
    together = row(found, "left-out centres together", "auc")
    further = row(found, "a further centre", "auc")
    assert min(alone) < together["estimate"] < max(alone) and together["n"] == 124
    assert further["estimate"] == together["estimate"]
    assert further["upper"] - further["lower"] >= together["upper"] - together["lower"]


def test_a_centre_with_few_events_is_told_and_not_judged(tmp_path):
    table = infert()
    validated = table["half"] == "validation"
    cases = table.index[validated & (table["centre"] == "C") & (table["case"] == 1)]
    result = judged(tmp_path, table.drop(index=cases[4:]), INFERT)
    few = row(result, "by centre", "auc", centre="C")
    assert np.isnan(few["estimate"]) and few["events"] == 4 and "fewer than 5" in few["method"]


def test_decision_curves(found):
    table = found.tables["risk_decision"]
    alone = table[table["against"].isna()]
    assert list(alone["data"].unique()) == ["apparent", "corrected", "validation"]
    assert (alone.groupby("data").size() == 21).all()
    assert (alone["lower"] <= alone["net_benefit"] + 1e-9).mean() > 0.95
    validation = alone[alone["data"] == "validation"]
    odds = validation["threshold"] / (1 - validation["threshold"])
    gain = validation["net_benefit"] - validation["treat_all"]
    assert_allclose(validation["avoided"], 100 * gain / odds)
    one, other = (table[(table["data"] == "apparent") & (table["against"].isna() == alone)]
                  .set_index("threshold")["net_benefit"] for alone in (True, False))  # fmt: skip
    assert (one - other).notna().all()


def test_calibration_and_curves(found):
    table = found.tables["risk_calibration"]
    groups = table[(table["data"] == "validation") & (table["kind"] == "group")]
    assert groups["n"].sum() == 124 and groups["events"].sum() == 42
    assert groups["predicted"].is_monotonic_increasing
    assert ((groups["lower"] <= groups["observed"]) & (groups["observed"] <= groups["upper"])).all()
    curve = table[(table["data"] == "corrected") & (table["kind"] == "curve")]
    assert curve["observed"].between(0, 1).all() and len(curve) == 41
    roc = found.tables["risk_roc"]
    validation = roc[roc["data"] == "validation"]
    under = np.trapezoid(validation["sensitivity"], 1 - validation["specificity"])
    assert under == pytest.approx(row(found, "validation", "auc")["estimate"], rel=1e-12)


def test_tables_are_those_of_the_registry(found, tmp_path):
    for name, table in found.tables.items():
        assert list(table.columns) == describe(name).names
        write_table(table, tmp_path / "x.tsv", name)
        assert len(read_table(tmp_path / "x.tsv", name)) == len(table) > 0


def test_patients_of_the_development_are_no_validation(tmp_path):
    cohorts = COHORTS | {"validation": {"half": ["validation", "development"]}}
    result = judged(tmp_path, infert(), {**INFERT, "cohorts": cohorts})
    leak = [one for one in result.cautions if one.code == "validation_leak"]
    assert [(one.severity, one.number) for one in leak] == [("stop", "124")]
    assert "validation" not in set(result.tables["risk_performance"]["data"])
    assert {"apparent", "corrected"} <= set(result.tables["risk_performance"]["data"])


def simulated(n=3000, shift=0.0, seed=6):
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 2))
    half = np.arange(n) % 2
    p = expit(-1 + x @ [1.0, 0.5] + shift * half)
    return pd.DataFrame(
        {
            "a": x[:, 0],
            "b": x[:, 1],
            "case": (random.uniform(size=n) < p).astype(int),
            "half": np.where(half, "validation", "development"),
        }
    )


PLAIN = {
    "clinical": {
        "columns": {
            "a": {"number": "n"},
            "b": {"number": "n"},
            "case": {"positive": ["1"], "negative": ["0"]},
            "half": HALVES,
        }
    },
    "cohorts": COHORTS,
    "models": {"four": {"kind": "logistic", "endpoint": "case", "terms": ["a", "b"]}},
    "risk": {"four": {"model": "four", **SPLIT}},
}


def test_a_right_model_is_calibrated_and_a_moved_one_is_not(tmp_path):
    right = judged(tmp_path, simulated(), PLAIN)
    assert ("uncalibrated", "warn") not in {(one.code, one.severity) for one in right.cautions}
    assert abs(row(right, "validation", "calibration_slope")["estimate"] - 1) < 0.2
    moved = judged(tmp_path, simulated(shift=-1.0), PLAIN)
    assert row(moved, "validation", "calibration_intercept")["estimate"] < -0.7
    assert ("uncalibrated", "warn") in {(one.code, one.severity) for one in moved.cautions}


def test_another_name_for_the_outcome_is_near_perfect(tmp_path):
    table = simulated(400)
    table["a"] = table["case"] + np.random.default_rng(0).normal(size=400) / 5
    result = judged(tmp_path, table, PLAIN)
    assert "near_perfect" in {one.code for one in result.cautions}
    assert "near_perfect" not in {
        one.code for one in judged(tmp_path, simulated(400), PLAIN).cautions
    }


def test_patients_chosen_by_the_outcome_and_late_entry_are_not_judged(tmp_path):
    chosen = {**INFERT["clinical"], "outcome_selected": ["development"]}
    result = judged(tmp_path, infert(), {**INFERT, "clinical": chosen})
    assert ("outcome_selected", "stop") in {(one.code, one.severity) for one in result.cautions}
    assert all(table.empty for table in result.tables.values())
    table = by_halves(data("lung", "performance"))
    table["entry"] = 0.01
    model = {**LUNG["models"]["four"], "delayed_entry": "entry"}
    late = judged(tmp_path, table, {**LUNG, "models": {"four": model}})
    assert [one.severity for one in late.cautions] == ["stop"]
    assert all(table.empty for table in late.tables.values())


LUNG = {
    "clinical": {
        "columns": {name: {"number": "n"} for name in ("age", "sex", "ph.ecog")} | {"half": HALVES}
    },
    "cohorts": COHORTS,
    "endpoints": {"os": {"time": "time", "event": "state", "unit": "days"}},
    "models": {"four": {"kind": "cox", "endpoint": "os", "terms": ["age", "sex", "ph.ecog"]}},
    "risk": {
        "four": {"model": "four", "horizon": 365.2 / 30.4375, "decision": [0.3, 0.65], **SPLIT}
    },
}


def test_survival_through_the_configuration(tmp_path):
    result = judged(tmp_path, by_halves(data("lung", "performance")), LUNG)
    wanted = golden("lung", "performance")
    names = {"harrell": "harrell_c", "uno": "uno_c", "slope": "calibration_slope"}
    for name, value in wanted.items():
        one = row(result, "validation", names.get(name, name))
        assert one["estimate"] == pytest.approx(value, rel=2e-6), name
        assert one["lower"] < one["estimate"] < one["upper"]
    table = result.tables["risk_decision"].set_index(["data", "threshold"])["net_benefit"]
    benefit = [table["validation", at] for at in (0.3, 0.45, 0.55, 0.65)]
    assert_allclose(benefit, values("lung benefit", "performance"), rtol=1e-6)
    assert row(result, "corrected", "harrell_c")["optimism"] > 0


def test_competing_events_through_the_configuration(tmp_path):
    table = by_halves(data("mgus", "performance"))
    days = (table["time"] * 30.4375).round().astype(int)
    start = np.datetime64("1990-01-01")
    day = [str(start + int(one)) for one in days]
    table["start"], table["seen"] = str(start), day
    for state, name in ((1, "progression"), (2, "death")):
        table[name] = [
            one if own == state else "" for one, own in zip(day, table["state"], strict=True)
        ]
    sections = {
        "clinical": {"columns": {n: {"number": "n"} for n in ("mspike", "hgb")} | {"half": HALVES}},
        "cohorts": COHORTS,
        "endpoints": {
            "cif": {
                "start": "start",
                "states": {"progression": "progression", "death": "death"},
                "last_seen": "seen",
            }
        },
        "models": {
            "four": {
                "kind": "finegray",
                "endpoint": "cif",
                "state": "progression",
                "terms": ["mspike", "hgb"],
            }
        },
        "risk": {"four": {"model": "four", "horizon": 120, **SPLIT}},
    }
    result = judged(tmp_path, table.drop(columns=["time", "state"]), sections)
    for name in ("harrell_c", "auc", "brier", "calibration_slope", "observed_expected"):
        assert np.isfinite(row(result, "validation", name)["estimate"]), name
        assert np.isfinite(row(result, "corrected", name)["estimate"]), name
    assert np.isnan(row(result, "validation", "uno_c")["estimate"])


def test_the_same_seed_gives_the_same_tables_and_another_order_the_same_validation(tmp_path):
    table = infert()
    again = judged(tmp_path, table, INFERT)
    first = judged(tmp_path, table, INFERT)
    for name, one in first.tables.items():
        pd.testing.assert_frame_equal(one, again.tables[name])
    turned = judged(tmp_path, table[::-1], INFERT)
    for name in ("auc", "brier", "calibration_slope"):
        one, other = (row(found, "validation", name)["estimate"] for found in (first, turned))
        assert one == pytest.approx(other, rel=1e-9)
