"""Hyper-progressive recurrence (HPR): 90 sequenced patients, 30 of them with HPR.

All patients of a centre with HPR after resection, and twice as many chosen by chance among those
without it: the share of HPR is the study's and not that of patients. What goes along with HPR, its
timing and its prognosis are assumptions; after HPR the hazard of death is higher where MYCN and
HMGA2 are both high, by a rule that looks at no outcome. These times are drawn evenly over their
distribution, so that few patients show what was planted.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.demo.cohort import HPR
from recurseq.demo.patients import (
    CAUTIONED,
    DAYS_PER_MONTH,
    INTERVAL,
    SimulatedPatients,
    generator,
    truth_table,
    with_missing,
)
from recurseq.deseq import estimate_size_factors

COHORT = 4
PAIR = ("MYCN", "HMGA2")
HIGH = 2 / 3  # a gene is high above this quantile of the tumours
HPR_LEAST, HPR_SHAPE, HPR_SCALE, HPR_MOST = 1.0, 3.0, 0.8, 5.9  # months from resection
DOUBLE_HIGH, POOR_ECOG = 3.0, 2.5  # hazard ratios after HPR
# Months after HPR where neither both are high nor ECOG is 2 or more, and the fewest of all.
AFTER_MEDIAN, AFTER_SHAPE, AFTER_LEAST = 20.0, 1.3, 0.2
LATE_LEAST, LATE_MEDIAN, AFTER_LATE = 4.0, 36.0, 24.0  # recurrences of the others, death after them
DEATH_RATE = 0.003  # per month, of the others without recurrence
FOLLOW_UP = (30.0, 72.0)
# Share of patients with each feature: others, HPR.
SHARES = {
    "vascular_invasion": (0.10, 0.35),
    "mvi": (0.38, 0.70),
    "complications": (0.15, 0.30),
}
EXCLUDED = {"R1": 3, "degraded": 2, "early_death": 1}


def simulate_hpr(seed: int, sheet: pd.DataFrame, counts: pd.DataFrame) -> SimulatedPatients:
    """Simulate the sequenced patients, and those who were left out.

    Parameters
    ----------
    seed
        Of the random numbers.
    sheet
        Sample sheet: ``sample_id``, ``patient_id``, ``group``, ``sex``, ``age_years``.
    counts
        Their counts, genes x samples, with MYCN and HMGA2 in rows of their names.
    """
    random = generator(seed, COHORT)
    tumours = sheet[sheet["group"].isin(HPR.tumours)].reset_index(drop=True)
    case = (tumours["group"] == HPR.tumours[1]).to_numpy()
    both = double_high(counts[tumours["sample_id"]])
    features = _features(case, random).assign(
        patient_id=tumours["patient_id"],
        sex=tumours["sex"],
        age_years=tumours["age_years"].astype(int),
        margin="R0",
        rna="good",
    )
    left_out = _left_out(random)
    clinical = pd.concat([features.join(_dates(case, both, features, random)), left_out])
    hidden = pd.DataFrame({"patient_id": tumours["patient_id"], "true_double_high": both})
    order = ["patient_id", "sex", "age_years"]
    rest = [name for name in clinical if name not in order]
    return SimulatedPatients(clinical[[*order, *rest]], _truth(), hidden)


def double_high(counts: pd.DataFrame) -> np.ndarray:
    """Tell in which samples both genes are above the upper tertile of their normalised counts."""
    normalized = counts.loc[list(PAIR)].T.div(estimate_size_factors(counts.T), axis=0)
    return (normalized > normalized.quantile(HIGH)).all(axis=1).to_numpy()


def _features(case: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    """Draw what is known at the operation, worse on average where HPR follows."""
    n = len(case)
    yes = {name: random.random(n) < np.where(case, b, a) for name, (a, b) in SHARES.items()}
    return pd.DataFrame(
        {
            "afp_ng_ml": np.exp(random.normal(np.where(case, 6.2, 3.9), 2.1)).round(1),
            "tumour_size_cm": np.clip(
                np.exp(random.normal(np.where(case, 1.95, 1.5), 0.5)), 0.8, 20
            ).round(1),
            "tumour_number": 1 + random.poisson(np.where(case, 0.6, 0.2)),
            "ki67_pct": with_missing(
                np.clip(random.normal(np.where(case, 42, 25), 14), 1, 95).round(), 0.06, random
            ),
            "capsule": np.where(
                random.random(n) < np.where(case, 0.65, 0.38), "incomplete", "complete"
            ),
            **{name: np.where(there, "yes", "no") for name, there in yes.items()},
            "ecog_at_hpr": np.where(case, random.choice(4, n, p=[0.15, 0.4, 0.3, 0.15]), np.nan),
        }
    )


def _dates(
    case: np.ndarray, both: np.ndarray, features: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:
    """Draw months from resection, and write them as dates."""
    n = len(case)
    poor = (features["ecog_at_hpr"] >= 2).to_numpy()
    hazard = np.where(both, DOUBLE_HIGH, 1.0) * np.where(poor, POOR_ECOG, 1.0)
    drawn = _evenly(4 * case + 2 * both + poor, random) / (
        np.log(2) * hazard
    )  # median 1 at hazard 1
    after = np.maximum(AFTER_MEDIAN * drawn ** (1 / AFTER_SHAPE), AFTER_LEAST)
    gamma = random.gamma(HPR_SHAPE, HPR_SCALE, n)
    hpr = np.where(case, np.minimum(HPR_LEAST + gamma, HPR_MOST), np.inf)
    late = LATE_LEAST + random.exponential(LATE_MEDIAN / np.log(2), n)
    # The others were followed for six months without HPR, and nobody of them had died.
    unrelated = HPR_MOST + 0.2 + random.exponential(1 / DEATH_RATE, n)
    later = np.maximum(late + random.exponential(AFTER_LATE / np.log(2), n), HPR_MOST + 0.2)
    death = np.where(case, hpr + after, np.where(late < unrelated, later, unrelated))
    seen = random.uniform(*FOLLOW_UP, n)
    end = np.minimum(death, seen)
    late = np.where(case | (late >= end), np.inf, late)
    surgery = pd.Timestamp("2012-01-05") + pd.to_timedelta(random.integers(0, 1900, n), unit="D")
    times = {
        "hpr_date": hpr,
        "recurrence_date": late,
        "death_date": np.where(death <= seen, death, np.inf),
        "last_visit": end,
    }
    return pd.DataFrame(
        {"surgery_date": _text(surgery, np.zeros(n))}
        | {name: _text(surgery, months) for name, months in times.items()}
    )


def _evenly(kind: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw from the exponential distribution, evenly over its quantiles in patients of each kind.

    With independent draws 30 patients would as often hide what was planted as show it.
    """
    drawn = np.empty(len(kind))
    for one in np.unique(kind):
        members = np.flatnonzero(kind == one)
        share = (random.permutation(len(members)) + random.random(len(members))) / len(members)
        drawn[members] = -np.log1p(-share)
    return drawn


