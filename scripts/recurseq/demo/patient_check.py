"""Estimates of the simulated patients against the truth they were made with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.demo.patients import AT_LEAST, CAUTIONED, INTERVAL
from recurseq.stats.agreement import agreement

LIMITS = dict.fromkeys(("ratio", "hr", "share"), ("lower", "upper"))
LIMITS["cut"] = ("cut_lower", "cut_upper")


def check_patients(
    truth: pd.DataFrame, hidden: pd.DataFrame | None, results: str | Path
) -> pd.DataFrame:
    """Look up each true value where the truth says it must reappear: ``clinical_demo_check``.

    Parameters
    ----------
    truth
        Table ``clinical_truth``. ``where`` is a file below the results folder, a column (or the
        difference of two), and conditions on rows.
    hidden
        True values of single patients.
    results
        The results folder.
    """
    rows = []
    for one in truth.itertuples():
        estimate, lower, upper = _found(one.where, one.tolerance, one.value, hidden, Path(results))
        if one.tolerance == AT_LEAST:
            lower, upper = one.value, np.inf
            agrees = estimate >= one.value
        elif one.tolerance == CAUTIONED:
            agrees = estimate == one.value
        else:
            agrees = lower <= one.value <= upper
        rows.append((one.parameter, one.value, one.where, estimate, lower, upper, bool(agrees)))
    table = pd.DataFrame(rows, columns=describe("clinical_demo_check").names)
    return table.replace({np.inf: np.nan})


def _found(
    where: str, tolerance: str, value: float, hidden: pd.DataFrame | None, results: Path
) -> tuple[float, float, float]:
    """Return an estimate with its interval, or with the accepted distance around it."""
    file, what, *conditions = (part.strip() for part in where.split(","))
    table = pd.read_csv(results / file, sep="\t")
    if tolerance == CAUTIONED:
        name, wanted = what.split("=")
        return float((table[name] == wanted).any()), np.nan, np.nan
    if "~" in what:
        estimate = _correlation(table, *(part.strip() for part in what.split("~")), hidden)
    elif ":" in "".join(conditions):
        estimate = _difference(table, what, *conditions)
    elif " - " in what:
        first, second = what.split(" - ")
        estimate = float(table[first].iloc[0] - table[second].iloc[0])
    else:
        row = _row(table, conditions)
        if tolerance == INTERVAL:
            low, high = LIMITS[what]
            return float(row[what]), float(row[low]), float(row[high])
        estimate = float(row[what])
    distance = float(tolerance.split()[-1]) if tolerance.startswith("within") else np.nan
    return estimate, estimate - distance, estimate + distance


def _row(table: pd.DataFrame, conditions: list[str]) -> pd.Series:
    for condition in conditions:
        name, wanted = condition.split("=")
        table = table[table[name].astype(str) == wanted]
    return table.iloc[0]


def _difference(table: pd.DataFrame, column: str, condition: str) -> float:
    """Subtract one row's value from another's: ``term=x: model=a - model=b``."""
    shared, pair = condition.split(":")
    first, second = (_row(table, [shared.strip(), part.strip()]) for part in pair.split(" - "))
    return float(first[column] - second[column])


def _correlation(
    table: pd.DataFrame, measured: str, true: str, hidden: pd.DataFrame | None
) -> float:
    if hidden is None:
        return np.nan
    both = table.merge(hidden, on="patient_id")
    return agreement(both[measured].to_numpy(float), both[true].to_numpy(float)).spearman
