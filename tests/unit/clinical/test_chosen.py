"""Patients who were chosen by an outcome: what may be compared among them, and what may not."""

import copy

import numpy as np
import pandas as pd
import pytest

from recurseq.clinical.associations import associate
from recurseq.clinical.models import fit_outcome
from recurseq.clinical.names import reference_problems
from recurseq.clinical.read_settings import clinical_settings
from recurseq.clinical.survival_analysis import analyse
from recurseq.study.clinical_names import clinical_sections
from recurseq.study.defaults import with_defaults
from recurseq.study.schema import config_problems
from support.clinical_study import read_through

SEEN = {"last_seen": "last_visit"}
FIRST = {"start": "surgery", "states": {"hpr": "hpr_date", "death": "death_date"}, **SEEN}
CONFIG = {
    "study": {"title": "chosen"},
    "clinical": {
        "path": "clinical.tsv",
        "columns": {
            "mvi": {"levels": ["no", "yes"]},
            "poor": {"levels": ["no", "yes"], "time": "hpr_date"},
        },
        "outcome_selected": {"all": "hpr"},
    },
    "endpoints": {
        "first": FIRST,
        "hpr": {"of": "first", "state": "hpr", "within": 6},
        "os": {"start": "surgery", "events": ["death_date"], **SEEN},
        "after": {"from": "hpr_date", "to": "death_date", **SEEN},
    },
    "associations": {
        "hpr": {"groups": "hpr", "with": ["mvi"]},
        "mvi": {"groups": "mvi", "with": ["hpr"]},
    },
    "survival": {
        "os": {"endpoint": "os", "by": "hpr", "landmark": 6},
        "by_mvi": {"endpoint": "os", "by": "mvi"},
        "after": {"endpoint": "after", "by": "mvi"},
    },
    "models": {
        "os": {"kind": "cox", "endpoint": "os", "terms": ["mvi"]},
        "after": {"kind": "cox", "endpoint": "after", "terms": ["mvi", "poor"]},
    },
}


def day(months):
    return (
        pd.Timestamp("2015-01-01") + pd.to_timedelta(np.ceil(months * 30.4375), unit="D")
    ).strftime("%Y-%m-%d")


def patients(folder, chosen):
    random = np.random.default_rng(3)
    n = 80
    case = np.arange(n) < 40
    hpr = random.uniform(1, 5, n)
    death = np.where(case, hpr + 4 + random.exponential(10, n), 8 + random.exponential(30, n))
    table = pd.DataFrame(
        {
            "patient_id": [f"P{number}" for number in range(n)],
            "mvi": random.choice(["no", "yes"], n),
            "poor": np.where(case, random.choice(["no", "yes"], n), ""),
            "surgery": "2015-01-01",
            "hpr_date": np.where(case, day(hpr), ""),
            "death_date": np.where(death < 40, day(death), ""),
            "last_visit": day(np.minimum(death, 40)),
        }
    )
    table.to_csv(folder / "clinical.tsv", sep="\t", index=False)
    config = copy.deepcopy(CONFIG)
    config["clinical"]["outcome_selected"] = chosen
    return read_through(folder, config)


def codes(result):
    return {one.code for one in result.cautions}


@pytest.fixture
def by_hpr(tmp_path):
    return patients(tmp_path, {"all": "hpr"})


def test_the_groups_they_were_chosen_as_are_compared(by_hpr):
    settings = by_hpr.settings
    found = associate(settings.associations["hpr"], by_hpr, 1)
    assert found.table["pvalue"].notna().all() and "outcome_selected" not in codes(found)
    after_six = analyse(settings.survival["os"], by_hpr)
    assert after_six.tests["pvalue"].notna().all() and not codes(after_six) & {
        "outcome_selected", "immortal_time"
    }  # fmt: skip


def test_other_groups_are_not(by_hpr):
    settings = by_hpr.settings
    found = associate(settings.associations["mvi"], by_hpr, 1)
    assert found.table["pvalue"].isna().all() and "outcome_selected" in codes(found)
    curves = analyse(settings.survival["by_mvi"], by_hpr)
    assert curves.tests["pvalue"].isna().all() and "outcome_selected" in codes(curves)
    model = fit_outcome(settings.models["os"], by_hpr)
    assert model.terms["ratio"].isna().all() and "outcome_selected" in codes(model)


def test_times_that_start_at_the_event_are_tested(by_hpr):
    settings = by_hpr.settings
    curves = analyse(settings.survival["after"], by_hpr)
    assert curves.tests["pvalue"].notna().all() and "outcome_selected" not in codes(curves)
    model = fit_outcome(settings.models["after"], by_hpr)
    # What is known at the event is known from the start of such a time: no estimate is naive.
    assert set(model.terms["model"]) == {"univariable", "multivariable"}
    assert model.terms["ratio"].notna().all() and model.terms["note"].isna().all()
    assert not codes(model) & {"outcome_selected", "immortal_time"}


def test_a_list_names_no_outcome_and_allows_nothing(tmp_path):
    chosen = patients(tmp_path, ["all"])
    settings = chosen.settings
    for analysis in ("os", "after"):
        assert "outcome_selected" in codes(analyse(settings.survival[analysis], chosen))
    assert associate(settings.associations["hpr"], chosen, 1).table["pvalue"].isna().all()


def test_the_outcome_must_be_an_endpoint():
    wrong = copy.deepcopy(CONFIG)
    wrong["clinical"]["outcome_selected"] = {"all": "hrp"}
    assert not config_problems(wrong)
    settings = clinical_settings(clinical_sections(with_defaults(wrong)))
    header = ["patient_id", "mvi", "poor", "surgery", "hpr_date", "death_date", "last_visit"]
    (problem,) = reference_problems(settings, header)
    assert problem.where == "config: clinical.outcome_selected.all"
    assert "hrp" in problem.found and "hpr" in problem.allowed + problem.fix
