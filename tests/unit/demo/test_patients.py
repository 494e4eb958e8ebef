"""The simulated patients: sizes, what was planted, and nothing that depends on the day."""

import numpy as np
import pandas as pd
import pytest

from recurseq.demo.patient_files import simulate_patients
from recurseq.demo.patients_mt1m import CUT
from support.paths import REPOSITORY

SIZES = {"mt1m": 92, "lee": 277, "zhang": 150}


@pytest.mark.parametrize("name", SIZES)
def test_the_same_seed_gives_the_same_patients(name):
    one, two, other = (simulate_patients(name, seed, None, None) for seed in (5, 5, 6))
    assert len(one.clinical) == SIZES[name] and one.clinical["patient_id"].is_unique
    pd.testing.assert_frame_equal(one.clinical, two.clinical)
    assert not one.clinical.equals(other.clinical)
    assert not {column for column in one.clinical if column.startswith("true_")}
    assert list(one.hidden["patient_id"]) == list(one.clinical["patient_id"])


def test_no_date_lies_after_2024_whatever_the_seed():
    for seed in range(30):
        table = simulate_patients("zhang", seed, None, None).clinical
        dates = [name for name in table if name.endswith("_date")] + ["last_visit"]
        for name in dates:
            assert table[name].dropna().max() < "2025"
        died = table["death_date"].dropna()
        assert (table.loc[died.index, "last_visit"] >= died).all()


def test_sequenced_patients_have_the_outcome_of_their_group_and_normal_livers_none():
    sheet = pd.read_csv(REPOSITORY / "config/samples.tsv", sep="\t", dtype=str)
    made = simulate_patients("mt1m", 20160901, sheet, None)
    table = made.clinical.set_index("patient_id")
    sequenced = table[table["cohort"] == "seq"]
    assert len(table) == 92 + 21 and len(sequenced) == 21
    for row in sheet.itertuples():
        if row.group == "normal":
            assert row.patient_id not in table.index
        else:
            assert bool(table.loc[row.patient_id, "dfs_event"]) == (row.group == "early_recurrence")
    early = sequenced[sequenced["dfs_event"] == 1]
    assert (early["dfs_months"] <= 24).all()
    assert (sequenced[sequenced["dfs_event"] == 0]["dfs_months"] >= 24).all()


def test_events_are_as_frequent_as_planned():
    events, low = [], []
    for seed in range(40):
        made = simulate_patients("mt1m", seed, None, None)
        events.append(made.clinical["dfs_event"].sum())
        low.append((made.hidden["true_expression"] < CUT).mean())
        assert (made.clinical["dfs_months"] <= made.clinical["os_months"] + 1e-9).all()
        cycles = made.assays["pcr"]["ct_target"].astype(str)
        assert (cycles == "Undetermined").sum() == 2
    assert 50 < np.median(events) < 58
    assert abs(np.mean(low) - 0.5) < 0.05
