"""What happened to resected patients: adjuvant treatment, recurrence, what followed, death.

Months from the operation. Who is at higher risk is offered an adjuvant treatment more often, and
gets it only while alive without recurrence: compared crudely it looks harmful, while where the risk
is high it halves the odds of hyper-progressive recurrence (HPR).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

STRATA = {"very_low": 0.0, "moderate": 0.1, "very_high": 0.4}  # lowest risk without a treatment
ADJUVANT = {"very_low": 1.0, "moderate": 0.8, "very_high": 0.5}  # its odds ratio for HPR
OFFERED, OFFERED_BY_RISK = -0.35, 0.45  # log odds of an offer at even odds of HPR; per log odds
STARTED = (0.9, 1.6)
HPR_SHAPE, HPR_SCALE, HPR_TIMES = 4.0, 0.75, (0.7, 5.95)
EARLY_DEATH, EARLY_DEATH_TIMES = 0.012, (0.3, 3.0)
LATE_LEAST, LATE_MEDIAN, LATE_BY_RISK = 2.0, 44.0, 0.15  # other recurrences
AFTER_HPR, AFTER_LATE = 9.0, 28.0  # median survival after HPR and after another recurrence
DEATH_RATE = 0.003  # per month without recurrence
FOLLOW_UP, LOST, LOST_TIMES = (9.0, 96.0), 0.012, (2.0, 6.0)
HPR_NODULES = 3  # fewest that make a recurrence within six months hyper-progressive
BEYOND_HPR = 6.1


def draw_course(
    log_odds: np.ndarray, longest: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    """Draw the course of patients.

    Parameters
    ----------
    log_odds
        Of HPR without adjuvant treatment.
    longest
        Months from the operation to the end of the study.
    random
        Source of random numbers.

    Returns
    -------
    pandas.DataFrame
        Months of events, missing without them: ``start`` of the adjuvant treatment,
        ``recurrence``, ``death``, ``seen`` last. Whether the recurrence is ``hpr``, ``nodules``
        at it, the ``adjuvant`` treatment; and what no clinic knows: ``true_risk``,
        ``true_stratum``, ``true_offered``.
    """
    n = len(log_odds)
    risk = expit(log_odds)
    stratum = np.array(list(STRATA))[np.digitize(risk, list(STRATA.values())[1:])]
    offered = random.random(n) < expit(OFFERED + OFFERED_BY_RISK * log_odds)
    effect = np.log(pd.Series(stratum).map(ADJUVANT).to_numpy(float))
    early_death = random.random(n) < EARLY_DEATH
    hpr = (random.random(n) < expit(log_odds + offered * effect)) & ~early_death
    recurrence = np.where(hpr, _hpr_months(n, random), _late_months(log_odds, random))
    recurrence[early_death] = np.inf
    death = _death(recurrence, hpr, early_death, random)
    seen = np.where(
        (random.random(n) < LOST) & ~hpr,
        random.uniform(*LOST_TIMES, n),
        np.minimum(random.uniform(*FOLLOW_UP, n), longest),
    )
    begun = random.uniform(*STARTED, n)
    treated = offered & (begun < np.minimum(recurrence, np.minimum(death, seen)))
    end = np.minimum(death, seen)
    known = recurrence < end
    nodules = np.where(hpr, HPR_NODULES + random.poisson(3, n), 1 + random.binomial(1, 0.4, n))
    # Beyond six months the number of nodules says nothing of HPR.
    later = ~hpr & (recurrence > BEYOND_HPR)
    nodules = np.where(later, 1 + random.binomial(6, 0.15, n), nodules)
    return pd.DataFrame(
        {
            "start": np.where(treated, begun, np.nan),
            "recurrence": np.where(known, recurrence, np.nan),
            "death": np.where(death <= seen, death, np.nan),
            "seen": end,
            "hpr": hpr & known,
            "nodules": np.where(known, nodules, np.nan),
            "adjuvant": np.where(treated, random.choice(["TACE", "HAIC"], n, p=[0.7, 0.3]), "none"),
            "true_risk": risk,
            "true_stratum": stratum,
            "true_offered": offered,
        }
    )


def _hpr_months(n: int, random: np.random.Generator) -> np.ndarray:
    return np.clip(random.gamma(HPR_SHAPE, HPR_SCALE, n), *HPR_TIMES)


def _late_months(log_odds: np.ndarray, random: np.random.Generator) -> np.ndarray:
    hazard = np.log(2) / LATE_MEDIAN * np.exp(LATE_BY_RISK * (log_odds - np.mean(log_odds)))
    return LATE_LEAST + random.exponential(1 / hazard)


def _death(
    recurrence: np.ndarray, hpr: np.ndarray, early: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    n = len(recurrence)
    unrelated = random.exponential(1 / DEATH_RATE, n)
    after = random.exponential(np.where(hpr, AFTER_HPR, AFTER_LATE) / np.log(2))
    # Who had HPR died of nothing else before it.
    death = np.where(hpr | (recurrence < unrelated), recurrence + after, unrelated)
    return np.where(early, random.uniform(*EARLY_DEATH_TIMES, n), death)
