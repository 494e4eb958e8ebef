"""Technical replicates: rows that agree become one sample, and their counts are added up."""

import numpy as np
import pandas as pd
import pytest

from recurseq.cohort.importing import import_cohort, read_inputs
from recurseq.study import load_study, read_samples, study_problems
from recurseq.study.remarks import study_notes

COUNTS = """gene\tL1\tL2\tL3\tL4\tL5\tL6\tL7
G1\t1\t2\t30\t40\t500\t600\t9
G2\t10\t20\t5\t0\t70\t80\t9
"""
SHEET = """run,patient,lane,group
L5,P3,1,b
L1,P1,1,a
L2,P1,2,a
L3,P2,1,a
L4,P2,2,a
L6,P4,1,b
L7,P9,1,c
"""
MERGED = {"P1": [3, 30], "P2": [70, 5], "P3": [500, 70], "P4": [600, 80]}


@pytest.fixture
def study(tmp_path):
    def make(sheet=SHEET, **more):
        (tmp_path / "counts.tsv").write_text(COUNTS)
        (tmp_path / "samples.csv").write_text(sheet)
        keep = {"group": ["a", "b"]}
        samples = {"path": str(tmp_path / "samples.csv"), "id": "run", "keep": keep}
        config = {
            "study": {"title": "t"},
            "counts": {"path": str(tmp_path / "counts.tsv")},
            "samples": samples | {"merge": "patient"} | more.pop("samples", {}),
            "design": {"formula": "~ group", "levels": {"group": ["a", "b"]}},
            "contrasts": {"c": {"factor": "group", "numerator": "b", "denominator": "a"}},
            "filter": {"min_count": 0},
        }
        return load_study(config | more)

    return make


def test_counts_are_added_up_and_the_numbers_are_told(study):
    made = study()
    assert study_problems(made) == []
    samples = read_samples(made.cohort)
    assert samples["group"].to_dict() == {"P1": "a", "P2": "a", "P3": "b", "P4": "b"}
    assert samples["lane"].isna().sum() == 2  # the lanes of a sample differ
    cohort = import_cohort(made.cohort, samples)
    counts = pd.DataFrame(cohort.layers["counts"], cohort.obs_names, cohort.var_names)
    assert counts.T.to_dict("list") == MERGED
    said = " ".join(cohort.uns["messages"])
    assert "6 columns of counts were added up to 4 samples by the column 'patient'" in said
    assert "'P1 from 2 (11, 22 counts)'" in said


def test_the_check_reads_what_the_import_does(study):
    made = study()
    table, _, problems = read_inputs(made.cohort, read_samples(made.cohort))
    assert problems == []
    assert table.counts[list(MERGED)].to_dict("list") == MERGED


def test_a_missing_library_is_named_by_its_own_name(study):
    made = study(SHEET.replace("L2,", "L8,"))
    _, _, problems = read_inputs(made.cohort, read_samples(made.cohort))
    assert "'L8'" in problems[0].where


WRONG = {
    "differing column": (SHEET.replace("L2,P1,2,a", "L2,P1,2,b"), {}, "'P1: a and b'"),
    "empty cell": (SHEET.replace("L2,P1", "L2,"), {}, "no value for 'L2'"),
    "no such column": (SHEET, {"samples": {"merge": "patent"}}, "'patent' is not a column"),
    "the names themselves": (SHEET, {"samples": {"merge": "run"}}, "names the columns of the"),
    "lengths of a file": (SHEET, {"normalization": {"lengths": "x"}}, "single libraries"),
}


@pytest.mark.parametrize("case", WRONG)
def test_rows_that_cannot_be_added_up(study, case):
    sheet, more, found = WRONG[case]
    problems = study_problems(study(sheet, **more))
    assert any(found in problem.found for problem in problems)


def test_groups_are_counted_after_merging(study):
    made = study(SHEET.replace("P4", "P3"))  # one patient of b remains
    assert study_problems(made) == []
    assert any("'b' is a single sample" in note for note in study_notes(made))


def test_lengths_of_merged_libraries_are_those_of_all_reads():
    """A transcript of 100 and one of 400 bases: reads by base add up, as in one library."""
    from recurseq.cohort.readers.count_table import CountTable
    from recurseq.cohort.replicates import added_up

    per_base = np.array([[2.0, 1.0], [0.0, 3.0]])  # of two transcripts, in two libraries
    bases = np.array([100.0, 400.0])
    reads = per_base * bases[:, None]
    counts, lengths = reads.sum(axis=0), reads.sum(axis=0) / per_base.sum(axis=0)
    table = CountTable(
        pd.DataFrame([counts, [0, 0]], ["G", "silent"], ["a", "b"]), None, None, "salmon", (),
        pd.DataFrame([lengths, [50, 70]], ["G", "silent"], ["a", "b"]),
    )  # fmt: skip
    merged = added_up(table, {"P": ["a", "b"]}, "patient", "q")
    assert merged.counts["P"].tolist() == [reads.sum(), 0]
    assert merged.lengths["P"].tolist() == [reads.sum() / per_base.sum(), 60]
