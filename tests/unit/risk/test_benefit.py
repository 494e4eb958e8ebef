"""Treatment within strata: planted truth, immortal time, who is left out, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from recurseq.clinical.survival_cautions import subgroup_without_interaction
from recurseq.risk.benefit.cautions import same_in_strata
from recurseq.risk.benefit.effect import Followed, weighted_effect
from recurseq.risk.benefit.estimate import BenefitResult
from recurseq.risk.benefit.propensity import inverse_weights, overlap_weights, propensity
from recurseq.risk.benefit.words import sentences
from support.benefit_study import CONFIG, LOG_ODDS, STRATA, prepared, simulate, with_benefit
from support.golden import BENEFIT, data, golden

pytestmark = pytest.mark.slow

PRIMARY = "overlap"


def rows_of(found: BenefitResult) -> pd.DataFrame:
    return found.effect.set_index(["stratum", "method"])


def codes(found: BenefitResult) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in found.cautions]


@pytest.fixture(scope="module")
def table():
    return simulate(4)


@pytest.fixture(scope="module")
def found(table, tmp_path_factory):
    return prepared(tmp_path_factory.mktemp("benefit"), table).compared()


@pytest.mark.slow
def test_what_looks_harmful_is_found_to_be_the_planted_ratio(tmp_path):
    """Row H of the specification: 20 seeds, odds ratios 1, 0.8 and 0.5 from low to high risk."""
    crude, high, held = [], [], dict.fromkeys(STRATA, 0)
    truth = dict(zip(STRATA, (1.0, 0.8, 0.5), strict=True))
    for seed in range(20):
        rows = rows_of(prepared(tmp_path, simulate(seed)).compared())
        crude.append(rows.loc[("all", "crude"), "ratio"])
        high.append(rows.loc[("high", PRIMARY), "ratio"])
        for name, ratio in truth.items():
            own = rows.loc[(name, PRIMARY)]
            held[name] += own["lower"] < ratio < own["upper"]
    assert min(crude) > 1.5 and max(high) < 1
    assert np.median(high) == pytest.approx(0.5, abs=0.12)  # odds ratios do not average
    assert min(held.values()) >= 17


def test_crude_and_adjusted_stand_side_by_side(found, table):
    rows = found.effect
    assert list(dict.fromkeys(rows["stratum"])) == ["all", *STRATA]
    for _, own in rows.groupby("stratum"):
        methods = ["crude", "crude landmark", "overlap", "iptw", "match"]
        assert own["method"].tolist() == methods
        assert own["primary"].tolist() == [one == PRIMARY for one in methods]
        assert own["status"].eq("ok").all()
    whole = rows_of(found).loc["all"]
    assert whole.loc["crude", "ratio"] > 1.5 > 1 > whole.loc[PRIMARY, "ratio"]
    assert "the other direction" in whole.loc[PRIMARY, "note"]
    assert whole.loc["crude", "n_treated"] == (table["adjuvant"] != "none").sum()
    for method in ("crude landmark", "overlap", "iptw"):
        sizes = rows_of(found)[["n_treated", "n_control"]].xs(method, level="method")
        assert sizes.loc[STRATA].sum().tolist() == sizes.loc["all"].tolist()
        assert sizes.loc["all"].sum() == found.flow["remaining"].iloc[-1]
    assert (rows.loc[rows["method"] != "crude", "ess"] <= len(table)).all()
    pairs = rows[rows["method"] == "match"]
    assert (pairs["n_treated"] == pairs["n_control"]).all()


def test_balance_is_exact_with_overlap_weights_and_pairs_come_near(found, table, tmp_path):
    balance = found.balance
    assert balance["smd_before"].max() > 0.5 and balance["smd_after"].max() < 1e-8
    assert set(balance.loc[balance["stratum"] == "all", "covariate"]) == {*LOG_ODDS, "risk.post"}
    levels = balance.loc[balance["covariate"] == "risk.post", "level"]
    assert levels.tolist() == STRATA
    assert_allclose(balance["mean_treated_after"], balance["mean_control_after"], atol=1e-9)
    matched = prepared(tmp_path, table, with_benefit({"method": "match"})).compared().balance
    assert_allclose(matched["smd_before"], balance["smd_before"])
    whole = matched[matched["stratum"] == "all"]
    assert 0 < whole["smd_after"].max() < whole["smd_before"].max() / 3


def test_the_cautions_name_their_numbers(found):
    (told,) = [one for one in found.cautions if one.number.startswith("SMD")]
    assert told.code == "confounded_by_indication" and told.severity == "warn"
    row = rows_of(found).loc[("all", PRIMARY)]
    n, ess, other = row["n_treated"], row["ess_treated"], row["ess_control"]
    assert f"ESS {ess:.0f} of {n} and {other:.0f} of {row['n_control']}" in told.number
    assert f"{n} treated patients are worth {ess:.0f}, " in told.message
    assert f"E-value {row['evalue']:.3g} (limit {row['evalue_limit']:.3g})" in told.number
    directions = [one for one in found.cautions if "different sides of 1" in one.message]
    assert [one.message.split()[1] for one in directions] == ["all"]
    assert ("immortal_time", "note") in codes(found)


def test_e_values_know_whether_the_outcome_is_common(found, table, tmp_path):
    """Fewer than 15 % have the event from the landmark on, and more than half do by any time."""
    rare = rows_of(found).loc[("all", PRIMARY)]
    inverse = 1 / rare["ratio"]
    assert rare["evalue"] == pytest.approx(inverse + np.sqrt(inverse * (inverse - 1)))
    assert "rare" in rare["evalue_of"]
    common = prepared(tmp_path, table, with_benefit({"endpoint": "dfs"})).compared()
    own = rows_of(common).loc[("high", PRIMARY)]
    root = np.sqrt(own["ratio"])
    risk = (1 - 0.5 ** (1 / root)) / (1 - 0.5**root)
    assert own["evalue"] == pytest.approx(risk + np.sqrt(risk * (risk - 1)))
    odds = rows_of(found).loc[("high", PRIMARY)]  # most of them have the event
    inverse = 1 / np.sqrt(odds["ratio"])
    assert odds["evalue"] == pytest.approx(inverse + np.sqrt(inverse * (inverse - 1)))
    assert found.effect.loc[found.effect["estimate"] == "crude", "evalue"].isna().all()


def test_curves_begin_at_the_landmark_and_are_weighted(table, tmp_path):
    config = with_benefit({"endpoint": "dfs", "within": None})
    ready = prepared(tmp_path, table, config)
    curves = ready.compared().curves
    frame = ready.patients.frame
    there = (frame["dfs_time"] > 2).to_numpy()
    frame = frame[there]
    treated = (frame["adjuvant"] != "none").to_numpy()
    score = propensity(treated, frame[list(LOG_ODDS)].to_numpy(float)).probability
    weights = overlap_weights(treated, score)[treated]
    time = frame["dfs_time"].to_numpy()[treated] - 2
    late = time > 12
    first = time[late].min()
    for estimate, own in (("crude", np.ones(treated.sum())), ("adjusted", weights)):
        part = curves[(curves["estimate"] == estimate) & (curves["group"] == "treated")]
        left, survival = own.sum(), 1.0  # by hand, up to a year
        event = frame["dfs_event"].to_numpy()[treated] > 0
        for place in np.argsort(time, kind="stable"):
            if late[place]:
                break
            survival *= 1 - own[place] * event[place] / left
            left -= own[place]
        before = part[part["time"] < first - 1e-6]
        assert before["survival"].iloc[-1] == pytest.approx(survival, rel=2e-3)  # ties by the day
    assert curves["time"].min() < 0.2


def test_words_say_the_interaction_first_and_never_benefit(found):
    told = sentences(found.effect, "adjuvant", "hpr")
    assert "associated with" in told[0] and "interaction" in told[1]
    rest = found.effect.assign(interaction_pvalue=0.4)
    assert "no stratum is spoken of alone" in sentences(rest, "adjuvant", "hpr")[-1]
    texts = " ".join([*told, *(one.message for one in found.cautions)])
    assert "benefit" not in texts


def test_a_large_p_value_of_the_interaction_is_no_proof_that_strata_are_alike(found):
    rest = found.effect.assign(interaction_pvalue=0.4)
    told = [
        sentences(rest, "adjuvant", "hpr")[-1],
        same_in_strata("benefit.x", 0.4, ["high"]).message,
        subgroup_without_interaction("survival.x", "young", 0.4, 0.01).message,
    ]
    assert all("is not shown" in one and "not differ" not in one for one in told), told


def test_words_on_groups_that_stay_unlike_say_so(found):
    assert "unlike" not in sentences(found.effect, "adjuvant", "hpr")[0]
    rest = found.effect.assign(smd_largest=0.713)
    assert "still unlike (0.71 standard deviations)" in sentences(rest, "adjuvant", "hpr")[0]


def test_no_patient_stands_in_a_table(found, table):
    tables = (found.effect, found.balance, found.flow, found.curves)
    text = " ".join(one.to_csv() for one in tables)
    assert not any(name in text for name in table["patient_id"])


@pytest.mark.parametrize("method", ["overlap", "iptw"])
def test_intervals_hold_the_truth_of_no_association(method):
    """No effect at all: a marginal ratio of 1, in 95 of 100 intervals or more."""
    random, held, runs = np.random.default_rng(9), 0, 300
    for _ in range(runs):
        x = random.normal(size=(400, 2))
        treated = random.random(400) < 1 / (1 + np.exp(0.5 - x @ [0.8, -0.5]))
        event = random.random(400) < 1 / (1 + np.exp(0.6 - x @ [0.9, 0.7]))
        score = propensity(treated, x).probability
        weigh = overlap_weights if method == "overlap" else inverse_weights
        effect = weighted_effect(Followed(treated, event), weigh(treated, score))
        held += effect.lower < 0 < effect.upper
    assert held / runs > 0.93


def nothing_works(seed: int, n: int = 1500) -> pd.DataFrame:
    """Treatment that changes nothing, begins within a year, and only in those still well."""
    random = np.random.default_rng(seed)
    table = simulate(seed, n)
    event, seen = random.exponential(14, n), random.uniform(12, 60, n)
    begin = random.uniform(0.5, 8, n)
    given = (random.random(n) < 0.5) & (begin < np.minimum(event, seen))
    table["adjuvant"] = np.where(given, "TACE", "none")
    table["begin"] = np.where(given, begin.round(3), np.nan)
    table["months"], table["event"] = np.minimum(event, seen).round(3), (event <= seen).astype(int)
    return table


def unaffected(**changes):
    changes = {"endpoint": "own", "started": "begin", **changes}
    config = with_benefit(changes)
    own = {"own": {"time": "months", "event": "event"}, "year": {"of": "own", "within": 12}}
    return {**config, "endpoints": {**CONFIG["endpoints"], **own}}


def test_immortal_time_protects_naively_and_no_longer_from_a_landmark(tmp_path):
    naive, landmark, moving = [], [], []
    for seed in range(3):
        table = nothing_works(seed)
        late = rows_of(prepared(tmp_path, table, unaffected(landmark=6)).compared()).loc["all"]
        naive.append(late.loc["crude", "upper"])
        landmark.append((late.loc[PRIMARY, "lower"], late.loc[PRIMARY, "upper"]))
        result = prepared(tmp_path, table, unaffected(landmark=None)).compared()
        over = rows_of(result).loc["all"]
        assert over.index.tolist() == ["crude", "crude time-varying", "time-varying"]
        assert over.loc["crude", "ratio"] == late.loc["crude", "ratio"]
        own = over.loc["time-varying"]
        assert own["primary"] and np.isnan(own["ess"])
        moving.append((own["lower"], own["upper"]))
        assert ("immortal_time", "warn") in codes(result) and result.curves.empty
    assert max(naive) < 0.85
    assert all(low < 1 < high for low, high in [*landmark, *moving])


def test_yes_and_no_without_a_landmark_tells_nothing(tmp_path):
    config = unaffected(endpoint="year", landmark=None)
    result = prepared(tmp_path, nothing_works(1), config).compared()
    assert result.effect["status"].eq("immortal_time").all()
    hidden = ["ratio", "risk_treated", "risk_control", "events_treated", "evalue", "ess"]
    own = result.effect[result.effect["primary"]]
    assert own[hidden].isna().all(axis=None)
    assert ("immortal_time", "stop") in codes(result)
    assert result.effect[["events_treated", "risk_treated"]].isna().all(axis=None)
    protected = prepared(tmp_path, nothing_works(1), unaffected(endpoint="year", landmark=6))
    rows = rows_of(protected.compared()).loc["all"]
    assert rows.loc["crude", "upper"] < 0.9
    assert rows.loc[PRIMARY, "lower"] < 1 < rows.loc[PRIMARY, "upper"]


def test_who_is_left_out_is_counted(tmp_path, table):
    """Counted in the table by hand: HAIC, a missing covariate, no date, events by month 2."""
    changed = table.copy()
    changed["mvi"] = changed["mvi"].astype(object)
    changed.loc[:9, "mvi"] = ""
    given = np.flatnonzero(changed["adjuvant"] == "TACE")[-5:]
    changed.loc[given, "adjuvant_date"] = ""
    days = {
        name: pd.to_datetime(changed[name]) - pd.to_datetime(changed["surgery_date"])
        for name in ("recurrence_date", "death_date", "last_visit", "adjuvant_date")
    }
    months = {name: one.dt.days / 30.4375 for name, one in days.items()}
    first = months["recurrence_date"].fillna(np.inf)
    first = np.minimum(np.minimum(first, months["death_date"].fillna(np.inf)), months["last_visit"])
    config = with_benefit({"treated": ["TACE"], "within": None})
    result = prepared(tmp_path, changed, config).compared()
    known = np.ones(len(changed), dtype=bool)
    known[given] = False
    complete = known & (changed["mvi"] != "").to_numpy()
    still = complete & (first > 2).to_numpy()
    kept = still & (changed["adjuvant"] != "HAIC").to_numpy()
    counts = [len(table), len(table), known.sum(), complete.sum(), still.sum(), kept.sum()]
    assert result.flow["remaining"].tolist() == counts
    row = rows_of(result).loc[("all", PRIMARY)]
    treated = kept & (changed["adjuvant"] == "TACE").to_numpy()
    assert (row["n_treated"], row["n_control"]) == (treated.sum(), kept.sum() - treated.sum())


def test_treatment_after_the_landmark_counts_as_none(tmp_path):
    table = nothing_works(2)
    config = unaffected(landmark=3, within=None, treated=["TACE"])
    result = prepared(tmp_path, table, config).compared()
    there = (table["months"] > 3).to_numpy()
    treated = there & (table["begin"] <= 3).to_numpy()
    row = rows_of(result).loc[("all", PRIMARY)]
    assert (row["n_treated"], row["n_control"]) == (treated.sum(), there.sum() - treated.sum())
    later = int((there & (table["begin"] > 3).to_numpy()).sum())
    (told,) = [one for one in result.cautions if one.code == "immortal_time"]
    assert f"{later} who were treated later count as untreated" in told.message
    table.loc[table["begin"] > 3, "adjuvant"] = "HAIC"  # of another kind, and not begun by then
    again = rows_of(prepared(tmp_path, table, config).compared()).loc[("all", PRIMARY)]
    assert again["n_control"] == row["n_control"] and again["ratio"] == row["ratio"]


def test_strata_without_enough_have_a_reason(tmp_path, table):
    changed = table.copy()
    low = (changed["true_stratum"] == "low").to_numpy()
    changed.loc[low, "adjuvant"], changed.loc[low, "adjuvant_date"] = "none", ""
    result = prepared(tmp_path, changed).compared()
    rows = rows_of(result)
    own = rows.loc[("low", PRIMARY)]
    assert own["n_treated"] < 60 and rows.loc[("high", PRIMARY), "status"] == "ok"
    changed.loc[:, "adjuvant"], changed.loc[:, "adjuvant_date"] = "none", ""
    result = prepared(tmp_path, changed).compared()
    assert result.effect["status"].eq("too_few_treated").all()
    assert ("few_events", "stop") in codes(result)
    assert np.isnan(result.effect["interaction_pvalue"]).all()


def test_a_group_without_events_has_firths_crude_ratio_and_no_weighted_one(tmp_path, table):
    changed = table.copy()
    given = (changed["adjuvant"] != "none").to_numpy()
    changed.loc[given, "recurrence_date"] = ""
    for endpoint, penalty in (("hpr", "firth"), ("dfs", "none")):
        result = prepared(tmp_path, changed, with_benefit({"endpoint": endpoint})).compared()
        crude = rows_of(result).loc[("high", "crude landmark")]
        assert crude["penalty"] == penalty and crude["upper"] < 1
        if endpoint == "hpr":
            adjusted = rows_of(result).loc[("high", PRIMARY)]
            assert adjusted["status"] == "group_without_events" and np.isnan(adjusted["ratio"])
            assert ("level_without_events", "warn") in codes(result)


def test_a_covariate_that_tells_who_was_treated_is_named(tmp_path, table):
    changed = table.copy()
    changed["reserved"] = ((changed["adjuvant"] != "none") & (changed["mvi"] == 1)).astype(int)
    config = with_benefit({"covariates": [*LOG_ODDS, "reserved"], "within": None})
    result = prepared(tmp_path, changed, config).compared()
    (told,) = [one for one in result.cautions if one.code == "near_perfect"]
    assert "tell without exception who was treated" in told.message
    assert rows_of(result).loc[("all", PRIMARY), "status"] == "ok"
    changed["reserved"] = (changed["adjuvant"] != "none").astype(int)
    for method in ("overlap", "iptw", "match"):
        changes = {"covariates": ["reserved"], "within": None, "method": method}
        result = prepared(tmp_path, changed, with_benefit(changes)).compared()
        adjusted = result.effect[result.effect["estimate"] == "adjusted"]
        assert adjusted["status"].eq("no_overlap").all() and adjusted["ratio"].isna().all()
        assert ("confounded_by_indication", "stop") in codes(result)


def test_patients_without_a_stratum_are_taken_together(tmp_path, table):
    ready = prepared(tmp_path, table)
    nobody = ready.strata.where(np.zeros(len(ready.strata), dtype=bool))
    result = type(ready)(ready.patients, nobody).compared()
    assert set(result.effect["stratum"]) == {"all"}
    assert any("put nobody in a stratum" in one.message for one in result.cautions)


def test_the_section_gives_what_r_gives(tmp_path):
    """From the configuration to the table: data that come with R, without strata."""
    lalonde = data("lalonde", BENEFIT).assign(months=1.0)
    lalonde["patient_id"] = [f"P{place:04d}" for place in range(len(lalonde))]
    numbers = ["age", "educ", "married", "nodegree", "k74", "k75"]
    config = {
        "study": {"title": "x"},
        "clinical": {
            "path": "clinical.tsv",
            "columns": {
                **{name: {"number": "n"} for name in numbers},
                "treat": {"levels": ["0", "1"]},
                "race": {"levels": ["white", "black", "hispan"]},
                "earns": {"positive": ["1"], "negative": ["0"]},
            },
        },
        "models": {"post": {"kind": "logistic", "endpoint": "earns", "terms": ["age", "educ"]}},
        "risk": {"post": {"model": "post", "strata": {"cuts": [0.5], "names": ["a", "b"]}}},
        "benefit": {
            "adjuvant": {
                "treatment": "treat",
                "endpoint": "earns",
                "method": "iptw",
                "covariates": [*numbers, "race"],
            }
        },
    }
    result = prepared(tmp_path, lalonde, config).compared()
    rows = rows_of(result).loc["all"]
    for method in ("crude", "overlap", "iptw"):
        expected = golden(f"lalonde {method}", BENEFIT)
        own = rows.loc[method]
        assert_allclose(np.log(own["ratio"]), expected["coef"], rtol=1e-8)
        width = np.log(own["upper"] / own["lower"]) / 2 / 1.959963984540054
        assert_allclose(width, expected["se"], rtol=1e-8)
        if method != "crude":
            for side in ("treated", "control"):
                for what in ("ess", "risk"):
                    assert_allclose(own[f"{what}_{side}"], expected[f"{what}_{side}"], rtol=1e-8)
    balance = result.balance.set_index("level")
    assert_allclose(balance.loc["black", "smd_after"], golden("lalonde iptw", BENEFIT)["black"])
    before = golden("lalonde before", BENEFIT)
    assert_allclose(balance.loc["hispan", "smd_before"], before["hispan"])
