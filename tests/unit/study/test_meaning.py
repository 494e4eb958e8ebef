"""What names and values of columns say: numbers that are names, survival, repeated subjects."""

import pandas as pd
import pytest

from recurseq.study.meaning import (
    are_labels,
    is_replicate,
    is_subject,
    repeat_as_names,
    repeated_in_group,
    survival_columns,
)

PAIRS = pd.Series([float(i) for i in range(101, 111)] * 2)
TIME = pd.Series(["before"] * 10 + ["after"] * 10)


@pytest.mark.parametrize(
    "name", ["patient", "PatientID", "patient_no", "donor", "subject1", "mouse", "batch", "litter"]
)
def test_numbers_of_persons_and_batches_are_names(name):
    assert repeat_as_names(name, PAIRS, TIME)
    assert are_labels(name, PAIRS)
    assert not repeat_as_names(name, PAIRS + 0.5, TIME)


def test_numbers_that_repeat_in_every_group_are_names_whatever_the_column_is_called():
    assert repeat_as_names("code", PAIRS, TIME)
    assert not repeat_as_names("age", PAIRS, TIME)  # the same persons twice: ages repeat, too
    assert not repeat_as_names("dose_mg", PAIRS, TIME)


def test_ages_and_groups_of_their_own_are_no_names():
    ages = pd.Series([61, 55, 61, 47, 70, 55, 61, 38, 44, 61] * 2, dtype=float)
    assert not repeat_as_names("alter", ages, TIME)
    nested = pd.Series([1.0] * 3 + [2.0] * 3 + [3.0] * 4 + [4.0] * 3 + [5.0] * 3 + [6.0] * 4)
    assert not repeat_as_names("code", nested, TIME)  # no value is in both groups
    twice = pd.Series([float(i) for i in range(10) for _ in range(2)])
    assert repeat_as_names("code", twice, TIME)  # every value for two samples, exactly
    assert not repeat_as_names(
        "treated", pd.Series([0.0, 1.0] * 10), TIME
    )  # slope and factor agree


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"time": ["5.5", "12", "60"], "status": ["0", "1", "1"]}, ["time", "status"]),
        ({"OS_months": ["5", "12", "60"], "state": ["1", "2", "1"]}, ["OS_months", "state"]),
        ({"dfs": ["1", "0", "1"]}, ["dfs"]),
        ({"days_to_death": ["10", "20", "35"]}, ["days_to_death"]),
        ({"outcome": ["alive", "dead", "dead"]}, ["outcome"]),
        ({"time": ["before", "after", "before"], "status": ["0", "1", "1"]}, []),
        ({"status": ["tumour", "normal", "normal"], "time": ["1.5", "2", "7"]}, []),
        ({"recurrence": ["yes", "no", "no"]}, []),
        ({"day": ["0", "7", "0"]}, []),
    ],
)
def test_survival_is_told_by_names_and_values(columns, found):
    assert survival_columns(pd.DataFrame(columns)) == found


@pytest.mark.parametrize("name", ["replicate", "Rep", "bio_rep", "BioRep", "rep1", "Replicates"])
def test_replicates(name):
    assert is_replicate(name)
    assert not is_replicate("report") and not is_replicate("group")


def test_subjects_that_repeat_within_a_group():
    groups = pd.Series(["a", "a", "a", "b", "b", "b"])
    subjects = pd.Series(["P1", "P1", "P2", "P1", "P3", "P4"])
    assert repeated_in_group(subjects, groups) == {"a": ["P1"]}
    assert repeated_in_group(pd.Series(["WT"] * 3 + ["KO"] * 3), groups) == {}  # a strain
    assert repeated_in_group(pd.Series([None] * 6, dtype=object), groups) == {}
    assert is_subject("donor") and not is_subject("cell_line")
