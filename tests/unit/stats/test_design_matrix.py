"""Rank and nesting of design matrices, well and badly scaled."""

import numpy as np
import pandas as pd
import pytest

from recurseq.stats.design_matrix import column_rank, columns_outside, confounded_columns

RANDOM = np.random.default_rng(20160901)
GROUP = np.repeat([0.0, 1.0], 8)


def design(covariate):
    return pd.DataFrame({"Intercept": 1.0, "time": covariate, "group": GROUP})


@pytest.mark.parametrize(
    ("centre", "spread"), [(0, 1), (1.6e9, 86_400), (2016, 3), (0, 1e-9), (1e12, 1e7), (-1e6, 1)]
)
def test_scale_of_a_covariate_does_not_matter(centre, spread):
    full = design(centre + spread * RANDOM.normal(size=16))
    assert column_rank(full) == 3
    assert confounded_columns(full) == {}
    for part in (["Intercept"], ["Intercept", "group"], ["Intercept", "time"]):
        assert columns_outside(full[part], full) == []
        assert columns_outside(full, full[part]) == [c for c in full if c not in part]


def test_nesting_is_about_the_space_and_not_about_the_columns():
    full = design(1.6e9 + 86_400 * RANDOM.normal(size=16))
    levels = pd.DataFrame({"first": 1 - GROUP, "second": GROUP})
    assert columns_outside(levels, full) == []
    assert columns_outside(full, levels) == ["time"]
    sums = pd.DataFrame({"sum": 2 * full["time"] - 7e8 * full["group"] + 5})
    assert columns_outside(sums, full) == []


def test_columns_that_repeat_others_are_named_with_what_they_are_made_of():
    full = design(1.6e9 + 86_400 * RANDOM.normal(size=16))
    again = full.assign(
        twice=2 * full["time"] - 3e9, other=RANDOM.normal(size=16), zero=0.0, rest=1 - GROUP
    )
    assert confounded_columns(again) == {
        "twice": ["Intercept", "time"],
        "zero": [],
        "rest": ["Intercept", "group"],
    }
    assert column_rank(again) == 4


def test_repeated_columns_express_nothing_new():
    full = design(RANDOM.normal(size=16))
    assert columns_outside(pd.DataFrame({"x": RANDOM.normal(size=16)}), full.assign(t=1.0)) == ["x"]
