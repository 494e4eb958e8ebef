"""Backward selection: whole terms leave a model one after the other. Exploratory in every case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri

from recurseq.clinical.model_rows import Rows
from recurseq.clinical.pooled_fit import complete_df
from recurseq.clinical.regression import Maximum, best, loss_without, regression
from recurseq.clinical.settings import Model
from recurseq.clinical.terms import TermRule, columns_of, independent, positions
from recurseq.stats.rubin import pool, pooled_wald
from recurseq.stats.tails import chi_squared_tail


@dataclass(frozen=True)
class TermTest:
    """What a model loses without a term: compared with a chi-squared, or F where pooled."""

    statistic: float
    df: int
    pvalue: float


def backward(
    model: Model, sets: Sequence[Rows], rules: Sequence[TermRule], limit: float | None
) -> list[TermRule]:
    """Take away the term that is missed least, until each that is left is missed.

    A factor or a spline leaves with all its columns, and a term of an interaction only after it.

    Parameters
    ----------
    model
        Kind, penalty, clusters.
    sets
        The patients; several completed data sets are tested together (pooled Wald tests).
    rules
        All candidate terms.
    limit
        P-value above which a term leaves; None for Akaike's criterion, by which it leaves when its
        statistic is below twice its degrees of freedom.

    References
    ----------
    Venables and Ripley, Modern Applied Statistics with S (2002), section 6.8 (`stepAIC`); with
    imputed values Wood, White and Royston, Stat. Med. 27, 3227 (2008).
    """
    kept = list(rules)
    while kept:
        tests = term_tests(model, sets, kept)
        if tests is None:
            break
        least = min(tests, key=lambda name: _missed(tests[name], limit))
        if _missed(tests[least], limit) >= 0:
            break
        kept = [rule for rule in kept if rule.name != least]
    return kept


def _missed(test: TermTest, limit: float | None) -> float:
    """By how much a term deserves to stay; below 0 it leaves."""
    if test.df == 0:  # a combination of others
        return -np.inf
    return test.statistic - 2 * test.df if limit is None else limit - test.pvalue


def term_tests(
    model: Model, sets: Sequence[Rows], rules: Sequence[TermRule]
) -> dict[str, TermTest] | None:
    """Test each term that may leave: those that stand in no interaction.

    Parameters
    ----------
    model, sets, rules
        As for `backward`.

    Returns
    -------
    dict or None
        By likelihood ratio where there is one likelihood, else by Wald's test; None where the model
        has no estimates.
    """
    columns = [columns_of(rules, rows.frame) for rows in sets]
    used = np.all([independent(one) for one in columns], axis=0)
    number = np.cumsum(used) - 1
    inside = {name for rule in rules if rule.crossed for name in rule.variables}
    groups = {
        name: [int(number[place]) for place in places if used[place]]
        for name, places in positions(rules).items()
        if name not in inside
    }
    columns = [one[:, used] for one in columns]
    found = [best(model, rows, one) for rows, one in zip(sets, columns, strict=True)]
    if not all(top.converged for top, _ in found):
        return None
    if len(sets) == 1:
        (top, penalty), rows = found[0], sets[0]
        return _of_one(model, rows, columns[0], top, penalty, groups)
    return _pooled(model, sets[0], [top for top, _ in found], groups)


def _of_one(
    model: Model,
    rows: Rows,
    columns: np.ndarray,
    top: Maximum,
    penalty: str,
    groups: dict[str, list[int]],
) -> dict[str, TermTest]:
    kind, tests = regression(model, rows), {}
    penalised = {}
    if penalty != "none":
        asked = {name: own for name, own in groups.items() if own}
        fit = kind.penalised(rows, columns, list(asked.values()), limits=False)
        penalised = dict(zip(asked, fit.group_pvalues, strict=True))
    for name, own in groups.items():
        df = len(own)
        if not df:
            tests[name] = TermTest(0.0, 0, np.nan)
        elif name in penalised:
            tests[name] = TermTest(float(chdtri(df, penalised[name])), df, penalised[name])
        else:
            statistic = loss_without(kind, rows, columns, top, own)
            tests[name] = TermTest(statistic, df, float(chi_squared_tail(statistic, df)))
    return tests


def _pooled(
    model: Model, rows: Rows, tops: Sequence[Maximum], groups: dict[str, list[int]]
) -> dict[str, TermTest]:
    estimates = np.array([top.coefficients for top in tops])
    covariances = np.array([top.covariance for top in tops])
    events = int((rows.state == 1).sum())
    left = complete_df(model, events, len(rows), estimates.shape[1])
    single, tests = pool(estimates, covariances, left), {}
    for name, own in groups.items():
        if not own:
            tests[name] = TermTest(0.0, 0, np.nan)
        elif len(own) == 1:
            z = single.estimate[own[0]] / single.se[own[0]]
            tests[name] = TermTest(float(z**2), 1, float(single.pvalue[own[0]]))
        else:
            test = pooled_wald(estimates[:, own], covariances[:, own][:, :, own])
            tests[name] = TermTest(test.statistic * len(own), len(own), test.pvalue)
    return tests
