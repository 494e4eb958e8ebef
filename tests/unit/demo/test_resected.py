"""The simulated cohort of resections: sums, dates, and what was planted, by another program."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit

from recurseq.demo.patient_files import simulate_patients
from recurseq.demo.resected_course import ADJUVANT, HPR_NODULES, draw_course
from recurseq.demo.resected_factors import (
    CENTRES,
    EFFECTS,
    RISK,
    SCALE,
    dichotomised,
    draw_factors,
    log_odds,
)
from recurseq.demo.resected_screening import ELIGIBLE, LEFT_OUT

SEED = 20250801
DATES = ["surgery_date", "adjuvant_date", "recurrence_date", "death_date", "last_visit"]


@pytest.fixture(scope="module")
def made():
    return simulate_patients("resected", SEED, None, None)


@pytest.fixture(scope="module")
def analysed(made):
    table = made.clinical.set_index("patient_id").loc[made.hidden["patient_id"]]
    return table.assign(**{name: pd.to_datetime(table[name]) for name in DATES})


def many(n=200_000):
    """Far more patients than the study has, of one centre: factors, log odds and courses."""
    random = np.random.default_rng(1)
    factors = draw_factors(n, random)
    odds = log_odds(factors, np.full(n, "C1"), random)
    return factors, odds, draw_course(odds, np.full(n, 120.0), random), random


def months(table, column):
    return (table[column] - table["surgery_date"]).dt.days / 30.4375


def test_the_numbers_of_the_study_add_up(made, analysed):
    table = made.clinical
    assert len(table) == 16_158 and table["patient_id"].is_unique
    assert len(analysed) == 3_125 and analysed["centre"].value_counts().to_dict() == CENTRES
    assert sum(CENTRES[name] for name in ("C1", "C2", "C3", "C4", "C5")) == 2_113
    assert sum(CENTRES[name] for name in ("C6", "C7", "C8")) == 1_012
    left = table
    for column, values in LEFT_OUT.items():
        out = left[column].isin(list(values))
        assert left.loc[out, column].value_counts().to_dict() == values
        left = left[~out]
    assert set(left["patient_id"]) == set(made.hidden["patient_id"])
    assert (left[list(ELIGIBLE)] == list(ELIGIBLE.values())).all(axis=None)
    assert not [name for name in table if name.startswith("true_")]


def test_the_same_seed_gives_the_same_patients_and_another_one_others(made):
    again = simulate_patients("resected", SEED, None, None)
    pd.testing.assert_frame_equal(made.clinical, again.clinical)
    assert not made.clinical.equals(simulate_patients("resected", 1, None, None).clinical)


def test_dates_follow_one_another(analysed):
    start, seen = analysed["surgery_date"], analysed["last_visit"]
    assert start.notna().all() and seen.notna().all() and (seen > start).all()
    assert start.min() >= pd.Timestamp("2008-01-01") and seen.max() < pd.Timestamp("2024-01-01")
    recurred, died = analysed["recurrence_date"], analysed["death_date"]
    assert (recurred > start)[recurred.notna()].all()
    assert (died > recurred)[recurred.notna() & died.notna()].all()
    assert (died == seen)[died.notna()].all() and (recurred <= seen)[recurred.notna()].all()


def test_an_adjuvant_treatment_began_in_patients_alive_without_recurrence(analysed):
    begun = analysed["adjuvant_date"]
    assert (begun.notna() == (analysed["adjuvant"] != "none")).all()
    treated = analysed[begun.notna()]
    first = treated[["recurrence_date", "last_visit"]].min(axis=1)
    assert (treated["adjuvant_date"] < first).all()
    assert months(treated, "adjuvant_date").between(0.85, 1.6).all()


def test_hpr_is_what_the_rule_of_the_example_says(made, analysed):
    by_rule = (months(analysed, "recurrence_date") <= 6) & (
        analysed["recurrence_nodules"] >= HPR_NODULES
    )
    assert by_rule.to_numpy().tolist() == made.hidden["true_hpr"].tolist()
    assert 470 < by_rule.sum() < 550
    told = made.truth.set_index("parameter").loc["patients with HPR"]
    assert told["value"] == by_rule.sum()
    assert analysed.loc[by_rule, "grade"].eq("I").sum() == 0
    assert analysed["grade"].eq("I").sum() > 20
    known = analysed["recurrence_date"].notna()
    for name in ("ecog_recurrence", "child_pugh_recurrence", "recurrence_pattern"):
        assert (analysed[name].notna() == known).all()


def test_more_values_of_ki67_are_missing_in_small_centres(analysed):
    missing = analysed["ki67_pct"].isna()
    assert 0.05 < missing.mean() < 0.075
    by_centre = missing.groupby(analysed["centre"]).mean()
    assert by_centre[["C1", "C2"]].max() < by_centre[["C5", "C8"]].min()
    assert abs(analysed["pivka_mau_ml"].isna().mean() - 0.45) < 0.03
    assert abs(analysed["ecog"].isna().mean() - 0.02) < 0.01


def test_another_program_finds_the_planted_effects_in_many_patients():
    factors, odds, _, random = many()
    answer = random.random(len(odds)) < expit(odds)
    design = sm.add_constant(dichotomised(factors).astype(float))
    found = sm.Logit(answer.astype(float), design).fit(disp=0)
    planted = SCALE * np.array(list(EFFECTS.values()))
    assert (np.abs(found.params.iloc[1:] - planted) < 4 * found.bse.iloc[1:]).all()
    assert expit(odds).mean() == pytest.approx(RISK, abs=1e-9)


def test_the_treatment_lowers_the_odds_where_the_risk_is_high_and_looks_harmful():
    _, odds, course, _ = many()
    frame = pd.DataFrame(
        {"one": 1.0, "odds": odds, "offered": course["true_offered"].astype(float)}
    )
    for stratum, ratio in ADJUVANT.items():
        own = (course["true_stratum"] == stratum).to_numpy()
        found = sm.Logit(course.loc[own, "hpr"].astype(float), frame[own]).fit(disp=0)
        assert abs(found.params["offered"] - np.log(ratio)) < 4 * found.bse["offered"], stratum
    table = pd.crosstab(course["adjuvant"] != "none", course["hpr"]).to_numpy(float)
    crude = table[1, 1] * table[0, 0] / (table[1, 0] * table[0, 1])
    assert 2.5 < crude < 3.5


def test_survival_after_a_recurrence_has_the_planted_medians():
    _, _, course, _ = many()
    for hpr, median in ((True, 9.0), (False, 28.0)):
        own = course[course["recurrence"].notna() & (course["hpr"] == hpr)]
        time, died = own["seen"] - own["recurrence"], own["death"].notna()
        # Times are exponential, whenever they are cut off: deaths over months of observation.
        rate = died.sum() / time.sum()
        assert np.log(2) / rate == pytest.approx(median, rel=0.05)
