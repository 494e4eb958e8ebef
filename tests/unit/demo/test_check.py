"""The check against the truth counts what it says, by hand."""

import numpy as np
import pandas as pd
import pytest

from recurseq.base.tables import read_table, write_table
from recurseq.demo.check import (
    calls_against_truth,
    check_calls,
    check_support,
    check_verdict,
    in_a_subset,
    report,
    true_difference,
)
from recurseq.demo.found import (
    called_up_to,
    markers_against_truth,
    patterns_against_truth,
    planted_patterns,
)
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.design.formula import parse_formula

RULE = CallingRule(0.05, 0.0, 1.0)


def truth_of(**levels) -> pd.DataFrame:
    count = len(next(iter(levels.values())))
    start = {
        "gene_id": [f"g{i}" for i in range(count)],
        "gene_name": [f"G{i}" for i in range(count)],
        "programme": "background",
        "dispersion": 0.1,
        "subset_no_recurrence": 0.0,
        "subset_early_recurrence": 0.0,
    }
    return pd.DataFrame({**start, **{f"log2_{name}": values for name, values in levels.items()}})


def contrast(name: str, numerator: str, denominator: str) -> Contrast:
    return Contrast(name, RULE, "group", (numerator,), (denominator,))


def test_truth_of_any_contrast_follows_by_subtraction_and_averaging():
    truth = truth_of(a=[0.0, 0.0, 0.0], b=[1.0, 0.1, 2.0], c=[3.0, 0.2, -2.0])
    assert true_difference(truth, ["c"], ["b"]).tolist() == pytest.approx([2, 0.1, -4])
    average = true_difference(truth, ["b", "c"], ["a"])
    assert average.tolist() == pytest.approx([2, 0.15, 0])
    back = true_difference(truth, ["a"], ["b", "c"])
    assert (back == -average).all()
    assert (true_difference(truth, ["b", "c"], ["c", "b"]) == 0).all()


def test_rounding_does_not_turn_a_null_into_a_change():
    # 0.1 + 0.2 is not 0.3 in binary.
    truth = truth_of(a=[0.15], b=[0.1], c=[0.2])
    assert true_difference(truth, ["b", "c"], ["a"]).tolist() == [0.0]


def test_calls_are_counted_by_hand():
    difference = pd.Series([1.0, 1.0, -1.0, 0.0, 0.0, 2.0], [f"g{i}" for i in range(6)])
    results = pd.DataFrame(
        {
            # another order, a gene of no truth, and one gene left out by the test
            "gene_id": ["g3", "g0", "g1", "g2", "g4", "g5", "other"],
            "log2FoldChange": [1.0, 1.1, 0.9, 0.5, 0.1, 2.0, 5.0],
            "padj": [0.01, 0.001, 0.2, 0.04, 0.05, np.nan, 0.0],
        }
    )
    # Called: g0 (true), g2 (true, wrong sign), g3 (false). g4 is at alpha, not below; g5 untested.
    assert check_calls(difference, results, 0.05) == {
        "alpha": 0.05,
        "tested": 5,
        "truly_changed": 4,
        "called": 3,
        "false_calls": 1,
        "observed_fdr": pytest.approx(1 / 3),
        "power": 0.5,
        "wrong_sign": 1,
    }


def test_nothing_called_is_no_false_discovery():
    results = pd.DataFrame({"gene_id": ["g0"], "log2FoldChange": [0.1], "padj": [0.9]})
    row = check_calls(pd.Series({"g0": 1.0}), results, 0.05)
    assert row["observed_fdr"] == 0 and row["power"] == 0 and row["called"] == 0


def test_support_is_counted_by_hand():
    difference = pd.Series([1.0, 1.0, 0.0, 0.0, 2.0], [f"g{i}" for i in range(5)])
    subset = pd.Series([False, False, False, True, True], difference.index)
    words = ["confirmed", "unconfirmed", "confirmed", "carried_by_few", "carried_by_few", "none"]
    evidence = pd.DataFrame({"gene_id": ["g1", "g0", "g2", "g3", "g4", "g9"], "support": words})
    evidence.loc[4, "gene_id"] = "g4"
    assert check_support(difference, subset, evidence) == {
        "confirmed": 2,
        "false_confirmed": 1,
        "confirmed_fdr": 0.5,
        "confirmed_power": pytest.approx(1 / 3),
        "carried_by_few": 2,
        "carried_subset": 2,
    }


@pytest.mark.parametrize(
    ("difference", "verdict", "agrees"),
    [
        (1.0, "above_chance", True),
        (1.0, "like_chance", False),
        (0.0, "like_chance", True),
        (0.0, "above_chance", False),
        (1.0, "not_testable", None),
        (1.0, None, None),
    ],
)
def test_a_verdict_is_right_when_it_says_whether_anything_changes(difference, verdict, agrees):
    row = check_verdict(pd.Series({"g0": difference, "g1": 0.0}), verdict)
    assert row == {"verdict": verdict, "verdict_agrees": agrees}


