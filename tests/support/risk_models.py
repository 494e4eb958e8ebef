"""Risk models of data sets that come with R, made by the steps of the workflow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.risk.recipe import Recipe
from recurseq.risk.risk_model import RiskModel
from support.golden import RISK, data
from support.risk_study import recipes_in, study_config

INFERT = {
    "case": {"positive": ["1"], "negative": ["0"]},
    "education": {"levels": ["0-5yrs", "6-11yrs", "12+ yrs"]},
    **{name: {"number": name} for name in ("parity", "induced", "spontaneous")},
    "age": {"number": "years"},
}
FOUR = ["age", "parity", "induced", "spontaneous"]
PLAIN = {"kind": "logistic", "endpoint": "case", "terms": FOUR}


def infert_config(folder: Path, model: dict | None = None, risk: dict | None = None, **columns):
    """A logistic risk model of the data set infert."""
    models, risks = {"m": PLAIN | (model or {})}, {"r": {"model": "m"} | (risk or {})}
    return study_config(data("infert", RISK), folder, INFERT | columns, models, risks)


def recipe_of(folder: Path, config: dict, name: str = "r") -> Recipe:
    """The recipe of a risk model, with its patients."""
    return recipes_in(folder, config)[name]


def made(folder: Path, config: dict, name: str = "r") -> RiskModel:
    """The risk model."""
    recipe = recipe_of(folder, config, name)
    return recipe.made(recipe.rows(recipe.risk.develop))


def infert_model(folder: Path, model: dict | None = None, risk: dict | None = None, **columns):
    """The risk model of infert."""
    return made(folder, infert_config(folder, model, risk, **columns))


def lung() -> pd.DataFrame:
    """Patients of lung with whole months, so that there are ties."""
    table = data("lung").dropna(subset=["age", "sex", "ph.ecog"])
    return table.assign(months=np.ceil(table["time"] / 30.4375), ecog=table["ph.ecog"])


def lung_model(folder: Path, horizon: float, terms: tuple = ("age", "sex", "ecog"), **model):
    """A Cox model of lung."""
    table = lung()[["months", "status", "age", "sex", "ecog"]]
    columns = {name: {"number": name} for name in ("age", "sex", "ecog")}
    entry = {"kind": "cox", "endpoint": "os", "terms": list(terms)} | model
    config = study_config(
        table, folder, columns, {"m": entry}, {"r": {"model": "m", "horizon": horizon}},
        endpoints={"os": {"time": "months", "event": "status"}},
    )  # fmt: skip
    return made(folder, config)
