"""Endpoints, dates, columns and assays, by hand."""

import copy

import numpy as np
import pandas as pd
import pytest

from recurseq.base.errors import InputError
from recurseq.clinical.assays import assay_quality, quantify, read_wells
from recurseq.clinical.cells import read_numbers
from recurseq.clinical.columns import cut_numbers
from recurseq.clinical.conditions import holds
from recurseq.clinical.dates import read_dates
from recurseq.clinical.endpoint_summary import endpoint_cautions, summarise
from recurseq.clinical.endpoints import derive
from recurseq.clinical.patients import observed
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.settings import ColumnRule
from recurseq.clinical.table import read_table
from recurseq.study.clinical_names import clinical_sections
from recurseq.study.defaults import with_defaults
from support.clinical_study import read_through

DAY = 1 / 30.4375
ROWS = [  # patient, start, recurrence, death, last visit, nodules
    ("a", "2020-01-01", "2020-03-01", "2021-01-01", "2021-01-01", "4"),
    ("b", "2020-01-01", "", "2020-05-01", "2020-05-01", ""),
    ("c", "2020-01-01", "", "", "2024-01-01", ""),
    ("d", "2020-01-01", "", "", "2020-04-01", ""),
    ("e", "2020-01-01", "2020-04-01", "", "2022-01-01", "1"),
    ("f", "2020-01-01", "2021-06-01", "", "2022-01-01", "5"),
    ("g", "2020-01-01", "2020-02-01", "", "2022-01-01", ""),
]
CONFIG = {
    "study": {"title": "by hand"},
    "clinical": {"path": "clinical.tsv", "columns": {"nodules": {"number": "nodules"}}},
    "endpoints": {
        "dfs": {"start": "start", "events": ["recurrence", "death"], "last_seen": "seen"},
        "rec": {
            "start": "start",
            "states": {"recurrence": "recurrence", "death": "death"},
            "last_seen": "seen",
        },
        "hpr": {"of": "rec", "state": "recurrence", "within": 6, "when": {"nodules": [">=3"]}},
        "early": {"of": "dfs", "within": [6, 24]},
        "post": {"from": "recurrence", "to": "death", "last_seen": "seen"},
    },
}


def table_of(folder, rows=ROWS, config=CONFIG):
    names = ["patient_id", "start", "recurrence", "death", "seen", "nodules"]
    frame = pd.DataFrame(rows, columns=names)
    frame.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    config = copy.deepcopy(config)
    config["clinical"]["path"] = str(folder / "clinical.tsv")
    settings = clinical_settings(clinical_sections(with_defaults(config)))
    table, problems = read_table(settings)
    assert not problems
    return settings, table


def test_months_are_days_over_30_4375_and_the_first_event_counts(tmp_path):
    settings, table = table_of(tmp_path)
    outcomes, _, problems = derive(settings, table)
    assert not problems
    days = [60, 121, 1461, 91, 91, 517, 31]
    np.testing.assert_allclose(outcomes["dfs"].time, np.array(days) * DAY)
    assert outcomes["dfs"].event.tolist() == [True, True, False, False, True, True, True]
    assert outcomes["rec"].state.tolist() == [1, 2, 0, 0, 1, 1, 1]
    # survival after recurrence: only those who had one, from its date
    np.testing.assert_allclose(outcomes["post"].time[[0, 4]], np.array([306, 640]) * DAY)
    assert np.isnan(outcomes["post"].time[[1, 2, 3]]).all()


def test_early_events_need_a_follow_up_and_a_rule_its_condition(tmp_path):
    settings, table = table_of(tmp_path)
    _, columns, _ = derive(settings, table)
    hpr = columns["hpr"].tolist()
    # a: 4 nodules in 2 months; b died first: no; c: followed for long: no; d: too short; e: one
    # nodule: no; f: recurrence after a year: no; g: recurrence in time, nodules unknown
    assert hpr[:6] == ["yes", "no", "no", None, "no", "no"] and hpr[6] is None
    early = columns["early_6"].tolist()
    assert early == ["yes", "yes", "no", None, "yes", "no", "yes"]
    assert columns["early_24"].tolist() == ["yes", "yes", "no", None, "yes", "yes", "yes"]


