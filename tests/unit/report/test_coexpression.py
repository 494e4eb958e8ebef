"""The section on co-expression says what the tables hold, and refuses to sell groups for more."""

import dataclasses

import numpy as np
import pytest

from recurseq.base.tables import write_table
from recurseq.coexpression.named_sets import NamedSet
from recurseq.report.page import build_page
from recurseq.report.results import Results
from recurseq.report.sections import coexpression
from recurseq.study import load_study
from support.coexpression_study import model, planted, tables
from support.report_study import EVIL, config, scripts_of, write_study

SECTION = {"pairs": [["A", "B"], ["A", EVIL]], "sets": ["s"]}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    write_study(folder)
    genes, groups = planted(together=0, shift=3)
    genes["C"] = np.where(np.arange(len(groups)) % 3 == 0, 9.0, 0.0)
    one_set = NamedSet("s", "my set", "the marker panel", ("A", "B", "C"))
    found = tables(model(genes, groups), sets=[one_set], pairs=SECTION["pairs"])
    for name, table in found.items():
        write_table(
            table, folder / "coexpression" / f"{name.removeprefix('coexpression_')}.tsv", name
        )
    return folder


def facts_of(folder):
    study = load_study(config(coexpression=SECTION))
    return coexpression.collect(Results(folder, study), study)


def test_what_is_held_of_a_pair_comes_first(results):
    facts = facts_of(results)
    assert facts.strata == ["within groups", "all samples", "normal", "none", "early"]
    pair, absent = facts.pairs
    assert pair.answer.startswith("between groups only")
    assert "because the groups differ" in pair.note
    assert absent.answer == "nothing can be said"
    assert {more for _, more in absent.cells} == {"gene absent"}


def test_sets_and_classes_are_told(results):
    facts = facts_of(results)
    ((name, source, size, _, _),) = facts.sets
    assert (name, source, size) == ("my set", "the marker panel", "3 genes, 3 pairs")
    assert [one.genes for one in facts.classes] == [("A", "B"), ("A", EVIL)]
    assert "all groups p = " in facts.classes[0].tests
    assert facts.classes[1].tests == ""
    assert "not in the counts" in facts.classes[1].note


def test_the_page_holds_the_section_and_escapes_names(results):
    page = build_page(results, config(coexpression=SECTION))
    assert 'id="coexpression"' in page
    assert "between groups only" in page
    assert len(scripts_of(page)) == 3  # of explorer, components and page
    assert "Clopper" in page and "Bonett" in page


def test_methods_name_what_was_taken_off(results):
    facts = facts_of(results)
    (plain,) = coexpression.methods(facts)
    assert "purity" not in plain.text
    (pure,) = coexpression.methods(dataclasses.replace(facts, given=["purity proxy", "batch"]))
    assert "take off purity proxy and batch" in pure.text
    assert "no measured purity" in pure.text
    assert "a quarter of them" in coexpression.limits(facts)[1]
