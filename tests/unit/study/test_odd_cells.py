"""One odd cell in a column of numbers: refused and named, or a word that means missing."""

import pytest

from recurseq.base.errors import InputError
from recurseq.study import (
    load_study,
    read_samples,
    study_problems,
)
from recurseq.study.remarks import design_notes, study_notes
from support.command_study import sheet_of

AGES = [40, 51, 62, 43, 54, 65, 46, 57, 68, 49, 50, 61]


@pytest.fixture
def study_of(tmp_path):
    """Return a study of 12 samples with one more column in its design."""

    def build(values, column="age", **samples):
        sheet = sheet_of({"control": 6, "treated": 6}, **{column: values})
        sheet.to_csv(tmp_path / "samples.tsv", sep="\t", index=False)
        contrast = {"factor": "group", "numerator": "treated", "denominator": "control"}
        return load_study(
            {
                "study": {"title": "t"},
                "counts": {"path": "counts.tsv"},
                "samples": {"path": str(tmp_path / "samples.tsv"), **samples},
                "design": {
                    "formula": f"~ {column} + group",
                    "levels": {"group": ["control", "treated"]},
                },
                "contrasts": {"a": contrast},
            }
        )

    return build


@pytest.mark.parametrize(
    ("cell", "fix"),
    [
        ("-", "samples.missing: ['-']"),
        ("unknown", "samples.missing: ['unknown']"),
        ("?", "samples.missing: ['?']"),
        (">70", "samples.missing: ['>70']"),
        ("61y", "write 61 for '61y'; all in one unit"),
        ("61 years", "write 61 for '61 years'"),
        ("61,5", "write 61.5 for '61,5'"),
        ("1,234.5", "write 1234.5 for '1,234.5'"),
        ("1,234", "samples.missing: ['1,234']"),  # a thousand, or one and a bit: not guessed
        ("#DIV/0!", "write the number"),
        ("inf", "write the number"),
    ],
)
def test_a_cell_that_is_no_number_among_numbers_is_named(study_of, cell, fix):
    (problem,) = study_problems(study_of([*AGES[:4], cell, *AGES[5:]]))
    assert "column 'age'" in problem.where
    assert "11 numbers" in problem.found and f"{cell!r} (line 6, sample 'S5')" in problem.found
    assert fix in problem.fix and "design.levels" in problem.fix


def test_several_cells_come_in_one_problem(study_of):
    values = ["61y", "n.a.", *AGES[2:10], "55y", "70y"]
    (problem,) = study_problems(study_of(values))
    assert "8 numbers" in problem.found and "4 cells" in problem.found and "'S1'" in problem.found
    half = [f"{age}y" for age in AGES[:6]] + AGES[6:]  # no majority of plain numbers
    assert "6 numbers" in study_problems(study_of(half))[0].found


def test_missing_values_are_missing_and_labels_are_labels(study_of):
    for cell in ("", "NA", "n/a"):
        (problem,) = study_problems(study_of([*AGES[:4], cell, *AGES[5:]]))
        assert "no value for the samples 'S5'" in problem.found
    labels = ["p1", "p2", "3"] * 4  # one number among texts
    assert study_problems(study_of(labels, "plate")) == []
    hours = ["0h", "24h", "48h"] * 4
    assert study_problems(study_of(hours, "hour")) == []


def test_words_for_missing_leave_numbers_numbers(study_of):
    values = [*AGES[:4], "unknown", *AGES[5:]]
    study = study_of(values, missing=["unknown", "?"])
    (problem,) = study_problems(study)
    assert "no value for the samples 'S5'" in problem.found
    others = [f"S{i}" for i in range(1, 13) if i != 5]
    study = study_of(values, missing=["unknown"], keep={"sample_id": others})
    assert study_problems(study) == []
    samples = read_samples(study.cohort)
    assert samples["age"].dtype == float and len(samples) == 11


def test_a_word_for_missing_never_takes_the_name_of_a_sample(study_of):
    study = study_of(AGES, missing=["S5"])
    assert study_problems(study) == []
    assert "S5" in read_samples(study.cohort).index


def test_a_coefficient_of_such_a_column_makes_no_second_problem(study_of):
    study = study_of([*AGES[:4], "-", *AGES[5:]])
    assert len(study_problems(study)) == 1
    with pytest.raises(InputError):
        raise InputError(study_problems(study))


def test_a_slope_over_numbers_that_are_names_is_told(study_of):
    study = study_of([1, 2, 3, 4, 5, 6] * 2, "patient")
    assert study_problems(study) == []
    (note,) = design_notes(study, read_samples(study.cohort))
    assert "'patient' ('1', '2', '3' and 3 more)" in note
    assert "one slope" in note and "5 degrees of freedom instead of 1" in note
    study = study_of(AGES, "age")
    assert design_notes(study, read_samples(study.cohort)) == []


def test_a_subject_that_repeats_within_a_group_is_told(study_of):
    study = study_of(["P1", "P1", "P2", "P3", "P4", "P5"] * 2, "donor")
    (note,) = design_notes(study, read_samples(study.cohort))
    assert "1 in control ('P1') and 1 in treated ('P1')" in note
    assert "by 'donor' in the formula" in note and "samples.merge" in note


def test_an_odd_cell_outside_the_design_is_told(study_of, tmp_path):
    study = study_of(AGES)
    path = tmp_path / "samples.tsv"
    lines = path.read_text(encoding="utf-8").splitlines()
    rin = ["rin", *["8.1"] * 11, "low"]
    path.write_text("".join(f"{a}\t{b}\n" for a, b in zip(lines, rin, strict=True)))
    assert study_problems(study) == []
    (note,) = [note for note in study_notes(study) if "rin" in note]
    assert "'low' (line 13)" in note and "samples.missing" in note
