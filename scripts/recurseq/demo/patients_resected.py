"""Hyper-progressive recurrence (HPR) after resection: 3,125 patients of 8 centres, with dates.

The sizes of the cohorts, of the screening and of the centres follow the study; all else is an
assumption. An adjuvant treatment truly lowers the risk of HPR where it is high, and looks harmful
when all are compared.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.demo.patients import (
    AT_LEAST,
    CAUTIONED,
    DAYS_PER_MONTH,
    INTERVAL,
    SimulatedPatients,
    generator,
    truth_table,
    with_missing,
)
from recurseq.demo.resected_course import ADJUVANT, draw_course
from recurseq.demo.resected_factors import (
    BINARY,
    CENTRES,
    DEVELOPMENT,
    EFFECTS,
    SCALE,
    draw_centres,
    draw_factors,
    log_odds,
)
from recurseq.demo.resected_screening import ELIGIBLE, LEFT_OUT, SCREENED, draw_left_out

COHORT = 5
FIRST_DAY, LAST_DAY = np.datetime64("2008-01-07"), np.datetime64("2023-12-29")
ENTRY_DAYS = 4380  # twelve years
KI67_LOST = 24  # values that each centre lacks on average: a larger share of a small one
ECOG_MISSING, PIVKA_MISSING = 0.02, 0.45
ECOG_SHARES = [0.70, 0.27, 0.03]
GRADES, GRADE_SHARES = ["I", "II", "III", "IV"], [0.02, 0.45, 0.43, 0.10]
# At a recurrence, others and HPR: ECOG 0 to 4, Child-Pugh class, pattern, treatment.
AT_RECURRENCE = {
    "ecog_recurrence": (
        ["0", "1", "2", "3", "4"],
        [0.52, 0.36, 0.09, 0.02, 0.01],
        [0.16, 0.37, 0.30, 0.13, 0.04],
    ),
    "child_pugh_recurrence": (["A", "B", "C"], [0.84, 0.14, 0.02], [0.46, 0.38, 0.16]),
    "recurrence_pattern": (["liver_only", "liver_and_beyond"], [0.86, 0.14], [0.62, 0.38]),
    "recurrence_treatment": (
        ["resection_or_ablation", "TACE_or_HAIC", "systemic", "supportive"],
        [0.36, 0.39, 0.17, 0.08],
        [0.03, 0.27, 0.28, 0.42],
    ),
}
BY_MONTH_4 = 0.77  # median of 40 seeds
CRUDE = 3.0  # odds ratio of a treatment that is given to those at risk; median of 40 seeds
# Terms of the example's model that have another name, and one whose reference is the risk.
TERMS = {"young": "older", "afp_high": "afp_400", "large": "size_5", "ki67_high": "ki67_30"}
SIGN = {"young": -1}
EXACT = "within 0"
PATTERN_SHARE = AT_RECURRENCE["recurrence_pattern"][2][0]


def simulate_resected(seed: int) -> SimulatedPatients:
    """Simulate the patients who were screened, and those who are analysed with their course.

    Parameters
    ----------
    seed
        Of the random numbers.
    """
    random = generator(seed, COHORT)
    centres = draw_centres()
    factors = draw_factors(len(centres), random)
    odds = log_odds(factors, centres, random)
    surgery = FIRST_DAY + random.integers(0, ENTRY_DAYS, len(centres)).astype("timedelta64[D]")
    longest = (LAST_DAY - surgery).astype(int) / DAYS_PER_MONTH
    course = draw_course(odds, longest, random)
    analysed = pd.concat(
        [
            pd.DataFrame({"centre": centres, **ELIGIBLE}),
            _at_operation(factors, centres, course, random),
            _dates(surgery, course),
            _at_recurrence(course, random),
        ],
        axis=1,
    )
    shares = pd.Series(CENTRES) / sum(CENTRES.values())
    everybody = pd.concat([analysed, draw_left_out(shares, random)], ignore_index=True)
    order = random.permutation(len(everybody))
    names = pd.Series([f"H{number:05d}" for number in range(1, len(order) + 1)], index=order)
    everybody.insert(0, "patient_id", names.sort_index())
    hidden = course[["true_risk", "true_stratum", "true_offered"]].assign(true_hpr=course["hpr"])
    hidden.insert(0, "patient_id", everybody["patient_id"])
    table = everybody.iloc[order].reset_index(drop=True)
    return SimulatedPatients(table, _truth(int(course["hpr"].sum())), hidden)


def _at_operation(
    factors: pd.DataFrame, centres: np.ndarray, course: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:
    """Write the risk factors as a clinic does, with other columns and with missing values."""
    n = len(factors)
    size_of_centre = pd.Series(centres).map(CENTRES).to_numpy()
    grade = random.choice(GRADES, n, p=GRADE_SHARES)
    answers = {name: np.where(factors[name], "yes", "no") for name in BINARY}
    return pd.DataFrame(
        {
            "sex": np.where(random.random(n) < 0.83, "male", "female"),
            "age_years": factors["age_years"],
            "ecog": with_missing(random.choice([0, 1, 2], n, p=ECOG_SHARES), ECOG_MISSING, random),
            "afp_ng_ml": factors["afp_ng_ml"],
            "pivka_mau_ml": with_missing(
                np.clip(np.exp(random.normal(5.2, 1.9, n)), 5, 75000).round(), PIVKA_MISSING, random
            ),
            "tumour_size_cm": factors["tumour_size_cm"],
            # No patient of the lowest grade had HPR.
            "grade": np.where(course["hpr"] & (grade == "I"), "II", grade),
            "ki67_pct": factors["ki67_pct"].mask(random.random(n) < KI67_LOST / size_of_centre),
            **answers,
            "adjuvant": course["adjuvant"],
        }
    )


def _dates(surgery: np.ndarray, course: pd.DataFrame) -> pd.DataFrame:
    """Write months as dates; a treatment began before the day of an event, a death came after."""
    days = np.ceil(course[["recurrence", "death", "seen"]] * DAYS_PER_MONTH)
    death = days["death"].clip(lower=days["recurrence"].fillna(0) + 1)
    seen = death.where(death.notna(), days["seen"])
    after = {
        "surgery_date": pd.Series(np.zeros(len(days))),
        "adjuvant_date": np.floor(course["start"] * DAYS_PER_MONTH),
        "recurrence_date": days["recurrence"],
        "death_date": death,
        "last_visit": seen,
    }
    return pd.DataFrame(
        {
            name: (pd.to_datetime(surgery) + pd.to_timedelta(one, unit="D")).dt.strftime("%Y-%m-%d")
            for name, one in after.items()
        }
    )


def _at_recurrence(course: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Draw how patients were at a recurrence and what was done; all of it worse at HPR."""
    n = len(course)
    hpr, there = course["hpr"].to_numpy(), course["recurrence"].notna()
    drawn = {
        name: np.where(hpr, random.choice(levels, n, p=worse), random.choice(levels, n, p=others))
        for name, (levels, others, worse) in AT_RECURRENCE.items()
    }
    table = pd.DataFrame({"recurrence_nodules": course["nodules"], **drawn})
    return table.where(there)


