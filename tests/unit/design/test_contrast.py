"""A contrast: sides, members, labels and weights, the same wherever it is asked."""

import pandas as pd
import pytest

from recurseq.design.calling import CallingRule
from recurseq.design.contrast import DENOMINATOR, NUMERATOR, Contrast
from recurseq.design.formula import parse_formula

RULE = CallingRule(0.05, 0.0, 1.0)
SAMPLES = pd.DataFrame(
    {
        "group": pd.Categorical(list("aabbcc"), list("abc")),
        "sex": pd.Categorical(list("mfmfmf")),
        "age": [1.0, 2, 3, 4, 5, 6],
    },
    index=[f"s{i}" for i in range(6)],
)
PLAIN = Contrast("c_vs_a", RULE, "group", ("c",), ("a",))
AVERAGE = Contrast("tumour", RULE, "group", ("b", "c"), ("a",), {"sex": "m"})
SLOPE = Contrast("slope", RULE, coefficients={"age": 10.0, "sex[m]": -0.5})


@pytest.mark.parametrize(
    ("contrast", "label", "above", "below", "sizes"),
    [
        (PLAIN, "c v a", "c", "a", (2, 2)),
        (AVERAGE, "b and c v a (sex = m)", "b and c (sex = m)", "a (sex = m)", (2, 1)),
        (SLOPE, "+10 × age -0.5 × sex[m]", "+10 × age -0.5 × sex[m]", None, (None, None)),
    ],
)
def test_names_and_sizes(contrast, label, above, below, sizes):
    assert contrast.label == label
    assert contrast.side_name(NUMERATOR) == above
    assert contrast.side_name(DENOMINATOR) == below
    assert contrast.sizes(SAMPLES) == sizes
    assert Contrast.from_dict(contrast.as_dict()) == contrast


def test_members_are_those_of_the_levels_within_the_fixed_groups():
    assert list(SAMPLES.index[AVERAGE.members(NUMERATOR, SAMPLES)]) == ["s2", "s4"]
    assert list(SAMPLES.index[AVERAGE.compared(SAMPLES)]) == ["s0", "s2", "s4"]
    assert SLOPE.members(NUMERATOR, SAMPLES) is None and SLOPE.compared(SAMPLES) is None
    number = Contrast("x", RULE, "group", ("c",), ("a",), {"age": 65.0})
    assert number.sizes(SAMPLES) == (2, 2)  # a value at which the model compares is no group


def test_weights_are_those_of_the_design():
    formula = parse_formula("~ sex + group")
    weights = Contrast("t", RULE, "group", ("b", "c"), ("a",)).weights(formula, SAMPLES)
    assert weights.to_dict() == {
        "Intercept": 0.0, "sex[m]": 0.0, "group[b]": 0.5, "group[c]": 0.5,
    }  # fmt: skip


def test_detours_go_over_every_other_level():
    ((above, below),) = PLAIN.through_other_levels(SAMPLES)
    assert (above.numerator, above.denominator) == (("c",), ("b",))
    assert (below.numerator, below.denominator) == (("a",), ("b",))
    assert list(SLOPE.through_other_levels(SAMPLES)) == []


def test_origin_holds_sides_sizes_and_rule():
    assert PLAIN.origin(SAMPLES) == (
        "c_vs_a: c v a (2 v 2 samples); called: padj < 0.05, |log2FC| ≥ 1"
    )
