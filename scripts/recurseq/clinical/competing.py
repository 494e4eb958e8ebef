"""Competing risks by group: cumulative incidence at stated times, and Gray's test."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recurseq.base.tables import describe, put_together
from recurseq.clinical import survival_cautions
from recurseq.clinical.cautions import STOP, Caution
from recurseq.clinical.cutoff_use import is_optimised
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import Survival
from recurseq.clinical.survival.incidence import Incidence, cumulative_incidence, gray_test
from recurseq.clinical.survival.kaplan_meier import kaplan_meier, number_at_risk, survival_at
from recurseq.clinical.survival_groups import Groups, groups_of
from recurseq.clinical.validity import judge, judge_patients


@dataclass
class CompetingResult:
    """Tables ``competing_incidence``, ``competing_curve`` and ``competing_tests``."""

    incidence: pd.DataFrame
    curve: pd.DataFrame
    tests: pd.DataFrame
    cautions: list[Caution] = field(default_factory=list)


def compare_incidence(survival: Survival, patients: Patients) -> CompetingResult:
    """Estimate the incidence of every state in every group, and compare it.

    Parameters
    ----------
    survival
        An analysis whose endpoint has several states.
    patients
        All patients, with the cut-offs that are needed.
    """
    analysis = f"competing.{survival.name}"
    groups = groups_of(survival, patients)
    states = patients.outcome(survival.endpoint).states
    found = judge(
        analysis, groups.patients, survival.endpoint, survival.by, survival.landmark
    ) + judge_patients(
        analysis, survival.cohort, groups.patients, endpoint=survival.endpoint, by=survival.by
    )
    stopped = any(one.severity == STOP for one in found)
    names = {name: describe(f"competing_{name}").names for name in ("incidence", "tests")}
    incidence, curves, tests = [], [], []
    for number, state in enumerate(states, start=1):
        largest = 0.0
        for code, group in enumerate(groups.names):
            if stopped or not (groups.group == code).any():
                continue
            rows, curve, difference = _one(groups, code, group, number, state, survival)
            incidence += rows
            curves.append(curve)
            largest = max(largest, difference)
        if not stopped:
            found.append(survival_cautions.competing_death(analysis, state, largest))
        tests += _tests(groups, number, state, stopped or is_optimised(patients, survival.by))
    return CompetingResult(
        pd.DataFrame(incidence, columns=names["incidence"]),
        put_together(curves, "competing_curve"),
        pd.DataFrame(tests, columns=names["tests"]),
        found,
    )


def _tests(groups: Groups, number: int, state: str, withheld: bool) -> list[dict]:
    if len(groups.names) < 2:
        return []
    if withheld:
        return [{"state": state}]
    test = gray_test(groups.time, groups.state, groups.group, number)
    return [{"state": state, "gray": test.statistic, "df": test.df, "pvalue": test.pvalue}]


def _one(
    groups: Groups, code: int, group: str, number: int, state: str, survival: Survival
) -> tuple[list[dict], pd.DataFrame, float]:
    """Return one group and state: rows at stated times, every step, and how far 1 - KM is off."""
    own = groups.group == code
    time, states = groups.time[own], groups.state[own]
    found: Incidence = cumulative_incidence(time, states, number)
    naive = kaplan_meier(time, states == number)
    at = np.array(survival.at)
    read, alone = found.at(at), 1 - survival_at(naive, at)["survival"]
    rows = [
        {
            "group": group,
            "state": state,
            "time": at[place],
            "incidence": read["value"][place],
            "se": read["se"][place],
            "lower": read["lower"][place],
            "upper": read["upper"][place],
            "one_minus_km": alone[place],
        }
        for place in range(len(at))
    ]
    curve = pd.DataFrame(
        {
            "group": group,
            "state": state,
            "time": found.time,
            "at_risk": number_at_risk(naive.counts, found.time),
            "incidence": found.value,
            "lower": found.lower,
            "upper": found.upper,
        }
    )
    return rows, curve, float(np.max(1 - naive.survival - found.value, initial=0.0))
