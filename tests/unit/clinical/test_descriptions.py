"""Early events described: counts by hand, intervals of R's binom.test, and what is refused."""

import copy

import numpy as np
import pandas as pd
import pytest

from recurseq.clinical.cohorts import flow_gaps, trace
from recurseq.clinical.descriptions import describe_event, occurrence
from recurseq.clinical.names import reference_problems
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.setting_problems import setting_problems
from recurseq.clinical.survival_analysis import analyse
from recurseq.study.clinical_names import clinical_sections, split_cohorts
from recurseq.study.defaults import with_defaults
from recurseq.study.schema import config_problems
from support.clinical_study import read_through

# days from surgery, nodules at recurrence, treatment, days to death; what it is by hand.
ROWS = [
    (30, 4, "none", 400, "hpr"),  # 0.99 months: the first
    (61, 3, "surgery", 500, "hpr"),  # 2.004 months: the third
    (91, 5, "none", 300, "hpr"),  # 2.99: the third
    (182, 3, "", 700, "hpr"),  # 5.98: the sixth, its treatment not known
    (100, 2, "surgery", 900, "other"),  # early with two nodules
    (400, 6, "surgery", 1500, "other"),  # many nodules, late
    (200, 1, "none", None, "other"),
    (None, None, "", 40, "no"),  # died first
    (None, None, "", None, "no"),
]
CONFIG = {
    "study": {"title": "By hand"},
    "clinical": {
        "path": "clinical.tsv",
        "columns": {
            "treatment": {"levels": ["none", "surgery"], "time": "treated"},
            "r0": {"positive": ["yes"], "negative": ["no"]},
        },
    },
    "flow": [
        {"exclude": {"r0": ["no"]}, "label": "no R0"},
        {"exclude": {"centre": ["C9"]}, "label": "another centre"},
    ],
    "cohorts": {"development": {"centre": ["C1"]}, "validation": {"centre": ["C2"]}},
    "endpoints": {
        "first": {
            "start": "surgery",
            "states": {"recurrence": "recurred", "death": "died"},
            "last_seen": "seen",
        },
        "hpr": {
            "of": "first",
            "state": "recurrence",
            "within": 6,
            "when": {"nodules": [">=3"]},
            "death_first": "no",
        },
        "post": {"from": "recurred", "to": "died", "last_seen": "seen"},
    },
    "descriptions": {"hpr": {"endpoint": "hpr", "with": ["treatment"]}},
    "survival": {"after": {"endpoint": "post", "by": "treatment", "at": [6]}},
}


def day(after):
    return "" if after is None else str(np.datetime64("2015-01-01") + np.timedelta64(after, "D"))


def table(treated_after=0):
    """Nine patients by hand, one excluded twice over, one excluded for its centre."""
    rows = [
        {
            "recurred": day(recurred),
            "nodules": "" if nodules is None else nodules,
            "treatment": treatment,
            "treated": day(recurred + treated_after) if treatment else "",
            "died": day(died),
            "seen": day(died or 2000),
            "centre": "C1" if place % 2 else "C2",
        }
        for place, (recurred, nodules, treatment, died, _) in enumerate(ROWS)
    ]
    rows += [rows[0] | {"r0": "no", "centre": "C9"}, rows[1] | {"centre": "C9"}]
    frame = pd.DataFrame(rows).assign(surgery=day(0))
    frame["r0"] = frame["r0"].fillna("yes")
    frame.insert(0, "patient_id", [f"P{number}" for number in range(len(frame))])
    return frame


def patients(folder, frame=None, config=CONFIG):
    (table() if frame is None else frame).to_csv(folder / "clinical.tsv", sep="\t", index=False)
    return read_through(folder, config)


@pytest.fixture
def described(tmp_path):
    study = patients(tmp_path)
    return describe_event(study.settings.descriptions["hpr"], study)


def test_events_are_counted_in_the_month_that_they_fall_into(described):
    found = described.occurrence
    assert found["month"].tolist() == [1, 2, 3, 4, 5, 6]
    assert found["events"].tolist() == [1, 0, 2, 0, 0, 1] and set(found["total"]) == {4}
    assert found["cumulative_share"].tolist() == [0.25, 0.25, 0.75, 0.75, 0.75, 1.0]


def test_intervals_are_those_of_binom_test():
    """binom.test(386, 502), binom.test(26, 502) and binom.test(502, 502) of R 4.2.2."""
    months = np.repeat([0.5, 3.5, 5.5], [26, 360, 116])
    found = occurrence(months, 6).set_index("month")
    expected = {
        1: (0.03410813811, 0.07497019499),
        4: (0.7295293480, 0.8051181374),
        6: (0.9926785678, 1.0),
    }
    for month, limits in expected.items():
        assert found.loc[month, ["lower", "upper"]].tolist() == pytest.approx(limits, abs=1e-9)


def test_an_event_at_the_end_of_a_month_belongs_to_it_and_the_last_may_be_short():
    found = occurrence(np.array([1.0, 2.0, 2.5]), 2.5)
    assert found["month"].tolist() == [1, 2, 2.5] and found["events"].tolist() == [1, 1, 1]


def test_nobody_with_the_event_is_no_error():
    found = occurrence(np.array([]), 6)
    assert found["events"].sum() == 0 and found[["share", "lower", "upper"]].isna().all(axis=None)


