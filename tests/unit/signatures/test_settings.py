"""What the section may say, and what is told of it before anything runs."""

import pandas as pd
import pytest

from recurseq.base.places import SHIPPED_SETS
from recurseq.cohort.genes.species import human_file_problems
from recurseq.signatures.settings import SignatureSettings, signature_notes, signature_problems
from recurseq.study import load_study

CONFIG = {
    "study": {"title": "t"},
    "counts": {"path": "c.tsv"},
    "samples": {"path": "s.tsv"},
    "design": {"formula": "~ group"},
    "contrasts": {"a": {"factor": "group", "numerator": "x", "denominator": "y"}},
}


def test_a_section_has_its_types_and_no_study_has_it_unasked():
    study = load_study({**CONFIG, "signatures": {"method": "gsva"}})
    settings = SignatureSettings.from_section(study.signatures)
    assert settings == SignatureSettings({"liver_cancer": "builtin"}, "gsva", 5)
    assert load_study(CONFIG).signatures is None
    assert not load_study(CONFIG).signature_collections


@pytest.mark.parametrize("name", ["composition", "derived"])
def test_names_of_rows_that_recurseq_adds_are_refused(name):
    (problem,) = signature_problems({"collections": {name: "a.gmt", "mine": "b.gmt"}})
    assert f"the name {name!r}" in problem.found
    assert not signature_problems({"collections": {"mine": "b.gmt"}})
    assert not signature_problems(None)


def test_methods_that_look_at_other_samples_are_told():
    assert not signature_notes({"method": "ssgsea"}) and not signature_notes(None)
    for method in ("gsva", "mean_z"):
        assert "other samples of this study" in signature_notes({"method": method})[0]


def test_human_sets_are_refused_for_mouse():
    given = {"collections": {"liver": str(SHIPPED_SETS), "mine": "mouse.gmt"}}
    files = load_study({**CONFIG, "signatures": given}).gene_files
    mouse = pd.DataFrame({"gene_id": [f"ENSMUSG{i:011d}" for i in range(50)], "gene_name": "Alb"})
    (problem,) = human_file_problems(files, mouse)
    assert problem.where == "config: signatures.collections.liver"


def test_files_of_both_sections_are_read_once():
    same = {"collections": {"one": "a.gmt"}}
    both = load_study({**CONFIG, "enrichment": same, "signatures": {"collections": {"two": "a.gmt",
                       "three": "b.gmt"}}})  # fmt: skip
    assert both.gene_set_paths == ("a.gmt", "b.gmt")
