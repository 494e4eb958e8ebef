"""Every gene of the panel against the endpoints of the patients who were sequenced."""

import copy

import numpy as np
import pandas as pd
import pytest

from recurseq.clinical.panel import associate_panel
from recurseq.stats.adjust import benjamini_hochberg
from recurseq.study.clinical_names import links_samples
from support.clinical_study import read_through
from support.golden import data

LUNG = {
    "study": {"title": "lung"},
    "clinical": {
        "path": "clinical.tsv",
        "columns": {"age": {"number": "years"}, "wt.loss": {"number": "pounds"}},
    },
    "endpoints": {"os": {"time": "time", "event": "status", "unit": "days"}},
}
GENES = pd.DataFrame({"gene_id": ["A", "W"], "gene_name": ["age", "wt.loss"], "set": "s"})
# R 4.2.2, survival 3.5.3: coxph(Surv(time, status) ~ x), summary()$logtest; the same with
# x >= median(x), and survdiff() for the p-value of its groups.
R = {
    "A": (213, 151, 1.022236485, 1.003057362, 1.041782325, 0.02093108277),
    "W": (213, 151, 1.000580674, 0.988604829, 1.012701594, 0.9248487558),
}
R_MEDIAN = {
    "A": (63, 117, 1.259797118, 0.9112621398, 1.741638009, 0.1613107456),
    "W": (7, 107, 1.305287851, 0.9460490549, 1.800938719, 0.1033735644),
}


def lung(folder, table=None, cohorts=None, **clinical):
    folder.mkdir(exist_ok=True)
    config = copy.deepcopy(LUNG)
    if cohorts:
        config["cohorts"] = cohorts
    config["clinical"] |= clinical
    table = data("lung").copy() if table is None else table
    codes = sorted(table["status"].unique())
    if codes != [0, 1]:
        config["endpoints"]["os"]["event_levels"] = [str(code) for code in codes]
    table.insert(0, "patient_id", [f"P{number}" for number in range(len(table))])
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    return read_through(folder, config)


@pytest.fixture
def patients(tmp_path):
    return lung(tmp_path / "lung")


def values_of(patients):
    frame = patients.frame[["age", "wt.loss"]].astype(float)
    return frame.set_axis(["A", "W"], axis=1)


def test_ratios_intervals_and_pvalues_are_rs(patients):
    table, cautions = associate_panel(patients, values_of(patients), GENES)
    for row in table.itertuples():
        found = (row.n, row.events, row.hr, row.lower, row.upper, row.pvalue)
        np.testing.assert_allclose(found, R[row.gene_id], rtol=1e-6)
        groups = (row.cut, row.cut_n_high, row.cut_hr, row.cut_lower, row.cut_upper, row.cut_pvalue)
        np.testing.assert_allclose(groups, R_MEDIAN[row.gene_id], rtol=1e-6)
    np.testing.assert_allclose(table["qvalue"], benjamini_hochberg(table["pvalue"]))
    assert [one.code for one in cautions] == ["many_tests"]


def test_only_patients_with_a_sample_count(patients):
    values = values_of(patients).iloc[::3]
    table, _ = associate_panel(patients, values, GENES)
    assert table["n"].max() == len(values)
    turned, _ = associate_panel(patients, values.iloc[::-1], GENES)
    pd.testing.assert_frame_equal(table, turned)


def test_a_gene_without_a_value_and_one_without_variation_have_a_reason(patients):
    values = values_of(patients).assign(A=np.nan, W=3.0)
    table, _ = associate_panel(patients, values, GENES)
    assert list(table["note"]) == ["not in the fitted model", "no finite ratio"]
    assert table[["hr", "pvalue", "cut_pvalue"]].isna().all(axis=None)


def test_four_events_are_too_few_and_said(patients):
    values = values_of(patients)
    events = patients.outcome("os").event
    few = np.flatnonzero(events)[:4].tolist() + np.flatnonzero(~events)[:20].tolist()
    table, cautions = associate_panel(patients, values.iloc[few], GENES)
    assert set(table["events"]) <= {3, 4} and table["hr"].isna().all()
    assert set(table["note"]) == {"left out: few_events"}
    assert ("few_events", "stop", "panel.os") in {
        (one.code, one.severity, one.analysis) for one in cautions
    }


def test_nothing_is_told_of_patients_who_were_chosen_by_their_outcome(tmp_path):
    table = data("lung").assign(arm="sequenced")
    cohorts = {"seq": {"arm": ["sequenced"]}}
    patients = lung(tmp_path / "chosen", table, cohorts, outcome_selected=["seq"])
    found, cautions = associate_panel(patients, values_of(patients), GENES)
    assert found["hr"].isna().all() and set(found["note"]) == {"left out: outcome_selected"}
    assert [one.severity for one in cautions] == ["stop"]


@pytest.mark.parametrize(
    ("endpoints", "links", "there"),
    [
        ({"os": {"time": "t", "event": "e"}}, {"patient": "p"}, True),
        ({"os": {"time": "t", "event": "e"}}, {}, False),
        ({"early": {"of": "os", "within": 24}}, {"patient": "p"}, False),
        ({}, {"patient": "p"}, False),
    ],
)
def test_the_table_exists_where_samples_name_patients_with_times(endpoints, links, there):
    sections = {"clinical": {"links": links}, "endpoints": endpoints}
    assert links_samples(sections) == there
