"""A small study of patients with a planted hazard ratio, with dates, months, and an assay."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.errors import raise_if_any
from recurseq.base.tables import write_table
from recurseq.clinical.assays import quantify, read_wells
from recurseq.clinical.cohorts import flags
from recurseq.clinical.cutoffs import find
from recurseq.clinical.endpoints import derive
from recurseq.clinical.measures import add_measures
from recurseq.clinical.patients import Patients, joined, read_patients, read_typed, write_patients
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.settings import Assay
from recurseq.clinical.table import as_read, read_table
from recurseq.study.clinical_names import clinical_sections
from recurseq.study.defaults import with_defaults
from support.small_study import StudyFolder

PATIENTS = 80
START = np.datetime64("2012-03-01")
DAYS_PER_MONTH = 30.4375

CONFIG = {
    "study": {"title": "A small study of patients"},
    "clinical": {
        "path": "clinical.tsv",
        "id": "patient_id",
        "dates": "iso",
        "columns": {
            "sex": {"levels": ["female", "male"]},
            "age": {"number": "years", "from": "age_years"},
            "bclc": {"levels": ["0", "A", "B", "C"], "ordered": True},
            "afp_high": {"from": "afp_ng_ml", "cut": [400], "levels": ["low", "high"]},
            "mvi": {"positive": ["1"], "negative": ["0"]},
        },
    },
    "cohorts": {"first": {"centre": ["C1"]}},
    "endpoints": {
        "os": {"time": "os_months", "event": "os_event"},
        "dfs": {
            "start": "surgery_date",
            "events": ["recurrence_date", "death_date"],
            "last_seen": "last_visit",
        },
        "early24": {"of": "dfs", "within": 24},
    },
    "assays": {"pcr": {"path": "pcr.tsv", "target": "ct_target", "reference": "ct_reference"}},
    "measures": {"MT1M": {"assay": "pcr"}},
    "cutoffs": {"mt1m": {"measure": "MT1M", "method": "fixed", "value": 0.066, "endpoint": "dfs"}},
    "associations": {"mt1m": {"groups": "mt1m", "with": ["sex", "age", "bclc", "early24"]}},
    "survival": {"dfs": {"endpoint": "dfs", "by": "mt1m", "rmst": [24], "at": [12, 24]}},
    "models": {"os": {"kind": "cox", "endpoint": "os", "terms": ["age", "mvi"], "strata": ["sex"]}},
    "flow": [{"exclude": {"r0": ["no"]}, "label": "No R0 resection"}],
}


def simulate(
    seed: int = 11, patients: int = PATIENTS, hazard_ratio: float = 2.5
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The clinical table and the assay; below 0.066, recurrence is as much more frequent."""
    random = np.random.default_rng(seed)
    n = patients
    expression = 0.066 * np.exp(1.1 * random.normal(size=n))
    rate = np.log(2) / 30 * np.where(expression < 0.066, hazard_ratio, 1)
    recurrence, death = random.exponential(1 / rate), 2 + random.exponential(60, n)
    seen = random.uniform(20, 60, n)
    recurrence = np.where(recurrence < np.minimum(death, seen), recurrence, np.nan)
    dead = death <= seen
    origin = START + random.integers(0, 1500, n).astype("timedelta64[D]")

    def day(months: np.ndarray, known: np.ndarray) -> list[str]:
        days = np.maximum(1, np.nan_to_num(months * DAYS_PER_MONTH)).astype("timedelta64[D]")
        return [str(d) if k else "" for d, k in zip(origin + days, known, strict=True)]

    end = np.where(dead, death, seen)
    clinical = pd.DataFrame(
        {
            "patient_id": [f"HCC-{number:04d}" for number in range(1, n + 1)],
            "sex": random.choice(["female", "male"], n),
            "age_years": random.integers(30, 80, n),
            "bclc": random.choice(["0", "A", "B", "C"], n),
            "afp_ng_ml": np.exp(random.normal(5, 2, n)).round(1),
            "mvi": random.integers(0, 2, n),
            "centre": random.choice(["C1", "C2"], n),
            "r0": np.where(np.arange(n) % 20 == 19, "no", "yes"),
            "surgery_date": [str(one) for one in origin],
            "recurrence_date": day(recurrence, ~np.isnan(recurrence)),
            "death_date": day(death, dead),
            "last_visit": day(end, np.ones(n, dtype=bool)),
            "os_months": end.round(2),
            "os_event": dead.astype(int),
        }
    )
    reference = random.normal(20, 1, n)
    wells = pd.DataFrame(
        {
            "patient_id": clinical["patient_id"],
            "ct_target": (reference - np.log2(expression)).round(3),
            "ct_reference": reference.round(3),
        }
    )
    return clinical, wells


def write_inputs(folder: Path, clinical: pd.DataFrame, wells: pd.DataFrame) -> None:
    for name, table in (("clinical.tsv", clinical), ("pcr.tsv", wells)):
        table.to_csv(folder / name, sep="\t", index=False, lineterminator="\n")


def make_patients(folder: Path) -> StudyFolder:
    """Write a complete study of patients that has not run."""
    write_inputs(folder, *simulate())
    study = StudyFolder(folder, copy.deepcopy(CONFIG))
    study.write()
    return study


def read_through(
    folder: Path, config: dict, cutoffs: bool = True, classes: dict | None = None
) -> Patients:
    """Patients as an analysis sees them, by the steps of the workflow and through their files."""
    settings = clinical_settings(clinical_sections(with_defaults(config)))
    settings = replace(settings, path=str(folder / settings.path))
    table, problems = read_table(settings)
    raise_if_any(problems)
    files = {name: folder / f"{name}.out.tsv" for name in ("table", "outcomes", "patients")}
    frame = table.frame.join(flags(settings, table.frame))
    write_patients(frame, files["table"], "clinical_table")
    frame = read_typed(files["table"], "clinical_table", settings)
    _, columns, problems = derive(settings, as_read(frame, settings.path))
    raise_if_any(problems)
    write_patients(columns, files["outcomes"], "clinical_outcomes")
    frame = joined(frame, read_typed(files["outcomes"], "clinical_outcomes", settings))
    assays = {name: _assay(replace(one, path=str(folder / one.path)), settings.missing)
              for name, one in settings.assays.items()}  # fmt: skip
    frame = add_measures(settings, frame, assays, {}, classes or {})
    write_patients(frame, files["patients"], "clinical_patients")
    patients = read_patients(files["patients"], settings)
    found = {}
    for name, cutoff in settings.cutoffs.items() if cutoffs else ():
        found[name] = folder / f"cutoff_{name}.out.tsv"
        write_table(find(cutoff, patients, 1).cutoff, found[name], "clinical_cutoff")
    return read_patients(files["patients"], settings, found)


def _assay(assay: Assay, missing: tuple[str, ...]) -> pd.DataFrame:
    wells, problems = read_wells(assay, missing)
    raise_if_any(problems)
    return quantify(assay, wells)
