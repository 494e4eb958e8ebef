"""How the samples of two sides lie: by hand, and on contrasts of every kind."""

import numpy as np
import pandas as pd
import pytest

from recurseq.design.formula import parse_formula
from recurseq.evidence.sides import compare_sides, empty_groups, share_of_largest
from support.evidence_study import contrast

SAMPLES = pd.DataFrame(
    {
        "group": pd.Categorical(["none"] * 8 + ["early"] * 9 + ["normal"] * 2),
        "sex": pd.Categorical(["f", "m"] * 9 + ["f"]),
    },
    index=[f"S{k}" for k in range(19)],
)


def values(**genes):
    return pd.DataFrame(genes, index=SAMPLES.index, dtype=float)


def compared(table, asked=None, formula="~ group", change=None):
    change = pd.Series(1.0, table.columns) if change is None else pd.Series(change, table.columns)
    return compare_sides(table, table, change, asked or contrast(), parse_formula(formula), SAMPLES)


def test_by_hand():
    early, none = [9, 8, 7, 6, 5, 4, 3, 2, 1], [0, 0, 0, 0, 0, 0, 0, 1]
    row = compared(values(a=[*none, *early, 50, 60])).loc["a"]
    # 72 pairs: one tie, the rest higher
    assert row["auc"] == pytest.approx(71.5 / 72)
    assert row["topTwoShare"] == pytest.approx(17 / 45)
    assert row["emptyGroup"] is None
    assert 0 < row["wilcoxonPvalue"] < 0.001


def test_the_higher_side_is_the_one_the_fold_change_names():
    table = values(a=[*range(8), *range(9), 0, 0])
    up, down = (compared(table, change=[sign]).loc["a", "topTwoShare"] for sign in (1.0, -1.0))
    assert (up, down) == (pytest.approx(15 / 36), pytest.approx(13 / 28))
    assert np.isnan(compared(table, change=[0.0]).loc["a", "topTwoShare"])


def test_levels_without_a_count_are_named():
    table = values(a=[0] * 8 + [1] * 9 + [0, 0], b=[0] * 17 + [3, 3], c=[1] * 19)
    assert empty_groups(table, contrast(), SAMPLES).tolist() == ["none", "early;none", None]
    all_three = contrast(numerator=("early", "none"), denominator=("normal",))
    assert empty_groups(table, all_three, SAMPLES).tolist() == ["none;normal", "early;none", None]


def test_a_contrast_within_a_level_looks_at_its_samples_only():
    early = [9.0 if sex == "m" else 0.0 for sex in SAMPLES["sex"][8:17]]
    table = values(a=[1.0] * 8 + early + [0, 0])
    row = compared(table, contrast(within={"sex": "m"}), "~ sex * group").loc["a"]
    assert row["auc"] == 1
    assert empty_groups(table, contrast(within={"sex": "f"}), SAMPLES)["a"] == "early"


def test_ranks_are_tested_only_where_they_mean_the_contrast():
    table = values(a=np.arange(19.0))
    assert np.isfinite(compared(table)["wilcoxonPvalue"]).all()
    assert compared(table, formula="~ sex + group")["wilcoxonPvalue"].isna().all()
    against_normal = contrast(denominator=("normal",))
    assert compared(table, against_normal)["wilcoxonPvalue"].isna().all()
    assert compared(table, against_normal)["auc"].notna().all()


def test_a_contrast_of_coefficients_has_no_sides():
    asked = contrast(coefficients={"group[early]": 1.0})
    assert compared(values(a=np.arange(19.0)), asked).isna().all(axis=None)


def test_share_of_the_largest():
    rows = np.array([[1.0, 2, 3, 4], [0, 0, 0, 0], [5, 0, 0, 0]])
    shares = share_of_largest(rows)
    assert shares[0] == pytest.approx(0.7) and np.isnan(shares[1]) and shares[2] == 1
    assert share_of_largest(np.array([[3.0]]))[0] == 1
