"""What may be dealt out anew, counted by hand and by listing every arrangement."""

from itertools import permutations
from math import comb, factorial

import numpy as np
import pandas as pd
import pytest

from recurseq.design.formula import design_matrix, parse_formula
from recurseq.evidence.arrangements import arrangements
from support.evidence_study import contrast

LEVELS = ["none", "early", "normal", "other"]


def sheet(groups, **columns):
    """Samples with these groups; further columns hold text (a factor) or numbers."""
    names = [f"s{k:02d}" for k in range(len(groups))]
    used = [level for level in LEVELS if level in groups]
    table = pd.DataFrame({"group": pd.Categorical(groups, used)}, index=names)
    for name, values in columns.items():
        factor = isinstance(values[0], str)
        table[name] = pd.Categorical(values) if factor else np.asarray(values, dtype=float)
    return table


def found(samples, formula="~ group", **question):
    return arrangements(contrast(**question), parse_formula(formula), samples)


@pytest.mark.parametrize(
    ("early", "none", "expected"),
    [(3, 3, 10), (4, 4, 35), (11, 10, comb(21, 10)), (33, 8, comb(41, 8)), (1, 5, 6)],
)
def test_two_groups(early, none, expected):
    """Sides of equal size have every arrangement twice, as its mirror image."""
    samples = sheet(["early"] * early + ["none"] * none + ["normal"] * 4)
    assert found(samples).distinct == expected
    assert len(found(samples).moving) == early + none


def test_pairs_and_batches():
    pairs = sheet(["early", "none"] * 5, patient=[f"p{k // 2}" for k in range(10)])
    assert found(pairs, "~ patient + group").distinct == 2**5 / 2
    assert found(pairs, "~ group").distinct == comb(10, 5) / 2
    batches = sheet(["early"] * 5 + ["none"] * 5, batch=list("aaabbaabbb"))
    # 3 of 5 and 2 of 5: a mirror image would have other sizes
    assert found(batches, "~ batch + group").distinct == comb(5, 3) * comb(5, 2)
    even = sheet(["early"] * 6 + ["none"] * 6, batch=list("aaabbbaaabbb"))
    assert found(even, "~ batch + group").distinct == comb(6, 3) ** 2 / 2


def test_numeric_covariates_make_no_strata():
    samples = sheet(["early"] * 4 + ["none"] * 4, age=range(8))
    assert found(samples, "~ age + group").distinct == 35


def test_levels_weighed_alike_are_interchangeable():
    average = {"numerator": ("early", "none"), "denominator": ("normal",)}
    uneven = sheet(["early"] * 3 + ["none"] * 4 + ["normal"] * 2)
    three = factorial(9) // (factorial(3) * factorial(4) * 2)
    assert found(uneven, **average).distinct == three
    even = sheet(["early"] * 3 + ["none"] * 3 + ["normal"] * 2)
    assert found(even, **average).distinct == factorial(8) // (factorial(3) ** 2 * 2) / 2
    both = sheet(["early", "none", "normal", "other"] * 2)
    four = found(both, numerator=("early", "none"), denominator=("normal", "other")).distinct
    assert four == factorial(8) // 2**4 / (2 * 2 * 2)


def test_within_a_level_only_its_samples_move():
    samples = sheet(["early", "none"] * 6, sex=["f"] * 4 + ["m"] * 8)
    inside = found(samples, "~ sex * group", within={"sex": "m"})
    assert inside.distinct == comb(8, 4) / 2
    assert set(samples["sex"].iloc[inside.moving]) == {"m"}


