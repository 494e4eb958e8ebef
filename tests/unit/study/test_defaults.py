"""Defaults stand in the schema, and nowhere else."""

import dataclasses
from collections.abc import Mapping

import pytest

from recurseq.study import load_study, model
from recurseq.study.defaults import config_schema, with_defaults
from recurseq.study.schema import config_problems

LEAST = {
    "study": {"title": "t"},
    "counts": {"path": "c.tsv"},
    "samples": {"path": "s.tsv"},
    "design": {"formula": "~ group"},
    "contrasts": {"a": {"factor": "group", "numerator": "x", "denominator": "y"}},
}


def defaults(schema: Mapping, place=()):
    """Every default of the schema with its place."""
    for key, part in schema.get("properties", {}).items():
        if "default" in part and part.get("type") != "object":
            yield (*place, key), part["default"]
        yield from defaults(part, (*place, key))


@pytest.mark.parametrize(("place", "value"), list(defaults(config_schema())), ids=str)
def test_what_is_left_out_gets_the_default_of_the_schema(place, value):
    given = {"markers": {"panel": "p"}, "enrichment": {"collections": {"h": "h.gmt"}}}
    given |= {"clinical": {"path": "c.tsv"}, "omnibus": {}, "coexpression": {}}
    given |= {"signatures": {}, "demo": {}}
    full = with_defaults({**LEAST, **given})
    for key in place:
        full = full[key]
    assert full == value


def test_what_is_given_stays():
    given = {**LEAST, "testing": {"alpha": 0.2}, "filter": {"min_count": 0}}
    full = with_defaults(given)
    assert full["testing"]["alpha"] == 0.2 and full["filter"]["min_count"] == 0
    assert full["testing"]["cooks"] is True
    assert "testing" not in LEAST and given["testing"] == {"alpha": 0.2}  # nothing is written over


def test_signatures_without_a_word_are_those_of_the_shipped_sets():
    full = with_defaults({**LEAST, "signatures": {}})
    assert full["signatures"]["collections"] == {"liver_cancer": "builtin"}
    own = with_defaults({**LEAST, "signatures": {"collections": {"mine": "m.gmt"}}})
    assert own["signatures"]["collections"] == {"mine": "m.gmt"}


def test_steps_that_are_not_asked_for_stay_absent():
    full = with_defaults(LEAST)
    assert not {"omnibus", "markers", "enrichment", "signatures", "demo"} & set(full)
    optional = {"omnibus", "markers", "enrichment", "signatures", "demo", "adjusted"}
    assert not optional & load_study(LEAST).parts


def test_the_dataclasses_carry_none():
    for name in (
        "Study",
        "Testing",
        "Counts",
        "NormalizationSettings",
        "Enrichment",
        "CohortSettings",
    ):
        for field in dataclasses.fields(getattr(model, name)):
            assert field.default is dataclasses.MISSING, (name, field.name)
            assert field.default_factory is dataclasses.MISSING, (name, field.name)


@pytest.mark.parametrize(
    ("testing", "entry", "expected"),
    [
        ({}, {"numerator": "x", "denominator": "y", "factor": "group"}, 1.0),
        ({}, {"coefficients": {"age": 1}}, 0.0),
        ({"min_abs_lfc": 0.5}, {"coefficients": {"age": 1}}, 0.5),
        ({"min_abs_lfc": 0.5}, {"coefficients": {"age": 1}, "min_abs_lfc": "auto"}, 0.0),
        ({"min_abs_lfc": 0}, {"numerator": "x", "denominator": "y", "factor": "group"}, 0.0),
        ({}, {"coefficients": {"age": 1}, "min_abs_lfc": 2}, 2.0),
    ],
)
def test_the_smallest_change_depends_on_the_question(testing, entry, expected):
    study = load_study({**LEAST, "testing": testing, "contrasts": {"a": entry}})
    assert study.contrasts["a"].rule.min_abs_lfc == expected


def test_settings_of_the_cohort_survive_the_way_through_the_workflow():
    cohort = load_study(LEAST).cohort_settings()
    assert model.CohortSettings.from_dict(cohort.as_dict()) == cohort
    other = load_study({**LEAST, "testing": {"alpha": 0.2}, "seed": 1, "study": {"title": "u"}})
    assert other.cohort_settings() == cohort  # neither makes the cohort anew


def test_shuffles_are_a_part_unless_none_are_asked_for():
    assert "shuffles" in load_study(LEAST).parts and load_study(LEAST).permutations == 25
    without = load_study({**LEAST, "evidence": {"permutations": 0}})
    assert "shuffles" not in without.parts


@pytest.mark.parametrize("number", [-1, 1, 18, 10_001, 25.5, True, "25", None, [25], float("inf")])
def test_numbers_of_shuffles_that_make_no_sense_are_refused(number):
    problems = config_problems({**LEAST, "evidence": {"permutations": number}})
    assert problems and all("evidence.permutations" in str(problem) for problem in problems)


@pytest.mark.parametrize("number", [0, 19, 10_000])
def test_other_numbers_of_shuffles_are_taken(number):
    assert not config_problems({**LEAST, "evidence": {"permutations": number}})