def test_levels_are_counted_beside_the_other_recurrences(described):
    found = described.shares.set_index(["level", "group"])
    assert list(dict.fromkeys(described.shares["group"])) == ["hpr", "other recurrence"]
    told = found[["n", "total", "missing"]].apply(tuple, axis=1).to_dict()
    assert told == {
        ("none", "hpr"): (2, 3, 1),
        ("surgery", "hpr"): (1, 3, 1),
        ("none", "other recurrence"): (1, 3, 0),
        ("surgery", "other recurrence"): (2, 3, 0),
    }


def test_cohorts_sum_to_all_who_are_analysed(described):
    found = described.cohorts.set_index("cohort")
    assert found.loc["all", ["n", "events", "missing"]].tolist() == [9, 4, 0]
    parts = found.loc[["development", "validation"], ["n", "events", "missing"]].sum()
    assert parts.tolist() == [9, 4, 0]


@pytest.mark.parametrize("known", [False, True], ids=["unknown", "by hpr"])
def test_patients_chosen_by_the_outcome_have_no_risk(tmp_path, known):
    """Nor other shares, but for those among patients who were chosen as having the event."""
    config = copy.deepcopy(CONFIG)
    config["clinical"]["outcome_selected"] = {"development": "hpr"} if known else ["development"]
    config["descriptions"]["hpr"]["cohort"] = "development"
    study = patients(tmp_path, config=config)
    found = describe_event(study.settings.descriptions["hpr"], study)
    assert [one.code for one in found.cautions] == ([] if known else ["outcome_selected"])
    assert found.occurrence["events"].sum() == found.occurrence["total"].iloc[0] == 2
    shares = found.occurrence[["share", "cumulative_share", "lower"]]
    assert shares.isna().to_numpy().tolist() == [[not known] * 3] * 6
    assert found.shares["share"].isna().all() != known
    risks = found.cohorts.set_index("cohort")["share"]
    assert np.isnan(risks["development"]) and risks["validation"] == 0.4


def settings_of(config):
    return clinical_settings(clinical_sections(with_defaults(config)))


def test_wrong_names_and_kinds_are_told_with_what_may_be_meant():
    config = copy.deepcopy(CONFIG)
    config["descriptions"] = {
        "hpr": {"endpoint": "hrp", "with": ["treatmet"], "cohort": "develop"},
        "post": {"endpoint": "post", "with": ["nodules"]},
    }
    settings = settings_of(config)
    told = {str(one) for one in reference_problems(settings, list(table()))}
    assert len(told) == 3 and any("'hrp' is no endpoint" in one and "hpr" in one for one in told)
    assert any("'treatmet'" in one and "'treatment'" in one for one in told)
    frame = pd.DataFrame({"nodules": [1.0, 2.0]})
    problems = [str(one) for one in setting_problems(settings, frame, has_counts=False)]
    assert any("descriptions.post.endpoint" in one and "yes and no" in one for one in problems)
    assert any("descriptions.post.with" in one and "make levels" in one for one in problems)


def test_a_description_needs_an_endpoint():
    config = copy.deepcopy(CONFIG)
    del config["endpoints"], config["survival"]
    assert any("descriptions" in str(one) for one in config_problems(config))


def test_the_flow_adds_up_and_one_that_does_not_is_told(tmp_path):
    study = patients(tmp_path)
    _, flow = trace(study.settings, study.frame)
    assert flow["remaining"].tolist() == [11, 10, 9, 4, 5]
    # The patient excluded twice over counts once.
    assert flow["excluded"].tolist()[1:3] == [1, 1]
    assert flow_gaps(flow, ["development", "validation"]) == []
    wrong = flow.assign(remaining=[11, 10, 8, 4, 5])
    assert flow_gaps(wrong, []) == ["another centre: 10 less 1 are not 8"]
    told = flow_gaps(flow, ["development"])
    assert told == ["4 patients are in development, and 9 analysed"]


def test_the_split_is_that_of_the_risk_models():
    sections = {"cohorts": {"other": {}, "validation": {}, "development": {}}}
    assert split_cohorts(sections) == []
    sections["risk"] = {"one": {"develop": "development", "validate": "validation"}}
    assert split_cohorts(sections) == ["validation", "development"]


def after(folder, treated_after, **survival):
    config = copy.deepcopy(CONFIG)
    config["survival"]["after"] |= survival
    study = patients(folder, table(treated_after), config)
    return analyse(study.settings.survival["after"], study)


def test_a_treatment_known_at_the_recurrence_is_an_association(tmp_path):
    found = after(tmp_path, 0)
    assert "confounded_by_indication" in [one.code for one in found.cautions]
    assert found.groups["hr"].notna().any()


def test_a_treatment_that_began_after_the_recurrence_needs_a_landmark(tmp_path):
    found = after(tmp_path, 20)
    assert {one.code: one.severity for one in found.cautions}["immortal_time"] == "stop"
    assert found.groups["hr"].isna().all() and found.times.empty
    handled = after(tmp_path, 20, landmark=1)
    assert {one.code: one.severity for one in handled.cautions}["immortal_time"] == "note"
    # By day 30 after the recurrence all treatments had begun.
    assert handled.groups["n"].tolist() == after(tmp_path, 0, landmark=1).groups["n"].tolist()
    late = after(tmp_path, 40, landmark=1)
    assert late.groups["group"].tolist() == ["none"]  # nobody had been treated by then
