"""Patients by group: levels counted, numbers summed up, each with its test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.clinical import model_cautions
from recurseq.clinical.cautions import STOP, Caution
from recurseq.clinical.cutoff_use import class_cautions
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import AUTO, TREND, Association
from recurseq.clinical.validity import judge_patients
from recurseq.stats.adjust import benjamini_hochberg
from recurseq.stats.contingency import TableTest, expected_counts, fisher, pearson, trend
from recurseq.stats.differences import (
    NumberTest,
    compare_means,
    compare_ranks,
    standardised_difference,
    standardised_difference_of_shares,
)

FEW_EXPECTED = 5
RESULT = ("statistic", "df", "pvalue", "qvalue")


@dataclass
class AssociationResult:
    """Table ``clinical_association``."""

    table: pd.DataFrame
    cautions: list[Caution] = field(default_factory=list)


def associate(association: Association, patients: Patients, seed: int) -> AssociationResult:
    """Compare patients between groups in each variable.

    Missing values are counted and enter no test.

    Parameters
    ----------
    association
        Groups and variables.
    patients
        All patients, with the cut-offs that are needed.
    seed
        Of random tables where an exact test would take too long.
    """
    analysis = f"associations.{association.name}"
    cohort = patients.cohort(association.cohort)
    group = cohort.values(association.groups)
    cohort = cohort.take(group.notna().to_numpy())
    group = group[group.notna()].cat.remove_unused_categories()
    rows: list[dict] = []
    for variable in association.variables:
        rows += _rows(variable, cohort, group, association.test_of(variable), seed)
    table = pd.DataFrame(rows, columns=describe("clinical_association").names)
    table["qvalue"] = _qvalues(table)
    found = judge_patients(analysis, association.cohort, cohort, by=association.groups)
    if any(one.severity == STOP for one in found):
        table.loc[:, list(RESULT)] = np.nan
    tests = table.loc[table["pvalue"].notna(), ["variable", "level"]]
    tests = tests[tests["level"] != TREND]["variable"].nunique()
    found += class_cautions(analysis, patients, [association.groups, *association.variables])
    found.append(model_cautions.many_tests(analysis, tests))
    return AssociationResult(table, [one for one in found if one])


def _qvalues(table: pd.DataFrame) -> np.ndarray:
    """Adjust over variables: each counts once, and its trend not again."""
    first = table[table["level"] != TREND].drop_duplicates("variable")
    adjusted = benjamini_hochberg(first["pvalue"].to_numpy(dtype=float))
    by_variable = dict(zip(first["variable"], adjusted, strict=True))
    values = table["variable"].map(by_variable).to_numpy(dtype=float)
    return np.where(table["level"] == TREND, np.nan, values)


def _rows(
    variable: str, cohort: Patients, group: pd.Series, wanted: str, seed: int
) -> Iterator[dict]:
    values = cohort.values(variable)
    if cohort.is_number(variable):
        return _number_rows(variable, values, group, wanted)
    return _level_rows(variable, values, group, wanted, seed)


def _number_rows(variable: str, values: pd.Series, group: pd.Series, wanted: str) -> Iterator[dict]:
    names = list(group.cat.categories)
    parts = [values[(group == name).to_numpy()] for name in names]
    present = [part.dropna().to_numpy(dtype=float) for part in parts]
    filled = [part for part in present if len(part)]
    test = (compare_means if wanted == "t" else compare_ranks)(filled)
    smd = _largest(standardised_difference(a, b) for a, b in combinations(present, 2))
    for name, part, known in zip(names, parts, present, strict=True):
        quartiles = np.quantile(known, [0.25, 0.5, 0.75]) if len(known) else [np.nan] * 3
        yield {
            "variable": variable,
            "group": name,
            "n": len(known),
            "missing": int(part.isna().sum()),
            **_result(test),
            "smd": smd,
            "mean": float(np.mean(known)) if len(known) else np.nan,
            "sd": float(np.std(known, ddof=1)) if len(known) > 1 else np.nan,
            **dict(zip(("q1", "median", "q3"), quartiles, strict=True)),
        }


def _level_rows(
    variable: str, values: pd.Series, group: pd.Series, wanted: str, seed: int
) -> Iterator[dict]:
    known = values.notna().to_numpy()
    counts = pd.crosstab(values[known], group[known], dropna=False)
    counts = counts.reindex(index=values.cat.categories, columns=group.cat.categories).fillna(0)
    table = counts.to_numpy(dtype=int)
    used = table[table.sum(axis=1) > 0]
    expected = expected_counts(used)
    smallest = float(expected.min()) if used.size else np.nan
    test = _test_of_levels(used, wanted, smallest, seed)
    smd = _largest(
        standardised_difference_of_shares(table[:, [a, b]])
        for a, b in combinations(range(table.shape[1]), 2)
    )
    missing = [int((~known & (group == name).to_numpy()).sum()) for name in counts.columns]
    totals = table.sum(axis=0)
    for place, level in enumerate(counts.index):
        for column, name in enumerate(counts.columns):
            n, total = int(table[place, column]), int(totals[column])
            yield {
                "variable": variable,
                "level": level,
                "group": name,
                "n": n,
                "percent": 100 * n / total if total else np.nan,
                "missing": missing[column],
                **_result(test),
                "smd": smd,
                "min_expected": smallest,
            }
    in_order = used.shape[1] == 2 or group.cat.ordered
    if values.cat.ordered and in_order and len(used) > 2 and wanted == AUTO:
        yield {
            "variable": variable,
            "level": TREND,
            "group": None,
            "n": int(totals.sum()),
            "missing": int((~known).sum()),
            **_result(trend(used)),
        }


def _test_of_levels(table: np.ndarray, wanted: str, smallest: float, seed: int) -> TableTest:
    if wanted == "fisher" or (wanted == AUTO and smallest < FEW_EXPECTED):
        return fisher(table, seed)
    return trend(table) if wanted == TREND else pearson(table)


def _result(test: TableTest | NumberTest) -> dict:
    return {
        "test": test.method,
        "statistic": test.statistic,
        "df": test.df,
        "pvalue": test.pvalue,
    }


def _largest(differences: Iterator[float]) -> float:
    known = [value for value in differences if not np.isnan(value)]
    return max(known) if known else np.nan
