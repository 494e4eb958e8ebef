"""The second cohort of the demo: other patients of the same truth."""

import numpy as np
import pandas as pd
import pytest

from recurseq.cohort.genes.annotation import load_annotation
from recurseq.demo.borne_out import replication_against_truth
from recurseq.demo.check import true_difference
from recurseq.demo.second import DEPTH, EACH, second_sheet, simulate_second
from recurseq.demo.second_fit import fit_second
from recurseq.demo.simulate import simulate
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast

SEED = 20160901
CONTRAST = Contrast(
    "early_vs_none", CallingRule(0.05), "group", ("early_recurrence",), ("no_recurrence",)
)


@pytest.fixture(scope="module")
def annotation():
    return load_annotation("builtin")


@pytest.fixture(scope="module")
def second(annotation):
    return simulate_second(second_sheet(CONTRAST), SEED, annotation)


@pytest.fixture(scope="module")
def first(repository, annotation):
    sheet = pd.read_csv(repository / "config/samples.tsv", sep="\t", dtype=str)
    return simulate(sheet, SEED, annotation)


def test_the_truth_is_that_of_the_first_cohort(first, second):
    sides = (CONTRAST.numerator, CONTRAST.denominator)
    pd.testing.assert_series_equal(
        true_difference(first.genes, *sides), true_difference(second.genes, *sides)
    )
    means = second.genes["mean_normal"] / first.genes["mean_normal"]
    np.testing.assert_allclose(means.dropna(), DEPTH)


def test_its_patients_are_others_and_fewer(first, second):
    assert second.counts.shape[1] == 2 * EACH < first.counts.shape[1]
    assert not set(second.counts.columns) & set(first.counts.columns)
    totals = second.counts.sum().median() / first.counts.sum().median()
    assert totals == pytest.approx(DEPTH, abs=0.25)


def test_planted_changes_are_in_its_counts(second, annotation):
    table = fit_second(second.counts, second_sheet(CONTRAST), CONTRAST,
                       second.genes.set_index("gene_id")["gene_name"], 0.05)  # fmt: skip
    truth = true_difference(second.genes, CONTRAST.numerator, CONTRAST.denominator)
    planted = truth.reindex(table["gene_id"]).to_numpy()
    strong = (np.abs(planted) > 2) & (table["baseMean"].to_numpy() > 50)
    found = table["log2FoldChange"].to_numpy()
    assert strong.sum() > 30
    assert np.mean(np.sign(found[strong]) == np.sign(planted[strong])) > 0.9
    assert table.loc[planted == 0, "pvalue"].lt(0.05).mean() < 0.15
    again = simulate_second(second_sheet(CONTRAST), SEED, annotation)
    pd.testing.assert_frame_equal(again.counts, second.counts)


def test_true_and_false_calls_are_counted_apart():
    truth = pd.DataFrame(
        {
            "gene_id": list("ABCDE"),
            "log2_no_recurrence": 0.0,
            "log2_early_recurrence": [2.0, 2.0, 2.0, 0.0, 0.0],
        }
    )
    calls = pd.DataFrame(
        {
            "contrast": "early_vs_none",
            "gene_id": list("ABCDE"),
            "log2FoldChange": [1.5, 1.5, -1.5, 2.0, 2.0],  # C has the wrong sign: a false call
            "same_direction": pd.array([True, None, True, True, False], dtype="boolean"),
            "replicated": pd.array([True, None, True, False, False], dtype="boolean"),
        }
    )
    found = replication_against_truth(truth, [CONTRAST], "second", calls).set_index("truth")
    assert found.loc["changed", ["called", "found", "same_direction", "replicated"]].tolist() == [
        2, 1, 1, 1,
    ]  # fmt: skip
    assert found.loc["unchanged", ["called", "found", "same_direction", "replicated"]].tolist() == [
        3, 3, 2, 1,
    ]  # fmt: skip
    assert found.loc["unchanged", "replicated_share"] == pytest.approx(1 / 3)