def _text(start: pd.DatetimeIndex, months: np.ndarray) -> np.ndarray:
    """Write dates so many months after the start, missing where there is no event."""
    there = np.isfinite(months)
    days = np.ceil(np.where(there, months, 0) * DAYS_PER_MONTH).astype(int)
    dates = (start + pd.to_timedelta(days, unit="D")).strftime("%Y-%m-%d")
    return np.where(there, dates.to_numpy(dtype=object), None)


def _left_out(random: np.random.Generator) -> pd.DataFrame:
    """Draw those who were considered and not sequenced: no clear margin, no RNA, an early death."""
    reason = np.repeat(list(EXCLUDED), list(EXCLUDED.values()))
    n = len(reason)
    dead = reason == "early_death"
    surgery = pd.Timestamp("2013-03-01") + pd.to_timedelta(random.integers(0, 1200, n), unit="D")
    months = np.where(dead, 0.6, random.uniform(*FOLLOW_UP, n))
    features = _features(np.zeros(n, dtype=bool), random)
    return features.assign(
        patient_id=[f"SIM-X{number:02d}" for number in range(1, n + 1)],
        sex=random.choice(["male", "female"], n, p=[0.8, 0.2]),
        age_years=np.clip(random.normal(56, 10, n), 25, 82).round().astype(int),
        margin=np.where(reason == "R1", "R1", "R0"),
        rna=np.select([reason == "degraded", dead], ["degraded", "none"], "good"),
        surgery_date=_text(surgery, np.zeros(n)),
        hpr_date=None,
        recurrence_date=None,
        death_date=_text(surgery, np.where(dead, months, np.inf)),
        last_visit=_text(surgery, months),
    )


def _truth() -> pd.DataFrame:
    model = "clinical/models/after_hpr/terms.tsv, ratio, model=multivariable"
    cautions = "clinical/cautions.tsv"
    return truth_table(
        [
            ("hazard ratio after HPR of MYCN and HMGA2 both high", DOUBLE_HIGH,
             f"{model}, term=double_high, level=both_high", INTERVAL),
            ("hazard ratio after HPR of ECOG 2 or more", POOR_ECOG,
             f"{model}, term=ecog_at_hpr", INTERVAL),
            ("recurrence-free survival by HPR is called circular", 1.0,
             f"{cautions}, code=circular_outcome", CAUTIONED),
            ("patients chosen by HPR are told", 1.0,
             f"{cautions}, code=outcome_selected", CAUTIONED),
        ]
    )  # fmt: skip
