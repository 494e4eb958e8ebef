"""Comparisons of the groups of a survival analysis: all together, by pairs, in subgroups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from recurseq.base.tables import describe
from recurseq.base.text import setting
from recurseq.clinical.settings import ALL
from recurseq.clinical.survival.kaplan_meier import kaplan_meier
from recurseq.clinical.survival.logrank import NO_TEST, Test, compare
from recurseq.clinical.survival.partial_likelihood import fit
from recurseq.clinical.survival.restricted_mean import RestrictedMean, restricted_mean
from recurseq.clinical.survival_groups import Groups, global_proportionality
from recurseq.stats.adjust import benjamini_hochberg
from recurseq.stats.intervals import NORMAL_975
from recurseq.stats.tails import chi_squared_tail


def row(subgroup: str, name: str, test: Test, **more: object) -> dict[str, object]:
    """Return a row of table ``survival_tests``."""
    numbers = {"statistic": test.statistic, "df": test.df, "pvalue": test.pvalue}
    return {"subgroup": subgroup, "test": name, **numbers, **more}


def as_table(rows: Sequence[dict]) -> pd.DataFrame:
    """Return table ``survival_tests``."""
    return pd.DataFrame(rows, columns=describe("survival_tests").names)


def overall_tests(groups: Groups, *, stratified: bool, trend: bool) -> list[dict]:
    """Compare all groups: log-rank, stratified, weighted for early differences, trend, hazards."""
    time, event, group = groups.time, groups.event, groups.group
    plain = compare(time, event, group)
    rows = [row(ALL, "logrank", plain.test())]
    within = None
    if stratified:
        within = compare(time, event, group, groups.strata)
        rows.append(row(ALL, "stratified", within.test()))
    rows.append(row(ALL, "fh10", compare(time, event, group, groups.strata, rho=1).test()))
    if trend:
        scores = np.arange(len(groups.names))
        rows.append(row(ALL, "trend", (within or plain).trend(scores)))
    hazards = global_proportionality(groups)
    if hazards is not None:
        rows.append(row(ALL, "proportionality", hazards))
    return rows


def pairwise_tests(groups: Groups) -> list[dict]:
    """Compare every pair of more than two groups, with q-values over the pairs."""
    if len(groups.names) < 3:
        return []
    rows = []
    for one, other in combinations(range(len(groups.names)), 2):
        pair = groups.take(np.isin(groups.group, [one, other]))
        codes = (pair.group == other).astype(int)
        test = compare(pair.time, pair.event, codes, pair.strata).test()
        name = f"pairwise {groups.names[other]} v {groups.names[one]}"
        rows.append(row(ALL, name, test))
    return with_q(rows)


def with_q(rows: list[dict]) -> list[dict]:
    """Add Benjamini-Hochberg adjusted p-values over these rows."""
    adjusted = benjamini_hochberg(np.array([one["pvalue"] for one in rows], dtype=float))
    return [{**one, "qvalue": value} for one, value in zip(rows, adjusted, strict=True)]


def restricted_means(groups: Groups, horizon: float, interval: str) -> list[RestrictedMean]:
    """Return the restricted mean of each group."""
    found = []
    for code in range(len(groups.names)):
        own = groups.group == code
        curve = kaplan_meier(groups.time[own], groups.event[own], interval=interval)
        found.append(restricted_mean(curve, horizon))
    return found


def restricted_mean_test(groups: Groups, horizon: float, interval: str) -> dict:
    """Compare restricted means: a Wald test, and the last group less the first."""
    means = restricted_means(groups, horizon, interval)
    value = np.array([one.value for one in means])
    variance = np.array([one.se for one in means]) ** 2
    name = f"rmst_{setting(horizon)}"
    if len(means) < 2 or not np.all(np.isfinite(value)) or (variance <= 0).any():
        note = "beyond the follow-up of a group" if len(means) > 1 else None
        return row(ALL, name, NO_TEST, note=note)
    mean = np.average(value, weights=1 / variance)
    statistic = float(((value - mean) ** 2 / variance).sum())
    df = len(value) - 1
    difference, error = value[-1] - value[0], np.sqrt(variance[0] + variance[-1])
    return row(
        ALL,
        name,
        Test(statistic, df, float(chi_squared_tail(statistic, df))),
        estimate=difference,
        lower=difference - NORMAL_975 * error,
        upper=difference + NORMAL_975 * error,
    )


def interaction_test(groups: Groups, inside: np.ndarray) -> Test:
    """Test whether the hazard ratios of the groups differ inside a subgroup (likelihood ratio).

    Parameters
    ----------
    groups
        All patients whose membership is known.
    inside
        Who is in the subgroup.
    """
    if inside.all() or not inside.any() or len(groups.names) < 2:
        return NO_TEST
    dummies, member = groups.dummies(), inside.astype(float)[:, None]
    crossed = dummies * member
    kept = [j for j in range(crossed.shape[1]) if 0 < crossed[:, j].sum() < dummies[:, j].sum()]
    if not kept:
        return NO_TEST
    without = fit(groups.subjects(np.hstack([dummies, member])))
    full = fit(groups.subjects(np.hstack([dummies, member, crossed[:, kept]])))
    statistic = max(2 * (full.loglik - without.loglik), 0.0)
    return Test(statistic, len(kept), float(chi_squared_tail(statistic, len(kept))))