def test_check_leaves_out_contrasts_without_truth_and_survives_a_round_trip(tmp_path):
    truth = truth_of(x=[0.0, 0.0], y=[1.0, 0.0])
    results = pd.DataFrame(
        {"gene_id": ["g0", "g1"], "log2FoldChange": [1.0, 0.0], "padj": [0.01, 0.8]}
    )
    evidence = pd.DataFrame({"gene_id": ["g0", "g1"], "support": ["confirmed", "none"]})
    contrasts = [
        contrast("y_vs_x", "y", "x"),
        Contrast("by_age", RULE, coefficients={"age": 1.0}),
        Contrast("by_sex", RULE, "sex", ("male",), ("female",)),
    ]
    verdicts = {"y_vs_x": "above_chance"}
    check = calls_against_truth(
        truth, contrasts, [results] * 3, [evidence] * 3, verdicts, alpha=0.05
    )
    assert check["contrast"].tolist() == ["y_vs_x"]
    write_table(check, tmp_path / "check.tsv", "demo_check")
    back = read_table(tmp_path / "check.tsv", "demo_check")
    assert back["called"].tolist() == back["confirmed"].tolist() == [1]
    assert back["verdict_agrees"].tolist() == [True]
    text = report(back)
    assert text.startswith("Simulated data") and "y_vs_x" in text and "0.05" in text


def test_planted_patterns_by_hand():
    truth = truth_of(
        normal=[0.0] * 7,
        no_recurrence=[2.0, 0.0, 1.5, -1.5, 2.0, 0.0, 0.4],
        early_recurrence=[2.0, -3.0, 3.0, -3.0, 0.5, 0.0, 2.0],
    )
    steps = [
        contrast("first", "no_recurrence", "normal"),
        contrast("second", "early_recurrence", "no_recurrence"),
    ]
    planted = planted_patterns(truth, steps)
    assert planted.tolist() == [
        *("tumour_general", "recurrence_specific", "monotone_up", "lost_further", "discordant"),
        *("unchanged", "small_step"),
    ]
    found = ["tumour_general", "no_evidence", "monotone_up", "no_evidence", "tumour_general"]
    patterns = pd.DataFrame({"gene_id": [f"g{i}" for i in range(5)], "pattern": found})
    table = patterns_against_truth(truth, [patterns], steps).set_index("planted")
    assert table.to_numpy().sum() == 5  # the genes that have a pattern
    assert table.loc["tumour_general", "tumour_general"] == 1
    assert table.loc["discordant", "tumour_general"] == 1
    assert table.loc["lost_further", "no_evidence"] == 1
    assert patterns_against_truth(truth, [], []).empty


def test_a_marker_is_told_with_its_power_and_what_became_of_it():
    levels = ["normal", "no_recurrence", "early_recurrence"]
    samples = pd.DataFrame(
        {"group": pd.Categorical(np.repeat(levels, [5, 10, 11]), categories=levels)},
        index=[f"S{i}" for i in range(26)],
    )
    truth = truth_of(
        normal=[0.0] * 4, no_recurrence=[1.0] * 4, early_recurrence=[2.0, 2.0, 1.0, 1.0]
    ).assign(mean_normal=100.0, own_dispersion=0.05, dispersion=0.3, patients_dispersion=2.7)
    truth["programme"] = ["oncofetal", "oncofetal", "stable", "background"]
    truth["subset_early_recurrence"] = [0.0, 0.4, 0.0, 0.0]
    genes = pd.DataFrame(
        {
            "gene_id": truth["gene_id"],
            "log2FoldChange": [1.2, 0.8, 0.1, 0.0],
            "pvalue": [0.001, 0.2, 0.004, 0.9],
            "padj": [0.004, 0.4, 0.008, 0.9],
        }
    )
    evidence = pd.DataFrame(
        {"gene_id": truth["gene_id"], "support": ["confirmed", "none", "unconfirmed", "none"]}
    )
    question = contrast("early_vs_none", "early_recurrence", "no_recurrence")
    assert called_up_to(genes, question) == 0.004
    table = markers_against_truth(
        truth, [question], [genes], [evidence], parse_formula("~ group"), samples
    )
    assert table["outcome"].tolist() == ["confirmed", "missed", "false_call"]
    assert table["subset"].tolist() == [False, True, False]
    assert table["planted"].tolist() == [1.0, 1.0, 0.0]
    # Hart et al. 2013 for two groups: 10 samples with 200 counts against 11 with 400.
    error = np.sqrt((1 / 200 + 0.3) / 10 + (1 / 400 + 0.3) / 11) / np.log(2)
    from scipy.stats import norm

    power = norm.sf(norm.isf(0.002) - 1 / error)
    np.testing.assert_allclose(table["power"], [power, power, np.nan])


def test_without_a_contrast_of_simulated_levels_there_is_no_marker_to_tell():
    by_sex = Contrast("by_sex", RULE, "sex", ("male",), ("female",))
    truth = truth_of(x=[0.0])
    nothing = pd.DataFrame()
    found = markers_against_truth(
        truth, [by_sex], [nothing], [nothing], parse_formula("~ sex"), nothing
    )
    assert found.empty and "outcome" in found


def test_a_subset_in_either_group_makes_a_subset_gene():
    truth = truth_of(x=[0.0] * 3)
    truth["subset_no_recurrence"] = [0.2, 0.0, 0.0]
    truth["subset_early_recurrence"] = [0.0, 0.4, 0.0]
    assert in_a_subset(truth).tolist() == [True, True, False]
