"""A small study of risk models on disk: two cohorts, three kinds of models, a tree, strata."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from support.small_study import StudyFolder

DAYS = 30.4375
START = np.datetime64("2003-01-01")
NUMBERS = {"age": "years", "size": "cm", "marker": "z"}
SPLIT = {"develop": "development", "validate": "validation", "bootstrap": 50}
CONFIG = {
    "study": {"title": "A small study of risks"},
    "clinical": {
        "path": "clinical.tsv",
        "columns": {name: {"number": unit} for name, unit in NUMBERS.items()}
        | {
            "capsule": {"levels": ["complete", "incomplete"]},
            "early": {"positive": ["1"], "negative": ["0"]},
        },
    },
    "cohorts": {
        "development": {"centre": ["C1", "C2", "C3", "C4"]},
        "validation": {"centre": ["C5", "C6"]},
    },
    "endpoints": {
        "os": {"time": "months", "event": "died"},
        "cif": {
            "start": "surgery",
            "states": {"recurrence": "recurrence", "death": "death"},
            "last_seen": "last_visit",
        },
    },
    "models": {
        "pre": {
            "kind": "logistic",
            "endpoint": "early",
            "terms": ["age", "size", "vascular", "capsule"],
            "cluster": "centre",
        },
        "post": {
            "kind": "logistic",
            "endpoint": "early",
            "terms": ["pre", "marker"],
            "cluster": "centre",
        },
        "surv": {"kind": "cox", "endpoint": "os", "terms": ["age", "size", "vascular"]},
        "comp": {
            "kind": "finegray",
            "endpoint": "cif",
            "state": "recurrence",
            "terms": ["age", "size", "vascular"],
        },
    },
    "risk": {
        "pre": {
            "model": "pre",
            "tree": {"min_leaf": 30},
            "strata": {"cuts": [0.15, 0.4], "names": ["low", "middle", "high"]},
            **SPLIT,
        },
        "post": {"model": "post", "compare": ["pre"], **SPLIT},
        "surv": {
            "model": "surv",
            "horizon": 24,
            "tree": {"min_leaf": 30},
            "strata": {"by": "tree", "cuts": [0.4], "names": ["low", "high"]},
            **SPLIT,
        },
        "comp": {"model": "comp", "horizon": 24, **SPLIT},
    },
}


def simulate(seed: int = 5, n: int = 420) -> pd.DataFrame:
    """The clinical table; size, vascular invasion and the marker are what risks are made of."""
    random = np.random.default_rng(seed)
    age, size = random.integers(30, 80, n), np.exp(random.normal(1.5, 0.5, n)).round(1)
    vascular, marker = random.integers(0, 2, n), random.normal(size=n).round(9)
    incomplete = random.uniform(size=n) < 0.4
    score = 0.25 * (size - 5) + 1.0 * vascular - 0.02 * (age - 55) + 0.6 * incomplete
    early = random.uniform(size=n) < expit(-1.8 + score + 0.7 * marker)
    hazard = np.exp(0.6 * score) / 40
    recurrence, dead = (random.exponential(1 / (rate * hazard)) for rate in (1.0, 0.6))
    seen = random.uniform(18, 60, n)
    end = np.minimum(dead, seen)
    origin = START + random.integers(0, 1200, n).astype("timedelta64[D]")

    def day(months: np.ndarray, known: np.ndarray) -> list[str]:
        days = np.maximum(1, np.floor(months * DAYS)).astype("timedelta64[D]")
        return [str(one) if k else "" for one, k in zip(origin + days, known, strict=True)]

    # On the day of death nobody recurs.
    recurred = recurrence < end - 0.1
    return pd.DataFrame(
        {
            "patient_id": [f"HCR-{number:04d}" for number in range(n)],
            "centre": random.choice(["C1", "C2", "C3", "C4", "C5", "C6"], n),
            "age": age,
            "size": size,
            "vascular": vascular,
            "capsule": np.where(incomplete, "incomplete", "complete"),
            "marker": [f"{one:.9f}" for one in marker],
            "early": early.astype(int),
            "months": np.maximum(end, 0.1).round(2),
            "died": (dead <= seen).astype(int),
            "surgery": [str(one) for one in origin],
            "recurrence": day(recurrence, recurred),
            "death": day(end, dead <= seen),
            "last_visit": day(end, np.ones(n, dtype=bool)),
        }
    )


def make_risks(folder: Path) -> StudyFolder:
    """Write the study; it has not run."""
    simulate().to_csv(folder / "clinical.tsv", sep="\t", index=False, lineterminator="\n")
    study = StudyFolder(folder, copy.deepcopy(CONFIG))
    study.write()
    return study
