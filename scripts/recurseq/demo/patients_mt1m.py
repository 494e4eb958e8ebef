"""Recurrence after resection and one gene: 92 patients by RT-PCR, 21 by sequencing.

The hazard of recurrence is higher below the cut-off. The sequenced patients were chosen by their
outcome: early recurrence or none.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from recurseq.demo.patients import (
    AT_LEAST,
    CAUTIONED,
    INTERVAL,
    SimulatedPatients,
    generator,
    months,
    numbered,
    truth_table,
    with_missing,
)

COHORT = 1
PATIENTS, CUT, SPREAD = 92, 0.066, 1.1
HAZARD_RATIO = 2.4  # below the cut-off over above it
BASE_MEDIAN, DEATH_RATE, AFTER_RECURRENCE = 46.0, 0.003, 20.0  # months, per month, median months
LOST = 0.08
GENE = "MT1M"
LIMIT, REPLICATES = 38.0, 3
TARGET_SD, REFERENCE_SD, REFERENCE_MEAN, REFERENCE_SPREAD = 0.15, 0.12, 20.0, 1.0
PLATES, SHIFT = 3, 0.8
EARLY, NONE = "early_recurrence", "no_recurrence"


def simulate_mt1m(
    seed: int, sheet: pd.DataFrame | None = None, counts: pd.DataFrame | None = None
) -> SimulatedPatients:
    """Simulate the patients of the study of one gene.

    Parameters
    ----------
    seed
        Of the random numbers.
    sheet
        Sample sheet of the sequenced patients: ``sample_id``, ``patient_id``, ``group``, ``sex``,
        ``age_years``; without it there are none.
    counts
        Their counts, genes x samples, with the gene of the study in a row of its name.
    """
    random = generator(seed, COHORT)
    clinical, hidden = _validation(random)
    wells = _wells(hidden, random)
    wells = _damaged(wells, random)
    if sheet is not None:
        more, true = _sequenced(sheet, counts, random)
        clinical = pd.concat([clinical, more], ignore_index=True)
        hidden = pd.concat([hidden, true], ignore_index=True)
        wells = pd.concat([wells, _wells(true, random).assign(plate="P4")], ignore_index=True)
    return SimulatedPatients(clinical, _truth(), hidden, {"pcr": wells})


def _validation(random: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the patients whose expression is measured by RT-PCR."""
    n = PATIENTS
    expression = CUT * np.exp(SPREAD * random.normal(size=n))
    low = expression < CUT
    recurrence = random.exponential(BASE_MEDIAN / np.log(2) / np.where(low, HAZARD_RATIO, 1))
    death_first = random.exponential(1 / DEATH_RATE, n)
    follow_up = random.uniform(24, 48, n)
    after = random.exponential(AFTER_RECURRENCE / np.log(2), n)
    death = np.where(recurrence < death_first, recurrence + after, death_first)
    lost = random.random(n) < LOST
    seen = np.where(lost, np.minimum(death, follow_up) * random.uniform(0.3, 0.9, n), follow_up)
    first = np.minimum(recurrence, death_first)
    dfs, os = np.minimum(first, seen), np.minimum(death, seen)
    event = first <= seen
    afp = np.exp(random.normal(3.2 + 1.0 * low, 2.2, n))
    clinical = pd.DataFrame(
        {
            "patient_id": numbered("V", n),
            "cohort": "pcr",
            "sex": random.choice(["male", "female"], n, p=[0.8, 0.2]),
            "age_years": np.clip(random.normal(54, 11, n), 22, 84).round().astype(int),
            "afp_ng_ml": afp.round(1),
            "tumour_size_cm": np.clip(np.exp(random.normal(1.4, 0.55, n)), 0.8, 18).round(1),
            "bclc": random.choice(["0", "A", "B", "C"], n, p=[0.1, 0.6, 0.2, 0.1]),
            "edmondson": _grade(event, random),
            "albumin_g_l": with_missing(random.normal(40, 5, n).round(1), 0.45, random),
            "dfs_months": months(dfs),
            "dfs_event": event.astype(int),
            "os_months": months(os),
            "os_event": (death <= seen).astype(int),
        }
    )
    hidden = pd.DataFrame(
        {"patient_id": clinical["patient_id"], "true_expression": expression, "true_low": low}
    )
    return clinical, hidden


