"""Coded numbers: what is compared and what is shown is what the whole number gives."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recurseq.report.explorer.numbers import cut, levels_of, rounded, significant

# As a table has them: at most ten significant digits.
written = st.floats(-40, 40).map(lambda x: float(f"{x:.10g}"))
chances = st.floats(1e-300, 1).map(lambda x: float(f"{x:.10g}"))
tiny = st.integers(-300, 0).flatmap(
    lambda power: st.floats(1, 9.99).map(lambda x: float(f"{x:.9f}e{power}"))
)


@settings(deadline=None)
@given(written)
def test_a_cut_number_is_the_decimal_one(x):
    exact = Decimal(f"{x:.10g}").quantize(Decimal("0.001"), ROUND_DOWN)
    assert int(cut([x], 1000)[0]) == int(exact * 1000)


@settings(deadline=None)
@given(written, st.integers(0, 40_000))
def test_cutting_keeps_what_a_number_reaches(x, limit):
    reaches = abs(x) >= limit / 1000
    assert bool(abs(int(cut([x], 1000)[0])) >= limit) == reaches


@settings(deadline=None)
@given(st.one_of(chances, tiny))
def test_significant_digits_are_those_of_the_decimal_number(x):
    mantissa, exponent = (int(one[0]) for one in significant([x], 4))
    assert 1000 <= mantissa <= 9999
    exact = Decimal(f"{x:.9e}")
    step = Decimal(10) ** (exact.adjusted() - 3)
    assert mantissa == int((exact / step).to_integral_value(ROUND_DOWN))
    assert exponent == exact.adjusted() - 3


@settings(deadline=None)
@given(st.one_of(chances, tiny))
def test_few_digits_are_rounded(x):
    mantissa, exponent = (int(one[0]) for one in significant([x], 2, rounding=True))
    assert float(f"{mantissa}e{exponent}") == pytest.approx(float(f"{x:.1e}"), rel=0.06)
    assert abs(float(f"{mantissa}e{exponent}") - x) <= 0.5001 * 10.0**exponent


def test_missing_values_and_zero_have_codes_of_their_own():
    mantissa, exponent = significant([np.nan, 0.0, 1.0, 9.9996e-5, 1e-310], 4)
    assert mantissa.tolist()[:4] == [0, 1, 1000, 9999]
    assert exponent.tolist()[:4] == [0, 0, -3, -8]
    assert 999 < mantissa[4] < 10_000
    coded = cut([np.nan, -0.0004, 1.001, np.inf], 1000)
    assert coded.tolist() == [-32768, 0, 1001, -32768] and coded.dtype == np.int16
    assert cut([40.0], 1000).dtype == np.int32
    assert rounded([0.126, np.nan], 100).tolist() == [13, -128]


@settings(deadline=None)
@given(written)
def test_rounding_the_cut_number_rounds_the_whole_one(x):
    """What the script does for two decimals, halves upwards in size."""
    code = int(cut([x], 1000)[0])
    shown = int(np.sign(code)) * ((abs(code) + 5) // 10)
    exact = Decimal(f"{x:.10g}").quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert shown == int(exact * 100)


def test_texts_are_numbered():
    names, codes = levels_of(np.array(["b", None, "a", "b"], dtype=object))
    assert [names[code] for code in codes] == ["b", "", "a", "b"] and names[0] == ""
    names, codes = levels_of(np.array(["b", "a"], dtype=object))
    assert [names[code] for code in codes] == ["b", "a"] and names[0] == ""
