"""Values of R (tests/reference/<room>, made by tests/reference/make_<room>_reference.R)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from support.paths import REFERENCE

CLINICAL, RISK, BENEFIT = "clinical", "risk", "benefit"


def data(name: str, room: str = CLINICAL) -> pd.DataFrame:
    """A data set that comes with R; its own copy for each test, which may change it."""
    return _data(name, room).copy()


@cache
def _data(name: str, room: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / room / f"{name}.data.tsv", sep="\t")


@cache
def _all(room: str) -> dict[str, dict[str, float]]:
    rows = pd.read_csv(REFERENCE / room / "golden.tsv", sep="\t", dtype=str, keep_default_na=False)
    values = [np.nan if text.strip() == "NA" else float(text) for text in rows["value"]]
    found: dict[str, dict[str, float]] = {}
    for case, item, value in zip(rows["case"], rows["item"], values, strict=True):
        found.setdefault(case, {})[item] = value
    return found


def golden(case: str, room: str = CLINICAL) -> dict[str, float]:
    """R's values of a case, by item."""
    return _all(room)[case]


def values(case: str, room: str = CLINICAL) -> np.ndarray:
    """R's values of a case, in order."""
    return np.array(list(golden(case, room).values()))


def columns(frame: pd.DataFrame, *names: str) -> np.ndarray:
    """Columns as a matrix of numbers."""
    return frame[list(names)].to_numpy(dtype=float)


def dummies(values: pd.Series, *levels: object) -> np.ndarray:
    """One column for each of these levels."""
    return np.column_stack([(values == level).to_numpy(dtype=float) for level in levels])