def test_coefficients():
    samples = sheet(["early"] * 3 + ["none"] * 4 + ["normal"] * 5, age=[1, 2, 3, 4] * 3)
    early = found(samples, coefficients={"group[early]": 1.0})  # against the first level, none
    assert early.distinct == comb(7, 3) and early.variable == "group"
    two = found(samples, coefficients={"group[early]": 1.0, "group[normal]": -1.0})
    assert two.distinct == comb(8, 3)
    slope = found(samples, "~ age", coefficients={"age": 10.0})
    assert slope.variable == "age" and len(slope.moving) == 12
    assert slope.distinct == factorial(12) // factorial(3) ** 4 / 2  # 1 2 3 4 reads 4 3 2 1
    skewed = sheet(["early"] * 6, age=[0, 1, 2, 3, 4, 9])
    assert found(skewed, "~ age", coefficients={"age": 1.0}).distinct == factorial(6)
    within = found(samples, "~ group + age", coefficients={"age": 1.0})
    assert within.distinct < slope.distinct


@pytest.mark.parametrize(
    "asked", [{"sex[m]:group[early]": 1.0}, {"group[early]": 1.0}, {"sex[m]": 1, "group[early]": 1}]
)
def test_what_an_interaction_is_about_cannot_be_shuffled(asked):
    samples = sheet(["early", "none"] * 6, sex=["f"] * 6 + ["m"] * 6)
    assert found(samples, "~ sex * group", coefficients=asked) is None


def test_two_main_effects_at_once_cannot_be_shuffled():
    samples = sheet(["early", "none"] * 6, sex=["f"] * 6 + ["m"] * 6)
    both = {"sex[m]": 1.0, "group[early]": 1.0}
    assert found(samples, "~ sex + group", coefficients=both) is None


def drawn(samples, formula, number=200, **question):
    parsed = parse_formula(formula)
    possible = arrangements(contrast(**question), parsed, samples)
    random = np.random.default_rng(1)
    return [possible.draw(parsed, samples, random)[0] for _ in range(number)]


def test_pairs_stay_pairs_and_others_stay_where_they_are():
    groups = ["early", "none"] * 5 + ["normal"] * 3
    samples = sheet(groups, patient=[f"p{k // 2}" for k in range(10)] + ["p0", "p1", "p2"])
    for dealt in drawn(samples, "~ patient + group"):
        pairs = dealt.iloc[:10].groupby("patient", observed=True)["group"].agg(set)
        assert (pairs == {"early", "none"}).all()
        assert (dealt["group"].iloc[10:] == "normal").all()
        pd.testing.assert_series_equal(dealt["patient"], samples["patient"])


def test_every_arrangement_is_as_likely_as_any_other():
    samples = sheet(["early", "early", "none", "none"])
    listed = set(permutations(samples["group"]))
    seen = pd.Series([tuple(dealt["group"]) for dealt in drawn(samples, "~ group", 3000)])
    counts = seen.value_counts()
    assert set(counts.index) == listed
    expected = len(seen) / len(listed)
    assert ((counts - expected) ** 2 / expected).sum() < 20.5  # chi-squared, 5 df, p = 0.001


def test_a_draw_without_an_estimate_is_drawn_again():
    """Numbers that are a batch: some arrangements of the group are the batch itself."""
    samples = sheet(["early", "none"] * 4, batch=[0, 0, 0, 0, 1, 1, 1, 1])
    formula = parse_formula("~ batch + group")
    for dealt in drawn(samples, "~ batch + group", 400):
        assert np.linalg.matrix_rank(design_matrix(formula, dealt)) == 3


def test_a_draw_does_not_depend_on_order_or_coding():
    samples = sheet(["early"] * 6 + ["none"] * 6, batch=list("aaabbbaaabbb"))
    other = samples.iloc[::-1].assign(
        group=lambda t: t["group"].cat.reorder_categories(["early", "none"]),
        batch=lambda t: t["batch"].cat.reorder_categories(["b", "a"]),
    )
    one, two = (drawn(table, "~ batch + group", 20) for table in (samples, other))
    for here, there in zip(one, two, strict=True):
        assert here["group"].astype(str).equals(there["group"].astype(str).reindex(here.index))
