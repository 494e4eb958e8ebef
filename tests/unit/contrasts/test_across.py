"""Contrasts beside each other: counts that can be told by hand, and properties of all of them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from recurseq.contrasts.across import agreement, overlaps, threshold_counts
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.figures.across import fold_changes_figure
from support.report_study import contrast_table

RULE = CallingRule(0.05, min_abs_lfc=1.0)
SIDES = {"a": ("x", "n"), "b": ("y", "n"), "c": ("x", "y")}
CONTRASTS = [Contrast(name, RULE, "group", (up,), (down,)) for name, (up, down) in SIDES.items()]


def genes(**columns):
    """Tables of three contrasts of few genes: direction u, d or - and its fold change."""
    words = {"u": "up", "d": "down", "-": "none"}
    change = {"u": 2.0, "d": -2.0, "-": 0.5}
    return {
        name: pd.DataFrame(
            {
                "gene_id": [f"G{i}" for i in range(len(ways))],
                "log2FoldChange": [change[way] for way in ways],
                "padj": [0.5 if way == "-" else 0.01 for way in ways],
                "direction": [words[way] for way in ways],
            }
        )
        for name, ways in columns.items()
    }


def test_each_called_gene_is_in_one_combination():
    found = overlaps(genes(a="uud--d", b="ud---d", c="u-d--d")).set_index("contrasts")
    assert found["genes"].to_dict() == {"a;b;c": 2, "a;b": 1, "a;c": 1}
    assert found.loc["a;b;c", ["up", "down", "mixed"]].tolist() == [1, 1, 0]
    assert found.loc["a;b", ["up", "down", "mixed"]].tolist() == [0, 0, 1]
    assert found.loc["a;c", ["up", "down", "mixed"]].tolist() == [0, 1, 0]
    assert overlaps(genes(a="--", b="--")).empty


def test_pairs_count_agreement_and_name_what_they_share():
    found = agreement(CONTRASTS, genes(a="uudd", b="udu-", c="-dd-")).set_index(["first", "second"])
    assert list(found.index) == [("a", "b"), ("a", "c"), ("b", "c")]
    row = found.loc[("a", "b")]
    assert row[["called_either", "same_sign", "called_both", "called_both_opposite"]].tolist() == [
        4, 1, 3, 2
    ]  # fmt: skip
    assert found["shared_levels"].tolist() == ["n", "x", "y"]
    weights = Contrast("w", RULE, coefficients={"Intercept": 1.0})
    alone = agreement([CONTRASTS[0], weights], genes(a="u-", w="u-"))
    assert alone["shared_levels"].isna().all()


@pytest.fixture
def tables():
    """Three contrasts of 200 genes, 20 of them without a test."""
    return {name: contrast_table(seed=seed) for seed, name in enumerate(SIDES, start=1)}


def test_counts_equal_those_of_scipy_and_of_the_tables(tables):
    found = agreement(CONTRASTS, tables)
    for row in found.itertuples():
        one, other = (tables[name]["log2FoldChange"] for name in (row.first, row.second))
        rho = spearmanr(one, other, nan_policy="omit").statistic
        assert row.spearman == pytest.approx(rho, abs=1e-12)
        assert row.tested == 180
    shared = overlaps(tables)
    assert (shared[["up", "down", "mixed"]].sum(axis=1) == shared["genes"]).all()
    for name, table in tables.items():
        inside = [name in text.split(";") for text in shared["contrasts"]]
        assert shared.loc[inside, "genes"].sum() == table["significant"].sum()


def test_thresholds_hold_the_rule_and_fall_with_it(tables):
    found = threshold_counts(CONTRASTS, tables)
    assert len(found) == 3 * 4 * 3
    for name, table in tables.items():
        own = found[(found["contrast"] == name) & found["configured"]]
        counts = table["direction"].value_counts()
        assert own[["called_up", "called_down"]].values.tolist() == [[counts["up"], counts["down"]]]
        strict = found[(found["contrast"] == name) & (found["alpha"] == 0.001)]
        size = table["log2FoldChange"].abs()
        for row in strict.itertuples():
            by_hand = (table["padj"] < 0.001) & (size >= row.min_abs_lfc)
            assert row.called_up + row.called_down == by_hand.sum()
    sums = found.assign(n=found["called_up"] + found["called_down"])
    wide = sums.pivot_table(index=["contrast", "alpha"], columns="min_abs_lfc", values="n")
    assert (np.diff(wide.to_numpy(), axis=1) <= 0).all()


def test_a_rule_of_its_own_stands_among_the_thresholds(tables):
    odd = Contrast("a", CallingRule(0.2, min_abs_lfc=0.7), "group", ("x",), ("n",))
    found = threshold_counts([odd], tables)
    own = found[found["configured"]]
    assert own[["alpha", "min_abs_lfc"]].values.tolist() == [[0.2, 0.7]]
    assert len(found) == 13


def test_order_of_genes_does_not_matter(tables):
    turned = {
        name: table.sample(frac=1, random_state=seed).reset_index(drop=True)
        for seed, (name, table) in enumerate(tables.items())
    }
    pd.testing.assert_frame_equal(overlaps(tables), overlaps(turned))
    pd.testing.assert_frame_equal(agreement(CONTRASTS, tables), agreement(CONTRASTS, turned))


def test_a_change_beyond_the_axes_is_a_triangle_and_is_counted():
    tables = genes(**dict.fromkeys("ab", "ud" * 400 + "u"))
    tables["b"].loc[800, "log2FoldChange"] = 40.0
    pair = agreement(CONTRASTS[:2], tables)
    figure = fold_changes_figure(tables, pair, {"a": "first", "b": "second"})
    (axes,) = figure.axes
    assert axes.get_ylim()[1] < 4
    edges = [one for one in axes.collections if not one.get_clip_on()]
    assert [one.get_offsets().tolist() for one in edges] == [[[2.0, pytest.approx(2.5)]]]
    assert "1 point lies beyond the axes: triangles" in " ".join(t.get_text() for t in figure.texts)