def _truth(with_hpr: int) -> pd.DataFrame:
    """Say what was planted, and where it must reappear.

    The coefficients are those without an adjuvant treatment, which a fifth of the patients had:
    with it, and with centres that differ, a model finds about nine tenths of them. A tolerance is
    that tenth and about 2.5 standard deviations over 40 seeds.
    """
    terms = "clinical/models/dichotomised/terms.tsv, coef, model=multivariable"
    flow, strata = "clinical/flow.tsv, remaining", "risk/post/strata.tsv, observed"
    performance = "risk/post/performance.tsv, estimate, data=validation"
    adjuvant = "risk/benefit/adjuvant/effect.tsv, ratio"
    development = sum(CENTRES[name] for name in DEVELOPMENT)
    validation = sum(CENTRES.values()) - development
    effects = [
        (f"log odds ratio of {name}", SIGN.get(name, 1) * SCALE * effect,
         f"{terms}, term={TERMS.get(name, name)}", f"within {0.25 + 0.2 * SCALE * effect:.2f}")
        for name, effect in EFFECTS.items()
    ]  # fmt: skip
    return truth_table(
        [
            *effects,
            ("patients screened", SCREENED, f"{flow}, step=0", EXACT),
            ("patients analysed", development + validation, f"{flow}, step={len(LEFT_OUT)}", EXACT),
            ("patients of the development", development,
             f"{flow}, label=cohort development", EXACT),
            ("patients of the validation", validation, f"{flow}, label=cohort validation", EXACT),
            ("patients with HPR", with_hpr,
             "clinical/endpoints.tsv, events, endpoint=hpr", EXACT),
            ("share of HPR by month 4", BY_MONTH_4,
             "clinical/descriptions/hpr/occurrence.tsv, cumulative_share, month=4", "within 0.06"),
            ("share of HPR in the liver only", PATTERN_SHARE,
             "clinical/descriptions/hpr/shares.tsv, share, column=recurrence_pattern, "
             "level=liver_only, group=hpr", INTERVAL),
            ("calibration slope in the validation", 1.0,
             f"{performance}, measure=calibration_slope", "within 0.25"),
            ("risk rises over the strata of the development", 0.3,
             f"{strata}, cohort=development: stratum=very_high - stratum=moderate", AT_LEAST),
            ("risk rises over the strata of the validation", 0.3,
             f"{strata}, cohort=validation: stratum=very_high - stratum=moderate", AT_LEAST),
            ("the lowest stratum of the validation is below the next", 0.05,
             f"{strata}, cohort=validation: stratum=moderate - stratum=very_low", AT_LEAST),
            ("crude odds ratio of an adjuvant treatment", CRUDE,
             f"{adjuvant}, stratum=all, method=crude", "within 0.9"),
            ("odds ratio of an adjuvant treatment at very high risk", ADJUVANT["very_high"],
             f"{adjuvant}, stratum=very_high, method=overlap", INTERVAL),
            ("recurrence-free survival by HPR is called circular", 1.0,
             "clinical/cautions.tsv, code=circular_outcome", CAUTIONED),
        ]
    )  # fmt: skip
