"""Sentences of `recurseq explain` against the values they are made from."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recurseq.command.outcome import ContrastResult
from recurseq.command.sentences import (
    cooks_sentence,
    dispersion_sentence,
    estimate_sentence,
    filter_sentence,
    omnibus_sentence,
    pvalue_sentence,
    verdict,
)
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast
from recurseq.report.gene_notes import marker_sentences, theme_sentences

ROW = {
    "baseMean": 100.0,
    "log2FoldChange": 2.0,
    "lfcSE": 0.5,
    "pvalue": 0.001,
    "padj": 0.01,
    "shrunkenLog2FoldChange": 1.75,
    "pvalueThreshold": np.nan,
    "padjThreshold": np.nan,
    "significant": True,
    "direction": "up",
    "note": None,
    "status": "tested",
}
GENE = {
    "kept": True,
    "drop_reason": "",
    "baseMean": 100.0,
    "dispersion": 0.25,
    "dispGeneEst": 0.36,
    "dispFit": 0.2,
    "dispOutlier": False,
    "maxCooks": 0.5,
    "cooksSample": "",
    "cooksOutlier": False,
}
NO_REPLACEMENT = pd.DataFrame(columns=["gene_id", "sample_id", "count", "replacement"])


def row(**changes):
    return pd.Series({**ROW, **changes}, dtype=object)


def gene(**changes):
    return pd.Series({**GENE, **changes}, dtype=object)


def outcome(replicates=5, **testing):
    values = SimpleNamespace(**{"alpha": 0.05, "cooks": True, **testing})
    facts = {"min_samples": 4, "cooks_limit": 7.0, "replicates": replicates}
    study = SimpleNamespace(testing=values, cohort=SimpleNamespace(min_count=10))
    return SimpleNamespace(study=study, model=SimpleNamespace(uns=facts))


def result(*, filtered=0.0, lfc_threshold=0.0, min_abs_lfc=1.0, **contrast):
    rule = CallingRule(0.05, lfc_threshold, min_abs_lfc)
    sides = {"factor": "group", "numerator": ("b",), "denominator": ("a",)}
    asked = Contrast("b_vs_a", rule, **{**sides, **contrast})
    return ContrastResult(asked, pd.DataFrame(), filtered, ["S3"], ["S1", "S2"])


def said(values, contrast=None):
    return verdict(values, contrast or result())


def test_a_called_gene_meets_both_conditions():
    assert said(row()) == (
        "called up",
        "Called up: padj 0.01 is below alpha 0.05 and |log2 fold change| 2 is at least "
        "min_abs_lfc 1.",
    )
    assert said(row(log2FoldChange=-2.0, direction="down"))[0] == "called down"
    assert said(row(log2FoldChange=1.0))[1].endswith("change| 1 is at least min_abs_lfc 1.")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"padj": 0.2},
            "Not called: padj 0.2 is not below alpha 0.05, although |log2 fold change| 2 is at "
            "least min_abs_lfc 1.",
        ),
        (
            {"log2FoldChange": -0.5},
            "Not called: |log2 fold change| 0.5 is below min_abs_lfc 1, although padj 0.01 is "
            "below alpha 0.05.",
        ),
        (
            {"padj": 0.2, "log2FoldChange": 0.5},
            "Not called: padj 0.2 is not below alpha 0.05 and |log2 fold change| 0.5 is below "
            "min_abs_lfc 1.",
        ),
        (
            {
                "pvalue": np.nan,
                "padj": np.nan,
                "note": "Cook's outlier in sample S7",
                "status": "cooks_outlier",
            },
            "Not called: Cook's outlier in sample S7.",
        ),
        (
            {
                "log2FoldChange": np.nan,
                "padj": np.nan,
                "pvalue": np.nan,
                "note": "all zero",
                "status": "all_zero",
            },
            "Not called: all zero.",
        ),
    ],
)
def test_a_gene_that_is_not_called_is_told_why(changes, words):
    changed = row(**changes, significant=False, direction="none")
    assert said(changed) == ("not called", words)


def test_values_that_round_to_the_limit_are_written_out():
    near = row(log2FoldChange=0.99996, padj=0.0500004, significant=False, direction="none")
    sentence = said(near)[1]
    assert "padj 0.0500004 is not below alpha 0.05" in sentence
    assert "|log2 fold change| 0.99996 is below min_abs_lfc 1" in sentence
    exact = row(log2FoldChange=1.0, padj=0.05, significant=False, direction="none")
    assert "padj 0.05 is not below alpha 0.05" in said(exact)[1]


def test_independent_filtering_names_its_threshold():
    low = row(
        baseMean=3.0, padj=np.nan, significant=False, direction="none",
        status="independent_filtering",
    )  # fmt: skip
    assert said(low, result(filtered=12.5))[1] == (
        "Not called: its mean count 3 is below 12.5, the threshold of independent filtering, so "
        "its p-value 0.001 was not adjusted."
    )


def test_the_test_against_a_threshold_decides_when_there_is_one():
    against = result(lfc_threshold=1.0, min_abs_lfc=0.0)
    changed = row(pvalueThreshold=0.4, padjThreshold=0.6, significant=False, direction="none")
    assert said(changed, against)[1] == "Not called: padjThreshold 0.6 is not below alpha 0.05."
    assert pvalue_sentence(changed, against) == (
        "P-value 0.001, adjusted 0.01; test of |log2 fold change| above 1: p-value 0.4, adjusted "
        "0.6."
    )
    assert pvalue_sentence(row(), result(filtered=12.5)) == (
        "P-value 0.001, adjusted 0.01 over the genes with a mean count of at least 12.5."
    )
    low = row(
        baseMean=3.0, pvalueThreshold=0.4, significant=False, direction="none",
        status="independent_filtering",
    )  # fmt: skip
    sentence = said(low, result(lfc_threshold=1.0, filtered=5.0))[1]
    assert "below 5, the threshold" in sentence and "p-value 0.4" in sentence


def test_a_table_made_with_other_settings_is_believed():
    word, sentence = said(row(padj=0.2))
    assert word == "called up" and "made with other settings" in sentence


@settings(max_examples=200)
@given(
    padj=st.floats(0, 1),
    change=st.floats(-8, 8),
    least=st.sampled_from([0.0, 0.5, 1.0]),
    missing=st.booleans(),
)
def test_verdict_and_table_never_disagree(padj, change, least, missing):
    called = not missing and padj < 0.05 and abs(change) >= least
    direction = ("up" if change > 0 else "down") if called else "none"
    values = row(
        padj=np.nan if missing else padj, log2FoldChange=change, significant=called,
        direction=direction, note="a reason" if missing else None,
        status="withheld" if missing else "tested",
    )  # fmt: skip
    word, sentence = said(values, result(min_abs_lfc=least))
    assert word == (f"called {direction}" if called else "not called")
    assert sentence.startswith("Called" if called else "Not called: ")
    assert "other settings" not in sentence
    assert ("is not below alpha" in sentence) == (not missing and padj >= 0.05)
    assert ("is below min_abs_lfc" in sentence) == (not missing and abs(change) < least)


def test_the_fold_change_is_told_in_words_with_the_means_of_both_sides():
    normalized = pd.Series({"S1": 10.0, "S2": 20.0, "S3": 60.0})
    assert estimate_sentence(row(), result(), normalized) == (
        "log2 fold change 2.00 (standard error 0.50): 4 times higher in b; mean normalised counts "
        "60 and 15; shrunken 1.75."
    )
    lower = row(log2FoldChange=-1.0, shrunkenLog2FoldChange=np.nan)
    assert "2 times lower in b" in estimate_sentence(lower, result(), normalized)


def test_the_filter_is_told_with_the_samples_that_decided_it():
    counts = pd.Series([0, 9, 10, 11, 12, 13])
    assert filter_sentence(gene(), counts, outcome()) == (
        "It is in the model: 4 of 6 samples have 10 counts or more, and 4 are needed; its mean "
        "normalised count over all 6 samples (baseMean) is 100."
    )
    dropped = gene(kept=False, drop_reason="fewer than 4 samples with 10 counts or more")
    assert "fewer than 4 samples with 10" in filter_sentence(dropped, counts, outcome())
    assert cooks_sentence(dropped, NO_REPLACEMENT, outcome()) == ""


def test_the_dispersion_is_told_as_variation_between_samples():
    assert "about 50 % beyond" in dispersion_sentence(gene())  # the square root of 0.25
    assert "drawn from its own estimate" in dispersion_sentence(gene())
    assert "was kept" in dispersion_sentence(gene(dispOutlier=True))
    assert dispersion_sentence(gene(dispersion=np.nan)) == ""


def test_outlying_counts_are_told_with_their_sample():
    assert "largest Cook's distance 0.5, limit 7" in cooks_sentence(
        gene(), NO_REPLACEMENT, outcome()
    )
    flagged = gene(maxCooks=9.5, cooksOutlier=True, cooksSample="S7")
    text = cooks_sentence(flagged, NO_REPLACEMENT, outcome())
    assert "count of sample S7" in text and "withheld" in text and "9.5" in text
    replaced = pd.DataFrame([["G", "S2", 5000, 31]], columns=NO_REPLACEMENT.columns)
    text = cooks_sentence(gene(), replaced, outcome())
    assert "sample S2, 5,000, is an outlier and was replaced by 31" in text
    assert "larger counts" in cooks_sentence(gene(maxCooks=9.0), NO_REPLACEMENT, outcome())
    unknown = gene(maxCooks=np.nan)
    assert "no 3 samples share" in cooks_sentence(unknown, NO_REPLACEMENT, outcome(replicates=2))
    assert "None of its counts was" in cooks_sentence(unknown, NO_REPLACEMENT, outcome())
    assert cooks_sentence(unknown, replaced, outcome()).endswith("by 31 before fitting.")
    assert "left alone" in cooks_sentence(gene(), NO_REPLACEMENT, outcome(cooks=False))


def test_panel_and_omnibus_are_told():
    rows = pd.DataFrame(
        [["s", "b_vs_a", "up", "opposite"], ["s", "c_vs_a", None, "no expectation"]],
        columns=["set", "contrast", "expected", "verdict"],
    )
    assert marker_sentences(rows) == [
        "It is in the set 's' of the marker panel (b_vs_a expected up: opposite)."
    ]
    assert marker_sentences(rows.iloc[:0]) == ["It is not in the marker panel."]
    filtered = pd.Series({"pvalue": 0.2, "padj": np.nan, "note": "independent filtering: low"})
    assert "p-value 0.2, not adjusted (independent" in omnibus_sentence(filtered, "~ 1", "~ group")


def test_themes_that_share_a_gene_are_told():
    columns = ["theme", "name", "contrast", "direction", "shared_genes"]
    rows = [
        [1, "CELL_CYCLE (+5)", "b_vs_a", "up", "TOP2A;CDK1"],
        [1, "CELL_CYCLE (+5)", "c_vs_a", "none", "TOP2A;CDK1"],
        [2, "BILE", "b_vs_a", "down", "CDK10"],
        [3, "LOOSE (+3)", "b_vs_a", "down", None],
    ]
    themes = pd.DataFrame(rows, columns=columns)
    assert theme_sentences(themes, "CDK1") == [
        "It is a shared gene of theme 1, CELL_CYCLE (+5): up in b_vs_a."
    ]
    assert theme_sentences(themes, "CDK2") == theme_sentences(None, "CDK1") == []