def test_three_ways_to_count_an_early_risk(tmp_path):
    settings, table = table_of(tmp_path)
    outcomes, columns, _ = derive(settings, table)
    frame = table.frame.assign(cohort_all=True)
    chosen = observed(settings, frame)
    found = summarise(settings, outcomes, columns, frame, chosen).set_index("endpoint")
    row = found.loc["early_6"]
    assert (row["n"], row["events"], row["too_short"]) == (6, 4, 1)
    assert row["naive_risk"] == pytest.approx(4 / 7)
    assert row["complete_case_risk"] == pytest.approx(4 / 6)
    # Kaplan-Meier by hand: 31 and 60 days with 7 and 6 at risk; at 91 an event among 5 at risk,
    # who include the patient censored that day; at 121 an event among 3
    assert row["km_risk"] == pytest.approx(1 - (6 / 7) * (5 / 6) * (4 / 5) * (2 / 3))
    codes = {one.code for one in endpoint_cautions(settings, found.reset_index(), frame)}
    assert "short_follow_up" in codes


def test_two_states_on_one_day_need_an_order(tmp_path):
    rows = [*ROWS, ("h", "2020-01-01", "2020-05-05", "2020-05-05", "2020-05-05", "1")]
    settings, table = table_of(tmp_path, rows)
    _, _, problems = derive(settings, table)
    assert any("on the same day" in str(one) and "row 9" in str(one) for one in problems)
    config = copy.deepcopy(CONFIG)
    config["endpoints"]["rec"]["ties"] = ["recurrence", "death"]
    del config["endpoints"]["post"]  # which has no time after a recurrence on the day of death
    settings, table = table_of(tmp_path, rows, config)
    outcomes, _, problems = derive(settings, table)
    assert not problems and outcomes["rec"].state[-1] == 1


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("iso", "2020-04-03", "2020-04-03"),
        ("dmy", "03/04/2020", "2020-04-03"),
        ("dmy", "3.4.2020", "2020-04-03"),
        ("mdy", "03/04/2020", "2020-03-04"),
        ("ymd", "2020/4/3", "2020-04-03"),
        ("excel", "43924", "2020-04-03"),
        ("dmy", "2020-04-03 00:00:00", "2020-04-03"),  # what a workbook holds
        ("iso", "03/04/2020", None),
        ("iso", "2020-02-30", None),
        ("dmy", "31.04.2020", None),
        ("mdy", "13/01/2020", None),
    ],
)
def test_dates_are_read_as_said_and_never_guessed(form, text, day):
    days, problems = read_dates("x", pd.Series([text], index=[2]), form)
    if day is None:
        assert problems and pd.isna(days.iloc[0])
    else:
        assert not problems and str(days.iloc[0].date()) == day


def test_a_value_on_a_cut_point_is_above_unless_closed_on_the_right():
    numbers = pd.Series([399.9, 400.0, 400.1, np.nan])
    for left, expected in ((True, ["low", "high", "high"]), (False, ["low", "low", "high"])):
        rule = ColumnRule("x", "x", levels=("low", "high"), cut=(400.0,), closed_left=left)
        assert cut_numbers(numbers, rule).tolist()[:3] == expected


@pytest.mark.parametrize(
    "text", ["> 60500", "<2", "3,5", "1e3 ", "12a", "0x1F", "NaN", "inf", "1_000"]
)
def test_what_is_no_number_is_told_with_its_row(text):
    _, problems = read_numbers("file, column 'x'", pd.Series(["1", text], index=[2, 3]))
    assert len(problems) == 1 and "row 3" in problems[0].where


