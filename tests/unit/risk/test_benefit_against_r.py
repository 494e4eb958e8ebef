"""Weights, pairs, ratios, errors, balance and interaction are those of R."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from recurseq.clinical.survival.kaplan_meier import kaplan_meier
from recurseq.risk.benefit.balance import Compared, difference
from recurseq.risk.benefit.effect import (
    Followed,
    crude_effect,
    interaction_pvalue,
    weighted_effect,
)
from recurseq.risk.benefit.matching import matched_pairs
from recurseq.risk.benefit.propensity import (
    inverse_weights,
    overlap_weights,
    propensity,
)
from recurseq.stats.e_value import (
    e_value,
    e_value_of_limits,
    risk_ratio_of_hazards,
    risk_ratio_of_odds,
)
from recurseq.stats.weights import effective_size
from support.golden import BENEFIT, columns, data, dummies, golden
from support.paths import REFERENCE

NUMBERS = {
    "lalonde": ["age", "educ", "married", "nodegree", "k74", "k75"],
    "rotterdam": ["age", "meno", "grade", "lnodes", "lpgr", "ler"],
}
LEVELS = {"lalonde": ("race", "black", "hispan"), "rotterdam": ("size", "small", "middle")}
CASES = ["lalonde", "lalonde nodegree", "rotterdam", "rotterdam grade 2", "rotterdam grade 3"]


def part(case):
    """Patients, treatment and outcome, and covariates, also one that is constant there."""
    name, _, rest = case.partition(" ")
    table = data(name, BENEFIT)
    if rest:
        column, _, value = rest.partition(" ")
        table = table[table[column] == int(value or 1)].reset_index(drop=True)
    level, *named = LEVELS[name]
    covariates = np.column_stack([columns(table, *NUMBERS[name]), dummies(table[level], *named)])
    if name == "lalonde":
        return (
            table,
            Followed(table["treat"].to_numpy() == 1, table["earns"].to_numpy() == 1),
            covariates,
        )
    treated, event = (table[key].to_numpy() == 1 for key in ("hormon", "recur"))
    return table, Followed(treated, event, table["rtime"].to_numpy(float)), covariates


def scored(case):
    table, followed, covariates = part(case)
    return table, followed, propensity(followed.treated, covariates)


def weights_of(followed, score, method):
    make = {"overlap": overlap_weights, "iptw": inverse_weights}[method]
    return make(followed.treated, score.probability)


@pytest.mark.parametrize("case", CASES[:2])
def test_propensities(case):
    _, _, score = scored(case)
    assert not score.penalised
    assert_allclose(score.probability[::25], list(golden(f"{case} propensity", BENEFIT).values()))


@pytest.mark.parametrize("method", ["crude", "overlap", "iptw"])
@pytest.mark.parametrize("case", CASES)
def test_ratios_and_robust_errors(case, method):
    _, followed, score = scored(case)
    expected = golden(f"{case} {method}", BENEFIT)
    if method == "crude":
        found = crude_effect(followed)
    else:
        weights = weights_of(followed, score, method)
        found = weighted_effect(followed, weights)
        for group, side in (("treated", followed.treated), ("control", ~followed.treated)):
            assert_allclose(effective_size(weights[side]), expected[f"ess_{group}"], rtol=1e-8)
    assert_allclose([found.log_ratio, found.error], [expected["coef"], expected["se"]], rtol=1e-8)
    assert found.status == "ok"
    assert_allclose(found.upper - found.log_ratio, 1.959963984540054 * found.error)


@pytest.mark.parametrize("case", CASES[2:])
def test_pairs_are_those_of_matchit(case):
    table, followed, score = scored(case)
    expected = pd.read_csv(REFERENCE / BENEFIT / "pairs.tsv", sep="\t")
    expected = expected[expected["case"] == case]
    names = np.array([f"P{place:04d}" for place in range(len(table))])
    pair = matched_pairs(followed.treated, score.logit, names)
    rows = [np.flatnonzero(pair == number) for number in range(pair.max() + 1)]
    mine = {tuple(sorted(one, key=lambda row: ~followed.treated[row])) for one in rows}
    assert {(int(a), int(b)) for a, b in mine} == {
        (a - 1, b - 1) for a, b in zip(expected["treated"], expected["control"], strict=True)
    }
    weights = (pair >= 0).astype(float)
    for suffix, outcome in (("match", followed), ("match early", early(followed))):
        found, theirs = weighted_effect(outcome, weights, pair), golden(f"{case} {suffix}", BENEFIT)
        assert_allclose([found.log_ratio, found.error], [theirs["coef"], theirs["se"]], rtol=1e-8)


def early(followed):
    return Followed(followed.treated, followed.event & (followed.time < 3 * 365))


def named(pair, names):
    return {frozenset(names[pair == number]) for number in range(pair.max() + 1)}


def test_pairs_do_not_depend_on_the_order_of_the_table():
    random = np.random.default_rng(4)
    treated = random.random(200) < 0.3
    score = np.round(random.normal(size=200), 1)  # many ties
    names = np.array([f"P{place:03d}" for place in range(200)])
    pair = matched_pairs(treated, score, names)
    order = random.permutation(200)
    again = matched_pairs(treated[order], score[order], names[order])
    assert named(pair, names) == named(again, names[order])
    assert (np.bincount(pair[pair >= 0]) == 2).all()
    apart = [np.ptp(score[pair == k]) for k in range(pair.max() + 1)]
    assert max(apart) <= 0.2 * score.std(ddof=1) + 1e-12


@pytest.mark.parametrize("method", ["before", "overlap", "iptw"])
@pytest.mark.parametrize("case", CASES[:2])
def test_standardised_differences(case, method):
    table, followed, score = scored(case)
    expected = golden(f"{case} {method}", BENEFIT)
    weights = np.ones(len(table))
    if method != "before":
        weights = weights_of(followed, score, method)
    for name in ("age", "k74", "black", "hispan"):
        level = name if name in ("black", "hispan") else None
        values = (table["race"] == name if level else table[name]).to_numpy(float)
        found = difference(Compared(name, level, values), followed.treated, weights)
        assert_allclose(found.smd, expected[name], rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_overlap_weights_balance_the_means_exactly(case):
    _, followed, covariates = part(case)
    score = propensity(followed.treated, covariates)
    weights = overlap_weights(followed.treated, score.probability)
    one, other = (
        np.average(covariates[side], axis=0, weights=weights[side])
        for side in (followed.treated, ~followed.treated)
    )
    assert_allclose(one, other, rtol=1e-8, atol=1e-8)


def test_curves_are_those_of_survfit():
    _, followed, score = scored("rotterdam")
    weights = weights_of(followed, score, "overlap")
    side = followed.treated
    curve = kaplan_meier(followed.time[side], followed.event[side], weights=weights[side])
    for item, mine in (("curve", curve.survival), ("curve se", curve.se)):
        expected = golden(f"rotterdam {item}", BENEFIT)
        places = np.searchsorted(curve.time, [float(time) for time in expected])
        assert_allclose(mine[places], list(expected.values()), rtol=1e-10)
    equal = kaplan_meier(followed.time, followed.event, weights=np.full(len(side), 3.0))
    plain = kaplan_meier(followed.time, followed.event)
    assert_allclose(equal.survival, plain.survival)
    assert_allclose(equal.se, plain.se)


def test_interaction_of_the_weighted_model_of_all_strata():
    effects = []
    for grade in (2, 3):
        _, followed, score = scored(f"rotterdam grade {grade}")
        effects.append(weighted_effect(followed, weights_of(followed, score, "overlap")))
    expected = golden("rotterdam interaction", BENEFIT)["pvalue"]
    assert_allclose(interaction_pvalue(effects), expected, rtol=1e-8)
    table, followed, covariates = part("lalonde")
    kept = np.array([True, True, True, False, True, True, True, True])  # without nodegree, as there
    effects = []
    for low, high in ((0, 20), (20, 27), (27, 100)):
        rows = (table["age"] > low).to_numpy() & (table["age"] <= high).to_numpy()
        own = followed.take(rows)
        score = propensity(own.treated, covariates[rows][:, kept])
        effects.append(weighted_effect(own, weights_of(own, score, "overlap")))
    expected = golden("lalonde interaction", BENEFIT)["pvalue"]
    assert_allclose(interaction_pvalue(effects), expected, rtol=1e-8)
    assert np.isnan(interaction_pvalue(effects[:1]))


def test_firths_ratio_of_an_empty_cell_adds_a_half_to_each():
    treated = np.repeat([True, False], [20, 40])
    event = np.zeros(60, dtype=bool)
    event[20:32] = True
    found = crude_effect(Followed(treated, event))
    assert_allclose(found.log_ratio, np.log(0.5 * 28.5 / (20.5 * 12.5)), rtol=1e-6)
    assert found.penalty == "firth" and found.upper < 0 < found.upper - found.lower
    assert weighted_effect(Followed(treated, event), np.ones(60)).status == "group_without_events"


def test_e_values_of_the_paper():
    """VanderWeele and Ding (2017): 3.9 (1.8 to 8.7) has 7.26 and 3.0, also turned round."""
    assert e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value_of_limits(1.8, 8.7) == pytest.approx(3.0, abs=0.005)
    assert e_value_of_limits(1 / 8.7, 1 / 1.8) == pytest.approx(3.0, abs=0.005)
    assert e_value(1 / 3.9) == pytest.approx(e_value(3.9))
    assert e_value_of_limits(0.8, 1.3) == e_value(1.0) == 1.0
    assert risk_ratio_of_odds(4.0) == 2.0
    root = np.sqrt(2)
    assert risk_ratio_of_hazards(2.0) == pytest.approx((1 - 0.5**root) / (1 - 0.5 ** (1 / root)))
    assert risk_ratio_of_hazards(0.5) == pytest.approx(1 / risk_ratio_of_hazards(2.0))
