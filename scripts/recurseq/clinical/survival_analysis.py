"""A survival analysis: curves, medians, numbers at risk, comparisons, subgroups, cautions."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recurseq.base.tables import describe, put_together
from recurseq.base.text import setting
from recurseq.clinical import patient_cautions, survival_cautions
from recurseq.clinical.cautions import FEWEST_AT_RISK, STOP, Caution
from recurseq.clinical.cutoff_use import (
    cutoff_cautions,
    is_optimised,
    optimised_test,
    withheld,
)
from recurseq.clinical.patients import Patients
from recurseq.clinical.settings import ALL, Survival
from recurseq.clinical.survival.kaplan_meier import (
    Curve,
    kaplan_meier,
    median,
    number_at_risk,
    survival_at,
    thin_from,
    totals_before,
)
from recurseq.clinical.survival.logrank import compare
from recurseq.clinical.survival.restricted_mean import restricted_mean
from recurseq.clinical.survival_groups import Groups, groups_of, hazard_ratios
from recurseq.clinical.survival_tests import (
    as_table,
    interaction_test,
    overall_tests,
    pairwise_tests,
    restricted_mean_test,
    row,
    with_q,
)
from recurseq.clinical.validity import judge, judge_patients

TICKS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240, 600)  # months between columns of the risk table
MOST_TICKS = 8
DESCRIPTIVE = "circular_outcome"  # groups are shown, and not tested


@dataclass
class SurvivalResult:
    """The tables of a survival analysis, named as their columns are described.

    Attributes
    ----------
    cautions
        What a reader must know.
    """

    groups: pd.DataFrame
    times: pd.DataFrame
    at_risk: pd.DataFrame
    curve: pd.DataFrame
    tests: pd.DataFrame
    cautions: list[Caution] = field(default_factory=list)


def analyse(survival: Survival, patients: Patients) -> SurvivalResult:
    """Analyse survival as the configuration asks.

    Parameters
    ----------
    survival
        The analysis.
    patients
        All patients, with the cut-offs that are needed.
    """
    analysis = f"survival.{survival.name}"
    groups = groups_of(survival, patients)
    found = judge(
        analysis, groups.patients, survival.endpoint, survival.by, survival.landmark
    ) + judge_patients(
        analysis, survival.cohort, groups.patients, endpoint=survival.endpoint, by=survival.by
    )
    stops = [one for one in found if one.severity == STOP]
    note = "; ".join(f"left out: {one.code}" for one in stops) or None
    shows_curves = all(one.code == DESCRIPTIVE for one in stops)
    curves = _curves(groups, survival.interval) if shows_curves else {}
    horizons = _horizons(survival, groups, curves)
    tests, more = ([], []) if stops else _tests(analysis, survival, groups, horizons)
    found += more + _curve_cautions(analysis, survival, groups, curves)
    if survival.by in patients.settings.known_at and not stops:
        found.append(patient_cautions.confounded_by_indication(analysis, survival.by, np.nan))
    rows = _group_rows(ALL, groups, survival, horizons, note, shows=shows_curves, tests=not stops)
    subgroups = {} if stops else _subgroups(survival, groups)
    for name, part in subgroups.items():
        rows += _group_rows(name, part, survival, horizons, None)
    if not stops:
        subgroup_tests, more = _subgroup_tests(analysis, survival, groups)
        tests += subgroup_tests
        cohort = patients.cohort(survival.cohort)
        found += more + cutoff_cautions(analysis, cohort, [survival.by], survival.endpoint)
    elif len(groups.names) > 1:
        blank = {"statistic": None, "df": None, "pvalue": None}
        tests = [{"subgroup": ALL, "test": "logrank", **blank, "note": note}]
    lost = patient_cautions.complete_case_loss(
        analysis, "the curves", groups.left_out, groups.left_out + len(groups)
    )
    return SurvivalResult(
        groups=_groups_table(rows, horizons),
        times=_times_table(curves, survival.at),
        at_risk=_risk_table(curves),
        curve=_curve_table(curves),
        tests=as_table(tests),
        cautions=[*found, *([lost] if lost else [])],
    )


def _curves(groups: Groups, interval: str) -> dict[str, Curve]:
    return {
        name: kaplan_meier(
            groups.time[groups.group == code], groups.event[groups.group == code], interval=interval
        )
        for code, name in enumerate(groups.names)
        if (groups.group == code).any()
    }


def _horizons(survival: Survival, groups: Groups, curves: dict[str, Curve]) -> tuple[float, ...]:
    """Months of restricted means: as configured, else the last with ten at risk in each group."""
    if survival.rmst or not curves:
        return survival.rmst
    last = min(
        min(thin_from(curve.counts, FEWEST_AT_RISK), curve.last) for curve in curves.values()
    )
    return (float(np.floor(last)),) if last >= 1 else ()


def _tests(
    analysis: str, survival: Survival, groups: Groups, horizons: tuple[float, ...]
) -> tuple[list[dict], list[Caution]]:
    """Compare the groups of all patients."""
    if len(groups.names) < 2:
        return [], []
    rows = overall_tests(groups, stratified=bool(survival.strata), trend=survival.trend)
    hazards = next((one for one in rows if one["test"] == "proportionality"), None)
    found = survival_cautions.non_proportional(analysis, hazards["pvalue"]) if hazards else None
    rows += [restricted_mean_test(groups, month, survival.interval) for month in horizons]
    rows += pairwise_tests(groups)
    if is_optimised(groups.patients, survival.by):
        rows = optimised_test(rows, groups.patients, survival)
    return rows, [found] if found else []


def _subgroups(survival: Survival, groups: Groups) -> dict[str, Groups]:
    return {
        name: groups.take(groups.patients.holds(condition) == 1)
        for name, condition in survival.subgroups.items()
    }


def _subgroup_tests(
    analysis: str, survival: Survival, groups: Groups
) -> tuple[list[dict], list[Caution]]:
    """Compare the groups in each subgroup; the test of interaction stands before its own."""
    interactions, own, found = [], [], []
    for name, condition in survival.subgroups.items():
        membership = groups.patients.holds(condition)
        known = groups.take(~np.isnan(membership))
        inside = membership[~np.isnan(membership)] == 1
        interactions.append(row(name, "interaction", interaction_test(known, inside)))
        part = known.take(inside)
        test = compare(part.time, part.event, part.group, part.strata).test()
        own.append(row(name, "logrank", test))
    if is_optimised(groups.patients, survival.by):
        pairs = zip(interactions, own, strict=True)
        return withheld(one for pair in pairs for one in pair), []
    rows = []
    own = with_q(own) if own else []
    for first, second in zip(interactions, own, strict=True):
        rows += [first, second]
        found.append(
            survival_cautions.subgroup_without_interaction(
                analysis, first["subgroup"], float(first["pvalue"]), float(second["pvalue"])
            )
        )
    return rows, [one for one in found if one]


def _group_rows(
    subgroup: str,
    groups: Groups,
    survival: Survival,
    horizons: tuple[float, ...],
    note: str | None,
    *,
    shows: bool = True,
    tests: bool = True,
) -> list[dict]:
    ratios = hazard_ratios(groups) if tests else {}
    rows = []
    for code, name in enumerate(groups.names):
        own = groups.group == code
        line = {
            "subgroup": subgroup,
            "group": name,
            "n": int(own.sum()),
            "events": int(groups.event[own].sum()),
            "note": note,
        }
        if shows and own.any():
            curve = kaplan_meier(groups.time[own], groups.event[own], interval=survival.interval)
            middle = median(curve)
            line |= {
                "median": middle.value,
                "median_lower": middle.lower,
                "median_upper": middle.upper,
                "reached": middle.reached,
            }
            for month in horizons:
                area = restricted_mean(curve, month)
                line |= {f"rmst_{setting(month)}": area.value, f"rmst_{setting(month)}_se": area.se}
        if code in ratios:
            line |= dict(zip(("hr", "lower", "upper"), ratios[code], strict=True))
        elif tests and code and not line["events"]:
            line["note"] = "no event: no finite hazard ratio"
        rows.append(line)
    return rows


def _groups_table(rows: list[dict], horizons: tuple[float, ...]) -> pd.DataFrame:
    names: list[str] = []
    for name in describe("survival_groups").names:
        if name == "rmst_{t}":
            names += [f"rmst_{setting(m)}{end}" for m in horizons for end in ("", "_se")]
        elif "{" not in name:
            names.append(name)
    table = pd.DataFrame(rows, columns=names)
    return table.assign(reached=table["reached"].astype("boolean"))


def _times_table(curves: dict[str, Curve], at: tuple[float, ...]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"group": name, "time": at, **survival_at(curve, np.array(at))})
        for name, curve in curves.items()
    ]
    return put_together(parts, "survival_times")


def ticks(longest: float) -> np.ndarray:
    """Return months for the risk table below the curves."""
    step = next((one for one in TICKS if longest / one <= MOST_TICKS), TICKS[-1])
    return np.arange(0, longest + 1e-9, step)


def _risk_table(curves: dict[str, Curve]) -> pd.DataFrame:
    longest = max((curve.last for curve in curves.values()), default=0.0)
    months = ticks(longest)
    parts = []
    for name, curve in curves.items():
        events, censored = totals_before(curve.counts, months)
        numbers = {"at_risk": number_at_risk(curve.counts, months), "events": events}
        parts.append(pd.DataFrame({"group": name, "time": months, **numbers, "censored": censored}))
    return put_together(parts, "survival_at_risk")


def _curve_table(curves: dict[str, Curve]) -> pd.DataFrame:
    parts = (pd.DataFrame({"group": name, **curve.columns}) for name, curve in curves.items())
    return put_together(parts, "survival_curve")


def _curve_cautions(
    analysis: str, survival: Survival, groups: Groups, curves: dict[str, Curve]
) -> list[Caution]:
    """Medians that are not reached, tails that rest on few patients, times beyond follow-up."""
    if not curves:
        return []
    open_ended = [name for name, curve in curves.items() if not median(curve).reached]
    thin = min(thin_from(curve.counts, FEWEST_AT_RISK) for curve in curves.values())
    shortest = (
        min(curve.last for curve in curves.values() if curve.survival[-1] > 0)
        if any(curve.survival[-1] > 0 for curve in curves.values())
        else np.inf
    )
    beyond = [month for month in (*survival.at, *survival.rmst) if month > shortest]
    found = [
        survival_cautions.median_not_reached(analysis, open_ended),
        survival_cautions.thin_tail(analysis, thin, sorted(set(beyond))),
    ]
    return [one for one in found if one]
