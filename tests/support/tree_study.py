"""Risk models of data that come with R, and of simulated patients, through the configuration."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.risk.recipe import Recipe
from support.golden import CLINICAL, RISK, data
from support.risk_study import recipes_in, study_config

INFERT = ["age", "parity", "induced", "spontaneous"]
VETERAN = ["trt", "celltype", "karno", "diagtime", "age", "prior"]
CELLS = {"celltype": {"levels": ["squamous", "smallcell", "adeno", "large"]}}


def recipe(
    folder: Path, table: pd.DataFrame, columns: dict, model: dict, risk: dict, **sections
) -> Recipe:
    """The risk model r of the model m."""
    risks = {"r": {"model": "m", "bootstrap": 50} | risk}
    return recipes_in(
        folder, study_config(table, folder, columns, {"m": model}, risks, **sections)
    )["r"]


def infert_recipe(folder: Path, risk: dict, table: pd.DataFrame | None = None, **sections):
    """Cases of infertility; by default all 248 are the development."""
    columns = {name: {"number": "n"} for name in INFERT}
    columns |= {"case": {"positive": ["1"], "negative": ["0"]}}
    model = {"kind": "logistic", "endpoint": "case", "terms": INFERT}
    table = data("infert", RISK) if table is None else table
    return recipe(folder, table, columns, model, risk, **sections)


def veteran_recipe(folder: Path, risk: dict, terms: list[str] = VETERAN, **sections):
    """Deaths of lung cancer; days stand for months, and the horizon is 100."""
    columns = {name: {"number": "n"} for name in VETERAN if name != "celltype"} | CELLS
    model = {"kind": "cox", "endpoint": "os", "terms": terms}
    risk = {"horizon": 100} | risk
    endpoints = {"os": {"time": "time", "event": "status"}}
    table = data("veteran", CLINICAL)
    return recipe(folder, table, columns, model, risk, endpoints=endpoints, **sections)


def cohort(n: int, seed: int) -> pd.DataFrame:
    """Patients of two centres of whom a third is in the validation, with a planted risk."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "age": random.integers(25, 80, n).astype(float),
            "afp": 1 + np.exp(random.normal(4, 2, n)).round(1),
            "size": np.exp(random.normal(1.5, 0.6, n)).round(1),
            "ki67": random.integers(5, 80, n).astype(float),
            "vascular": random.integers(0, 2, n),
            "mvi": random.integers(0, 2, n),
            "multiple": random.integers(0, 2, n),
            "complication": random.integers(0, 2, n),
            "capsule": random.choice(["complete", "incomplete"], n),
            "centre": random.choice(["C1", "C2", "C3"], n),
        }
    )
    linear = -0.03 * (table["age"] - 52) + 0.5 * (np.log2(table["afp"]) - 6) / 2
    linear += 0.25 * (table["size"] - 5) + 1.4 * table["vascular"]
    linear += 0.8 * (table["capsule"] == "incomplete") - 2.9
    table["hpr"] = random.binomial(1, 1 / (1 + np.exp(-linear)))
    return table


def cohort_recipe(folder: Path, table: pd.DataFrame, risk: dict) -> Recipe:
    """Nine terms in `cohort`, with a development and a validation."""
    numbers = ("age", "size", "ki67", "vascular", "mvi", "multiple", "complication")
    columns: dict = {name: {"number": "n"} for name in numbers}
    columns["afp"] = {"number": "ng/mL", "transform": "log2"}
    columns["capsule"] = {"levels": ["complete", "incomplete"]}
    terms = [*columns]
    columns["hpr"] = {"positive": ["1"], "negative": ["0"]}
    model = {"kind": "logistic", "endpoint": "hpr", "terms": terms}
    cohorts = {"development": {"centre": ["C1", "C2"]}, "validation": {"centre": ["C3"]}}
    risk = {"develop": "development", "validate": "validation"} | risk
    return recipe(folder, table, columns, model, risk, cohorts=cohorts)
