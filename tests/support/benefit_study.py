"""Simulated patients with a treatment that the sicker are given, and planted odds ratios."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.clinical.patients import Patients
from recurseq.risk.benefit.estimate import BenefitResult, estimate_benefit
from recurseq.risk.cohorts import cohorts_of
from recurseq.risk.recipe import Recipe
from recurseq.risk.settings import risk_settings
from recurseq.risk.strata import stratum_by_patient
from recurseq.risk.stratify import divider, patient_table
from recurseq.study.clinical_names import clinical_sections
from recurseq.study.defaults import with_defaults
from support.clinical_study import read_through

LOG_ODDS = {"young": 0.9, "afp_high": 1.1, "large": 1.2, "multiple": 1.4, "vascular": 1.6}
LOG_ODDS |= {"capsule": 0.9, "mvi": 1.1, "proliferating": 1.0, "complication": 0.7}
SHARES = {"young": 0.2, "afp_high": 0.25, "large": 0.35, "multiple": 0.22, "vascular": 0.1}
SHARES |= {"capsule": 0.45, "mvi": 0.38, "proliferating": 0.25, "complication": 0.18}
STRATA = ["low", "moderate", "high"]
ODDS_RATIOS = (1.0, 0.8, 0.5)
DAYS_PER_MONTH = 30.4375

CONFIG = {
    "study": {"title": "Simulated patients after surgery"},
    "clinical": {
        "path": "clinical.tsv",
        "columns": {
            "adjuvant": {"levels": ["none", "TACE", "HAIC"]},
            **{name: {"number": "yes"} for name in LOG_ODDS},
        },
    },
    "endpoints": {
        "rec": {
            "start": "surgery_date",
            "states": {"recurrence": "recurrence_date", "death": "death_date"},
            "ties": ["recurrence", "death"],
            "last_seen": "last_visit",
        },
        "hpr": {"of": "rec", "state": "recurrence", "within": 6},
        "dfs": {
            "start": "surgery_date",
            "events": ["recurrence_date", "death_date"],
            "last_seen": "last_visit",
        },
    },
    "models": {"post": {"kind": "logistic", "endpoint": "hpr", "terms": list(LOG_ODDS)}},
    "risk": {
        "post": {
            "model": "post",
            "bootstrap": 50,
            "strata": {"cuts": [0.1, 0.4], "names": STRATA},
        }
    },
    "benefit": {
        "adjuvant": {
            "treatment": "adjuvant",
            "started": "adjuvant_date",
            "endpoint": "hpr",
            "within": "risk.post",
            "covariates": list(LOG_ODDS),
            "landmark": 2,
        }
    },
}


def simulate(seed: int, n: int = 3125, odds_ratios: tuple = ODDS_RATIOS) -> pd.DataFrame:
    """The clinical table, with the true stratum of each patient in `true_stratum`.

    Nine factors share a latent aggressiveness; treatment is given by the log odds of the outcome,
    begins 0.9 to 1.6 months after surgery, and only to those without the event by then.
    """
    random = np.random.default_rng(seed)
    latent = random.normal(size=n)
    loads = random.uniform(0.2, 0.5, len(LOG_ODDS))
    table, linear = {}, np.zeros(n)
    for (name, log_odds), load in zip(LOG_ODDS.items(), loads, strict=True):
        value = load * latent + np.sqrt(1 - load**2) * random.normal(size=n)
        table[name] = (value > np.quantile(value, 1 - SHARES[name])).astype(int)
        linear += 1.3 * log_odds * table[name]
    low, high = -15.0, 0.0
    for _ in range(60):
        middle = (low + high) / 2
        below = (1 / (1 + np.exp(-linear - middle))).mean() < 0.177
        low, high = (middle, high) if below else (low, middle)
    risk = 1 / (1 + np.exp(-linear - middle))
    stratum = np.searchsorted([0.1, 0.4], risk, side="right")
    wanted = random.random(n) < 1 / (1 + np.exp(1.6 - 0.45 * (linear - linear.mean())))
    change = wanted * np.log(odds_ratios)[stratum]
    early = random.random(n) < 1 / (1 + np.exp(-linear - middle - change))
    late = 6.2 + random.exponential(40 / np.exp(0.35 * latent))
    recurrence = np.where(early, np.clip(random.gamma(4, 0.75, n), 0.7, 5.9), late)
    soon = random.random(n) < 0.012
    death = np.where(soon, random.uniform(0.2, 3, n), random.exponential(400, n))
    after = recurrence + random.exponential(np.where(early, 13, 40))
    death, seen = np.where(recurrence < death, after, death), random.uniform(8, 120, n)
    begin = random.uniform(0.9, 1.6, n)
    given = wanted & (begin < np.minimum(np.minimum(recurrence, death), seen))
    kind = np.where(given, random.choice(["TACE", "HAIC"], n, p=[0.7, 0.3]), "none")
    last = np.minimum(death, seen)
    origin = np.datetime64("2012-03-01") + random.integers(0, 1500, n).astype("timedelta64[D]")

    def day(months: np.ndarray, there: np.ndarray) -> list[str]:
        days = np.maximum(1, np.round(months * DAYS_PER_MONTH)).astype("timedelta64[D]")
        return [str(one) if known else "" for one, known in zip(origin + days, there, strict=True)]

    return pd.DataFrame(
        {
            "patient_id": [f"H{number:04d}" for number in range(n)],
            **table,
            "adjuvant": kind,
            "adjuvant_date": day(begin, given),
            "surgery_date": [str(one) for one in origin],
            "recurrence_date": day(recurrence, recurrence <= last),
            "death_date": day(death, death <= seen),
            "last_visit": day(last, np.ones(n, dtype=bool)),
            "true_stratum": np.array(STRATA)[stratum],
        }
    )


@dataclass(frozen=True)
class Prepared:
    """Patients of a study with their strata, ready to be compared."""

    patients: Patients
    strata: pd.Series

    def compared(self, name: str = "adjuvant") -> BenefitResult:
        """The comparison of a treatment."""
        benefit = self.patients.settings.benefit[name]
        return estimate_benefit(benefit, self.patients, self.strata if benefit.within else None)


def with_benefit(changes: dict, config: dict = CONFIG) -> dict:
    """The configuration with other keys of the comparison; None takes one away."""
    entry = {**config["benefit"]["adjuvant"], **changes}
    entry = {key: value for key, value in entry.items() if value is not None}
    return {**config, "benefit": {"adjuvant": entry}}


def prepared(folder: Path, table: pd.DataFrame, config: dict = CONFIG) -> Prepared:
    """Read patients through their files, and divide them by the risk model."""
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    patients = read_through(folder, config)
    risk = risk_settings(clinical_sections(with_defaults(config)))["post"]
    recipe = Recipe(risk, patients.settings.models["post"], patients)
    cohorts = cohorts_of(recipe)
    found = divider(recipe, recipe.made(cohorts["development"]), None, cohorts)
    return Prepared(patients, stratum_by_patient(risk.strata, patient_table(found)))