def _grade(event: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw grades; the few patients of grade I have no event, as happens in small cohorts."""
    grade = random.choice(["II", "III", "IV"], len(event), p=[0.45, 0.45, 0.1])
    free = np.flatnonzero(~event)
    grade = grade.astype(object)
    grade[random.choice(free, min(4, len(free)), replace=False)] = "I"
    return grade


def _wells(hidden: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Draw threshold cycles of triplicates from the true expression."""
    n = len(hidden)
    patient = np.repeat(np.arange(n), REPLICATES)
    reference = random.normal(REFERENCE_MEAN, REFERENCE_SPREAD, n)[patient]
    dct = -np.log2(hidden["true_expression"].to_numpy())[patient]
    target = reference + dct + random.normal(0, TARGET_SD, len(patient))
    return pd.DataFrame(
        {
            "patient_id": hidden["patient_id"].to_numpy()[patient],
            "replicate": np.tile(np.arange(1, REPLICATES + 1), n),
            "plate": [f"P{1 + number * PLATES // n}" for number in patient],
            "ct_target": target.round(2),
            "ct_reference": (reference + random.normal(0, REFERENCE_SD, len(patient))).round(2),
        }
    )


def _damaged(wells: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Shift one plate in both genes, and lose two wells of the rarest transcripts."""
    shifted = wells["plate"] == "P2"
    for column in ("ct_target", "ct_reference"):
        wells[column] = (wells[column] + SHIFT * shifted).round(2)
    wells["ct_target"] = wells["ct_target"].astype(object)
    highest = wells["ct_target"].astype(float).nlargest(6).index
    wells.loc[random.choice(highest, 2, replace=False), "ct_target"] = "Undetermined"
    return wells


def _sequenced(
    sheet: pd.DataFrame, counts: pd.DataFrame | None, random: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the tumour patients of the sample sheet, whose groups are their outcomes."""
    tumours = sheet[sheet["group"].isin([EARLY, NONE])].reset_index(drop=True)
    n = len(tumours)
    early = (tumours["group"] == EARLY).to_numpy()
    recurrence = np.minimum(2 + random.gamma(3, 3, n), 24)
    follow_up = random.uniform(24, 60, n)
    dfs = np.where(early, recurrence, follow_up)
    after = random.exponential(AFTER_RECURRENCE / np.log(2), n)
    dead = early & (recurrence + after < follow_up)
    os = np.where(dead, recurrence + after, np.maximum(follow_up, dfs))
    low = early
    log2 = _log2_counts(tumours, counts, random)
    expression = 2.0 ** (log2 - np.median(log2) + np.log2(CUT) + random.normal(0, 0.5, n))
    clinical = pd.DataFrame(
        {
            "patient_id": tumours["patient_id"],
            "cohort": "seq",
            "sex": tumours["sex"],
            "age_years": tumours["age_years"].astype(int),
            "afp_ng_ml": np.exp(random.normal(3.2 + 1.0 * low, 2.2, n)).round(1),
            "tumour_size_cm": np.clip(np.exp(random.normal(1.4, 0.55, n)), 0.8, 18).round(1),
            "bclc": random.choice(["0", "A", "B", "C"], n, p=[0.1, 0.6, 0.2, 0.1]),
            "edmondson": random.choice(["II", "III", "IV"], n, p=[0.45, 0.45, 0.1]),
            "albumin_g_l": with_missing(random.normal(40, 5, n).round(1), 0.45, random),
            "dfs_months": months(dfs),
            "dfs_event": early.astype(int),
            "os_months": months(os),
            "os_event": dead.astype(int),
        }
    )
    hidden = pd.DataFrame(
        {
            "patient_id": tumours["patient_id"],
            "true_expression": expression,
            "true_low": expression < CUT,
        }
    )
    return clinical, hidden


def _log2_counts(
    tumours: pd.DataFrame, counts: pd.DataFrame | None, random: np.random.Generator
) -> np.ndarray:
    """Return log2 counts of the gene per million; drawn when there are no counts."""
    if counts is None:
        return random.normal(8, 1.5, len(tumours))
    own = counts[tumours["sample_id"]]
    return np.log2(1e6 * (own.loc[GENE] + 0.5) / own.sum()).to_numpy(dtype=float)


def _truth() -> pd.DataFrame:
    by_cut = "clinical/cutoffs/mt1m.tsv"
    best = "clinical/cutoffs/mt1m_best.tsv"
    return truth_table(
        [
            ("hazard ratio above over below the cut-off", 1 / HAZARD_RATIO,
             f"{by_cut}, hr", INTERVAL),
            ("cut-off at which the hazard changes", CUT, f"{best}, cut", INTERVAL),
            ("correction for the search of a cut-off", 0.0,
             f"{best}, pvalue_permutation - pvalue_uncorrected", AT_LEAST),
            ("rank correlation of the assay with the true expression", 1.0,
             "clinical/assays/pcr.tsv, relative_expression ~ true_expression", "within 0.03"),
            ("interaction of the gene and early stage: none", 0.01,
             "clinical/survival/dfs/tests.tsv, pvalue, test=interaction", AT_LEAST),
            ("a level without events is named", 1.0,
             "clinical/cautions.tsv, code=level_without_events", CAUTIONED),
            ("patients that were lost early are told", 1.0,
             "clinical/cautions.tsv, code=short_follow_up", CAUTIONED),
        ]
    )  # fmt: skip
