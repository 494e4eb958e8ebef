"""Tests of counts in a table: Pearson, exact, for a trend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb, exp, log, pi, sqrt

import numpy as np
from scipy.special import gammaln

from recurseq.stats.tails import chi_squared_tail

MOST_TABLES = 1_000_000  # with the margins of the observed one; more are drawn at random
DRAWN_TABLES = 100_000
EQUAL = 1e-7  # relative: a table this close in probability is as likely as the observed one


@dataclass(frozen=True)
class TableTest:
    """A test of a contingency table.

    Attributes
    ----------
    method
        What was done, in words.
    statistic, df
        Missing for an exact test.
    pvalue
        Missing when the table has a single row or column.
    pvalue_se
        Standard error of a p-value from random tables; 0 for all others.
    """

    method: str
    statistic: float
    df: float
    pvalue: float
    pvalue_se: float = 0.0


def without_empty(table: np.ndarray) -> np.ndarray:
    """Leave out rows and columns without a count."""
    table = np.asarray(table)
    return table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]


def expected_counts(table: np.ndarray) -> np.ndarray:
    """Return the counts expected when rows and columns are independent."""
    table = np.asarray(table, dtype=float)
    return np.outer(table.sum(axis=1), table.sum(axis=0)) / max(table.sum(), 1.0)


def pearson(table: np.ndarray) -> TableTest:
    """Pearson's chi-squared test, without Yates' correction."""
    method, table = "Pearson chi-squared", without_empty(table)
    if min(table.shape) < 2:
        return TableTest(method, np.nan, np.nan, np.nan)
    expected = expected_counts(table)
    statistic = float(((table - expected) ** 2 / expected).sum())
    df = (table.shape[0] - 1) * (table.shape[1] - 1)
    return TableTest(method, statistic, float(df), float(chi_squared_tail(statistic, df)))


def fisher(table: np.ndarray, seed: int = 0) -> TableTest:
    """Fisher's exact test of a table of any size, two-sided.

    The p-value sums the probabilities of all tables with the same margins that are no more likely
    than the observed one. Where there are more than a million of them, it is estimated from random
    tables instead, (1 + as unlikely ones) / (1 + drawn ones), with its standard error.

    Parameters
    ----------
    table
        Counts.
    seed
        Of the random tables.

    References
    ----------
    Freeman and Halton, Biometrika 38, 141 (1951).
    """
    table = without_empty(table)
    if min(table.shape) < 2:
        return TableTest("Fisher exact", np.nan, np.nan, np.nan)
    if table.shape[0] > table.shape[1]:
        table = table.T
    if number_of_tables(table) > MOST_TABLES:
        return _fisher_at_random(table, seed)
    return TableTest("Fisher exact", np.nan, np.nan, _fisher_pvalue(table))


def number_of_tables(table: np.ndarray) -> float:
    """Estimate how many tables have these margins.

    References
    ----------
    Gail and Mantel, J. Am. Stat. Assoc. 72, 859 (1977), equation 2.
    """
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    r, n = len(rows), table.sum()
    free = sum(log(comb(int(c) + r - 1, r - 1)) for c in columns)
    variance = sum(int(c) * (int(c) + r) for c in columns) * (r - 1) / ((r + 1) * r**2)
    distance = (r - 1) / (r * variance) * ((rows - n / r) ** 2).sum()
    log_number = free + 0.5 * log(r) + (r - 1) / 2 * log((r - 1) / (2 * pi * r * variance))
    return exp(min(log_number - distance / 2, 700.0))


def _fisher_pvalue(table: np.ndarray) -> float:
    """Add up probabilities column by column; tables with the same rest share their further way."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    factorials = gammaln(np.arange(int(table.sum()) + 1) + 1.0)
    constant = factorials[rows].sum() + factorials[columns].sum() - factorials[-1]
    limit = constant - factorials[table].sum() + EQUAL
    ways = {tuple(map(int, rows)): {0.0: 1}}
    for total in columns[:-1]:
        following: dict[tuple, dict[float, int]] = {}
        for left, terms in ways.items():
            for column in _columns(left, int(total)):
                rest = tuple(have - used for have, used in zip(left, column, strict=True))
                step = -factorials[list(column)].sum()
                known = following.setdefault(rest, {})
                for term, number in terms.items():
                    value = round(term + step, 9)
                    known[value] = known.get(value, 0) + number
        ways = following
    pvalue = 0.0
    for left, terms in ways.items():
        values = np.array(list(terms)) + constant - factorials[list(left)].sum()
        numbers = np.array(list(terms.values()), dtype=float)
        pvalue += float((numbers * np.exp(values))[values <= limit].sum())
    return min(pvalue, 1.0)


def _columns(left: tuple[int, ...], total: int) -> Iterator[tuple[int, ...]]:
    """Every way to take `total` from what is left in each row."""
    if len(left) == 1:
        if total <= left[0]:
            yield (total,)
        return
    room = sum(left[1:])
    for first in range(max(0, total - room), min(left[0], total) + 1):
        for others in _columns(left[1:], total - first):
            yield (first, *others)


def _fisher_at_random(table: np.ndarray, seed: int) -> TableTest:
    from scipy.stats import random_table  # rarely needed, and slow to import

    margins = random_table(table.sum(axis=1), table.sum(axis=0))
    drawn = margins.rvs(DRAWN_TABLES, random_state=np.random.default_rng(seed))
    observed = -gammaln(table + 1.0).sum()
    unlikely = (-gammaln(drawn + 1.0).sum(axis=(1, 2)) <= observed + EQUAL).sum()
    pvalue = (1 + float(unlikely)) / (1 + DRAWN_TABLES)
    error = sqrt(pvalue * (1 - pvalue) / DRAWN_TABLES)
    method = f"Fisher exact, {DRAWN_TABLES:,} random tables"
    return TableTest(method, np.nan, np.nan, pvalue, error)


def trend(table: np.ndarray) -> TableTest:
    """Test for a trend over ordered levels (rows) with scores 1, 2, ...

    Between two groups (columns) it is the test of Cochran and Armitage; between more, which are
    taken as ordered too, Mantel's linear-by-linear association.

    References
    ----------
    Armitage, Biometrics 11, 375 (1955); Mantel, J. Am. Stat. Assoc. 58, 690 (1963).
    """
    table = np.asarray(table, dtype=float)
    method = "Cochran-Armitage trend" if table.shape[1] == 2 else "linear-by-linear trend"
    n = table.sum()
    scores, groups = np.arange(table.shape[0]), np.arange(table.shape[1])
    in_rows, in_columns = table.sum(axis=1), table.sum(axis=0)
    centred = scores - (scores * in_rows).sum() / n if n else scores
    between = groups - (groups * in_columns).sum() / n if n else groups
    variance = (centred**2 * in_rows).sum() * (between**2 * in_columns).sum()
    if not variance > 0:
        return TableTest(method, np.nan, np.nan, np.nan)
    share = (centred @ table @ between) ** 2 / variance  # the squared correlation
    statistic = float(share * (n if table.shape[1] == 2 else n - 1))
    return TableTest(method, statistic, 1.0, float(chi_squared_tail(statistic, 1)))
