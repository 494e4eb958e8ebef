"""The calling rule: what it calls, and that every sentence about it is made by it."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recurseq.design.calling import CallingRule, rule_by_padj

TABLE = pd.DataFrame(
    {
        "padj": [0.01, 0.01, 0.05, 0.2, np.nan],
        "padjThreshold": [0.2, 0.01, 0.01, 0.01, np.nan],
        "log2FoldChange": [1.0, -0.99, 3.0, -3.0, 5.0],
    }
)


@pytest.mark.parametrize(
    ("rule", "called", "direction"),
    [
        (CallingRule(0.05), [0, 1], ["up", "down"]),
        (CallingRule(0.05, 0, 1), [0], ["up"]),
        (CallingRule(0.06, 0, 1), [0, 2], ["up", "up"]),
        (CallingRule(0.05, 0.5, 0), [1, 2, 3], ["down", "up", "down"]),
        (CallingRule(0.05, 0.5, 1), [2, 3], ["up", "down"]),
    ],
)
def test_what_is_called(rule, called, direction):
    assert list(np.flatnonzero(rule.mask(TABLE))) == called
    assert rule.direction(TABLE)[called].tolist() == direction
    assert (rule.direction(TABLE).drop(called) == "none").all()


def test_columns_and_words():
    strict = CallingRule(0.1, 0.5, 1)
    assert (strict.column, strict.pvalue_column) == ("padjThreshold", "pvalueThreshold")
    assert strict.symbols == "padjThreshold < 0.1 (against |log2FC| ≤ 0.5), |log2FC| ≥ 1"
    assert strict.axis_label == "−log10 padjThreshold"
    assert rule_by_padj(0.05).symbols == "padj < 0.05"
    assert rule_by_padj(0.05).sentence == "the adjusted p-value is below 0.05"


@pytest.mark.parametrize(
    ("rule", "cut", "exceed"),
    [
        (CallingRule(0.05), False, False),
        (CallingRule(0.05, 0, 1), True, True),
        (CallingRule(0.05, 0.5, 1), True, True),
        (CallingRule(0.05, 1, 1), True, False),
        (CallingRule(0.05, 1, 0), False, False),
    ],
)
def test_the_promise_covers_no_list_that_is_cut_by_fold_change(rule, cut, exceed):
    assert ("not promised" in rule.promise) == cut
    assert ("truly changes" in rule.promise) == exceed
    assert ("does not exceed" in rule.promise) == rule.tests_threshold


@given(st.floats(0.001, 0.5), st.sampled_from([0, 0.5, 1.0]), st.sampled_from([0, 0.585, 1.0]))
def test_rule_survives_the_way_through_the_workflow(alpha, threshold, least):
    rule = CallingRule(alpha, threshold, least)
    assert CallingRule.from_dict(rule.as_dict()) == rule
    told = [float(text) for text in re.findall(r"(?<=[<≤≥] )[\d.e-]*\d", rule.symbols)]
    limits = [alpha, *filter(None, (threshold, least))]
    assert told == pytest.approx(limits, rel=1e-5)
