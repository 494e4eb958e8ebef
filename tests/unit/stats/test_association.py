"""Measures of association against R, closed forms, and chance."""

import numpy as np
import pandas as pd
import pytest

from recurseq.stats.association import adjusted_r_squared, cramers_v, explained
from support.paths import REFERENCE


@pytest.fixture(scope="module")
def values():
    return pd.read_csv(REFERENCE / "association_values.tsv", sep="\t")


def expected():
    table = pd.read_csv(REFERENCE / "association.tsv", sep="\t", index_col=0)["statistic"]
    return list(table.items())


@pytest.mark.parametrize(("column", "statistic"), expected())
def test_as_in_r(values, column, statistic):
    response, _, labelled = column.partition("~")
    labels = values[labelled or "side"]
    if pd.api.types.is_numeric_dtype(values[response]):
        design = pd.get_dummies(labels).to_numpy(dtype=float)
        share, _ = explained(values[response].to_numpy(), design)
        found = adjusted_r_squared(share, *design.shape)
    else:
        found = cramers_v(pd.crosstab(values[response], labels).to_numpy())
    assert found == pytest.approx(statistic, rel=1e-10, abs=1e-12)


def test_cramers_v_of_two_equal_halves_in_closed_form():
    # 2 x 2, n = 20, 8 of 10 against 2 of 10: φ² = 0.36, so V² = (0.36 - 1/19)/(1 - 1/19).
    found = cramers_v(np.array([[8, 2], [2, 8]]))
    assert found == pytest.approx(np.sqrt((0.36 - 1 / 19) / (18 / 19)), rel=1e-12)
    assert cramers_v(np.array([[7, 0], [0, 3]])) == pytest.approx(1)
    assert cramers_v(np.array([[5, 5], [5, 5]])) == 0


def test_cramers_v_does_not_depend_on_order_or_empty_levels():
    table = np.array([[8, 2, 1], [2, 8, 4]])
    padded = np.pad(table, ((0, 1), (1, 0)))
    for other in (table.T, table[:, ::-1], padded):
        assert cramers_v(other) == pytest.approx(cramers_v(table), rel=1e-12)
    assert np.isnan(cramers_v(np.array([[4, 3]])))
    assert np.isnan(cramers_v(np.eye(4, dtype=int)))  # every sample a level of its own


def test_many_levels_that_know_nothing_show_nothing():
    random = np.random.default_rng(4)
    side = np.repeat([0, 1], (33, 8))
    squares = []
    for _ in range(300):
        level = random.integers(0, 16, len(side))
        table = pd.crosstab(level, side).to_numpy()
        squares.append(cramers_v(table) ** 2)
    assert np.median(squares) < 0.05  # uncorrected 0.37
