"""What is said of the section coexpression before anything runs."""

import pandas as pd
import pytest

from recurseq.coexpression.checks import coexpression_notes, coexpression_problems
from recurseq.coexpression.settings import contrast_of, read_settings
from recurseq.cohort.genes.annotation import load_annotation
from recurseq.design.calling import CallingRule
from recurseq.design.contrast import Contrast

RULE = CallingRule(0.05, 0.0, 1.0)
CONTRASTS = {
    "slope": Contrast("slope", RULE, coefficients={"age": 10.0}),
    "early_vs_none": Contrast("early_vs_none", RULE, "group", ("early",), ("none",)),
    "early_vs_normal": Contrast("early_vs_normal", RULE, "group", ("early",), ("normal",)),
}
SOURCES = {
    "the marker panel": {"metal": ("MT1M", "MT1G"), "many": tuple(f"G{k}" for k in range(31))}
}


def settings(**section):
    return read_settings(
        {"pairs": [], "sets": [], "high": "median", "purity": "hepatocytes"} | section
    )


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"pairs": [["MYCN", "mycn "]]}, ("coexpression.pairs.0", "twice")),
        ({"pairs": [["A", "B"], ["b", "A"]]}, ("pairs.1", "the same pair", "pairs.0")),
        ({"pairs": [["A", "B\n"], ["B\x07", "A"]]}, ("pairs.1", "gene")),
        ({"sets": ["metla"]}, ("coexpression.sets.0", "did you mean 'metal'")),
        ({"sets": ["many"]}, ("31 genes", "at most 30")),
        ({"contrast": "early_vs_non"}, ("coexpression.contrast", "did you mean 'early_vs_none'")),
        ({"contrast": "slope"}, ("compares no groups", "early_vs_none, early_vs_normal")),
    ],
)
def test_problems_name_the_key_and_the_fix(section, words):
    (problem,) = coexpression_problems(settings(**section), CONTRASTS, SOURCES)
    assert all(word in str(problem) for word in words), str(problem)


def test_a_set_without_panel_and_collections():
    (problem,) = coexpression_problems(settings(sets=["metal"]), CONTRASTS, {})
    assert "no panel and no gene sets" in str(problem)


def test_a_right_section_has_no_problem():
    right = settings(pairs=[["MYCN", "HMGA2"]], sets=["Metals"], contrast="early_vs_normal")
    assert coexpression_problems(right, CONTRASTS, SOURCES) == []
    assert coexpression_problems(settings(sets=["x"]), CONTRASTS, None) == []


def test_absent_genes_of_pairs_are_noted():
    genes = pd.DataFrame({"gene_id": ["ENSG1"], "gene_name": ["MYCN"]})
    (note,) = coexpression_notes(
        settings(pairs=[["MYCN", "HMGA2"]]), genes, load_annotation("none")
    )
    assert note.startswith("coexpression: nothing can be said of pairs of HMGA2: not in the counts")


def test_cutoffs_come_from_the_first_contrast_of_groups_or_the_named_one():
    assert contrast_of(settings(), CONTRASTS).name == "early_vs_none"
    assert contrast_of(settings(contrast="early_vs_normal"), CONTRASTS).name == "early_vs_normal"
    assert contrast_of(settings(), {"slope": CONTRASTS["slope"]}) is None