def test_conditions_know_missing_values():
    frame = pd.DataFrame(
        {"n": [1.0, 3.0, np.nan], "s": pd.Categorical(["a", None, "b"], categories=["a", "b"])}
    )
    np.testing.assert_array_equal(holds({"n": (">=3",)}, frame), [0, 1, np.nan])
    np.testing.assert_array_equal(holds({"n": ("1", "3")}, frame), [1, 1, np.nan])
    # what is false by one column is false, whatever the other holds
    np.testing.assert_array_equal(holds({"n": ("3",), "s": ("a",)}, frame), [0, np.nan, 0])


ASSAY = {
    "study": {"title": "x"},
    "clinical": {"path": "clinical.tsv"},
    "assays": {
        "pcr": {"path": "pcr.tsv", "target": "t", "reference": "r", "limit": 38, "plate": "plate"}
    },
}


def wells_of(folder, **more):
    lines = [
        "patient_id\tt\tr\tplate",
        *("a\t25.0\t20.0\tP1", "a\t25.2\t20.2\tP1", "a\t24.8\t19.8\tP1"),
        *("b\tUndetermined\t20.0\tP1", "b\t37.0\t20.0\tP1"),
        *("c\t27.0\t22.0\tP2", "c\t30.0\t22.0\tP2"),
        "d\t26.0\tNA\tP2",
    ]
    (folder / "pcr.tsv").write_text("\n".join(lines) + "\n")
    config = copy.deepcopy(ASSAY)
    config["assays"]["pcr"] |= {"path": str(folder / "pcr.tsv"), **more}
    settings = clinical_settings(clinical_sections(with_defaults(config)))
    assay = settings.assays["pcr"]
    wells, problems = read_wells(assay, settings.missing)
    assert not problems
    return assay, wells, quantify(assay, wells).set_index("patient_id")


def test_relative_expression_by_hand(tmp_path):
    assay, wells, table = wells_of(tmp_path)
    assert table.loc["a", "relative_expression"] == pytest.approx(2.0**-5)
    assert table.loc["a", "sd"] == pytest.approx(0) and pd.isna(table.loc["a", "flag"])
    # an undetected well counts as the limit: mean of 38 and 37 less 20
    assert table.loc["b", "relative_expression"] == pytest.approx(2.0**-17.5)
    assert table.loc["b", "undetected"] == 1 and "undetected" in table.loc["b", "flag"]
    assert table.loc["c", "sd"] == pytest.approx(np.std([5, 8], ddof=1))
    assert "differ" in table.loc["c", "flag"]
    assert np.isnan(table.loc["d", "relative_expression"])
    assert "reference" in table.loc["d", "flag"]
    found = assay_quality(assay, wells, table.reset_index())
    assert (found.wells, found.undetected, found.patients, found.flagged) == (8, 1, 4, 1)
    assert found.plate_shift == pytest.approx(1.0)  # means of 20 and 22, both 1 from their mean


def test_undetected_wells_may_be_missing_and_a_calibrator_is_taken_off(tmp_path):
    _, _, table = wells_of(tmp_path, undetected="missing")
    assert table.loc["b", "relative_expression"] == pytest.approx(2.0**-17)
    _, _, table = wells_of(tmp_path, method="ddct", calibrator={"patient_id": ["a"]})
    assert table.loc["a", "relative_expression"] == pytest.approx(1.0)
    assert table.loc["c", "relative_expression"] == pytest.approx(2.0**-1.5)


def test_a_wrong_table_is_refused_whole(tmp_path):
    rows = [*ROWS, ROWS[0]]
    names = ["patient_id", "start", "recurrence", "death", "seen", "nodules"]
    pd.DataFrame(rows, columns=names).to_csv(tmp_path / "clinical.tsv", sep="\t", index=False)
    with pytest.raises(InputError, match="a patient twice"):
        read_through(tmp_path, CONFIG)
